/** @file Photographs given to `clad calibrate` that the detector was trained on: thresholds from them would be too low. */
import { realpath } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CladError } from '../../core/errors.ts';
import { loadDataset } from '../../data/load.ts';
import { RunFolder } from '../run-folder.ts';

/** Where links lead; a link that leads nowhere stays, and is met when it is read. */
export async function realPaths(paths: readonly string[]): Promise<string[]> {
  return Promise.all(paths.map((path) => realpath(path).catch(() => path)));
}

/** The memory bank knows photographs that were trained on, so thresholds from them would be too low. */
export function calibrationTrained(known: readonly string[], all: readonly string[]): CladError {
  return new CladError('CALIBRATION_TRAINED', {
    count: known.length,
    total: all.length,
    path: known[0] as string,
  });
}

/** Of a file that does not know its training images by their pixels: by their places, if the folder is still there. */
export async function refuseTrained(
  model: string,
  paths: readonly string[],
  note?: (text: string) => void,
): Promise<void> {
  note?.(
    'The detector does not know all of its training images by their pixels, so copies of them are not recognised among these photographs.',
  );
  let trained: ReadonlySet<string>;
  try {
    const data = (await new RunFolder(dirname(model)).originIfAny())?.data;
    if (!data) return;
    const { samples } = await loadDataset(data.root, { layout: data.layout, requireTraining: false });
    const training = samples.filter(({ split }) => split === 'train');
    trained = new Set(await realPaths(training.map(({ path }) => path)));
  } catch (error) {
    if (!(error instanceof CladError)) throw error;
    note?.(`Whether photographs were trained on is not known: ${error.message}`);
    return;
  }
  const known = paths.filter((path) => trained.has(path));
  if (known.length > 0) throw calibrationTrained(known, paths);
}
