/** @file `clad evaluate` as a function: the detector file on the test images of a data set, all metrics, and how long it takes. */

import { flag, oneOf, optional, path } from '../../core/arguments.ts';
import { median } from '../../core/arrays.ts';
import { CladError } from '../../core/errors.ts';
import { requireWritable, writeFileAtomic } from '../../core/files.ts';
import type { ProgressListener } from '../../core/progress.ts';
import { mapAhead } from '../../data/concurrency.ts';
import type { Dataset, Sample } from '../../data/dataset.ts';
import { layouts } from '../../data/dataset.ts';
import { fileImages } from '../../data/file-images.ts';
import { fingerprint } from '../../data/fingerprint.ts';
import { type LeftOutSummary, summariseLeftOut } from '../../data/left-out.ts';
import { loadDataset } from '../../data/load.ts';
import { noteLeftOut, verifyImages } from '../../data/verify-images.ts';
import { bitsOf } from '../../detector/camera/camera.ts';
import type { Detector } from '../../detector/detector.ts';
import { type DetectorMetadata, precisionOf } from '../../detector/metadata.ts';
import { openDetector, uncheckedNote } from '../../detector/open.ts';
import type { PredictionWithMap } from '../../detector/prediction.ts';
import { type ClassCurves, type Evaluation, Evaluator } from '../../evaluation/evaluator.ts';
import type { Mask } from '../../image/rgb.ts';
import { sizeOption, sizeText } from '../../image/size-option.ts';
import type { Device, Engine } from '../../runtime/engine.ts';
import { nodeEngine } from '../../runtime/node.ts';
import { type Fields, machine, requireRequest, talk } from '../request-fields.ts';
import { modelPathOf, RunFolder } from '../run-folder.ts';
import { WarningSummary } from '../warning-summary.ts';
import { decodeSample } from './decode-sample.ts';
import { type DefectResults, EvaluationDetails } from './details.ts';
import { maskNotes } from './mask-notes.ts';
import { type NamedRegionRecords, NamedRegionTally } from './named-regions.ts';
import { regionNotes } from './region-notes.ts';
import { DefectReader, type SaturatedResults, SaturatedTally } from './saturated.ts';
import { lookAtImages, type TestImages } from './test-images.ts';

export interface EvaluateRequest {
  /** Run folder, or a detector file. */
  readonly run: string;
  /** Data set; the run's own where absent. A detector file has none. */
  readonly data?: string | undefined;
  readonly layout?: Dataset['layout'] | undefined;
  readonly device?: Device | undefined;
  readonly threads?: number | undefined;
  readonly skipBroken?: boolean;
  /** Folder for scores of every image, results by kind of defect, and points of curves, as JSON and CSV. */
  readonly details?: string | undefined;
  /** Says how sure the metrics are, by resampling images. @default false */
  readonly intervals?: boolean | undefined;
  readonly onProgress?: ProgressListener;
  readonly note?: (text: string) => void;
}

/** What it may hold, for programs that pass it without types. */
export const evaluateFields: Fields<EvaluateRequest> = {
  run: path,
  data: optional(path),
  layout: optional(oneOf(layouts)),
  ...machine,
  skipBroken: optional(flag),
  details: optional(path),
  intervals: optional(flag),
  ...talk,
};

/** One test image and what is said of it. */
export interface PredictedImage {
  readonly sample: Sample;
  readonly prediction: PredictionWithMap;
  /** Ground truth in the anomaly map's place and size, 0 where normal; null where the sample has none. */
  readonly mask: Mask | null;
}

/** What a report wants to see beyond the document. */
export interface EvaluationWatch {
  /** At most so many points a curve, at least 4. */
  readonly curvePoints: number;
  /** Called with every image, in the order of classes. */
  readonly onPredicted: (image: PredictedImage) => void;
}

/** An evaluation with what it was made of. */
export interface EvaluationInFull {
  readonly document: EvaluationDocument;
  /** By class; null where nobody watched. */
  readonly curves: Readonly<Record<string, ClassCurves>> | null;
  readonly metadata: DetectorMetadata;
  /** Test images, in the order in which they were predicted. */
  readonly samples: readonly Sample[];
  readonly engine: Engine;
}

/** The document of `clad evaluate --json`; that of the run's own data set is also written to `evaluation.json`. */
export interface EvaluationDocument extends Evaluation {
  readonly run: string;
  readonly data: string;
  /** How the numbers came about. */
  readonly protocol: Readonly<Record<string, string | number | null>>;
  /** Test images recognised as another class than their folder's, the surest first: they may lie in the wrong folder. */
  readonly misplaced: readonly {
    readonly path: string;
    readonly class: string;
    readonly recognisedAs: string;
    /** Of the votes, 0..1. */
    readonly share: number;
  }[];
  readonly images: TestImages;
  /** Named regions by class; absent where no class has any. */
  readonly namedRegions?: NamedRegionRecords;
  /** AU-sPRO of classes of MVTec LOCO, and image AUROC by kind; absent where no class says how much of its defects has to be found. */
  readonly saturated?: SaturatedResults;
  /** By class, then by kind of defect; present where details were asked for. */
  readonly defects?: DefectResults;
  readonly timing: {
    /** Decoding and everything after it, one image at a time. */
    readonly imagesPerSecond: number;
    /** Of the detector alone, milliseconds. */
    readonly latencyMs: { readonly p50: number; readonly p95: number };
  };
  /** What was passed over in the data set's folder, broken files among it. */
  readonly leftOut: LeftOutSummary;
}

/**
 * Evaluates a run.
 * @throws RUN_NOT_FOUND, DETECTOR_INVALID, errors of the data readers, DATASET_EMPTY when there are no test images,
 *   CLASS_UNKNOWN when the data set has a class that the detector was not trained on
 */
export async function evaluateRun(request: EvaluateRequest): Promise<EvaluationDocument> {
  requireRequest('evaluateRun', evaluateFields, request);
  return (await evaluateInFull(request)).document;
}

/** `evaluateRun`, for those who want to see every image and the curves. */
export async function evaluateInFull(
  request: EvaluateRequest,
  watch?: EvaluationWatch,
): Promise<EvaluationInFull> {
  const run = request.run.endsWith('.onnx') ? undefined : new RunFolder(request.run);
  const model = await modelPathOf(request.run);
  const origin = await run?.originIfAny();
  const root = request.data ?? origin?.data.root;
  if (root === undefined) {
    const reason = 'A detector file does not know where its data set is: give the data set too';
    throw new CladError('USAGE', { reason, help: '`clad evaluate --help`' });
  }
  if (request.details !== undefined)
    await requireWritable(request.details, 'Give another folder to --details.');
  const layout = request.layout ?? (request.data === undefined ? origin?.data.layout : undefined);
  const loaded = await loadDataset(root, { layout, requireTraining: false });
  const engine = await nodeEngine({ device: request.device, threads: request.threads });
  const detector = await openDetector(engine, model);
  for (const note of uncheckedNote(detector, model)) request.note?.(note);
  try {
    const tested = await testImages(request, loaded, detector.metadata);
    const { dataset, samples, leftOut, emptyMasks } = tested;
    const { geometry } = detector.metadata;
    const images = lookAtImages(samples, tested.pixels, detector.metadata, request.note);
    const details = request.details === undefined ? undefined : new EvaluationDetails(dataset.root);
    const measurement = await measure(detector, samples, request, watch, details);
    const { evaluation, timing, misplaced, warnings } = measurement;
    for (const sentence of warnings.sentences) request.note?.(sentence);
    const vanished = measurement.vanished.filter((path) => !emptyMasks.includes(path));
    if (vanished.length > 0)
      request.note?.(
        `${vanished.length} of the masks have no pixel left at ${sizeText(geometry)} pixels, so their defects count as normal in pixel metrics: ${vanished[0]}`,
      );
    const { crop } = detector.metadata;
    for (const sentence of regionNotes(detector.regionsOfInterest, measurement.outside, crop !== undefined))
      request.note?.(sentence);
    const [first] = misplaced;
    if (first)
      request.note?.(
        `${misplaced.length} of ${samples.length} test images are recognised as another class, and their verdicts go by its threshold; do they lie in the wrong folder? ${first.path} is taken for ${first.recognisedAs}.`,
      );
    const { curves = null, ...measured } = evaluation;
    const { provenance } = detector.metadata;
    const document: EvaluationDocument = {
      run: request.run,
      data: dataset.root,
      protocol: {
        method: detector.metadata.method,
        preset: provenance.preset,
        changes: JSON.stringify(provenance.changes),
        selection: provenance.selection,
        seed: provenance.seed,
        backbone: provenance.backbone.name,
        textures: provenance.textures,
        inputSize: sizeOption(geometry),
        resizeTo: geometry.resizeTo ? sizeOption(geometry.resizeTo) : null,
        trainingFingerprint: provenance.data.fingerprint,
        testFingerprint: await fingerprint({ ...dataset, samples }, fileImages),
        auproLimit: 0.3,
        auproConnectivity: 8,
        ...((detector.regionsOfInterest.size > 0 || crop) && {
          pixelsInside: [
            ...(crop ? ['the crop to the part'] : []),
            ...detector.regionsOfInterest.keys(),
          ].join(', '),
        }),
        precision: precisionOf(detector.metadata),
        device: engine.device,
        cladVersion: detector.metadata.cladVersion,
      },
      images,
      ...measured,
      ...(measurement.namedRegions && { namedRegions: measurement.namedRegions }),
      ...(measurement.saturated && { saturated: measurement.saturated }),
      ...(details && { defects: details.defects }),
      misplaced,
      timing,
      leftOut,
    };
    if (request.details !== undefined) await details?.write(request.details);
    // Of other data there may be many evaluations; the run keeps the one of its own.
    if (run && dataset.root === origin?.data.root)
      await writeFileAtomic(run.evaluation, `${JSON.stringify(document, null, 2)}\n`);
    return { document, curves, metadata: detector.metadata, samples, engine };
  } finally {
    await detector.release();
  }
}

/**
 * The test images, each decoded once: what is broken is refused, or left out where that was asked for.
 * @throws DATASET_EMPTY without any, CLASS_UNKNOWN for a class that the detector does not know, IMAGES_BROKEN
 */
async function testImages(
  { skipBroken = false, onProgress, note }: EvaluateRequest,
  loaded: Dataset,
  metadata: DetectorMetadata,
): Promise<{
  readonly dataset: Dataset;
  readonly samples: readonly Sample[];
  readonly leftOut: LeftOutSummary;
  readonly pixels: ReadonlyMap<string, string>;
  readonly emptyMasks: readonly string[];
}> {
  const { classes } = metadata;
  const bits = bitsOf(metadata);
  const testOf = ({ samples }: Dataset) => samples.filter(({ split }) => split === 'test');
  const unknown = testOf(loaded).find(({ className }) => !classes.includes(className));
  if (unknown) throw new CladError('CLASS_UNKNOWN', { name: unknown.className, known: classes.join(', ') });
  const verified = await verifyImages(loaded, { splits: ['test'], skipBroken, bits, onProgress });
  const { dataset, pixels, broken, laterPages, emptyMasks } = verified;
  noteLeftOut(verified, note);
  for (const line of await maskNotes(verified)) note?.(line);
  const samples = testOf(dataset);
  const leftOut = summariseLeftOut([...loaded.leftOut, ...laterPages, ...broken]);
  if (samples.length > 0) return { dataset, samples, leftOut, pixels, emptyMasks };
  throw new CladError('DATASET_EMPTY', {
    path: loaded.root,
    expected: 'test images (<class>/test/good/* and <class>/test/<defect>/*); those in it are for training',
  });
}

async function measure(
  detector: Detector,
  samples: readonly Sample[],
  { onProgress, intervals, note }: Pick<EvaluateRequest, 'onProgress' | 'intervals' | 'note'>,
  watch?: EvaluationWatch,
  details?: EvaluationDetails,
) {
  const evaluator = new Evaluator({
    curvePoints: watch?.curvePoints,
    onRanked: details?.onRanked,
    intervals,
  });
  const latencies: number[] = [];
  const warnings = new WarningSummary();
  /** Masks whose defects are too small, or too far outside, to be seen at the map's size. */
  const vanished: string[] = [];
  const misplaced: EvaluationDocument['misplaced'][number][] = [];
  /** Images whose defects lie outside of the region of interest altogether. */
  const outside: string[] = [];
  const named = new NamedRegionTally(detector.regionsOfInterest, detector.metadata);
  const started = performance.now();
  const saturated = new SaturatedTally();
  const defectsOf = new DefectReader(detector.metadata.geometry, note);
  const decode = async (sample: Sample) => ({
    ...(await decodeSample(sample, detector.metadata)),
    defects: await defectsOf.of(sample),
  });
  let previous: string | undefined;
  for await (const [sample, { image, mask, defects }] of mapAhead(samples, 4, decode)) {
    // Samples are in the order of classes; a finished class lets go of its pixels.
    if (previous !== undefined && previous !== sample.className) {
      evaluator.finish(previous);
      saturated.finish(previous);
    }
    previous = sample.className;
    if (sample.maskPaths?.[0] !== undefined && mask && !mask.data.includes(1))
      vanished.push(sample.maskPaths[0]);
    const before = performance.now();
    const prediction = await detector.predict(image, sample.path);
    latencies.push(performance.now() - before);
    warnings.add(sample.path, prediction);
    const { path, className, anomalous } = sample;
    const { class: recognisedAs, classShare: share } = prediction;
    if (recognisedAs !== className) misplaced.push({ path, class: className, recognisedAs, share });
    const inside = prediction.inside ?? detector.regionsOfInterest.get(className)?.pixels;
    if (
      inside &&
      mask?.data.includes(1) &&
      !mask.data.some((value, pixel) => value !== 0 && inside[pixel] !== 0)
    )
      outside.push(path);
    named.add(className, anomalous, prediction, mask);
    const evaluated = { path, className, anomalous, mask, inside, prediction };
    evaluator.add(evaluated);
    saturated.add(sample, prediction, defects, inside);
    details?.add({ sample, prediction, mask }, evaluated);
    watch?.onPredicted({ sample, prediction, mask });
    onProgress?.({ task: 'evaluating', done: latencies.length, total: samples.length, unit: 'images' });
  }
  const seconds = (performance.now() - started) / 1000;
  const sorted = latencies.toSorted((a, b) => a - b);
  return {
    evaluation: evaluator.result(),
    timing: {
      imagesPerSecond: samples.length / seconds,
      latencyMs: { p50: median(sorted), p95: sorted[Math.ceil(0.95 * sorted.length) - 1]! },
    },
    vanished,
    outside,
    namedRegions: named.records,
    saturated: saturated.results(),
    misplaced: misplaced.sort((a, b) => b.share - a.share),
    warnings,
  };
}
