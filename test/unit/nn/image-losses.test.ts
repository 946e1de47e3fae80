/** @file Structural similarity and the focal loss against PyTorch's numbers (tools/make-draem-golden.py), and against finite differences. */
import { describe, expect, it } from 'vitest';
import { cast, concat, gradients, greater, mul, slice, sub } from '../../../src/graph/index.ts';
import { focalLoss } from '../../../src/nn/focal-loss.ts';
import { structuralSimilarity, windowMatrix } from '../../../src/nn/ssim.ts';
import { expectGradients } from '../../helpers/finite-differences.ts';
import { fixture } from '../../helpers/fixtures.ts';
import { type GoldenLayer, uniform } from '../../helpers/golden-weights.ts';
import { runGraph } from '../../helpers/run-graph.ts';

interface GoldenLoss {
  readonly value: number;
  readonly slope: GoldenLayer;
}

const golden = fixture<{ ssim: GoldenLoss; focal: GoldenLoss }>('draem.json');

type Found = Awaited<ReturnType<typeof runGraph>>;

function expectLoss({ value, slope }: Found, { value: expected, slope: of }: GoldenLoss): void {
  expect(Math.abs(value!.data[0]! - expected)).toBeLessThan(1e-5 * Math.abs(expected));
  expect(slope!.shape).toEqual(of.shape);
  of.at.forEach((index, number) => {
    const off = Math.abs(slope!.data[index]! - of.values[number]!);
    expect(off, `slope at ${index}`).toBeLessThan(1e-4 * of.std);
  });
}

describe('structural similarity', () => {
  const shape = [2, 3, 24, 17];
  const a = Float32Array.from(uniform('a', 2 * 3 * 24 * 17));
  const b = Float32Array.from(uniform('b', a.length), (value, at) => 0.7 * a[at]! + 0.3 * value);

  it('and its gradient are those of PyTorch, of images that are no squares', async () => {
    const found = await runGraph({ a: { shape, data: a }, b: { shape, data: b } }, (_, x) => {
      const value = structuralSimilarity(x.a!, x.b!);
      return { value, slope: gradients(value, [x.a!])[0]! };
    });
    expectLoss(found, golden.ssim);
  });

  it('is 1 of an image and itself, and less of any other', async () => {
    const found = await runGraph({ a: { shape, data: a }, b: { shape, data: b } }, (_, x) => ({
      same: structuralSimilarity(x.a!, x.a!),
      other: structuralSimilarity(x.a!, x.b!),
      darker: structuralSimilarity(x.a!, mul(x.a!, 0.5)),
    }));
    expect(found.same!.data[0]).toBeCloseTo(1, 5);
    for (const name of ['other', 'darker']) expect(found[name]!.data[0]).toBeLessThan(0.95);
  });

  it('has the gradient of finite differences by both images', async () => {
    await expectGradients('ssim', {
      shapes: { a: [1, 2, 5, 6], b: [1, 2, 5, 6] },
      range: [0.1, 0.9],
      build: (x) => structuralSimilarity(x.a!, x.b!),
    });
  });

  it('averages under a window that is 1 in all, but at the border', () => {
    const matrix = windowMatrix(30);
    const sums = Array.from({ length: 30 }, (_, row) =>
      matrix.subarray(30 * row, 30 * row + 30).reduce((sum, each) => sum + each, 0),
    );
    for (const inner of sums.slice(5, 25)) expect(inner).toBeCloseTo(1, 6);
    expect(sums[0]).toBeLessThan(0.65);
    expect(matrix[30 * 12 + 18]).toBe(0);
    expect(matrix[30 * 12 + 17]).toBeGreaterThan(0);
  });
});

describe('the focal loss', () => {
  const [height, width] = [9, 7];

  it('and its gradient are those of PyTorch', async () => {
    const logits = Float32Array.from(uniform('logits', 2 * 2 * height * width), (value) => 12 * value - 6);
    const truth = Float32Array.from(uniform('truth', 2 * height * width), (value) => (value < 0.3 ? 1 : 0));
    const found = await runGraph(
      {
        logits: { shape: [2, 2, height, width], data: logits },
        truth: { shape: [2, 1, height, width], data: truth },
      },
      (_, { logits: x, truth: mask }) => {
        const second = slice(x!, 1, 1, 2);
        const margin = sub(second, slice(x!, 1, 0, 1));
        const value = focalLoss(margin, greater(cast(mask!, 'float32'), 0), 2);
        return { value, slope: gradients(value, [second])[0]! };
      },
    );
    const slope = found.slope!;
    expectLoss({ ...found, slope: { ...slope, shape: [2, height, width] } }, golden.focal);
  });

  it('stays finite, and its gradient with it, however sure the network is', async () => {
    const found = await runGraph(
      { margin: { shape: [4], data: [400, -400, 400, -400] }, truth: { shape: [4], data: [1, 1, 0, 0] } },
      (_, { margin, truth }) => {
        const value = focalLoss(margin!, greater(truth!, 0), 1.5);
        return { value, slope: gradients(value, [margin!])[0]! };
      },
    );
    // Two of four as wrong as can be: -log of what the smoothing leaves.
    expect(found.value!.data[0]).toBeCloseTo(-Math.log(2e-5) / 2, 3);
    for (const slope of found.slope!.data) expect(Number.isFinite(slope)).toBe(true);
  });

  it('has the gradient of finite differences', async () => {
    await expectGradients('focal', {
      shapes: { low: [3], high: [4] },
      range: [-2, 2],
      build: (x) => {
        const margin = concat([x.low!, x.high!], 0);
        const truth = margin.graph.constant('truth', [1, 0, 1, 0, 1, 0, 1], [7]);
        return focalLoss(margin, greater(truth, 0), 2);
      },
    });
  });
});
