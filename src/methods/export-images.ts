/** @file Which images an export may measure with: the run's own data set, if it is still there, or another one. */
import { existsSync } from 'node:fs';
import type { ProgressListener } from '../core/progress.ts';
import { Random } from '../core/random.ts';
import { byClass, type Sample } from '../data/dataset.ts';
import { loadDataset } from '../data/load.ts';
import { verifyImages } from '../data/verify.ts';
import type { RunConfig } from './run-folder.ts';

/** Images by what they are good for. */
export interface ExportImages {
  /** Good images, for ranges and thresholds. */
  readonly training: readonly Sample[];
  /** For the comparison of both files. */
  readonly judged: readonly Sample[];
  readonly judgedAre: 'test images' | 'training images';
}

export interface ExportImagesRequest {
  /** Of the run; absent for a single file. */
  readonly config: RunConfig | undefined;
  /** Instead of the run's data set. */
  readonly data: string | undefined;
  /** Products that the detector knows; images of others are left out. */
  readonly classes: readonly string[];
  /** At most so many are judged. */
  readonly limit: number;
  readonly onProgress?: ProgressListener | undefined;
  readonly note?: ((text: string) => void) | undefined;
}

/** Null where there is no data set. */
export async function exportImages(request: ExportImagesRequest): Promise<ExportImages | null> {
  const { config, data, classes, limit, note } = request;
  const root = data ?? config?.data.root;
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
  const layout = data === undefined ? config?.data.layout : undefined;
  const loaded = await loadDataset(root, { layout, requireTraining: false });
  const { dataset } = config?.skipBroken
    ? await verifyImages(loaded, {
        splits: ['train', 'test'],
        skipBroken: true,
        onProgress: request.onProgress,
      })
    : { dataset: loaded };
  const known = dataset.samples.filter(({ className }) => classes.includes(className));
  const training = known.filter(({ split }) => split === 'train');
  const test = known.filter(({ split }) => split === 'test');
  const [judged, judgedAre] =
    test.length > 0 ? ([test, 'test images'] as const) : ([training, 'training images'] as const);
  return { training, judged: spread(judged, limit), judgedAre };
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
