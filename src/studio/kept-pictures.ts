/**
 * @file Pictures of the line that were marked, judged by a detector file of their run: what it says of each, and the picture with its heat. Both are kept by file, so that before and
 * after can be seen when the file of before has been replaced.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readBytes, writeFileAtomic } from '../core/files.ts';
import { Detector } from '../detector/detector.ts';
import { predictImages } from '../jobs/predict.ts';
import { nodeEngine } from '../runtime/node.ts';
import { detectorKey } from './detector-key.ts';
import type { LineSaid } from './update-api.ts';

/** Where the pictures with their heat lie. @param cache - of the workspace @param key - of the detector file */
export function keptHeatFolder(cache: string, run: string, key: string): string {
  return join(cache, 'marked', run, key);
}

/** Name of the picture with its heat. */
export function keptHeatName(file: string): string {
  return `${file}.png`;
}

/**
 * What a detector file says of pictures; those that it has judged before are not judged again.
 * @param files - names in the folder
 * @param places - of the pictures, of the detector file, and of what is kept of its judgements
 * @returns by name; without those that cannot be read
 */
export async function judgeKept(
  files: readonly string[],
  { folder, model, cache, run }: KeptPlaces,
): Promise<ReadonlyMap<string, LineSaid>> {
  const bytes = await readBytes(model);
  const heat = keptHeatFolder(cache, run, detectorKey(bytes));
  const said = new Map(await saidBefore(files, heat));
  const missing = files.filter((file) => !said.has(file));
  if (missing.length === 0) return said;
  const detector = await Detector.fromOwnBytes(await nodeEngine({}), bytes, model);
  try {
    const targets = missing.map((file) => ({ path: join(folder, file), mapName: keptHeatName(file) }));
    let at = 0;
    for await (const line of predictImages(detector, targets, heat)) {
      const file = missing[at++] as string;
      if ('error' in line) continue;
      const { class: name, score, threshold, verdict } = line;
      const own: LineSaid = { class: name, score, threshold, verdict };
      await writeFileAtomic(join(heat, `${file}.json`), JSON.stringify(own));
      said.set(file, own);
    }
  } finally {
    await detector.release();
  }
  return said;
}

/** What was said of pictures and is kept. @param heat - folder that `keptHeatFolder` names */
export async function saidBefore(
  files: readonly string[],
  heat: string,
): Promise<ReadonlyMap<string, LineSaid>> {
  const said = new Map<string, LineSaid>();
  for (const file of files) {
    const text = await readFile(join(heat, `${file}.json`), 'utf8').catch(() => undefined);
    if (text !== undefined) said.set(file, JSON.parse(text) as LineSaid);
  }
  return said;
}

/** What judging needs. */
export interface KeptPlaces {
  /** Of the pictures. */
  readonly folder: string;
  /** The detector file. */
  readonly model: string;
  /** Of the workspace. */
  readonly cache: string;
  readonly run: string;
}
