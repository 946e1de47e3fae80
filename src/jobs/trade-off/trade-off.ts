/**
 * @file `clad tradeoff` as a function: false alarms against misses of each class, with how sure these are. False alarms are counted on test images, or on the good
 * images of the training, each as if it were new; misses on defects of the test images, or on synthetic ones, which are marked as such.
 */
import { oneOf, optional, path } from '../../core/arguments.ts';
import { CladError } from '../../core/errors.ts';
import type { ProgressListener } from '../../core/progress.ts';
import { type Dataset, layouts } from '../../data/dataset.ts';
import { loadDataset } from '../../data/load.ts';
import { openDetector } from '../../detector/open.ts';
import { outliers } from '../../detector/thresholds/outliers.ts';
import { countsTrained } from '../../detector/thresholds/score-gap.ts';
import {
  type ChosenPoint,
  chosenPoints,
  type TradeOffPoint,
  tradeOffCurve,
} from '../../evaluation/trade-off.ts';
import type { Device, Engine } from '../../runtime/engine.ts';
import { nodeEngine } from '../../runtime/node.ts';
import { type Fields, machine, requireRequest, talk } from '../request-fields.ts';
import { modelPathOf } from '../run-folder.ts';
import { asNew } from '../update/predict-again.ts';
import { type Subject, subjectOf } from '../update/subject.ts';
import { syntheticDefects } from './synthetic-defects.ts';
import { testScores } from './test-scores.ts';

export interface TradeOffRequest {
  /** Run folder, or with `data` a detector file. */
  readonly run: string;
  /** Data set with test images; without one it is from the run's good images alone. */
  readonly data?: string | undefined;
  readonly layout?: Dataset['layout'] | undefined;
  readonly device?: Device | undefined;
  readonly threads?: number | undefined;
  readonly onProgress?: ProgressListener | undefined;
  readonly note?: ((text: string) => void) | undefined;
}

const fields: Fields<TradeOffRequest> = {
  run: path,
  data: optional(path),
  layout: optional(oneOf(layouts)),
  ...machine,
  ...talk,
};

/** What was counted, and how many images. */
export interface Counted<Source extends string> {
  readonly source: Source;
  readonly images: number;
}

/** One class. Shares are over images that are taken for it. */
export interface ClassTradeOff {
  readonly class: string;
  /** The threshold in use. */
  readonly threshold: number | null;
  /** The share of false alarms that it was asked to keep, 0..1; null where there is no threshold. */
  readonly falseAlarmLimit: number | null;
  /** `held-out`: the training's good images, each as if it were new; null where there are none. */
  readonly good: Counted<'test' | 'held-out'> | null;
  /** `synthetic`: made on good images; null where there are none. */
  readonly defects: Counted<'test' | 'synthetic'> | null;
  /** Good images of the training that stand out, and are not counted. */
  readonly setAside: number;
  /** Thresholds worth a look, the highest first; each has few digits and lies between two scores. */
  readonly points: readonly ChosenPoint[];
  /** At most 200 points, the highest threshold first. */
  readonly curve: readonly TradeOffPoint[];
}

/** The document of `clad tradeoff --json`. */
export interface TradeOffDocument {
  readonly run: string;
  readonly data: string | null;
  /** Of the intervals of Clopper and Pearson. */
  readonly confidence: number;
  readonly classes: readonly ClassTradeOff[];
}

/**
 * Counts them.
 * @throws RUN_NOT_FOUND, RUN_UNFINISHED, DETECTOR_INVALID, GOOD_IMAGES_MISSING, GOOD_IMAGES_DAMAGED, errors of the data readers, USAGE for a detector file without data
 */
export async function tradeOff(request: TradeOffRequest): Promise<TradeOffDocument> {
  requireRequest('tradeOff', fields, request);
  const { run, data, note } = request;
  const isFile = run.endsWith('.onnx');
  if (isFile && data === undefined) {
    const reason =
      'A detector file does not know its good images: give the folder of its run, or a data set with test images';
    throw new CladError('USAGE', { reason, help: '`clad tradeoff --help`' });
  }
  const subject = isFile ? undefined : await subjectOf(run);
  const dataset =
    data === undefined
      ? undefined
      : await loadDataset(data, { layout: request.layout, requireTraining: false });
  const engine = await nodeEngine({ device: request.device, threads: request.threads });
  const detector = await openDetector(engine, await modelPathOf(run));
  const { classes, thresholds } = detector.metadata;
  let tested: Awaited<ReturnType<typeof testScores>> = new Map();
  try {
    if (dataset) tested = await testScores(detector, dataset, request.onProgress, note);
  } finally {
    await detector.release();
  }
  // Where test images were given but a class has none, or no defects, the run's own images say what they can.
  const without = classes.filter((name) => !tested.get(name)?.defective.length);
  const made = subject ? await madeFor(engine, subject, without, request) : new Map<string, number[]>();
  const known = subject ? asNewByClass(subject) : new Map<string, number[]>();
  const results = classes.map((name): ClassTradeOff => {
    const test = tested.get(name);
    const recorded = known.get(name) ?? [];
    const isOutlier = outliers(recorded);
    const ordinary = recorded.filter((_, at) => !isOutlier[at]);
    const isTested = test !== undefined && test.good.length > 0;
    const hasDefects = test !== undefined && test.defective.length > 0;
    const good = isTested ? test.good : ordinary;
    const defective = hasDefects ? test.defective : (made.get(name) ?? []);
    const scores = { good, defective };
    const threshold = thresholds[name]?.threshold ?? null;
    const falseAlarmLimit = thresholds[name]?.requestedRate ?? null;
    return {
      class: name,
      threshold,
      falseAlarmLimit,
      good: good.length === 0 ? null : { source: isTested ? 'test' : 'held-out', images: good.length },
      defects:
        defective.length === 0
          ? null
          : { source: hasDefects ? 'test' : 'synthetic', images: defective.length },
      setAside: isTested ? 0 : recorded.length - ordinary.length,
      points: chosenPoints(scores, threshold, falseAlarmLimit),
      curve: tradeOffCurve(scores),
    };
  });
  return { run, data: dataset?.root ?? null, confidence: 0.95, classes: results };
}

async function madeFor(
  engine: Engine,
  subject: Subject,
  names: readonly string[],
  { onProgress, note }: TradeOffRequest,
): Promise<ReadonlyMap<string, readonly number[]>> {
  const made = await syntheticDefects(engine, subject, names, onProgress);
  const missing = names.filter((name) => !made.has(name));
  if (missing.length > 0)
    note?.(
      `The photographs of ${missing.join(', ')} are not in ${subject.root} any more, so no synthetic defects can be made on them, and nothing is said of misses.`,
    );
  return made;
}

/** Scores of the training's good images as of new ones; of those that the networks were trained on only where they say something of new ones. */
export function asNewByClass(subject: Subject): ReadonlyMap<string, readonly number[]> {
  const all = countsTrained(subject.metadata.provenance.scoreGap);
  const byClass = new Map<string, number[]>();
  for (const { class: name, heldOut, score } of asNew(subject)) {
    if (!all && !heldOut) continue;
    const scores = byClass.get(name) ?? [];
    byClass.set(name, scores);
    scores.push(score);
  }
  return byClass;
}
