/**
 * @file `clad tradeoff` as a function: false alarms against misses of each class, with how sure these are. False alarms are counted on test images, or on the good
 * images of the training, each as if it were new; misses on defects of the test images, or on synthetic ones, which are marked as such.
 */
import { oneOf, optional, path } from '../../core/arguments.ts';
import { groupBy } from '../../core/arrays.ts';
import { CladError } from '../../core/errors.ts';
import type { ProgressListener } from '../../core/progress.ts';
import { type Dataset, layouts } from '../../data/dataset.ts';
import { loadDataset } from '../../data/load.ts';
import type { DetectorMetadata } from '../../detector/metadata.ts';
import { openDetector } from '../../detector/open.ts';
import { outliers } from '../../detector/thresholds/outliers.ts';
import { countsTrained } from '../../detector/thresholds/score-gap.ts';
import type { ScoredImage } from '../../evaluation/trade-off.ts';
import type { Device, Engine } from '../../runtime/engine.ts';
import { nodeEngine } from '../../runtime/node.ts';
import { type Fields, machine, requireRequest, talk } from '../request-fields.ts';
import { modelPathOf } from '../run-folder.ts';
import { asNew } from '../update/predict-again.ts';
import { type Subject, subjectOf } from '../update/subject.ts';
import { type ClassTradeOff, classTradeOff } from './class-trade-off.ts';
import { syntheticDefects } from './synthetic-defects.ts';
import { type TestScoresByClass, testScores } from './test-scores.ts';

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
  if (data === undefined && request.layout !== undefined)
    throw new CladError('OPTION_INVALID', {
      option: '--layout',
      expected: 'given with a data set',
      actual: request.layout,
    });
  const subject = isFile ? undefined : await subjectOf(run);
  const dataset =
    data === undefined
      ? undefined
      : await loadDataset(data, { layout: request.layout, requireTraining: false });
  const engine = await nodeEngine({ device: request.device, threads: request.threads });
  const detector = await openDetector(engine, await modelPathOf(run));
  const { metadata } = detector;
  let tested: TestScoresByClass = new Map();
  try {
    if (dataset) tested = await testScores(detector, dataset, request.onProgress, note);
  } finally {
    await detector.release();
  }
  const classes = await tradeOffsOf({ engine, metadata, tested, subject }, request);
  return { run, data: dataset?.root ?? null, confidence: 0.95, classes };
}

/** What classes are counted on. */
export interface CountedOn {
  readonly engine: Engine;
  readonly metadata: DetectorMetadata;
  readonly tested: TestScoresByClass;
  /** The run, whose own images say what they can where a class has no test images, or no defects; undefined where they are not known. */
  readonly subject: Subject | undefined;
  /** Defects to make for each class that has none. */
  readonly made?: number;
}

/** Every class of the detector. */
export async function tradeOffsOf(
  { engine, metadata, tested, subject, made: count }: CountedOn,
  told: Pick<TradeOffRequest, 'onProgress' | 'note'>,
): Promise<ClassTradeOff[]> {
  const { classes, thresholds } = metadata;
  const without = classes.filter((name) => !tested.get(name)?.defective.length);
  const made = subject
    ? await madeFor(engine, subject, without, told, count)
    : new Map<string, ScoredImage[]>();
  const known = subject ? asNewByClass(subject) : new Map<string, ScoredImage[]>();
  return classes.map((name) => {
    const { good, defective } = tested.get(name) ?? { good: [], defective: [] };
    const recorded = known.get(name) ?? [];
    const isOutlier = outliers(recorded.map(({ score }) => score));
    const ordinary = recorded.filter((_, at) => !isOutlier[at]);
    const isTested = good.length > 0;
    const hasDefects = defective.length > 0;
    return classTradeOff(name, thresholds[name], {
      good: isTested ? { source: 'test', images: good } : { source: 'held-out', images: ordinary },
      defects: hasDefects
        ? { source: 'test', images: defective }
        : { source: 'synthetic', images: made.get(name) ?? [] },
      setAside: isTested ? 0 : recorded.length - ordinary.length,
    });
  });
}

async function madeFor(
  engine: Engine,
  subject: Subject,
  names: readonly string[],
  { onProgress, note }: Pick<TradeOffRequest, 'onProgress' | 'note'>,
  count?: number,
): Promise<ReadonlyMap<string, readonly ScoredImage[]>> {
  if (names.length === 0) return new Map();
  const made = await syntheticDefects(engine, subject, names, onProgress, count);
  const missing = names.filter((name) => !made.has(name));
  if (missing.length > 0)
    note?.(
      `The photographs of ${missing.join(', ')} are not in ${subject.root} any more, so no synthetic defects can be made on them, and nothing is said of misses.`,
    );
  return made;
}

/** The training's good images with scores as of new ones; of those that the networks were trained on only where they say something of new ones. */
export function asNewByClass(subject: Subject): ReadonlyMap<string, readonly ScoredImage[]> {
  const all = countsTrained(subject.metadata.provenance.scoreGap);
  return groupBy(
    asNew(subject).filter(({ heldOut }) => all || heldOut),
    (image) => image.class,
  );
}
