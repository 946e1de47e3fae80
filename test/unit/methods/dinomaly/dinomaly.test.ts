/**
 * @file Dinomaly against PyTorch (tools/make-dinomaly-golden.py): parameters, reconstructions, all gradients with those of easy places damped, four clipped
 * steps of StableAdamW with AMSGrad and dropout, and the distances afterwards.
 */
import { describe, expect, it } from 'vitest';
import { floatsToHalves } from '../../../../src/core/half.ts';
import { Random } from '../../../../src/core/random.ts';
import { type MapLevel, mapsOfStored, valuesOf } from '../../../../src/features/store/extract-maps.ts';
import { Graph, gradients, mul, reshape, type Tensor } from '../../../../src/graph/index.ts';
import type { Grid } from '../../../../src/image/geometry.ts';
import {
  decoderParameters,
  decoderShape,
  rateOfNarrow,
  reconstruct,
} from '../../../../src/methods/dinomaly/decoder.ts';
import { placeDistances, reconstructionLosses } from '../../../../src/methods/dinomaly/dinomaly.ts';
import type { DinomalyOptions } from '../../../../src/methods/dinomaly/dinomaly-options.ts';
import { bottleneckInput, inputWidth, type TargetPlan } from '../../../../src/methods/dinomaly/targets.ts';
import { constantParameters } from '../../../../src/nn/constant-parameters.ts';
import type { Drop } from '../../../../src/nn/dropout.ts';
import type { DeclaredParameters, ParameterTensors } from '../../../../src/nn/parameters.ts';
import { float32, floats, int64, type TensorValue } from '../../../../src/runtime/engine.ts';
import { nodeEngine } from '../../../../src/runtime/node.ts';
import { initialState, trainingProgram } from '../../../../src/training/program.ts';
import { fixture } from '../../../helpers/fixtures.ts';
import { type GoldenLayer, transformerWeight, uniform } from '../../../helpers/golden-weights.ts';
import { runSteps } from '../../../helpers/run-steps.ts';

interface GoldenCase {
  readonly weights: Record<string, number[]>;
  readonly made: GoldenLayer[];
  readonly slopes: Record<string, GoldenLayer>;
  readonly losses: number[][];
  readonly final: Record<string, GoldenLayer>;
  readonly distances: GoldenLayer;
}

const { grid, batch, rate, damping, ranks, cases } = fixture<{
  grid: Grid;
  batch: number;
  rate: number;
  damping: number;
  ranks: number[];
  cases: Record<string, GoldenCase>;
}>('dinomaly.json');

type Network = DinomalyOptions['network'];
const published: Network = {
  width: 12,
  headWidth: 6,
  expansion: 20 / 12,
  layers: 4,
  attention: 'linear',
  narrow: null,
  dropout: rate,
};
const narrow: Network = {
  ...published,
  width: 8,
  headWidth: 4,
  expansion: 2,
  layers: 2,
  attention: 'softmax',
};
const settings: Record<string, { groups: number[]; network: Network; classes: boolean; plan: TargetPlan }> = {
  paper: {
    groups: [12, 12],
    network: published,
    classes: false,
    plan: { groupSizes: [4, 4], recentre: false, size: 1 },
  },
  'recentred by class tokens': {
    groups: [12, 12],
    network: published,
    classes: true,
    plan: { groupSizes: [2, 3], recentre: true, size: 1 },
  },
  Dinomaly2: {
    groups: [12, 12],
    network: { ...published, narrow: 5 },
    classes: true,
    plan: { groupSizes: [2, 2], recentre: true, size: 1 },
  },
  'narrow, recentred by means': {
    groups: [6, 10],
    network: narrow,
    classes: false,
    plan: { groupSizes: [1, 1], recentre: true, size: 1.7 },
  },
};
const places = grid.rows * grid.columns;
const optimizer = {
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
  weightDecay: 0.01,
  clipUpdates: true,
};

/** Halves of a step's levels, image by image. */
function storedOf(step: number, levels: readonly MapLevel[], groups: number): Uint16Array {
  const parts = levels.map(({ channels, rows, columns }, at) => {
    const name = at < groups ? `maps ${step} ${at}` : `class ${step} ${at - groups}`;
    return Float32Array.from(uniform(name, batch * channels * rows * columns), (value) => 2 * value - 0.8);
  });
  const images = Array.from({ length: batch }, (_, image) =>
    parts.flatMap((part) => {
      const size = part.length / batch;
      return [...part.subarray(image * size, (image + 1) * size)];
    }),
  );
  return floatsToHalves(Float32Array.from(images.flat()));
}

/** Expects numbers to be PyTorch's, to 1e-4 of the largest of them. @param least - or of this */
function expectClose(name: string, found: Float32Array, { at, values: expected }: GoldenLayer, least = 0) {
  const scale = Math.max(...expected.map(Math.abs), least);
  at.forEach((index, number) => {
    const apart = Math.abs(found[index]! - expected[number]!);
    expect(apart, `${name}[${index}]`).toBeLessThanOrEqual(1e-4 * scale);
  });
}

describe.each(Object.keys(cases))('Dinomaly, %s', async (name) => {
  const { groups, network, classes, plan } = settings[name]!;
  const { weights, made, slopes, losses, final, distances } = cases[name]!;
  const ofGroups = groups.map((channels) => ({ channels, ...grid }));
  const levels = [
    ...ofGroups,
    ...(classes ? groups.map((channels) => ({ channels, rows: 1, columns: 1 })) : []),
  ];
  const shape = decoderShape(ofGroups, inputWidth(ofGroups), network);
  const own = decoderParameters(shape, new Random('decoder'));
  const declared: DeclaredParameters = Object.fromEntries(
    Object.entries(own).map(([each, parameter]) => [
      each,
      { ...parameter, data: transformerWeight(each, parameter.shape).data as Float32Array },
    ]),
  );
  const engine = await nodeEngine({ threads: 1 });
  const values = valuesOf(levels);
  const sizes = { in: shape.narrow ?? shape.width, inner: shape.hidden, out: shape.width };
  const maskNames = Object.keys(sizes) as (keyof typeof sizes)[];
  const maskShape = (each: keyof typeof sizes) => [batch, places, sizes[each]];
  const spec = {
    maps: { dtype: 'float16' as const, shape: [batch, values] },
    rank: { dtype: 'int64' as const, shape: [] },
    ...Object.fromEntries(
      maskNames.map((each) => [each, { dtype: 'float32' as const, shape: maskShape(each) }]),
    ),
  };

  /** Feeds of some steps, one after another. @param leading - the axis of steps, where there is one */
  function fedWith(steps: number, leading: readonly number[]): Record<string, TensorValue> {
    const maps = new Uint16Array(steps * batch * values);
    for (let step = 0; step < steps; step++)
      maps.set(storedOf(step, levels, groups.length), step * batch * values);
    const masks = maskNames.map((each) => {
      const all = Array.from({ length: steps }, (_, step) =>
        Array.from(uniform(`${each} ${step}`, batch * places * sizes[each]), (value) =>
          value >= rate ? 1 / (1 - rate) : 0,
        ),
      );
      return [each, float32(Float32Array.from(all.flat()), [...leading, ...maskShape(each)])] as const;
    });
    return {
      maps: { dtype: 'float16', shape: [...leading, batch, values], data: maps },
      rank: int64(ranks.slice(0, steps), leading),
      ...Object.fromEntries(masks),
    };
  }

  const dropBy =
    (fed: Readonly<Record<string, Tensor>>): Drop =>
    (place, x) =>
      mul(x, fed[place.replace('bottleneck.', '')]!);
  const lossesOf = (parameters: ParameterTensors, fed: Readonly<Record<string, Tensor>>) =>
    reconstructionLosses(mapsOfStored(fed.maps!, levels), shape, plan, parameters, {
      rank: fed.rank!,
      damping,
      drop: dropBy(fed),
    });

  /** All steps in one call of the engine. */
  const trained = await (async () => {
    const amsgrad = network.narrow === null;
    const state = initialState(declared, false, declared, amsgrad);
    const bytes = trainingProgram(
      declared,
      state,
      spec,
      (parameters, fed) => ({ losses: lossesOf(parameters, fed), statistics: {} }),
      {
        optimizer: { ...optimizer, amsgrad },
        averageDecay: 0,
        longestGradient: 0.1,
        rateOf: rateOfNarrow(0.1),
      },
    );
    const count = ranks.length;
    return runSteps(engine, bytes, state, { count, rate: 0.005, fed: fedWith(count, [count]) });
  })();

  it("has the parameters of PyTorch's network", () => {
    const shapes = Object.fromEntries(Object.entries(own).map(([each, of]) => [each, [...of.shape]]));
    expect(shapes).toEqual(weights);
  });

  it('reconstructs alike, and its loss has the same gradients by every parameter', async () => {
    const graph = new Graph();
    const tensors = Object.fromEntries(
      Object.entries(declared).map(([each, of]) => [each, graph.input(each, 'float32', of.shape)]),
    );
    const fed = Object.fromEntries(
      Object.entries(spec).map(([each, of]) => [each, graph.input(each, of.dtype, of.shape)]),
    );
    const input = bottleneckInput(mapsOfStored(fed.maps!, levels), plan);
    for (const [at, maps] of reconstruct(input, shape, tensors, dropBy(fed)).entries())
      graph.output(`made.${at}`, reshape(maps, [batch, groups[at]!, places]));
    const found = gradients(lossesOf(tensors, fed).total, Object.values(tensors));
    for (const [at, each] of Object.keys(tensors).entries()) graph.output(`slope.${each}`, found[at]!);
    const session = await engine.load(graph.toBytes());
    const result = await session.run({
      ...Object.fromEntries(
        Object.entries(declared).map(([each, value]) => [each, float32(value.data, value.shape)]),
      ),
      ...fedWith(1, []),
    });
    await session.release();
    for (const [at, expected] of made.entries()) {
      expect(result[`made.${at}`]!.shape).toEqual(expected.shape);
      expectClose(`made.${at}`, floats(result[`made.${at}`]), expected);
    }
    expect(Object.keys(slopes).sort()).toEqual(Object.keys(declared).sort());
    for (const [each, expected] of Object.entries(slopes))
      expectClose(each, floats(result[`slope.${each}`]), expected, expected.std + 1e-5);
  });

  it('has the same losses and weights over four clipped steps of StableAdamW', () => {
    losses.forEach((expected, step) => {
      [...groups.map((_, at) => `group${at + 1}`), 'total'].forEach((each, at) => {
        const loss = floats(trained[`loss.${each}`])[step]!;
        expect(Math.abs(loss - expected[at]!), `${each}, step ${step}`).toBeLessThan(1e-4 * expected[at]!);
      });
    });
    for (const [each, expected] of Object.entries(final)) {
      // The bias of keys moves all of a softmax alike: its gradient is 0 but for rounding, which Adam makes steps of.
      const held = network.attention === 'softmax' && each.endsWith('qkv.bias');
      const kept = expected.at.flatMap((at, number) =>
        held && Math.floor(at / shape.width) === 1 ? [] : [number],
      );
      const compared = {
        ...expected,
        at: kept.map((number) => expected.at[number]!),
        values: kept.map((number) => expected.values[number]!),
      };
      expectClose(each, floats(trained[`${each}.out`]), compared, 0.1);
    }
  });

  it('measures the same distances with them, of one image as of three', async () => {
    const parameters = Object.fromEntries(
      Object.entries(declared).map(([each, { shape: of }]) => [
        each,
        { shape: of, data: floats(trained[`${each}.out`]) },
      ]),
    );
    const graph = new Graph();
    const maps = mapsOfStored(graph.input('maps', 'float16', ['N', values]), levels);
    graph.output('distances', placeDistances(maps, shape, plan, constantParameters(graph, parameters)));
    const session = await engine.load(graph.toBytes());
    const all = storedOf(ranks.length, levels, groups.length);
    const said = async (data: Uint16Array) => {
      const of: TensorValue = { dtype: 'float16', shape: [data.length / values, values], data };
      return floats((await session.run({ maps: of })).distances);
    };
    const together = await said(all);
    expectClose('distances', together, distances);
    expect(await said(all.slice(values, 2 * values))).toEqual(together.slice(places, 2 * places));
    await session.release();
  });
});
