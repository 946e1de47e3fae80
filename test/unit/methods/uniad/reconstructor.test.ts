/** @file UniAD against PyTorch (tools/make-uniad-golden.py): parameters, a reconstruction, all gradients, four training steps with noise, and the distances afterwards. */
import { describe, expect, it } from 'vitest';
import { floatsToHalves } from '../../../../src/core/half.ts';
import { Random } from '../../../../src/core/random.ts';
import { type MapLevel, mapsOfStored } from '../../../../src/features/store/extract-maps.ts';
import { Graph, gradients, type Tensor } from '../../../../src/graph/index.ts';
import { jittered } from '../../../../src/methods/uniad/jitter.ts';
import { reconstruct, reconstructorParameters } from '../../../../src/methods/uniad/reconstructor.ts';
import { reconstructionLoss, sizedTokens, tokenDistances } from '../../../../src/methods/uniad/uniad.ts';
import { constantParameters } from '../../../../src/nn/constant-parameters.ts';
import type { DeclaredParameters, Parameters, ParameterTensors } from '../../../../src/nn/parameters.ts';
import { float32, floats, type TensorValue } from '../../../../src/runtime/engine.ts';
import { nodeEngine } from '../../../../src/runtime/node.ts';
import { initialState, trainingProgram } from '../../../../src/training/program.ts';
import { fixture } from '../../../helpers/fixtures.ts';
import { type GoldenLayer, transformerWeight, uniform } from '../../../helpers/golden-weights.ts';
import { runSteps } from '../../../helpers/run-steps.ts';

interface GoldenCase {
  readonly weights: Record<string, number[]>;
  readonly made: GoldenLayer;
  readonly slopes: Record<string, GoldenLayer>;
  readonly losses: number[];
  readonly final: Record<string, GoldenLayer>;
  readonly distances: GoldenLayer;
}

const { level, batch, cases } = fixture<{
  level: MapLevel;
  batch: number;
  cases: Record<string, GoldenCase>;
}>('uniad.json');

const layers: Record<string, { encoderLayers: number; decoderLayers: number; neighbours: number }> = {
  masked: { encoderLayers: 2, decoderLayers: 2, neighbours: 3 },
  open: { encoderLayers: 1, decoderLayers: 1, neighbours: 0 },
};
const values = level.channels * level.rows * level.columns;
const noiseShape = [batch, level.rows * level.columns, level.channels];
const optimizer = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01 };

const mapsOf = (step: number): Uint16Array =>
  floatsToHalves(
    Float32Array.from(uniform(`maps ${step}`, batch * values), (value) => Math.max(2 * value - 0.8, 0)),
  );
const noiseOf = (step: number): Float32Array =>
  Float32Array.from(uniform(`noise ${step}`, batch * values), (value) => 4 * value - 2);

/** Feeds of some steps, one after another. */
function fedWith(steps: number): Record<string, TensorValue> {
  const maps = new Uint16Array(steps * batch * values);
  const noise = new Float32Array(steps * batch * values);
  for (let step = 0; step < steps; step++) {
    maps.set(mapsOf(step), step * batch * values);
    noise.set(noiseOf(step), step * batch * values);
  }
  return {
    maps: { dtype: 'float16', shape: [steps, batch, values], data: maps },
    noise: float32(noise, [steps, ...noiseShape]),
  };
}

/** Expects numbers to be PyTorch's, to 1e-4 of the largest of them. @param least - or of this */
function expectClose(name: string, found: Float32Array, { at, values: expected }: GoldenLayer, least = 0) {
  const scale = Math.max(...expected.map(Math.abs), least);
  at.forEach((index, number) => {
    expect(Math.abs(found[index]! - expected[number]!), `${name}[${index}]`).toBeLessThanOrEqual(
      1e-4 * scale,
    );
  });
}

describe.each(Object.keys(cases))('UniAD, %s', async (name) => {
  const shape = { level, size: 1, width: 8, heads: 2, hidden: 12, ...layers[name]! };
  const { weights, made, slopes, losses, final, distances } = cases[name]!;
  const own = reconstructorParameters(shape, new Random('reconstructor'));
  const declared: DeclaredParameters = Object.fromEntries(
    Object.entries(own).map(([each, parameter]) => [
      each,
      { ...parameter, data: transformerWeight(each, parameter.shape).data as Float32Array },
    ]),
  );
  const engine = await nodeEngine({ threads: 1 });
  const tokensAnd = (maps: Tensor, noise: Tensor, parameters: ParameterTensors) => {
    const tokens = sizedTokens(mapsOfStored(maps, [level])[0]!, 1);
    const noisy = jittered(tokens, noise, maps.graph.scalar(20));
    return { tokens, made: reconstruct(noisy, shape, parameters) };
  };

  /** All steps in one call of the engine. */
  const trained = await (async () => {
    const state = initialState(declared, false);
    const bytes = trainingProgram(
      declared,
      state,
      {
        maps: { dtype: 'float16', shape: [batch, values] },
        noise: { dtype: 'float32', shape: noiseShape },
      },
      (parameters, { maps, noise }) => {
        const { tokens, made: now } = tokensAnd(maps!, noise!, parameters);
        return { losses: { total: reconstructionLoss(tokens, now) }, statistics: {} };
      },
      { optimizer, averageDecay: 0, longestGradient: 0.1 },
    );
    const count = losses.length;
    return runSteps(engine, bytes, state, { count, rate: 0.005, fed: fedWith(count) });
  })();

  it("has the parameters of PyTorch's network", () => {
    const shapes = Object.fromEntries(Object.entries(own).map(([each, of]) => [each, [...of.shape]]));
    expect(shapes).toEqual(weights);
  });

  it('reconstructs alike, and its loss has the same gradients by every parameter', async () => {
    const graph = new Graph();
    const tensors: Record<string, Tensor> = {};
    for (const [each, parameter] of Object.entries(declared))
      tensors[each] = graph.input(each, 'float32', parameter.shape);
    const maps = graph.input('maps', 'float16', [batch, values]);
    const { tokens, made: now } = tokensAnd(maps, graph.input('noise', 'float32', noiseShape), tensors);
    graph.output('made', now);
    const found = gradients(reconstructionLoss(tokens, now), Object.values(tensors));
    for (const [at, each] of Object.keys(tensors).entries()) graph.output(`slope.${each}`, found[at]!);
    const session = await engine.load(graph.toBytes());
    const result = await session.run({
      ...Object.fromEntries(
        Object.entries(declared).map(([each, value]) => [each, float32(value.data, value.shape)]),
      ),
      maps: { dtype: 'float16', shape: [batch, values], data: mapsOf(0) },
      noise: float32(noiseOf(0), noiseShape),
    });
    await session.release();
    expect(result.made!.shape).toEqual(made.shape);
    expectClose('made', floats(result.made), made);
    expect(Object.keys(slopes).sort()).toEqual(Object.keys(declared).sort());
    for (const [each, expected] of Object.entries(slopes))
      expectClose(each, floats(result[`slope.${each}`]), expected, expected.std + 1e-4);
  });

  it('has the same losses and weights over four clipped steps of AdamW', () => {
    losses.forEach((loss, step) => {
      expect(Math.abs(floats(trained['loss.total'])[step]! - loss)).toBeLessThan(1e-4 * loss);
    });
    for (const [each, expected] of Object.entries(final)) {
      // The bias of keys moves all of a softmax alike: its gradient is 0 but for rounding, which Adam makes steps of.
      const moves = expected.at.map(
        (at) => !each.endsWith('in_proj_bias') || Math.floor(at / shape.width) !== 1,
      );
      const compared = {
        ...expected,
        at: expected.at.filter((_, number) => moves[number]),
        values: expected.values.filter((_, number) => moves[number]),
      };
      expectClose(each, floats(trained[`${each}.out`]), compared, 0.1);
    }
  });

  it('measures the same distances with them, of one image as of three', async () => {
    const parameters: Parameters = Object.fromEntries(
      Object.entries(declared).map(([each, { shape: of }]) => [
        each,
        { shape: of, data: floats(trained[`${each}.out`]) },
      ]),
    );
    const graph = new Graph();
    const tokens = sizedTokens(mapsOfStored(graph.input('maps', 'float16', ['N', values]), [level])[0]!, 1);
    const now = reconstruct(tokens, shape, constantParameters(graph, parameters));
    graph.output('distances', tokenDistances(tokens, now));
    const session = await engine.load(graph.toBytes());
    const all = mapsOf(losses.length);
    const said = async (data: Uint16Array) => {
      const maps: TensorValue = { dtype: 'float16', shape: [data.length / values, values], data };
      return floats((await session.run({ maps })).distances);
    };
    const together = await said(all);
    expectClose('distances', together, distances);
    const places = level.rows * level.columns;
    expect(await said(all.slice(values, 2 * values))).toEqual(together.slice(places, 2 * places));
    await session.release();
  });
});
