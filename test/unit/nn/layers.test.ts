/**
 * @file Layers against PyTorch's numbers (tools/make-layers-golden.py): results, gradients by all weights and by the input, running statistics. Dropout by its own
 * properties: it has no numbers to share with another program.
 */
import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/core/random.ts';
import {
  averagePool,
  cast,
  conv,
  convTranspose,
  gradients,
  maxPool,
  resizeLinear,
  square,
  sum,
  type Tensor,
} from '../../../src/graph/index.ts';
import { attentionBlock, blockParameters } from '../../../src/nn/attention.ts';
import { dropout, dropoutDraw } from '../../../src/nn/dropout.ts';
import { batchNormaliser, runningNormaliser } from '../../../src/nn/normalize.ts';
import type { DeclaredParameters, ParameterTensors } from '../../../src/nn/parameters.ts';
import { type ResidualShape, residual, residualParameters } from '../../../src/nn/residual.ts';
import { weighted } from '../../helpers/finite-differences.ts';
import { fixture } from '../../helpers/fixtures.ts';
import { expectLayer, type GoldenLayer, transformerWeight, uniform } from '../../helpers/golden-weights.ts';
import { type Fed, runGraph } from '../../helpers/run-graph.ts';

interface GoldenNetwork {
  readonly x: number[];
  readonly weights: Record<string, number[]>;
  readonly y: GoldenLayer;
  readonly slopes: Record<string, GoldenLayer>;
  readonly statistics: Record<string, number[]>;
}

const golden = fixture<{
  blocks: Record<string, GoldenNetwork>;
  attention: Record<string, GoldenNetwork>;
  maps: GoldenNetwork;
}>('layers.json');

const isStatistic = (name: string) => /running_(mean|var)$/.test(name);

type Build = (x: Tensor, parameters: ParameterTensors) => { y: Tensor; statistics?: Record<string, Tensor> };

/** Runs a network on the golden weights, and compares everything. */
async function expectNetwork({ x: shape, weights, y, slopes, statistics }: GoldenNetwork, build: Build) {
  const count = shape.reduce((product, size) => product * size, 1);
  const x = { shape, data: Float32Array.from(uniform('x', count), (value) => 2 * value - 1) };
  const inputs: Record<string, Fed> = { x };
  for (const [name, each] of Object.entries(weights))
    inputs[name] = { shape: each, data: transformerWeight(name, each).data as Float32Array };
  const trained = ['x', ...Object.keys(weights).filter((name) => !isStatistic(name))];
  const found = await runGraph(inputs, (_, tensors) => {
    const made = build(tensors.x!, tensors);
    const found = gradients(
      weighted(made.y),
      trained.map((name) => tensors[name]!),
    );
    return {
      y: made.y,
      ...made.statistics,
      ...Object.fromEntries(trained.map((name, at) => [`d ${name}`, found[at]!])),
    };
  });
  expectLayer(found.y!, y, 'y');
  expect(Object.keys(slopes).sort()).toEqual([...trained].sort());
  for (const [name, each] of Object.entries(slopes))
    expectLayer(found[`d ${name}`]!, each, `slope of ${name}`);
  for (const [name, values] of Object.entries(statistics))
    values.forEach((value, at) => {
      expect(found[`next ${name}`]!.data[at], name).toBeCloseTo(value, 5);
    });
}

/** Under no name: what the golden weights are called begins with the part itself. */
const unnamed = (parameters: ParameterTensors) =>
  Object.fromEntries(Object.entries(parameters).map(([name, each]) => [`net.${name}`, each]));

const shapes: Record<string, ResidualShape> = {
  'basic, halved': { kind: 'basic', inputs: 4, width: 4, outputs: 6, size: 'halved' },
  'basic, kept': { kind: 'basic', inputs: 4, width: 4, outputs: 4, size: 'kept' },
  'basic, doubled': { kind: 'basic', inputs: 6, width: 4, outputs: 4, size: 'doubled' },
  'bottleneck, halved': { kind: 'bottleneck', inputs: 4, width: 3, outputs: 6, size: 'halved' },
  'bottleneck, doubled': { kind: 'bottleneck', inputs: 6, width: 3, outputs: 4, size: 'doubled' },
  'bottleneck, kept': { kind: 'bottleneck', inputs: 4, width: 3, outputs: 5, size: 'kept' },
};

const declaredShapes = (declared: DeclaredParameters) =>
  Object.fromEntries(Object.entries(declared).map(([name, { shape }]) => [name.slice('net.'.length), shape]));

describe('residual blocks', () => {
  it.each(Object.keys(golden.blocks))('%s: as PyTorch, gradients and statistics too', async (name) => {
    const shape = shapes[name]!;
    const declared = residualParameters('net', shape, new Random(name));
    expect(declaredShapes(declared)).toEqual(golden.blocks[name]!.weights);
    await expectNetwork(golden.blocks[name]!, (x, parameters) => {
      const { normalise, statistics } = batchNormaliser(unnamed(parameters));
      const y = residual('net', x, shape, unnamed(parameters), normalise);
      return {
        y,
        statistics: Object.fromEntries(
          Object.entries(statistics).map(([each, value]) => [`next ${each.slice('net.'.length)}`, value]),
        ),
      };
    });
  });

  it('are the same in training and after it where running statistics are those of the batch', async () => {
    const inputs = { x: { shape: [2, 2, 3, 3], data: uniform('x', 36) } };
    const { training, after } = await runGraph(inputs, (graph, { x }) => {
      const vector = (name: string, value: number) => graph.constant(name, [value, value], [2]);
      const first = {
        'n.weight': vector('w', 1.5),
        'n.bias': vector('b', 0.2),
        'n.running_mean': vector('m', 0),
        'n.running_var': vector('v', 0),
      };
      const { normalise, statistics } = batchNormaliser(first);
      const training = normalise('n', x!);
      // Of nothing, a tenth of the batch's; the variance unbiased, of 18 values.
      const scaled = (name: string, factor: number) => [name, scaledBy(statistics[name]!, factor)] as const;
      const running = Object.fromEntries([
        scaled('n.running_mean', 10),
        scaled('n.running_var', 10 * (17 / 18)),
      ]);
      return { training, after: runningNormaliser({ ...first, ...running })('n', x!) };
    });
    training!.data.forEach((value, at) => {
      expect(after!.data[at]).toBeCloseTo(value, 5);
    });
  });
});

const scaledBy = (x: Tensor, factor: number) => sum(stackOf(x, factor), { axes: [0] });
const stackOf = (x: Tensor, factor: number) => {
  const { graph } = x;
  return graph.add(
    'Mul',
    [x, graph.constant('factor', [factor], [1, 1])],
    [{ dtype: 'float32', shape: [1, 2] }],
  )[0]!;
};

describe('attention blocks', () => {
  const common = { width: 8, heads: 2, hidden: 12 };
  it.each(Object.keys(golden.attention))('%s: as PyTorch, gradients too', async (name) => {
    const linear = name === 'linear';
    const shape = {
      ...common,
      kind: linear ? 'linear' : 'softmax',
      activation: linear ? 'tanh' : 'gelu',
    } as const;
    const declared = blockParameters('net', shape, new Random(name));
    expect(declaredShapes(declared)).toEqual(golden.attention[name]!.weights);
    await expectNetwork(golden.attention[name]!, (x, parameters) => {
      const own = Array.from({ length: 25 }, (_, at) => (at % 6 === 0 ? -1e9 : 0));
      const mask = name === 'masked' ? x.graph.constant('mask', own, [5, 5]) : undefined;
      return { y: attentionBlock('net', x, shape, unnamed(parameters), mask ? { mask } : {}) };
    });
  });
});

describe('maps', () => {
  it('grouped, dilated, pooled, resized and transposed: as PyTorch, gradients too', async () => {
    await expectNetwork(golden.maps, (x, parameters) => {
      const first = conv(x, parameters['first.weight']!, parameters['first.bias'], {
        padding: 2,
        dilation: 2,
        groups: 2,
      });
      const small = resizeLinear(maxPool(first, { kernel: 3, stride: 2, padding: 1 }), [2, 3], [5, 7]);
      const mean = averagePool(small, { kernel: 3, padding: 1 });
      return {
        y: convTranspose(mean, parameters['up.weight']!, parameters['up.bias'], { stride: 2, groups: 2 }),
      };
    });
  });
});

describe('dropout', () => {
  const shape = [40, 60];
  const ones = { x: { shape, data: new Float32Array(2400).fill(1) } };
  const masked = async (draw: number, name = 'layer', rate = 0.3) => {
    const { y, slope } = await runGraph(
      { ...ones, draw: { shape: [], data: [draw] } },
      (_, { x, draw: of }) => {
        const y = dropout(x!, rate, cast(of!, 'int64'), name);
        return { y, slope: gradients(sum(square(y)), [x!])[0]! };
      },
    );
    return { y: y!.data, slope: slope!.data };
  };

  it('drops what the step, the seed and the name say, and the gradient where it dropped', async () => {
    const [once, again, other, named] = [
      await masked(1000),
      await masked(1000),
      await masked(1001),
      await masked(1000, 'another'),
    ];
    expect(again).toEqual(once);
    for (const different of [other, named]) {
      const same = different.y.filter((value, at) => value === once.y[at]).length / 2400;
      // Of two draws that have nothing to do with each other 0.7 * 0.7 + 0.3 * 0.3 agree.
      expect(Math.abs(same - 0.58)).toBeLessThan(0.06);
    }
    once.slope.forEach((slope, at) => {
      expect(slope).toBeCloseTo((2 * once.y[at]!) / 0.7, 4);
    });
  });

  it('drops the share that is asked for, everywhere, and keeps the mean', async () => {
    const { y } = await masked(dropoutDraw(0, 1, 7));
    const keptIn = (at: (row: number, column: number) => boolean) => {
      const values = y.filter((_, index) => at(Math.floor(index / 60), index % 60));
      return values.filter((value) => value > 0).length / values.length;
    };
    expect(Math.abs(keptIn(() => true) - 0.7)).toBeLessThan(0.03);
    for (let quarter = 0; quarter < 4; quarter++) {
      expect(Math.abs(keptIn((row) => row % 4 === quarter) - 0.7)).toBeLessThan(0.08);
      expect(Math.abs(keptIn((_, column) => column % 4 === quarter) - 0.7)).toBeLessThan(0.08);
    }
    for (const value of y) expect(value === 0 || Math.abs(value - 1 / 0.7) < 1e-6).toBe(true);
    // Neighbours fall together as often as chance has it.
    const pairs = y.filter((value, at) => at % 60 > 0 && value > 0 && y[at - 1]! > 0).length / (40 * 59);
    expect(Math.abs(pairs - 0.49)).toBeLessThan(0.04);
  });

  it('draws another number at each step, the same for the same seed', () => {
    const draws = Array.from({ length: 50 }, (_, step) => dropoutDraw(3, 1, step));
    expect(new Set(draws).size).toBe(50);
    expect(dropoutDraw(3, 1, 4)).toBe(draws[4]);
    expect(dropoutDraw(4, 1, 4)).not.toBe(draws[4]);
  });
});
