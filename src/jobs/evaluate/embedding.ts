/**
 * @file Patches before and after the adaptor, in two dimensions, as the paper's Figure 3 shows them: the networks' input and
 * the adaptor's output of a sample of test patches, each along its two leading principal components.
 *
 * Both values are read out of the detector file itself: its graph holds them under no public name, but they are what goes into
 * the layer with the adaptor's first weight and what comes out of the one with its last. So nothing but `model.onnx` is needed,
 * and the image is of the very networks that were measured. An image of a sample, not a metric.
 */
import { readFile } from 'node:fs/promises';
import { joined } from '../../core/arrays.ts';
import type { ProgressListener } from '../../core/progress.ts';
import { Random } from '../../core/random.ts';
import { mapAhead } from '../../data/concurrency.ts';
import type { Sample } from '../../data/dataset.ts';
import type { DetectorMetadata } from '../../detector/metadata.ts';
import { principalComponents } from '../../features/memory-bank/principal-components.ts';
import { attach, decodeModel, Graph, type ModelProto } from '../../graph/index.ts';
import type { RgbImage } from '../../image/rgb.ts';
import { type Engine, floats, type Session } from '../../runtime/engine.ts';
import { patchCoverage } from '../../synthesis/local-anomaly.ts';
import { decodeSample } from './decode-sample.ts';

/** Points in the plane of two principal components. */
export interface EmbeddingPlane {
  /** One a patch, in the order of `patches`. */
  readonly x: readonly number[];
  readonly y: readonly number[];
  /** Dimensions of the space it is an image of. */
  readonly width: number;
  /** Share of the variance that the two components hold, 0..1. */
  readonly explained: number;
}

/** A sample of patches, before and after the adaptor. */
export interface Embedding {
  readonly patches: readonly { readonly className: string; readonly anomalous: boolean }[];
  readonly before: EmbeddingPlane;
  readonly after: EmbeddingPlane;
}

export interface EmbeddingRequest {
  readonly engine: Engine;
  /** Path of `model.onnx`. */
  readonly model: string;
  readonly metadata: DetectorMetadata;
  /** Test images; anomalous ones without a mask are not used. */
  readonly samples: readonly Sample[];
  readonly seed: number;
  readonly onProgress?: ProgressListener;
}

/** Images of each kind and patches of each kind, over all classes together. */
const most = { images: 40, normal: 1400, anomalous: 560 };
/** A patch counts as anomalous when the mask covers this share of it. */
const covered = 0.5;

/** @returns null where the detector has no adaptor or no patches of the samples can be labelled */
export async function embeddingOf(request: EmbeddingRequest): Promise<Embedding | null> {
  const model = decodeModel(await readFile(request.model));
  const names = adaptorEnds(model);
  const classes = request.metadata.classes.filter((name) =>
    request.samples.some(({ className }) => className === name),
  );
  const random = new Random(request.seed, 'embedding');
  const images = chooseImages(request.samples, classes, random);
  if (!names || images.length === 0) return null;
  const session = await load(request.engine, model, names);
  try {
    const rows = await gather(request, session, images, classes.length, random);
    if (rows.length < 3) return null;
    const plane = (which: 'before' | 'after') =>
      planeOf(
        request.engine,
        rows.map((row) => row[which]),
        random,
      );
    const patches = rows.map(({ className, anomalous }) => ({ className, anomalous }));
    return { patches, before: await plane('before'), after: await plane('after') };
  } finally {
    await session.release();
  }
}

/** Names of the values that enter and leave the adaptor, in the detector's graph. */
function adaptorEnds(model: ModelProto): { input: string; output: string } | undefined {
  const layer = (weight: string) => model.graph.node?.find(({ input }) => input?.[1] === weight);
  const input = layer('adaptor.0.weight')?.input?.[0];
  const output = layer('adaptor.6.weight')?.output?.[0];
  return input === undefined || output === undefined ? undefined : { input, output };
}

async function load(engine: Engine, model: ModelProto, names: { input: string; output: string }) {
  const graph = new Graph();
  const image = graph.input('image', 'uint8', ['N', 'H', 'W', 3]);
  const [before, after] = attach(graph, model, { image }, [{ name: names.input }, { name: names.output }]);
  graph.output('before', before!);
  graph.output('after', after!);
  return engine.load(graph.toBytes());
}

/** A few images of each class and kind, drawn at random. */
function chooseImages(samples: readonly Sample[], classes: readonly string[], random: Random): Sample[] {
  const each = Math.max(1, Math.round(most.images / Math.max(1, classes.length)));
  return classes.flatMap((name) => {
    const own = samples.filter(({ className }) => className === name);
    const good = own.filter(({ anomalous }) => !anomalous);
    const masked = own.filter(({ anomalous, maskPaths }) => anomalous && maskPaths !== undefined);
    return [...random.sample(good, each), ...random.sample(masked, each)];
  });
}

interface PatchRow {
  readonly className: string;
  readonly anomalous: boolean;
  readonly before: Float32Array;
  readonly after: Float32Array;
}

/** Patches of good images, and of anomalous images those inside the mask; equally many of each image. */
async function gather(
  { metadata, onProgress }: EmbeddingRequest,
  session: Session,
  images: readonly Sample[],
  classes: number,
  random: Random,
): Promise<PatchRow[]> {
  const decode = (sample: Sample) => decodeSample(sample, metadata);
  const rows: PatchRow[] = [];
  let done = 0;
  for await (const [sample, { image, mask }] of mapAhead(images, 2, decode)) {
    const { className, anomalous } = sample;
    const { before, after, patches } = await run(session, image);
    const coverage = mask && patchCoverage(mask, metadata.grid);
    const usable = range(patches).filter((patch) => !coverage || coverage[patch]! >= covered);
    const alike = images.filter((each) => each.className === className && each.anomalous === anomalous);
    const total = anomalous ? most.anomalous : most.normal;
    for (const patch of random.sample(usable, Math.ceil(total / classes / alike.length))) {
      rows.push({ className, anomalous, before: rowOf(before, patch), after: rowOf(after, patch) });
    }
    onProgress?.({ task: 'embedding', done: ++done, total: images.length, unit: 'images' });
  }
  return rows;
}

interface Rows {
  readonly data: Float32Array;
  readonly width: number;
}

async function run(session: Session, { width, height, data }: RgbImage) {
  const outputs = await session.run({ image: { dtype: 'uint8', shape: [1, height, width, 3], data } });
  const rows = (name: string): Rows => ({
    data: floats(outputs[name]),
    width: outputs[name]?.shape[1] ?? 0,
  });
  return { before: rows('before'), after: rows('after'), patches: outputs.after?.shape[0] ?? 0 };
}

function rowOf({ data, width }: Rows, row: number): Float32Array {
  return data.slice(row * width, (row + 1) * width);
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}

async function planeOf(
  engine: Engine,
  rows: readonly Float32Array[],
  random: Random,
): Promise<EmbeddingPlane> {
  const width = rows[0]?.length ?? 0;
  const all = joined(Float32Array, rows);
  const { mean, matrix, explained } = await principalComponents(engine, all, width, 2, random);
  const along = (component: 0 | 1) =>
    rows.map((row) =>
      row.reduce((sum, value, at) => sum + (value - mean[at]!) * matrix[2 * at + component]!, 0),
    );
  return { x: along(0), y: along(1), width, explained };
}
