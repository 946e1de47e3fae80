/** @file Whether a file that was rewritten for any size is still the function that it was: both are run on one image of the size that it was made for. */
import { CladError, firstLineOf } from '../../core/errors.ts';
import { Random } from '../../core/random.ts';
import {
  attach,
  declaredInputs,
  encodeModel,
  Graph,
  type GridMap,
  type ModelProto,
  type NamedMap,
} from '../../graph/index.ts';
import type { ImageSize } from '../../image/limits.ts';
import { sizeText } from '../../image/size-option.ts';
import { type Engine, float32, floats, type TensorValue } from '../../runtime/engine.ts';
import { unsuitable } from './backbone-file.ts';
import type { Normalization } from './inner-normalization.ts';

/** How far a number may be off, of the largest one of its layer: engines join operations otherwise where shapes are computed. */
const tolerance = 1e-4;

/** What is compared. */
export interface Comparison {
  /** The file for one image [1, 3, H, W] of the size. */
  readonly original: ModelProto;
  /** For any. */
  readonly rewritten: ModelProto;
  /** Values of the original, and their names among the outputs of the rewritten one. */
  readonly layers: readonly NamedMap[];
  readonly size: ImageSize;
  readonly inputName: string;
  /** Of RGB/255, as the file wants it. */
  readonly normalization: Normalization;
}

/** @throws BACKBONE_UNSUITABLE where they differ, or one of them does not run */
export async function requireSameFunction(engine: Engine, path: string, compared: Comparison): Promise<void> {
  const { original, rewritten, layers, size, inputName } = compared;
  const feeds = { [inputName]: noise(compared) };
  const run = async (model: ModelProto) => {
    try {
      return await outputsOf(engine, model, feeds);
    } catch (error) {
      if (error instanceof CladError) throw error;
      const at = `an image of ${size.width} x ${size.height} pixels`;
      return unsuitable(path, `it does not run on ${at} (${firstLineOf(error)})`);
    }
  };
  const before = await run(withOutputs(original, layers));
  const after = await run(rewritten);
  for (const { map, name } of layers) {
    const { off, largest } = difference(asMap(before.get(map.name) as Numbers, map), after.get(name)?.data);
    // NaN is no number that is small.
    if (off <= tolerance * largest) continue;
    const numbers = `off by ${off.toPrecision(2)} where its largest number is ${largest.toPrecision(2)}`;
    unsuitable(
      path,
      `rewritten, it is not the same function at its own ${sizeText(size)} pixels: its layer ${name} is ${numbers}`,
    );
  }
}

interface Numbers {
  readonly data: Float32Array;
  readonly shape: readonly number[];
}

async function outputsOf(
  engine: Engine,
  model: ModelProto,
  feeds: Record<string, TensorValue>,
): Promise<Map<string, Numbers>> {
  const session = await engine.load(encodeModel(model));
  try {
    const outputs = await session.run(feeds);
    return new Map(
      Object.entries(outputs).map(([name, value]) => [name, { data: floats(value), shape: value.shape }]),
    );
  } finally {
    await session.release();
  }
}

/**
 * Whether a rewritten file runs at a size, with layers of the shapes that were worked out for it, and sees each of several images as if it were alone.
 * @throws BACKBONE_UNSUITABLE where it does not
 */
export async function requireRunsAt(
  engine: Engine,
  path: string,
  compared: Comparison,
  size: ImageSize,
): Promise<void> {
  const fail = (reason: string) =>
    unsuitable(path, `rewritten for images of ${sizeText(size)} pixels, it does not run there: ${reason}`);
  const image = { rows: size.height, columns: size.width };
  const run = (count: number) =>
    outputsOf(engine, compared.rewritten, {
      [compared.inputName]: noise({ ...compared, size }, count),
    }).catch((error: unknown) => fail(`with ${count} at once: ${firstLineOf(error)}`));
  const [alone, both] = [await run(1), await run(2)];
  for (const { map, name } of compared.layers) {
    const { data, shape } = both.get(name) as Numbers;
    const expected = [2, map.channels, ...map.sides.map((side) => side.at(image))].join(' x ');
    if (shape.join(' x ') !== expected)
      fail(`its layer ${name} is ${shape.join(' x ')} instead of ${expected}`);
    const { off, largest } = difference(data.subarray(0, data.length / 2), alone.get(name)?.data);
    if (!(off <= tolerance * largest)) fail(`its layer ${name} depends on what other images are beside one`);
  }
}

/** Noise of the mean and deviation that photographs have. */
function noise(
  { size: { width, height }, normalization: { mean, std } }: Pick<Comparison, 'size' | 'normalization'>,
  count = 1,
): TensorValue {
  const places = width * height;
  const random = new Random('any size', sizeText({ width, height }));
  const data = random.fillNormal(new Float32Array(count * 3 * places));
  for (let at = 0; at < data.length; at++) {
    const colour = Math.floor(at / places) % 3;
    data[at] = (0.45 + 0.25 * data[at]! - mean[colour]!) / std[colour]!;
  }
  return float32(data, [count, 3, height, width]);
}

/** A file that gives out the layers as it has them, in whatever layout. */
function withOutputs(model: ModelProto, layers: readonly NamedMap[]): ModelProto {
  const graph = new Graph();
  const input = declaredInputs(model)[0]!;
  const image = graph.input(input.name, input.dtype, input.shape);
  const names = layers.map(({ map }) => map.name);
  const values = attach(
    graph,
    model,
    { [input.name]: image },
    names.map((name) => ({ name })),
  );
  values.forEach((value, at) => {
    graph.output(names[at]!, value);
  });
  return graph.toModel();
}

/** The numbers of a layer by channel, row and column. */
function asMap({ data }: Numbers, { layout, channels, rows, columns, before }: GridMap): Float32Array {
  const places = rows * columns;
  if (layout === 'channels first') return data;
  // A row of tokens may have others before and behind the grid's.
  const all = data.length / channels;
  const map = new Float32Array(channels * places);
  for (let channel = 0; channel < channels; channel++)
    for (let place = 0; place < places; place++) {
      const from = place + before;
      map[channel * places + place] =
        data[layout === 'tokens last' ? channel * all + from : from * channels + channel]!;
    }
  return map;
}

function difference(one: Float32Array, two: Float32Array | undefined): { off: number; largest: number } {
  if (two?.length !== one.length) return { off: Number.NaN, largest: 1 };
  let [off, largest] = [0, 0];
  for (const [at, value] of one.entries()) {
    largest = Math.max(largest, Math.abs(value));
    off = Math.max(off, Math.abs(value - two[at]!));
  }
  return { off, largest };
}
