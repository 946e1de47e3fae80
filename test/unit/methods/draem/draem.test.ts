/** @file DRAEM against PyTorch: the shapes of both networks, the gradients of a step, four steps, and the map and score afterwards (tools/make-draem-golden.py). */
import { describe, expect, it } from 'vitest';
import { Random } from '../../../../src/core/random.ts';
import { middleGrey } from '../../../../src/features/store/extract-maps.ts';
import { Graph, gradients } from '../../../../src/graph/index.ts';
import { saidOf } from '../../../../src/methods/draem/draem.ts';
import { draemPresets } from '../../../../src/methods/draem/draem-options.ts';
import { draemStep, stepSpec } from '../../../../src/methods/draem/draem-step.ts';
import {
  draemParameters,
  draemShape,
  productsOf,
  type Widths,
} from '../../../../src/methods/draem/networks.ts';
import { constantParameters } from '../../../../src/nn/constant-parameters.ts';
import type { DeclaredParameters } from '../../../../src/nn/parameters.ts';
import { float32, floats, type TensorValue } from '../../../../src/runtime/engine.ts';
import { nodeEngine } from '../../../../src/runtime/node.ts';
import { initialState, trainingProgram } from '../../../../src/training/program.ts';
import { fixture } from '../../../helpers/fixtures.ts';
import { full } from '../../../helpers/full.ts';
import { type GoldenLayer, transformerWeight, uniform } from '../../../helpers/golden-weights.ts';
import { runSteps } from '../../../helpers/run-steps.ts';

const { size, batch, widths, gamma, steps } = fixture<{
  size: { width: number; height: number };
  batch: number;
  widths: Widths;
  gamma: number;
  steps: {
    weights: Record<string, number[]>;
    slopes: Record<string, GoldenLayer>;
    losses: number[][];
    final: Record<string, GoldenLayer>;
    map: GoldenLayer;
    score: number[];
  };
}>('draem.json');

const { height, width } = size;
const pixels = height * width;
const spec = stepSpec(batch, size);
const shape = draemShape(widths);
const optimizer = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 };
const engine = await nodeEngine({ threads: 1 });
const own = draemParameters(shape, new Random('networks'), null);
const declared: DeclaredParameters = Object.fromEntries(
  Object.entries(own).map(([name, parameter]) => [
    name,
    { ...parameter, data: firstValues(name, parameter.shape) },
  ]),
);

/** As `first` of the script has them: batch norm lifts its maps, so that few places are silent. */
function firstValues(name: string, of: readonly number[]): Float32Array {
  const data = transformerWeight(name, of).data as Float32Array;
  return name.endsWith('bn.bias') ? data.map((value) => 1 + Math.abs(value)) : data;
}

const bytesOf = (name: string, count: number) =>
  Uint8Array.from(uniform(name, count), (value) => 256 * value);

/** What one step is fed, as `images_of` of the script makes it. */
function imagesOf(step: number) {
  const blocks = bytesOf(`good ${step}`, (batch * pixels * 3) / 64);
  const covered = uniform(`mask ${step}`, (batch * pixels) / 16);
  const noise = bytesOf(`noise ${step}`, batch * pixels * 3);
  const [good, drawn] = [new Uint8Array(noise.length), new Uint8Array(noise.length)];
  const mask = new Uint8Array(batch * pixels);
  for (let at = 0; at < mask.length; at++) {
    const [image, row, column] = [Math.floor(at / pixels), Math.floor(at / width) % height, at % width];
    const block = (side: number) =>
      (image * (height / side) + Math.floor(row / side)) * (width / side) + Math.floor(column / side);
    mask[at] = covered[block(4)]! < 0.25 ? 1 : 0;
    for (let channel = 0; channel < 3; channel++) {
      good[3 * at + channel] = blocks[3 * block(8) + channel]!;
      drawn[3 * at + channel] = mask[at] === 1 ? noise[3 * at + channel]! : good[3 * at + channel]!;
    }
  }
  return { good, drawn, mask };
}

/** Feeds of some steps, one after another. @param leading - the axis of steps, where there is one */
function fedWith(count: number, leading: readonly number[]): Record<string, TensorValue> {
  const images = Array.from({ length: count }, (_, step) => imagesOf(step));
  const joined = (name: 'good' | 'drawn' | 'mask'): TensorValue => ({
    dtype: 'uint8',
    shape: [...leading, ...spec[name]!.shape],
    data: Uint8Array.from(images.flatMap((each) => Array.from(each[name]))),
  });
  return { good: joined('good'), drawn: joined('drawn'), mask: joined('mask') };
}

function expectClose(name: string, found: ArrayLike<number>, { at, values }: GoldenLayer, least: number) {
  const scale = Math.max(...values.map(Math.abs), least);
  at.forEach((index, number) => {
    const apart = Math.abs(found[index]! - values[number]!);
    expect(apart, `${name}[${index}]`).toBeLessThanOrEqual(1e-4 * scale);
  });
}

describe('the networks of DRAEM', async () => {
  const trained = await (async () => {
    const state = initialState(declared, false);
    const step = draemStep(shape, gamma);
    const bytes = trainingProgram(declared, state, spec, step, { optimizer, averageDecay: 0 });
    const count = steps.losses.length;
    return runSteps(engine, bytes, state, { count, rate: 0.001, fed: fedWith(count, [count]) });
  })();

  it("have the parameters of PyTorch's", () => {
    const shapes = Object.fromEntries(Object.entries(own).map(([name, of]) => [name, [...of.shape]]));
    expect(shapes).toEqual(steps.weights);
  });

  // Four steps of Adam, below, see them too.
  it.skipIf(!full)('have the same gradients by every parameter', async () => {
    const graph = new Graph();
    const tensors = Object.fromEntries(
      Object.entries(declared).map(([name, of]) => [name, graph.input(name, 'float32', of.shape)]),
    );
    const fed = Object.fromEntries(
      Object.entries(spec).map(([name, of]) => [name, graph.input(name, of.dtype, of.shape)]),
    );
    const names = Object.keys(declared).filter((name) => declared[name]!.role === 'trained');
    const { total } = draemStep(shape, gamma)(tensors, fed).losses;
    const slopes = gradients(
      total,
      names.map((name) => tensors[name]!),
    );
    for (const [at, name] of names.entries()) graph.output(`slope.${name}`, slopes[at]!);
    const session = await engine.load(graph.toBytes());
    const result = await session.run({
      ...Object.fromEntries(
        Object.entries(declared).map(([name, value]) => [name, float32(value.data, value.shape)]),
      ),
      ...fedWith(1, []),
    });
    await session.release();
    expect(Object.keys(steps.slopes).sort()).toEqual(names.sort());
    for (const [name, expected] of Object.entries(steps.slopes))
      expectClose(name, floats(result[`slope.${name}`]), expected, expected.std + 1e-5);
  });

  it('have the same losses at each of four steps, and weights and statistics afterwards', () => {
    steps.losses.forEach((expected, step) => {
      ['l2', 'ssim', 'focal', 'total'].forEach((name, at) => {
        const loss = floats(trained[`loss.${name}`])[step]!;
        expect(Math.abs(loss - expected[at]!), `${name}, step ${step}`).toBeLessThan(1e-4 * expected[at]!);
      });
    });
    for (const [name, expected] of Object.entries(steps.final))
      expectClose(name, floats(trained[`${name}.out`]), expected, 0.1);
  });

  it('give the same map and score with them', async () => {
    const parameters = Object.fromEntries(
      Object.entries(declared).map(([name, { shape: of }]) => [
        name,
        { shape: of, data: floats(trained[`${name}.out`]) },
      ]),
    );
    const graph = new Graph();
    const photographs = graph.input('photographs', 'float32', ['N', 3, height, width]);
    const options = draemPresets.paper;
    const said = saidOf(photographs, shape, constantParameters(graph, parameters), options, size);
    graph.output('map', said.map);
    graph.output('score', said.score);
    const session = await engine.load(graph.toBytes());
    const { drawn } = imagesOf(steps.losses.length);
    const planes = new Float32Array(drawn.length);
    for (let at = 0; at < batch * pixels; at++)
      for (let channel = 0; channel < 3; channel++)
        planes[(Math.floor(at / pixels) * 3 + channel) * pixels + (at % pixels)] =
          drawn[3 * at + channel]! - middleGrey;
    const result = await session.run({ photographs: float32(planes, [batch, 3, height, width]) });
    await session.release();
    expect(result.map!.shape).toEqual(steps.map.shape);
    expectClose('map', floats(result.map), steps.map, 0.1);
    steps.score.forEach((expected, image) => {
      expect(floats(result.score)[image]).toBeCloseTo(expected, 4);
    });
  });
});

it('counts as many multiplications of the published networks as a sum by hand', () => {
  const { reconstructive } = draemShape({ reconstructive: 1, discriminative: 1 });
  // Places of each stage are a quarter of those of the one before.
  const down = 3 + 1 + (2 + 4) / 4 + (8 + 16) / 16 + (32 + 64) / 64 + (64 + 64) / 256;
  const up = (64 + 64 + 32) / 64 + (16 + 16 + 8) / 16 + (4 + 4 + 2) / 4 + 3;
  expect(productsOf(reconstructive)).toBeCloseTo(9 * (down + up + 3), 9);
});
