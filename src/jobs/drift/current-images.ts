/** @file What the line shows now, by the class that each image is taken for: of a folder of photographs, or of a journal of `clad watch`. */

import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { CladError } from '../../core/errors.ts';
import { readBytes } from '../../core/files.ts';
import type { ProgressListener } from '../../core/progress.ts';
import { mapAhead } from '../../data/concurrency.ts';
import { bitsOf } from '../../detector/camera/camera.ts';
import { openDetector } from '../../detector/open.ts';
import { seenOf } from '../../image/seen.ts';
import type { Engine } from '../../runtime/engine.ts';
import { decodeOrError } from '../predict.ts';
import { predictTargets } from '../predict-targets.ts';
import type { CurrentImage } from './compare.ts';
import { journalScores } from './journal-scores.ts';

export type CurrentImages = ReadonlyMap<string, readonly CurrentImage[]>;

interface Telling {
  readonly onProgress?: ProgressListener | undefined;
  readonly note?: ((text: string) => void) | undefined;
}

/**
 * Predicts the photographs of a folder.
 * @param given - class of all of them, where it is known
 * @throws DATASET_EMPTY, FILE_NOT_FOUND, CLASS_GIVEN_UNKNOWN
 */
export async function imagesOfFolder(
  engine: Engine,
  model: string,
  folder: string,
  given: string | undefined,
  { onProgress, note }: Telling,
): Promise<CurrentImages> {
  const targets = await predictTargets([folder]);
  const detector = await openDetector(engine, model);
  const found = new Map<string, CurrentImage[]>();
  try {
    const reading = { bits: bitsOf(detector.metadata) };
    let done = 0;
    for await (const [{ path }, image] of mapAhead(targets, 4, (target) =>
      decodeOrError(target.path, reading),
    )) {
      if (image instanceof CladError) note?.(`left out: ${image.message}`);
      else {
        const { class: name, score, verdict } = await detector.predict(image, path, { class: given });
        add(found, name, { score, verdict, seen: seenOf(image) });
      }
      onProgress?.({ task: 'images of now', done: ++done, total: targets.length, unit: 'images' });
    }
  } finally {
    await detector.release();
  }
  return found;
}

/**
 * The newest judgements of a journal that are of the detector's file as it is now: another one's verdicts are by other thresholds.
 * @param last - of all classes together, at most
 * @param since - those of before are not counted
 * @throws FILE_NOT_FOUND, JOURNAL_UNUSABLE, DATASET_EMPTY where there is none
 */
export async function imagesOfJournal(
  model: string,
  file: string,
  { last, since }: { readonly last: number; readonly since?: Date | undefined },
  note?: (text: string) => void,
): Promise<{
  readonly byClass: CurrentImages;
  /** Of all, the oldest first. */
  readonly verdicts: readonly (string | null)[];
}> {
  if (!(await isDatabase(file)))
    throw new CladError('JOURNAL_UNUSABLE', { path: file, reason: 'it is no SQLite file' });
  const sha256 = createHash('sha256')
    .update(await readBytes(model))
    .digest('hex');
  const { own, others } = journalScores(file, sha256, last, since?.toISOString());
  if (own.length === 0)
    throw new CladError('DATASET_EMPTY', {
      path: file,
      expected: `judgements of ${model} as it is now${since ? ` since ${since.toISOString()}` : ''} (it has ${others} of other detector files)`,
    });
  if (others > 0) note?.(`${others} judgements are of other detector files and are not counted.`);
  const found = new Map<string, CurrentImage[]>();
  for (const { class: name, ...image } of own) add(found, name, image);
  return { byClass: found, verdicts: own.map(({ verdict }) => verdict).reverse() };
}

async function isDatabase(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { buffer } = await file.read(Buffer.alloc(16), 0, 16, 0);
    return buffer.toString('latin1') === 'SQLite format 3\0';
  } finally {
    await file.close();
  }
}

function add(found: Map<string, CurrentImage[]>, name: string, image: CurrentImage): void {
  const images = found.get(name) ?? [];
  found.set(name, images);
  images.push(image);
}
