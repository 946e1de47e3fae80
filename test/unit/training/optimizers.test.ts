/** @file Adam, AdamW, StableAdamW and clipped gradients against PyTorch's numbers (tools/make-layers-golden.py), and the learning rate of each step. */
import { describe, expect, it } from 'vitest';
import { mul, sum } from '../../../src/graph/index.ts';
import type { DeclaredParameters } from '../../../src/nn/parameters.ts';
import { float32, floats, type TensorValue } from '../../../src/runtime/engine.ts';
import { nodeEngine } from '../../../src/runtime/node.ts';
import type { AdamWOptions } from '../../../src/training/adamw.ts';
import { initialState, trainingProgram } from '../../../src/training/program.ts';
import { rateAt } from '../../../src/training/stage.ts';
import { fixture } from '../../helpers/fixtures.ts';
import { transformerWeight, uniform } from '../../helpers/golden-weights.ts';
import { runSteps } from '../../helpers/run-steps.ts';

const { optimizers } = fixture<{ optimizers: Record<string, Record<string, number[]>> }>('layers.json');

const shapes = { 'a.weight': [3, 4], 'b.bias': [5] } as const;
const steps = 6;
const plain = { beta1: 0.8, beta2: 0.95, epsilon: 1e-6, weightDecay: 0 };
const decayed = { ...plain, weightDecay: 0.1 };

const kinds: Record<string, { optimizer: AdamWOptions; longestGradient?: number }> = {
  Adam: { optimizer: plain },
  AdamW: { optimizer: decayed },
  StableAdamW: { optimizer: { ...decayed, clipUpdates: true } },
  'AdamW, AMSGrad': { optimizer: { ...decayed, amsgrad: true } },
  'StableAdamW, AMSGrad': { optimizer: { ...decayed, clipUpdates: true, amsgrad: true } },
  'AdamW, clipped': { optimizer: decayed, longestGradient: 0.5 },
};

/** Gradients are what is fed: the loss is their product with the weights. */
function slopesOf(name: string, count: number): Float32Array {
  const all = Array.from({ length: steps }, (_, step) =>
    Array.from(uniform(`${name} ${step}`, count), (value) => (2 * value - 1) * (step > 3 ? 10 : 1)),
  );
  return Float32Array.from(all.flat());
}

describe('optimisers', () => {
  it('there are numbers of each', () => {
    expect(Object.keys(optimizers).sort()).toEqual(Object.keys(kinds).sort());
  });

  it.each(Object.entries(kinds))('%s moves weights as PyTorch does', async (name, options) => {
    const declared: DeclaredParameters = Object.fromEntries(
      Object.entries(shapes).map(([each, shape]) => [
        each,
        { shape, data: transformerWeight(each, shape).data as Float32Array, role: 'trained' as const },
      ]),
    );
    const state = initialState(declared, false, declared, options.optimizer.amsgrad);
    const batch = Object.fromEntries(
      Object.entries(shapes).map(([each, shape]) => [`slope.${each}`, { dtype: 'float32' as const, shape }]),
    );
    const bytes = trainingProgram(
      declared,
      state,
      batch,
      (weights, fed) => {
        const total = sum(mul(weights['a.weight']!, fed['slope.a.weight']!));
        const other = sum(mul(weights['b.bias']!, fed['slope.b.bias']!));
        return { losses: { total: total.graph.add('Add', [total, other], [total])[0]! }, statistics: {} };
      },
      { averageDecay: 0, ...options },
    );
    const fed: Record<string, TensorValue> = {};
    for (const [each, shape] of Object.entries(shapes)) {
      const count = shape.reduce<number>((product, size) => product * size, 1);
      fed[`slope.${each}`] = float32(slopesOf(each, count), [steps, ...shape]);
    }
    const engine = await nodeEngine({ threads: 1 });
    const result = await runSteps(engine, bytes, state, { count: steps, rate: 0.05, fed });
    for (const [each, expected] of Object.entries(optimizers[name]!))
      expected.forEach((value, at) => {
        expect(floats(result[`${each}.out`])[at], `${each}[${at}]`).toBeCloseTo(value, 5);
      });
  });
});

describe('the learning rate of a step', () => {
  const rates = (options: Parameters<typeof rateAt>[0], count: number) =>
    Array.from({ length: count }, (_, step) => rateAt(options, step, count));

  it('stays, or falls to a hundredth along half a cosine', () => {
    expect(rates({ learningRate: 2, schedule: 'constant' }, 3)).toEqual([2, 2, 2]);
    const falling = rates({ learningRate: 2, schedule: 'cosine' }, 100);
    expect(falling[0]).toBe(2);
    expect(falling[50]).toBeCloseTo(2 * (0.01 + 0.99 / 2), 12);
    expect(falling[99]).toBeLessThan(0.0206);
    expect(falling[99]).toBeGreaterThan(0.02);
    const kept = rates({ learningRate: 2, schedule: 'cosine', lastShare: 0.1 }, 100);
    expect(kept[50]).toBeCloseTo(2 * (0.1 + 0.9 / 2), 12);
    expect(kept[99]).toBeGreaterThan(0.2);
    expect(kept[99]).toBeLessThan(0.2006);
  });

  it('falls to a tenth after four fifths of the steps', () => {
    const falling = rates({ learningRate: 2, schedule: 'step' }, 10);
    expect(falling).toEqual([2, 2, 2, 2, 2, 2, 2, 2, 0.2, 0.2]);
  });

  it('falls to a fifth after four fifths of the steps, and again after nine tenths', () => {
    const falling = rates({ learningRate: 25, schedule: 'multistep' }, 20);
    expect(falling.slice(0, 16)).toEqual(new Array(16).fill(25));
    for (const [at, expected] of [5, 5, 1, 1].entries()) expect(falling[16 + at]).toBeCloseTo(expected, 12);
  });

  it('grows evenly before, and never reaches more than its own', () => {
    const grown = rates({ learningRate: 1, schedule: 'cosine', warmUp: 3 }, 13);
    expect(grown.slice(0, 4)).toEqual([0.25, 0.5, 0.75, 1]);
    expect(grown[8]).toBeCloseTo(0.01 + 0.99 / 2, 12);
    expect(Math.max(...grown)).toBe(1);
    expect(rates({ learningRate: 1, schedule: 'constant', warmUp: 1 }, 3)).toEqual([0.5, 1, 1]);
  });
});
