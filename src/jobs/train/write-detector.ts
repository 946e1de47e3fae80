/** @file The last step of a training: the detector file, its thresholds and what it says of itself. */
import { basename } from 'node:path';
import { writeFileAtomic } from '../../core/files.ts';
import { changesFrom } from '../../core/options.ts';
import { byClass } from '../../data/dataset.ts';
import { cameraProfile } from '../../detector/camera/camera.ts';
import { Detector } from '../../detector/detector.ts';
import { detectorBytes } from '../../detector/detector-bytes.ts';
import { type DetectorSpec, detectorGraph } from '../../detector/detector-graph.ts';
import type { DetectorMetadata } from '../../detector/metadata.ts';
import type { ClassCalibration } from '../../detector/thresholds/class-thresholds.ts';
import { countsTrained } from '../../detector/thresholds/familiarity.ts';
import { gridSideOf } from '../../features/patches/extractor.ts';
import { proceduralTextures, textureFolder } from '../../features/store/texture-source.ts';
import type { Trained } from '../../methods/contract.ts';
import type { TrainingOptions } from '../../training/options.ts';
import {
  calibrateByGood,
  familiarityOf,
  type GoodCalibration,
  imagesToJudge,
  judgeGoodImages,
  leaveOwnOutDetector,
} from '../good-images/good-images.ts';
import { goodImagesFile, writeGoodImagesFile } from '../good-images/good-images-file.ts';
import { type RankedImage, rankImages, writeGoodImages } from '../good-images/standing-out.ts';
import { rememberPictures } from '../remembered-pictures.ts';
import { makeGolden } from '../verify.ts';
import { version } from '../version.ts';
import { reachOf, withMadeDefects } from './made-defects.ts';
import { stoppable, type Work } from './prepare.ts';

/** A finished detector, and the photographs it was made from as it sees them. */
export interface Written {
  readonly metadata: DetectorMetadata;
  readonly goodImages: readonly RankedImage[];
}

/**
 * Sets thresholds by good images and writes the file with golden pictures.
 * @param preset - what the options began with
 */
export async function calibrateAndWrite(
  work: Work,
  spec: DetectorSpec,
  trained: Pick<Trained, 'steps' | 'entryImages'>,
  preset: TrainingOptions,
): Promise<Written> {
  const { engine, run } = work;
  const written = await judgeAndDescribe(work, spec, trained, preset);
  const model = detectorGraph(spec).toModel();
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

async function judgeAndDescribe(
  work: Work,
  spec: DetectorSpec,
  { steps, entryImages = [] }: Pick<Trained, 'steps' | 'entryImages'>,
  preset: TrainingOptions,
): Promise<Written> {
  const { engine, request, run, dataset, training, split } = work;
  const { seed, falseAlarmRate } = request.options;
  const ownOut = await leaveOwnOutDetector(engine, detectorGraph(spec, { leaveOwnOut: true }).toBytes());
  try {
    const toJudge = {
      paths: training.map(({ path }) => path),
      products: imagesToJudge(training, split, seed),
      heldOut: split.heldOut,
      bits: work.bits,
      classes: dataset.classes,
    };
    const judged = await judgeGoodImages(toJudge, ownOut, stoppable(request));
    const learnt = steps.stage1 + steps.stage2 > 0;
    const familiar = learnt ? familiarityOf(judged.images) : 0;
    const calibration = calibrateByGood(judged, falseAlarmRate, familiar);
    const { features, blurSigma } = spec;
    const reach = reachOf(blurSigma, features.geometry.size / gridSideOf(features));
    const metadata = await withMadeDefects(describe(work, preset, calibration), work, ownOut, reach);
    const goodImages = rankImages(calibration.images, countsTrained(familiar));
    await writeGoodImages({ run, root: dataset.root }, ownOut, goodImages, metadata);
    await writeGoodImagesFile(run.goodImagesState, goodImagesFile(judged.images, entryImages, dataset.root));
    return { metadata, goodImages };
  } finally {
    await ownOut.release();
  }
}

/** What the photographs of each product are like, held-out ones too. */
function cameraOf({ training, seen, bits }: Work): DetectorMetadata['camera'] {
  const pictures = training.flatMap(({ path, className }) => {
    const picture = seen.get(path);
    return picture ? { className, picture } : [];
  });
  const products = [...byClass(pictures)].map(([name, own]) => [
    name,
    cameraProfile(own.map(({ picture }) => picture)),
  ]);
  return { bits, products: Object.fromEntries(products) };
}

function describe(work: Work, preset: TrainingOptions, calibration: GoodCalibration): DetectorMetadata {
  const { request, dataset, training, split, backbone, features, engine, textures } = work;
  const { options } = request;
  const count = (ids: ReadonlySet<number>) =>
    Object.fromEntries(
      dataset.classes.map((name) => [name, [...ids].filter((id) => training[id].className === name).length]),
    );
  const each = <T>(value: (of: ClassCalibration) => T) =>
    Object.fromEntries([...calibration.classes].map(([name, of]) => [name, value(of)]));
  const { name, licence, source } = backbone.card;
  return {
    format: 1,
    cladVersion: version,
    created: new Date().toISOString(),
    method: request.method,
    classes: [...dataset.classes],
    geometry: { size: features.geometry.size, resizeTo: features.geometry.resizeTo ?? null },
    thresholds: each(({ threshold }) => threshold),
    display: each(({ display }) => display),
    trained: rememberPictures(work.trainingPixels),
    provenance: {
      data: {
        // The name alone: the file travels, and the path is nobody's business.
        name: basename(dataset.root),
        layout: dataset.layout,
        fingerprint: work.fingerprint,
        trainingImages: count(split.fit),
        heldOutImages: count(split.heldOut),
      },
      familiarity: calibration.familiarity,
      backbone: { name, sha256: backbone.sha256, licence: licence ?? '', source: source ?? '' },
      textures: (textures ? textureFolder(textures) : proceduralTextures()).description,
      preset: request.preset,
      changes: changesFrom(preset, options),
      seed: options.seed,
      selection: options.selection,
      device: engine.device,
    },
    camera: cameraOf(work),
  };
}
