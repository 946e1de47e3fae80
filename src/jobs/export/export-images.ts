/** @file Which images an export may measure with: the run's own data set, if it is still there, or another one. */
import { existsSync } from 'node:fs';
import { CladError } from '../../core/errors.ts';
import type { ProgressListener } from '../../core/progress.ts';
import { Random } from '../../core/random.ts';
import { byClass, type Sample } from '../../data/dataset.ts';
import { describeLeftOut, summariseLeftOut } from '../../data/left-out.ts';
import { loadDataset } from '../../data/load.ts';
import { distinct } from '../../data/pixel-hash.ts';
import { examineImages } from '../../data/verify-images.ts';
import type { SampleBits } from '../../image/samples.ts';
import type { RunOrigin } from '../run-folder.ts';

/** Images by what they are good for. */
export interface ExportImages {
  /** Good images, for ranges and thresholds. */
  readonly training: readonly Sample[];
  /** For the comparison of both files. */
  readonly compared: readonly Sample[];
  readonly comparedAre: 'test images' | 'training images';
}

export interface ExportImagesRequest {
  /** Of the run; absent for a single file. */
  readonly origin: RunOrigin | undefined;
  /** Instead of the run's data set. */
  readonly data: string | undefined;
  /** Classes that the detector knows; images of others are left out. */
  readonly classes: readonly string[];
  /** At most so many good training images. */
  readonly good: number;
  /** At most so many are compared. */
  readonly limit: number;
  /** How the detector reads 16-bit files. */
  readonly bits: SampleBits;
  readonly onProgress?: ProgressListener | undefined;
  readonly note?: ((text: string) => void) | undefined;
}

/**
 * Chooses images and decodes them once: broken ones are left out, with a note, and copies. Null where there is no data set.
 * @throws CLASS_UNKNOWN when the data set has none of the detector's classes; errors of the data readers
 */
export async function exportImages(request: ExportImagesRequest): Promise<ExportImages | null> {
  const { origin, data, classes, good, limit, bits, note, onProgress } = request;
  const root = data ?? origin?.data.root;
  if (root === undefined) {
    note?.(
      'A detector file does not know where its data set is, so nothing is measured (give one with --data).',
    );
    return null;
  }
  if (data === undefined && !existsSync(root)) {
    note?.(`The run's data set, ${root}, is not there, so nothing is measured (give one with --data).`);
    return null;
  }
  const layout = data === undefined ? origin?.data.layout : undefined;
  const dataset = await loadDataset(root, { layout, requireTraining: false });
  const known = dataset.samples.filter(({ className }) => classes.includes(className));
  if (known.length === 0)
    throw new CladError('CLASS_UNKNOWN', { name: dataset.classes.join(', '), known: classes.join(', ') });
  const training = known.filter(({ split }) => split === 'train');
  const test = known.filter(({ split }) => split === 'test');
  const [compared, comparedAre] =
    test.length > 0 ? ([test, 'test images'] as const) : ([training, 'training images'] as const);
  const chosen = { training: spread(training, good), compared: spread(compared, limit) };
  const samples = [...new Set([...chosen.training, ...chosen.compared])];
  const {
    broken,
    dataset: usable,
    laterPages,
    pixels,
  } = await examineImages({ ...dataset, samples }, { bits, onProgress });
  for (const { path, reason } of broken) note?.(`left out: ${path}: ${reason}`);
  const passed = describeLeftOut(summariseLeftOut([...dataset.leftOut, ...laterPages]), dataset.root);
  if (passed.length > 0) note?.(passed.join('\n'));
  const distinctOf = (of: readonly Sample[]) =>
    distinct(
      of.filter((sample) => usable.samples.includes(sample)),
      ({ path }) => pixels.get(path),
    );
  return { training: distinctOf(chosen.training), compared: distinctOf(chosen.compared), comparedAre };
}

/** At most so many, as many good and anomalous ones of each class as can be, always the same. */
export function spread(samples: readonly Sample[], limit: number): Sample[] {
  if (samples.length <= limit) return [...samples];
  const groups = [
    ...byClass(samples.map((sample) => ({ sample, className: `${sample.className} ${sample.anomalous}` }))),
  ].map(([name, members]) => new Random('export', name).sample(members, members.length));
  const chosen = new Set<Sample>();
  for (let round = 0; chosen.size < limit; round++) {
    for (const group of groups) {
      const sample = group[round]?.sample;
      if (sample && chosen.size < limit) chosen.add(sample);
    }
  }
  return samples.filter((sample) => chosen.has(sample));
}
