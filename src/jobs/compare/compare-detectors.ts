/** @file Two detector files on the same images: how far their scores are apart, which verdicts change, and how long each takes. */
import { median } from '../../core/arrays.ts';
import type { ProgressListener } from '../../core/progress.ts';
import { mapAhead } from '../../data/concurrency.ts';
import type { Sample } from '../../data/dataset.ts';
import { bitsOf } from '../../detector/camera/camera.ts';
import type { Detector } from '../../detector/detector.ts';
import { type PredictionWithMap, verdictOf } from '../../detector/prediction.ts';
import { Evaluator } from '../../evaluation/evaluator.ts';
import { decodeImage } from '../../image/decode.ts';

/** What one file does on the images. Rates are 0..1, null where there are no such images. */
export interface DetectorAgreement {
  /** Mean over classes. */
  readonly imageAuroc: number | null;
  readonly falseAlarmRate: number | null;
  readonly missRate: number | null;
  /** Median of an image, one after another. */
  readonly milliseconds: number;
}

/** How the second file differs from the first. */
export interface DetectorComparison {
  readonly images: number;
  /** |difference of scores|, as a share of the first file's threshold of the class. */
  readonly scoreDifference: { readonly mean: number; readonly largest: number };
  /** Images with another verdict, each file by its own thresholds. */
  readonly verdicts: number;
  /** Images with another verdict had the second file kept the first one's thresholds. */
  readonly verdictsAtOldThresholds: number;
  /** Images taken for another class. */
  readonly classes: number;
  readonly before: DetectorAgreement;
  readonly after: DetectorAgreement;
}

/** @param samples - at least one */
export async function compareDetectors(
  before: Detector,
  after: Detector,
  samples: readonly Sample[],
  onProgress?: ProgressListener,
): Promise<DetectorComparison> {
  const files = [before, after].map((detector) => ({
    detector,
    evaluator: new Evaluator(),
    times: [] as number[],
  }));
  const differences: number[] = [];
  const changed = { verdicts: 0, atOld: 0, classes: 0 };
  const decode = ({ path }: Sample) => decodeImage(path, { bits: bitsOf(before.metadata) });
  for await (const [sample, image] of mapAhead(samples, 2, decode)) {
    const said: PredictionWithMap[] = [];
    for (const { detector, evaluator, times } of files) {
      const started = performance.now();
      const prediction = await detector.predict(image);
      times.push(performance.now() - started);
      said.push(prediction);
      const { path, className, anomalous } = sample;
      evaluator.add({ path, className, anomalous, mask: null, prediction: { ...prediction, map: null } });
    }
    const [old, now] = said as [PredictionWithMap, PredictionWithMap];
    differences.push(Math.abs(now.score - old.score) / unitOf(before, old.class));
    if (old.verdict !== now.verdict) changed.verdicts++;
    const { metadata } = before;
    if (old.verdict !== verdictOf(now, metadata.thresholds[now.class], after.insideOf(now))) changed.atOld++;
    if (old.class !== now.class) changed.classes++;
    onProgress?.({ task: 'comparing', done: differences.length, total: samples.length, unit: 'images' });
  }
  const [first, second] = files.map(({ evaluator, times }): DetectorAgreement => {
    const { imageAuroc, falseAlarmRate, missRate } = evaluator.result().mean;
    return { imageAuroc, falseAlarmRate, missRate, milliseconds: median(times) };
  }) as [DetectorAgreement, DetectorAgreement];
  return {
    images: samples.length,
    scoreDifference: {
      mean: differences.reduce((sum, value) => sum + value, 0) / differences.length,
      largest: Math.max(...differences),
    },
    verdicts: changed.verdicts,
    verdictsAtOldThresholds: changed.atOld,
    classes: changed.classes,
    before: first,
    after: second,
  };
}

/** The size of a class's threshold; where that is near zero, of the range of its colours. */
function unitOf({ metadata }: Detector, className: string): number {
  const threshold = Math.abs(metadata.thresholds[className]?.threshold ?? 0);
  const range = metadata.display[className];
  return Math.max(threshold, range ? (range.high - range.low) / 2 : 0, 1e-9);
}
