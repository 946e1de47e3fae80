/** @file The last step of a training: the detector file, its thresholds and what it says of itself. */
import { basename } from 'node:path';
import { writeFileAtomic } from '../../core/files.ts';
import { changesFrom } from '../../core/options.ts';
import { stoppable } from '../../core/progress.ts';
import { byClass } from '../../data/dataset.ts';
import { cameraProfile } from '../../detector/camera/camera.ts';
import { Detector } from '../../detector/detector.ts';
import { detectorBytes } from '../../detector/detector-bytes.ts';
import { detectorGraph } from '../../detector/detector-graph.ts';
import { type DetectorMetadata, detectorFormat } from '../../detector/metadata.ts';
import { graphBytes, withRegions } from '../../detector/roi/roi-graph.ts';
import { notFollowedEntry, regionsEntry } from '../../detector/roi/roi-metadata.ts';
import type { ClassCalibration } from '../../detector/thresholds/class-thresholds.ts';
import { countsTrained, mostGap } from '../../detector/thresholds/score-gap.ts';
import { proceduralTextures, textureFolder } from '../../features/store/texture-source.ts';
import { withOffsets } from '../../image/roi/named-region.ts';
import type { Regions } from '../../image/roi/region-of-interest.ts';
import type { Fitted } from '../../methods/contract.ts';
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
import { goodImagesFile, writeGoodImagesFile } from '../good-images/good-images-file.ts';
import { type RankedImage, rankImages, writeGoodImages } from '../good-images/standing-out.ts';
import { storedDetector } from '../good-images/stored-images.ts';
import { rememberImages } from '../remembered-images.ts';
import { makeGolden } from '../verify.ts';
import { version } from '../version.ts';
import { withMadeDefects } from './made-defects.ts';
import type { Work } from './train-request.ts';

/** A finished detector, and the photographs it was made from as it sees them. */
export interface Written {
  readonly metadata: DetectorMetadata;
  readonly goodImages: readonly RankedImage[];
}

/** Sets thresholds by good images and writes the file with golden images. */
export async function calibrateAndWrite(work: Work, fitted: Fitted): Promise<Written> {
  const { engine, run, dataset } = work;
  const { classes } = dataset;
  const { regions, ...written } = await predictAndDescribe(work, fitted);
  const model = withRegions(detectorGraph(fitted, classes).toModel(), regions?.ofClasses);
  const plain = detectorBytes(model, written.metadata);
  const detector = await Detector.fromBytes(engine, plain, run.model);
  try {
    const golden = await makeGolden(detector, engine.device);
    await writeFileAtomic(run.model, detectorBytes(model, written.metadata, golden));
  } finally {
    await detector.release();
  }
  return written;
}

/** @returns the regions with what makes named ones comparable, too */
async function predictAndDescribe(
  work: Work,
  fitted: Fitted,
): Promise<Written & { readonly regions: Regions | undefined }> {
  const { run, dataset, options } = work;
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
    const described = describe({ ...work, regions }, calibration, steps);
    const metadata = await withMadeDefects(described, work, after, reach);
    const goodImages = rankImages(calibration.images, countsTrained(gap));
    await writeGoodImages({ run, root: dataset.root }, after, goodImages, metadata);
    await writeGoodImagesFile(
      run.goodImagesState,
      goodImagesFile(predicted.images, entryImages ?? [], dataset.root),
    );
    return { metadata, goodImages, regions };
  } finally {
    await after.release();
  }
}

/** The detector that is asked about training images, with these regions. */
function leftOut({ engine, dataset, view }: Work, fitted: Fitted, regions: Regions | undefined) {
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

/** What the detector says of all good images, by what is stored of them where something is. */
async function predictTraining(
  work: Work,
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
    predict: async (id, image) => (await detector()).predict(id, image),
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
function cameraOf({ training, seen, bits }: Work): DetectorMetadata['camera'] {
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

function describe(work: Work, calibration: GoodCalibration, steps: Fitted['steps']): DetectorMetadata {
  const { request, method, options, dataset, training, split, backbone, view, engine, textures, images } =
    work;
  const preset = presetOf(method, request.preset);
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
    cladVersion: version,
    created: new Date().toISOString(),
    method: method.name,
    classes: [...dataset.classes],
    geometry: view.geometry,
    grid: view.grid,
    thresholds: each(({ threshold }) => threshold),
    display: each(({ display }) => display),
    ...regionsEntry(dataset.classes, work.regions),
    ...notFollowedEntry(work.notFollowed),
    trained: rememberImages(work.trainingPixels),
    provenance: {
      data: {
        // The name alone: the file travels, and the path is nobody's business.
        name: basename(dataset.root),
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
      preset: request.preset,
      changes: changesFrom(preset, options),
      seed: options.seed,
      selection: selectionOf(selection, steps),
      device: engine.device,
    },
    camera: cameraOf(work),
  };
}
