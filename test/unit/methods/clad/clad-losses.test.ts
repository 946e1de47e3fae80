import { describe, expect, it } from 'vitest';
import { cast, equal, gradients, type Tensor } from '../../../../src/graph/index.ts';
import { classificationLoss, hingeLoss, varianceLoss } from '../../../../src/methods/clad/clad-losses.ts';
import { type ContrastOptions, contrastLoss } from '../../../../src/methods/clad/contrast.ts';
import { oneHot } from '../../../../src/nn/losses.ts';
import { fixture } from '../../../helpers/fixtures.ts';
import { runGraph } from '../../../helpers/run-graph.ts';

interface Golden {
  z: number[][];
  labels: number[];
  contrast: (ContrastOptions & { value: number; gradient: number[][] })[];
  variance: { value: number; gradient: number[][] };
  crossEntropy: { logits: number[][]; value: number; gradient: number[][] };
  hinge: { scores: number[]; delta: number; value: number; gradient: number[] };
}

const golden = fixture<Golden>('losses.json');
const z = { data: golden.z.flat(), shape: [12, 5] };
const labels = { data: golden.labels, shape: [12] };
const anomalyClass = 3;

/** Value and gradient of a loss of `x`, with the golden labels beside it. */
async function measure(x: { data: number[]; shape: number[] }, loss: (x: Tensor, labels: Tensor) => Tensor) {
  const { value, gradient } = await runGraph({ x, labels }, (_, inputs) => {
    const value = loss(inputs.x!, cast(inputs.labels!, 'int64'));
    return { value, gradient: gradients(value, [inputs.x!])[0]! };
  });
  return { value: value!.data[0]!, gradient: gradient!.data };
}

function expectClose(actual: number[], expected: number[], tolerance: number) {
  const scale = Math.max(...expected.map(Math.abs));
  actual.forEach((value, index) => {
    expect(Math.abs(value - expected[index]!)).toBeLessThan(tolerance * scale);
  });
}

describe('contrastive loss (Eq. 8-17) equals PyTorch', () => {
  for (const blockRows of [12, 6, 5]) {
    it.each(golden.contrast)(
      `gamma $gamma, alpha $alpha, margin $margin, constant weight $stopWeightGradient, ${blockRows} rows at once`,
      async ({ value, gradient, ...options }) => {
        const found = await measure(z, (x, y) => contrastLoss(x, y, options, blockRows));
        expect(found.value).toBeCloseTo(value, 5);
        expectClose(found.gradient, gradient.flat(), 2e-4);
      },
    );
  }
});

describe('the other losses equal PyTorch', () => {
  it('variance (Eq. 18-19)', async () => {
    const found = await measure(z, (x, y) => varianceLoss(x, oneHot(y, 4)));
    expect(found.value).toBeCloseTo(golden.variance.value, 5);
    expectClose(found.gradient, golden.variance.gradient.flat(), 1e-5);
  });

  it('variance averaged over the d dimensions (Eq. 18) is a d-th, and so is its slope', async () => {
    const found = await measure(z, (x, y) => varianceLoss(x, oneHot(y, 4), 'mean'));
    expect(found.value).toBeCloseTo(golden.variance.value / 5, 6);
    expectClose(
      found.gradient,
      golden.variance.gradient.flat().map((each) => each / 5),
      1e-5,
    );
  });

  it('variance counts only the classes that are present', async () => {
    const withMore = await measure(z, (x, y) => varianceLoss(x, oneHot(y, 9)));
    expect(withMore.value).toBeCloseTo(golden.variance.value, 5);
  });

  it('cross-entropy (Eq. 20)', async () => {
    const { logits, value, gradient } = golden.crossEntropy;
    const found = await measure({ data: logits.flat(), shape: [12, 4] }, (x, y) =>
      classificationLoss(x, oneHot(y, 4)),
    );
    expect(found.value).toBeCloseTo(value, 5);
    expectClose(found.gradient, gradient.flat(), 1e-5);
  });

  it('hinge (Eq. 21-23)', async () => {
    const { scores, delta, value, gradient } = golden.hinge;
    const found = await measure({ data: scores, shape: [12] }, (x, y) =>
      hingeLoss(x, equal(y, y.graph.scalar(anomalyClass, 'int64')), delta),
    );
    expect(found.value).toBeCloseTo(value, 5);
    expectClose(found.gradient, gradient, 1e-5);
  });
});
