/** @file The last step of a training: the detector file, its thresholds and what it says of itself. */
import { basename } from 'node:path';
import { writeFileAtomic } from '../core/files.ts';
import { changesFrom } from '../core/options.ts';
import type { ClassCalibration } from '../detector/calibrate.ts';
import { Detector } from '../detector/detector.ts';
import { type DetectorSpec, detectorGraph } from '../detector/detector-graph.ts';
import { countsTrained } from '../detector/familiarity.ts';
import { goldenKey } from '../detector/golden.ts';
import { type DetectorMetadata, metadataKey } from '../detector/metadata.ts';
import { gridSideOf } from '../features/extractor.ts';
import { proceduralTextures, textureFolder } from '../features/texture-source.ts';
import type { TrainingOptions } from '../training/options.ts';
import { makeGolden } from './golden.ts';
import {
  calibrateByGood,
  type GoodCalibration,
  judgeGoodImages,
  leaveOwnOutDetector,
} from './good-images.ts';
import { reachOf, withMadeDefects } from './made-defects.ts';
import { type RankedImage, rankImages, writeGoodImages } from './standing-out.ts';
import type { Work } from './train-work.ts';
import { version } from './version.ts';

/** A finished detector, and the photographs it was made from as it sees them. */
export interface Written {
  readonly metadata: DetectorMetadata;
  readonly goodImages: readonly RankedImage[];
}

/**
 * Sets thresholds by good images and writes the file with golden pictures.
 * @param preset - what the options began with
 * @param learnt - whether networks were trained
 */
export async function calibrateAndWrite(
  work: Work,
  spec: DetectorSpec,
  preset: TrainingOptions,
  learnt: boolean,
): Promise<Written> {
  const { engine, run } = work;
  const written = await judgeAndDescribe(work, spec, preset, learnt);
  const graph = detectorGraph(spec);
  const about = { [metadataKey]: JSON.stringify(written.metadata) };
  const detector = await Detector.fromBytes(engine, graph.toBytes(about), run.model);
  try {
    const golden = await makeGolden(detector, engine.device);
    await writeFileAtomic(run.model, graph.toBytes({ ...about, [goldenKey]: JSON.stringify(golden) }));
  } finally {
    await detector.release();
  }
  return written;
}

async function judgeAndDescribe(
  work: Work,
  spec: DetectorSpec,
  preset: TrainingOptions,
  learnt: boolean,
): Promise<Written> {
  const ownOut = await leaveOwnOutDetector(work.engine, spec);
  try {
    const judged = await judgeGoodImages(work, ownOut);
    const calibration = calibrateByGood(judged, work.request.options.falseAlarmRate, learnt);
    const { features, blurSigma } = spec;
    const reach = reachOf(blurSigma, features.geometry.size / gridSideOf(features));
    const metadata = await withMadeDefects(describe(work, preset, calibration), work, ownOut, reach);
    const goodImages = rankImages(calibration.images, countsTrained(calibration.familiarity));
    await writeGoodImages(work, ownOut, goodImages, metadata);
    return { metadata, goodImages };
  } finally {
    await ownOut.release();
  }
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
  };
}
