/** @file The last step of a training: the detector file, its thresholds and what it says of itself. */
import { basename } from 'node:path';
import { writeFileAtomic } from '../core/files.ts';
import { changesFrom } from '../core/options.ts';
import { mapAhead } from '../data/concurrency.ts';
import { byClass } from '../data/dataset.ts';
import { calibrateClass } from '../detector/calibrate.ts';
import { Detector, imageTensor, type Prediction } from '../detector/detector.ts';
import { type DetectorSpec, detectorGraph } from '../detector/detector-graph.ts';
import { goldenKey } from '../detector/golden.ts';
import { type DetectorMetadata, metadataKey } from '../detector/metadata.ts';
import { proceduralTextures, textureFolder } from '../features/texture-source.ts';
import { decodeImage } from '../image/decode.ts';
import { floats, int64 } from '../runtime/engine.ts';
import type { TrainingOptions } from '../training/options.ts';
import { makeGolden } from './golden.ts';
import type { Work } from './train-work.ts';
import { version } from './version.ts';

/**
 * Sets thresholds by held-out good images and writes the file with golden pictures.
 * @param preset - what the options began with
 */
export async function calibrateAndWrite(
  work: Work,
  spec: DetectorSpec,
  preset: TrainingOptions,
): Promise<DetectorMetadata> {
  const { engine, run, request, dataset } = work;
  const metadata = describe(work, preset);
  const predictions = byClass(await judgeHeldOut(work, spec));
  for (const className of dataset.classes) {
    const judged = predictions.get(className) ?? [];
    const { threshold, display } = calibrateClass(
      { scores: judged.map(({ score }) => score), maps: judged.map(({ map }) => map) },
      request.options.falseAlarmRate,
    );
    metadata.thresholds[className] = threshold;
    metadata.display[className] = display;
  }
  const graph = detectorGraph(spec);
  const about = { [metadataKey]: JSON.stringify(metadata) };
  const detector = await Detector.fromBytes(engine, graph.toBytes(about), run.model);
  try {
    const golden = await makeGolden(detector, engine.device);
    await writeFileAtomic(run.model, graph.toBytes({ ...about, [goldenKey]: JSON.stringify(golden) }));
  } finally {
    await detector.release();
  }
  return metadata;
}

/**
 * What the detector says of the held-out good images. The networks have not seen them, and the memory bank is asked without the
 * image's own members, so the scores are like those of photographs to come.
 */
async function judgeHeldOut(
  { engine, training, split, request }: Work,
  spec: DetectorSpec,
): Promise<(Pick<Prediction, 'score' | 'map'> & { readonly className: string })[]> {
  const session = await engine.load(detectorGraph(spec, { leaveOwnOut: true }).toBytes());
  const held = [...split.heldOut];
  const judged: Awaited<ReturnType<typeof judgeHeldOut>> = [];
  try {
    for await (const [id, image] of mapAhead(held, 4, (id) => decodeImage(training[id].path))) {
      const { score, anomaly_map } = await session.run(
        { image: imageTensor([image]), training_image: int64([id], [1]) },
        ['score', 'anomaly_map'],
      );
      judged.push({
        className: training[id].className,
        score: floats(score)[0],
        map: floats(anomaly_map),
      });
      request.onProgress?.({
        task: 'thresholds',
        done: judged.length,
        total: held.length,
        unit: 'images',
      });
    }
  } finally {
    await session.release();
  }
  return judged;
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
