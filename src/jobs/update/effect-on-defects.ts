/** @file What a change does to known defects: the test images of the run's data set, where they are still there, asked before and after. */
import { CladError } from '../../core/errors.ts';
import type { ProgressListener } from '../../core/progress.ts';
import { Random } from '../../core/random.ts';
import { mapAhead } from '../../data/concurrency.ts';
import type { Sample } from '../../data/dataset.ts';
import { loadDataset } from '../../data/load.ts';
import { bitsOf } from '../../detector/camera/camera.ts';
import type { DetectorMetadata } from '../../detector/metadata.ts';
import type { LeaveOneOutDetector } from '../good-images/good-images.ts';
import { decodeOrError } from '../predict.ts';
import { type DetectorBefore, noImage, recognised, type Said } from './new-images.ts';
import type { Subject } from './subject.ts';

/** Known defects of the classes that changed. */
export interface EffectOnDefects {
  readonly classes: readonly {
    readonly class: string;
    /** Defective test images that were asked. */
    readonly defects: number;
    /** Of these, how many are called normal. */
    readonly missedBefore: number;
    readonly missedAfter: number;
  }[];
  /** Why there are none; null where there are. */
  readonly reason: string | null;
}

/** Defects that are asked of each class. */
const mostOfClass = 60;

/** Asks them. @param change - the classes concerned, and the metadata as they will be */
export async function effectOnDefects(
  {
    subject,
    after,
    changed,
  }: { readonly subject: Subject; readonly after: DetectorMetadata; readonly changed: Iterable<string> },
  before: Pick<DetectorBefore, 'predict'>,
  now: Pick<LeaveOneOutDetector, 'predict'>,
  onProgress: ProgressListener = () => {},
): Promise<EffectOnDefects> {
  const { config, metadata } = subject;
  let samples: readonly Sample[];
  try {
    samples = (await loadDataset(config.data.root, { layout: config.data.layout, requireTraining: false }))
      .samples;
  } catch (error) {
    if (!(error instanceof CladError)) throw error;
    return { classes: [], reason: error.message };
  }
  const names = [...changed];
  const asked = names.flatMap((name) => {
    const own = samples.filter((each) => each.split === 'test' && each.anomalous && each.className === name);
    return new Random('known defects', name).sample(own, Math.min(mostOfClass, own.length));
  });
  const counts = new Map(names.map((name) => [name, { defects: 0, missedBefore: 0, missedAfter: 0 }]));
  const missed = ({ score, shares }: Said, { classes, thresholds }: DetectorMetadata) => {
    const threshold = thresholds[recognised(shares, classes).recognisedAs]?.threshold;
    return threshold === undefined || score <= threshold ? 1 : 0;
  };
  let done = 0;
  const decode = ({ path }: Sample) => decodeOrError(path, { bits: bitsOf(metadata) });
  for await (const [{ className }, image] of mapAhead(asked, 2, decode)) {
    onProgress({ task: 'known defects', done: ++done, total: asked.length, unit: 'images' });
    if (image instanceof CladError) continue;
    const count = counts.get(className)!;
    count.defects++;
    count.missedBefore += missed(await before.predict(image), metadata);
    count.missedAfter += missed(await now.predict(noImage, image), after);
  }
  const classes = [...counts].filter(([, { defects }]) => defects > 0);
  return {
    classes: classes.map(([name, count]) => ({ class: name, ...count })),
    reason: classes.length > 0 ? null : `The data set has no defective test images of ${names.join(', ')}.`,
  };
}
