/** @file Weights that are a formula of their names, as the scripts in tools/ that make golden numbers have them; and comparing layers with these numbers. */
import { expect } from 'vitest';
import type { Safetensor } from '../../src/core/safetensors.ts';
import { buildFromWeights } from '../../src/features/backbones/families/families.ts';
import type { BuiltBackbone } from '../../src/features/backbones/families/family.ts';
import type { WeightHints } from '../../src/features/backbones/families/weight-hints.ts';
import { type Engine, float32, floats } from '../../src/runtime/engine.ts';

/** What a script says of a layer. */
export interface GoldenLayer {
  readonly shape: number[];
  readonly mean: number;
  readonly std: number;
  readonly at: number[];
  readonly values: number[];
}

/** What a script writes: small networks, by whose they are. */
export interface GoldenModels {
  readonly models: Record<
    string,
    { image: number[]; weights: Record<string, number[]>; layers: Record<string, GoldenLayer> }
  >;
}

/** The formula of tools/golden_numbers.py: numbers in [0, 1) from a name. */
export function uniform(name: string, count: number): Float64Array {
  let seed = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(name)) seed = Math.imul(seed ^ byte, 0x01000193);
  const numbers = new Float64Array(count);
  for (let index = 0; index < count; index++) {
    let x = (Math.imul(index, 2654435761) + seed) | 0;
    x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
    x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
    numbers[index] = ((x ^ (x >>> 16)) >>> 0) / 4294967296;
  }
  return numbers;
}

/** A weight by a rule for its numbers. */
export function weightBy(
  name: string,
  shape: readonly number[],
  rule: (value: number) => number,
): Safetensor {
  const count = shape.reduce((product, size) => product * size, 1);
  const data = new Float32Array(count);
  // Float32Array.from would make a list of the millions of them first.
  const numbers = uniform(name, count);
  for (let index = 0; index < count; index++) data[index] = rule(numbers[index]!);
  return { dtype: 'F32', shape, data };
}

/** A weight of a transformer, a ConvNeXt or an EfficientNet, as `values` of tools/golden_numbers.py has it. */
export function transformerWeight(name: string, shape: readonly number[]): Safetensor {
  const [, inputs = 1, rows = 1, columns = 1] = shape;
  const scaled = (bound: number) => weightBy(name, shape, (value) => (2 * value - 1) * bound);
  if (shape.length === 4) return scaled(Math.sqrt(6 / (inputs * rows * columns)));
  if (shape.length === 2 && name.endsWith('weight')) return scaled(Math.sqrt(3 / inputs));
  if (shape.length === 1 && /weight$|running_var$|gamma|lambda/.test(name))
    return weightBy(name, shape, (value) => 0.5 + value);
  if (name.endsWith('periods')) return weightBy(name, shape, (value) => 1 + 20 * value);
  if (name.endsWith('bias_mask')) return weightBy(name, shape, (value) => (value > 0.5 ? 1 : 0));
  return scaled(0.5);
}

/** The weights of one of these networks. */
export function weightsOf({ models }: GoldenModels, name: string): Record<string, Safetensor> {
  const shapes = Object.entries(models[name]?.weights ?? {});
  return Object.fromEntries(shapes.map(([key, shape]) => [key, transformerWeight(key, shape)]));
}

/**
 * Expects weights to be refused by a sentence.
 * @param shape - that a weight has instead of its own; it is left out where there is none
 */
export function expectRefused(
  weights: Record<string, Safetensor>,
  [key, shape]: readonly [key: string, shape: readonly number[] | undefined],
  message: string,
  hints: WeightHints = {},
): void {
  if (shape) weights[key] = transformerWeight(key, shape);
  else delete weights[key];
  const build = () => buildFromWeights({ tensors: weights, path: 'x.safetensors', hints });
  expect(build).toThrow(expect.objectContaining({ code: 'STATE_DICT_UNSUITABLE' }));
  expect(build).toThrow(message);
}

/** The card's layers of a convolutional network, from the golden shapes. */
export function layersOf(golden: Readonly<Record<string, GoldenLayer>>, strides = [4, 8, 16, 16]) {
  return Object.entries(golden).map(([name, { shape }], index) => ({
    name,
    channels: shape[1],
    stride: strides[index],
  }));
}

/** Expects each layer to be what PyTorch computed, to `tolerance` of its deviation. */
export async function expectGolden(
  engine: Engine,
  built: BuiltBackbone,
  shape: readonly number[],
  golden: Readonly<Record<string, GoldenLayer>>,
  tolerance = 1e-4,
): Promise<void> {
  const session = await engine.load(built.graph.toBytes());
  const count = shape.reduce((product, size) => product * size, 1);
  const image = Float32Array.from(uniform('image', count), (value) => 4 * value - 2);
  const outputs = await session.run({ image: float32(image, [...shape]) });
  await session.release();
  for (const [name, expected] of Object.entries(golden)) {
    const { mean, std, at, values } = expected;
    const data = floats(outputs[name]);
    expect(outputs[name]?.shape).toEqual(expected.shape);
    let [sum, squares] = [0, 0];
    for (const value of data) {
      sum += value;
      squares += value * value;
    }
    const ownMean = sum / data.length;
    expect(Math.abs(ownMean - mean)).toBeLessThan(tolerance * std);
    expect(Math.abs(Math.sqrt(squares / data.length - ownMean ** 2) / std - 1)).toBeLessThan(tolerance);
    at.forEach((index, number) => {
      expect(Math.abs(data[index]! - values[number]!)).toBeLessThan(tolerance * std);
    });
  }
}

/** Expects values of a graph to be what PyTorch computed, to 1e-4 of their deviation. @param what - for the message */
export function expectLayer(
  found: { data: number[]; shape: readonly number[] },
  expected: GoldenLayer,
  what: string,
) {
  expect(found.shape, what).toEqual(expected.shape);
  const mean = found.data.reduce((total, value) => total + value, 0) / found.data.length;
  const scale = Math.max(expected.std, Math.abs(expected.mean), 1e-3);
  expect(Math.abs(mean - expected.mean), `mean of ${what}`).toBeLessThan(1e-4 * scale);
  expected.at.forEach((index, number) => {
    const off = Math.abs(found.data[index]! - expected.values[number]!);
    expect(off, `${what}[${index}]`).toBeLessThan(1e-4 * scale);
  });
}
