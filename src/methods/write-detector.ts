/** @file The last step of a training: the detector file, its thresholds and what it says of itself. */
import { basename } from 'node:path';
import { writeFileAtomic } from '../core/files.ts';
import { changesFrom } from '../core/options.ts';
import { mapAhead } from '../data/concurrency.ts';
import { byClass } from '../data/dataset.ts';
import { calibrateClass } from '../detector/calibrate.ts';
import { Detector, type Prediction } from '../detector/detector.ts';
import { type DetectorSpec, detectorGraph } from '../detector/detector-graph.ts';
import { type Golden, goldenKey } from '../detector/golden.ts';
import { type DetectorMetadata, metadataKey } from '../detector/metadata.ts';
import { proceduralTextures, textureFolder } from '../features/texture-source.ts';
import { decodeImage } from '../image/decode.ts';
import type { TrainingOptions } from '../training/options.ts';
import { makeGolden } from './golden.ts';
import type { Work } from './train-work.ts';
import { version } from './version.ts';

/**
 * Judges the held-out good images with the very file, sets thresholds by them, and writes it with golden pictures.
 * @param preset - what the options began with
 */
export async function calibrateAndWrite(
  work: Work,
  spec: DetectorSpec,
  preset: TrainingOptions,
): Promise<DetectorMetadata> {
  const { engine, run, training, split, request, dataset } = work;
  const metadata = describe(work, preset);
  const graph = detectorGraph(spec);
  const detector = await Detector.fromBytes(
    engine,
    graph.toBytes({ [metadataKey]: JSON.stringify(metadata) }),
    run.model,
  );
  const judged: (Pick<Prediction, 'score' | 'map'> & { readonly className: string })[] = [];
  const held = [...split.heldOut].map((id) => training[id]);
  let golden: Golden;
  try {
    for await (const [{ className }, image] of mapAhead(held, 4, ({ path }) => decodeImage(path))) {
      const { score, map } = await detector.predict(image);
      judged.push({ className, score, map });
      request.onProgress?.({
        task: 'thresholds',
        done: judged.length,
        total: held.length,
        unit: 'images',
      });
    }
    golden = await makeGolden(detector, engine.device);
  } finally {
    await detector.release();
  }
  const predictions = byClass(judged);
  for (const className of dataset.classes) {
    const { threshold, display } = calibrateClass(
      predictions.get(className) ?? [],
      request.options.falseAlarmRate,
    );
    metadata.thresholds[className] = threshold;
    metadata.display[className] = display;
  }
  const entries = { [metadataKey]: JSON.stringify(metadata), [goldenKey]: JSON.stringify(golden) };
  await writeFileAtomic(run.model, graph.toBytes(entries));
  return metadata;
}

function describe(work: Work, preset: TrainingOptions): DetectorMetadata {
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
