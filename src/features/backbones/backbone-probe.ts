/**
 * @file What a network's values really are, found by running it once: their shapes, the strides these show, and which of
 * them would serve as layers where nobody has said.
 */
import { CladError, firstLineOf } from '../../core/errors.ts';
import { Random } from '../../core/random.ts';
import { attach, Graph, type ModelProto, type Tensor } from '../../graph/index.ts';
import type { ImageSize } from '../../image/limits.ts';
import { sizeOf, sizeOption } from '../../image/size-option.ts';
import { type Engine, float32 } from '../../runtime/engine.ts';
import type { BackboneLayer } from './backbone-card.ts';

/** One value after a run on one image. */
export interface MeasuredValue {
  readonly name: string;
  readonly shape: readonly number[];
  /** Smallest, mean and largest number; NaN where they were not asked for. */
  readonly range: readonly [low: number, mean: number, high: number];
}

/**
 * Runs a network on one seeded image of noise (mean 0, deviation 1 by channel, as a normalised image).
 * @param size - of the image, pixels
 * @param options.range - also the numbers' range, for values of floating type
 * @throws Error of the engine when the network does not run at this size
 */
export async function measureValues(
  engine: Engine,
  model: ModelProto,
  inputName: string,
  names: readonly string[],
  { width, height }: ImageSize,
  options: { range?: boolean } = {},
): Promise<{ values: MeasuredValue[]; milliseconds: number }> {
  const graph = new Graph();
  const image = graph.input('image', 'float32', ['N', 3, 'H', 'W']);
  const values = attach(
    graph,
    model,
    { [inputName]: image },
    names.map((name) => ({ name })),
  );
  values.forEach((value, index) => {
    graph.output(`shape${index}`, shapeOf(value, index));
    if (!options.range) return;
    for (const reduction of reductions) graph.output(`${reduction}${index}`, reduce(value, reduction));
  });
  const session = await engine.load(graph.toBytes());
  try {
    const data = new Random('backbone', sizeOption({ width, height })).fillNormal(
      new Float32Array(3 * width * height),
    );
    const started = performance.now();
    const outputs = await session.run({ image: float32(data, [1, 3, height, width]) });
    const milliseconds = performance.now() - started;
    const number = (name: string) => Number(outputs[name]?.data[0] ?? Number.NaN);
    return {
      milliseconds,
      values: names.map((name, index) => ({
        name,
        shape: Array.from((outputs[`shape${index}`]?.data ?? []) as ArrayLike<number | bigint>, Number),
        range: reductions.map((reduction) => number(`${reduction}${index}`)) as [number, number, number],
      })),
    };
  } finally {
    await session.release();
  }
}

const reductions = ['ReduceMin', 'ReduceMean', 'ReduceMax'] as const;

/** The sizes of a value that is unknown while building; an output may not be declared with a wrong rank, so only this leaves. */
function shapeOf(value: Tensor, index: number): Tensor {
  return value.graph.add('Shape', [value], [{ dtype: 'int64', shape: [`rank${index}`] }])[0] as Tensor;
}

function reduce(value: Tensor, reduction: (typeof reductions)[number]): Tensor {
  return value.graph.add(reduction, [value], [{ dtype: value.dtype, shape: [] }], {
    attributes: { keepdims: { int: 0 } },
  })[0] as Tensor;
}

/** Channels and strides of layers, or why they cannot be had. */
export type FoundLayers =
  | { readonly layers: readonly BackboneLayer[]; readonly reason?: undefined }
  | { readonly layers?: undefined; readonly reason: string };

/**
 * Measures layers: channels and strides, shallow to deep.
 * @throws MODEL_UNSUITABLE when the file has no such value or cannot be attached
 * @param fixedSize - what the file insists on; where it takes any, two sizes give the strides exactly
 */
export async function measureLayers(
  engine: Engine,
  model: ModelProto,
  inputName: string,
  names: readonly string[],
  fixedSize?: ImageSize,
): Promise<FoundLayers> {
  const measured = await measureStrides(engine, model, inputName, names, fixedSize);
  if ('reason' in measured) return measured;
  const wrong = measured.find(({ isMap }) => !isMap);
  if (wrong) {
    const expected = 'a layer is [N, channels, height, width], both as many times smaller than the image';
    return { reason: `its value ${wrong.name} has the shape [${wrong.shape.join(', ')}]; ${expected}` };
  }
  return { layers: sorted(measured) };
}

/**
 * Layers to propose for a file whose outputs are none: at each stride of 4, 8 and 16 the last value among those of most
 * channels, which in residual networks is the end of a stage.
 */
export async function proposeLayers(
  engine: Engine,
  model: ModelProto,
  inputName: string,
  fixedSize?: ImageSize,
): Promise<readonly BackboneLayer[]> {
  const names = (model.graph.node ?? []).flatMap(({ output }) => (output?.[0] ? [output[0]] : []));
  const measured = await measureStrides(engine, model, inputName, names, fixedSize);
  if ('reason' in measured) return [];
  const maps = measured.filter(({ isMap, stride }) => isMap && stride > 1);
  return sorted(
    [4, 8, 16].flatMap((stride) => {
      const here = maps.filter((each) => each.stride === stride);
      const widest = Math.max(...here.map(({ shape }) => shape[1] as number));
      return here.filter(({ shape }) => shape[1] === widest).slice(-1);
    }),
  );
}

interface Strided {
  readonly name: string;
  readonly shape: readonly number[];
  readonly stride: number;
  /** Whether it is a map of the image: of one stride down and across. */
  readonly isMap: boolean;
}

async function measureStrides(
  engine: Engine,
  model: ModelProto,
  inputName: string,
  names: readonly string[],
  fixedSize: ImageSize | undefined,
): Promise<Strided[] | { reason: string }> {
  const run = (size: ImageSize) => measureValues(engine, model, inputName, names, size);
  if (fixedSize === undefined) {
    try {
      const [small, large] = [await run(sizeOf(128)), await run(sizeOf(256))];
      return large.values.map(({ name, shape }, index) => ({
        name,
        shape,
        stride: 128 / ((shape[2] ?? 0) - (small.values[index]?.shape[2] ?? 0)),
        isMap: shape.length === 4 && shape[2] === shape[3],
      }));
    } catch {
      // Too small, or no multiple of what the network wants: the usual size tells nearly as much.
    }
  }
  const size = fixedSize ?? sizeOf(224);
  try {
    const { values } = await run(size);
    return values.map(({ name, shape }) => {
      const stride = nominalStride(size.height / (shape[2] ?? 1));
      const isMap = shape.length === 4 && stride === nominalStride(size.width / (shape[3] ?? 1));
      return { name, shape, stride, isMap };
    });
  } catch (error) {
    if (error instanceof CladError) throw error;
    return {
      reason: `it does not run on an image of ${size.width} x ${size.height} pixels (${firstLineOf(error)})`,
    };
  }
}

/** A stride from one size: a power of two where the border took less than a tenth (224 / 13 is 16), else the nearest integer. */
function nominalStride(ratio: number): number {
  const power = 2 ** Math.round(Math.log2(ratio));
  return Math.abs(ratio / power - 1) < 0.1 ? power : Math.max(1, Math.round(ratio));
}

function sorted(measured: readonly Strided[]): BackboneLayer[] {
  return measured
    .map(({ name, shape, stride }) => ({
      name,
      channels: shape[1] ?? 0,
      stride: Math.max(1, Math.round(stride)),
    }))
    .sort((a, b) => a.stride - b.stride);
}
