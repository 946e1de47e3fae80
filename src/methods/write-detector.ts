/** @file The last step of a training: the detector file, its thresholds and what it says of itself. */
import { basename } from 'node:path';
import { writeFileAtomic } from '../core/files.ts';
import { changesFrom } from '../core/options.ts';
import { calibrateClass } from '../detector/calibrate.ts';
import { Detector } from '../detector/detector.ts';
import { type DetectorSpec, detectorGraph } from '../detector/detector-graph.ts';
import { familiarity, scoresAsNew } from '../detector/familiarity.ts';
import { goldenKey } from '../detector/golden.ts';
import { type DetectorMetadata, metadataKey } from '../detector/metadata.ts';
import { proceduralTextures, textureFolder } from '../features/texture-source.ts';
import type { TrainingOptions } from '../training/options.ts';
import { makeGolden } from './golden.ts';
import { asStranger, type GoodImage, type JudgedImage, judgeGoodImages, scoresOf } from './good-images.ts';
import { writeGoodImages, writeStandingOut } from './standing-out.ts';
import type { Work } from './train-work.ts';
import { version } from './version.ts';

/** A finished detector, and the photographs it was made from as it sees them. */
export interface Written {
  readonly metadata: DetectorMetadata;
  readonly goodImages: readonly GoodImage[];
}

/**
 * Sets thresholds by good images and writes the file with golden pictures.
 * @param preset - what the options began with
 */
export async function calibrateAndWrite(
  work: Work,
  spec: DetectorSpec,
  preset: TrainingOptions,
): Promise<Written> {
  const { engine, run } = work;
  const written = await calibrate(work, spec, preset);
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

async function calibrate(work: Work, spec: DetectorSpec, preset: TrainingOptions): Promise<Written> {
  const stranger = await asStranger(work.engine, spec);
  try {
    const judged = await judgeGoodImages(work, stranger);
    const metadata = calibrated(work, preset, judged);
    const goodImages = await writeGoodImages(work, judged, metadata.thresholds);
    await writeStandingOut(work, stranger, goodImages, metadata);
    return { metadata, goodImages };
  } finally {
    await stranger.release();
  }
}

/** What the file says of itself, with thresholds and colours by what was said of good images. */
function calibrated(work: Work, preset: TrainingOptions, judged: readonly JudgedImage[]): DetectorMetadata {
  const { request, dataset } = work;
  const products = new Map(
    dataset.classes.map((name) => [name, judged.filter(({ className }) => className === name)]),
  );
  const familiar = familiarity([...products.values()].map(scoresOf));
  const metadata = describe(work, preset, familiar);
  for (const [className, images] of products) {
    const { threshold, display } = calibrateClass(
      { scores: scoresAsNew(scoresOf(images), familiar), maps: images.flatMap(({ map }) => map ?? []) },
      request.options.falseAlarmRate,
    );
    metadata.thresholds[className] = threshold;
    metadata.display[className] = display;
  }
  return metadata;
}

function describe(work: Work, preset: TrainingOptions, familiar: number): DetectorMetadata {
  const { request, dataset, training, split, backbone, features, engine, textures } = work;
  const { options } = request;
  const count = (ids: ReadonlySet<number>) =>
    Object.fromEntries(
      dataset.classes.map((name) => [name, [...ids].filter((id) => training[id].className === name).length]),
    );
  const { name, licence, source } = backbone.card;
  return {
    format: 1,
    cladVersion: version,
    created: new Date().toISOString(),
    method: request.method,
    classes: [...dataset.classes],
    geometry: { size: features.geometry.size, resizeShorterTo: features.geometry.resizeShorterTo ?? null },
    thresholds: {},
    display: {},
    provenance: {
      data: {
        // The name alone: the file travels, and the path is nobody's business.
        name: basename(dataset.root),
        layout: dataset.layout,
        fingerprint: work.fingerprint,
        trainingImages: count(split.fit),
        heldOutImages: count(split.heldOut),
      },
      familiarity: familiar,
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
