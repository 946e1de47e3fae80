/**
 * @file A fitted method made a detector: thresholds by good images, regions and colours by made defects, what the file says of itself, golden images.
 * The same wherever a training runs: the commands (write-detector.ts) add what they write beside the file, a page (web/teach) has the bytes alone.
 */
import { changesFrom } from '../../core/options.ts';
import { stoppable } from '../../core/progress.ts';
import { byClass } from '../../data/dataset.ts';
import { cameraProfile } from '../../detector/camera/camera.ts';
import { withCrop } from '../../detector/crop/crop-graph.ts';
import { Detector } from '../../detector/detector.ts';
import { detectorBytes } from '../../detector/detector-bytes.ts';
import { detectorGraph } from '../../detector/detector-graph.ts';
import { type DetectorMetadata, detectorFormat } from '../../detector/metadata.ts';
import { graphBytes, withRegions } from '../../detector/roi/roi-graph.ts';
import { notFollowedEntry, regionsEntry } from '../../detector/roi/roi-metadata.ts';
import { makeGolden } from '../../detector/self-test/make-golden.ts';
import type { ClassCalibration } from '../../detector/thresholds/class-thresholds.ts';
import { countsTrained, mostGap } from '../../detector/thresholds/score-gap.ts';
import { proceduralTextures, textureFolder } from '../../features/store/texture-source.ts';
import type { SeenImage } from '../../image/look.ts';
import { withOffsets } from '../../image/roi/named-region.ts';
import type { Regions } from '../../image/roi/region-of-interest.ts';
import type { FitContext, Fitted, Method } from '../../methods/contract.ts';
import { presetOf } from '../../methods/resolve-options.ts';
import {
  calibrateByGood,
  type GoodCalibration,
  type GoodImage,
  imagesToPredict,
  type LeaveOneOutDetector,
  leaveOneOutDetector,
  type PredictedGoodImages,
  predictGoodImages,
  scoreGapOf,
} from '../good-images/good-images.ts';
import { type RankedImage, rankImages } from '../good-images/ranked-images.ts';
import { storedDetector } from '../good-images/stored-images.ts';
import { rememberImages } from '../remembered-images.ts';
import { withMadeDefects } from './made-defects.ts';

/** What is needed of a training, beside what its method was given. */
export interface Described extends FitContext {
  readonly method: Method;
  /** Settings the options began with; one of the method's. */
  readonly preset: string;
  /** Of the data set: the name alone, as the file travels and the path is nobody's business. */
  readonly dataName: string;
  /** Of the program. */
  readonly version: string;
  /** Hashes of the training images' pixels, in their order. */
  readonly trainingPixels: readonly string[];
  /** What the training images are like, by path. */
  readonly seen: ReadonlyMap<string, SeenImage>;
  /** Why the region of a class does not follow the part although that was asked for, by class. */
  readonly notFollowed: Readonly<Record<string, string>>;
}

/** A detector before it is a file. */
export interface DescribedDetector {
  readonly metadata: DetectorMetadata;
  /** The training's regions, with what makes named ones comparable. */
  readonly regions: Regions | undefined;
  /** The training images as it sees them, with scores as they are. */
  readonly predicted: readonly GoodImage[];
  /** The same with scores as of new images, ranked within their classes. */
  readonly goodImages: readonly RankedImage[];
}

/**
 * Sets thresholds by good images, regions and colours by made defects.
 * @param use - what else is asked of the detector, while it is loaded
 * @throws INTERRUPTED once the signal is aborted
 */
export async function describeDetector(
  work: Described,
  fitted: Fitted,
  use?: (described: DescribedDetector, oneOut: LeaveOneOutDetector) => Promise<void>,
): Promise<DescribedDetector> {
  const { options, dataset } = work;
  const { steps, entryImages, reach } = fitted;
  const asked = leftOut(work, fitted, work.regions);
  // Another graph where named regions were made comparable.
  let after = asked;
  try {
    const predicted = await predictTraining(work, fitted, asked);
    const regions = withComparable(work.regions, dataset.classes, predicted.offsets);
    if (regions !== work.regions) {
      await asked.release();
      after = leftOut(work, fitted, regions);
    }
    const gap = gapOf(predicted.images, entryImages !== undefined, Object.values(steps));
    const calibration = calibrateByGood(predicted, options.falseAlarmRate, gap);
    const plain = describe({ ...work, regions }, calibration, steps);
    const metadata = await withMadeDefects(plain, work, after, reach);
    const goodImages = rankImages(calibration.images, countsTrained(gap));
    const described = { metadata, regions, predicted: predicted.images, goodImages };
    await use?.(described, after);
    return described;
  } finally {
    await after.release();
  }
}

/** The detector that is asked about training images, with these regions. */
function leftOut({ engine, dataset, view }: Described, fitted: Fitted, regions: Regions | undefined) {
  return onDemand(() =>
    leaveOneOutDetector(
      engine,
      graphBytes(
        detectorGraph(fitted, dataset.classes, { leaveOneOut: true, size: view.geometry }),
        regions?.ofClasses,
      ),
    ),
  );
}

/** The regions with offsets by class; the same where there are none. */
function withComparable(
  regions: Regions | undefined,
  classes: readonly string[],
  offsets: PredictedGoodImages['offsets'],
): Regions | undefined {
  if (!regions || !offsets) return regions;
  const ofClasses = regions.ofClasses.map((region, index) => {
    const own = offsets.get(classes[index]!);
    return region && own ? withOffsets(region, own) : region;
  });
  return { ...regions, ofClasses };
}

/** The bytes of the detector's file, with golden images. @param name - of the file, in errors */
export async function detectorFileOf(
  { engine, dataset, images, crop, view }: Described,
  fitted: Fitted,
  { metadata, regions }: Pick<DescribedDetector, 'metadata' | 'regions'>,
  name: string,
): Promise<Uint8Array> {
  const seeing = withRegions(detectorGraph(fitted, dataset.classes).toModel(), regions?.ofClasses);
  const model = crop ? withCrop(seeing, crop, view.geometry) : seeing;
  const detector = await Detector.fromBytes(engine, detectorBytes(model, metadata), name);
  try {
    return detectorBytes(model, metadata, await makeGolden(detector, engine.device, images));
  } finally {
    await detector.release();
  }
}

/** What the detector says of all good images, by what is stored of them where something is. */
async function predictTraining(
  work: Described,
  { stored }: Fitted,
  oneOut: LeaveOneOutDetector,
): Promise<PredictedGoodImages> {
  const { engine, options, training, split, dataset, images, bits, view, note } = work;
  const { classes } = dataset;
  const { regions } = work;
  const ofClasses = regions?.ofClasses;
  const byStored =
    stored && (await storedDetector(engine, stored, { classes, size: view.geometry, regions, note }));
  try {
    const toPredict = {
      paths: training.map(({ path }) => path),
      images,
      ids: imagesToPredict(training, split, options.seed),
      heldOut: split.heldOut,
      bits,
      classes,
      regions: new Map(
        classes.flatMap((name, at) => (ofClasses?.[at] ? [[name, ofClasses[at]] as const] : [])),
      ),
      stored: byStored,
      alignAt: options.falseAlarmRate,
    };
    return await predictGoodImages(toPredict, oneOut, stoppable(work));
  } finally {
    await byStored?.release();
  }
}

/** A detector that is loaded once something asks it: it may be large, and not be needed beside another. */
function onDemand(load: () => Promise<LeaveOneOutDetector>): LeaveOneOutDetector {
  let loaded: Promise<LeaveOneOutDetector> | undefined;
  const detector = () => {
    loaded ??= load();
    return loaded;
  };
  return {
    predict: async (id, image, ofClass) => (await detector()).predict(id, image, ofClass),
    release: async () => (await loaded?.catch(() => undefined))?.release(),
  };
}

/**
 * How much lower what was trained on scores. What is in a bank leaves it for its own image; networks remember something of every image, which held-out images
 * show; and what is learnt by heart in another way says nothing of others, so that held-out images have to do alone.
 */
function gapOf(images: readonly GoodImage[], hasBank: boolean, steps: readonly number[]): number {
  if (steps.some((count) => count > 0)) return scoreGapOf(images);
  return hasBank ? 0 : mostGap + 1;
}

/** What the photographs of each class are like, held-out ones too. */
function cameraOf({ training, seen, bits }: Described): DetectorMetadata['camera'] {
  const images = training.flatMap(({ path, className }) => {
    const image = seen.get(path);
    return image ? { className, image } : [];
  });
  const classes = [...byClass(images)].map(([name, own]) => [
    name,
    cameraProfile(own.map(({ image }) => image)),
  ]);
  return { bits, classes: Object.fromEntries(classes) };
}

/** What chose the networks; `none` where there are none. @param asked - the option, where the method has one */
function selectionOf(asked: unknown, steps: Fitted['steps']): string {
  if (Object.keys(steps).length === 0) return 'none';
  return typeof asked === 'string' ? asked : 'last';
}

function describe(work: Described, calibration: GoodCalibration, steps: Fitted['steps']): DetectorMetadata {
  const { method, options, dataset, training, split, backbone, view, engine, textures, images } = work;
  const preset = presetOf(method, work.preset);
  const { selection } = options as { readonly selection?: unknown };
  const count = (ids: ReadonlySet<number>) =>
    Object.fromEntries(
      dataset.classes.map((name) => [name, [...ids].filter((id) => training[id]!.className === name).length]),
    );
  const each = <T>(value: (of: ClassCalibration) => T) =>
    Object.fromEntries([...calibration.classes].map(([name, of]) => [name, value(of)]));
  const { name, licence, source } = backbone.card;
  return {
    format: detectorFormat,
    cladVersion: work.version,
    created: new Date().toISOString(),
    method: method.name,
    classes: [...dataset.classes],
    geometry: view.geometry,
    grid: view.grid,
    thresholds: each(({ threshold }) => threshold),
    display: each(({ display }) => display),
    ...regionsEntry(dataset.classes, work.regions),
    ...(work.crop && { crop: work.crop }),
    ...notFollowedEntry(work.notFollowed),
    trained: rememberImages(work.trainingPixels),
    provenance: {
      data: {
        name: work.dataName,
        layout: dataset.layout,
        fingerprint: work.fingerprint,
        trainingImages: count(split.fit),
        heldOutImages: count(split.heldOut),
      },
      scoreGap: calibration.scoreGap,
      backbone: {
        name,
        sha256: backbone.sha256,
        licence: licence ?? '',
        source: source ?? '',
        ...(backbone.precision && { precision: backbone.precision }),
      },
      textures: (textures ? textureFolder(textures, images) : proceduralTextures()).description,
      preset: work.preset,
      changes: changesFrom(preset, options),
      seed: options.seed,
      selection: selectionOf(selection, steps),
      device: engine.device,
    },
    camera: cameraOf(work),
  };
}
