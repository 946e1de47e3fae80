/** @file Gradients of matrix products. */
import { floatOf, intOf } from '../attributes.ts';
import { mul } from '../ops/elementwise.ts';
import { matmul } from '../ops/matmul.ts';
import { sum, sumTo } from '../ops/reduce.ts';
import { transpose } from '../ops/shape.ts';
import type { Tensor } from '../tensor.ts';
import { input, noGradient, ofFirst, once, type Rules, type Slope } from './rule.ts';

/** With C = op(A) op(B): dA = dC op(B)^T and dB = op(A)^T dC, themselves transposed where the operand was. */
function flatGradients(
  a: Tensor,
  b: Tensor,
  upstream: Slope,
  { transA, transB }: { readonly transA: boolean; readonly transB: boolean },
): [Slope, Slope] {
  return [
    () =>
      transA
        ? matmul(b, upstream(), { transA: transB, transB: true })
        : matmul(upstream(), b, { transB: !transB }),
    () =>
      transB
        ? matmul(upstream(), a, { transA: true, transB: transA })
        : matmul(a, upstream(), { transA: !transA }),
  ];
}

function swapLast(x: Tensor): Tensor {
  const last = x.shape.length - 1;
  return transpose(
    x,
    x.shape.map((_, axis) => (axis < last - 1 ? axis : 2 * last - 1 - axis)),
  );
}

export const matmulRules = {
  /** alpha op(A) op(B) + beta C */
  Gemm: ofFirst((upstream, node) => {
    const [a, b, c] = [input(node, 0), input(node, 1), node.inputs[2]];
    const { attributes } = node;
    const transposed = {
      transA: intOf(attributes, 'transA', 0) === 1,
      transB: intOf(attributes, 'transB', 0) === 1,
    };
    const scaledBy = (value: Tensor, name: string) => {
      const factor = floatOf(attributes, name, 1);
      return factor === 1 ? value : mul(value, factor);
    };
    const ofC = (to: Tensor) => {
      const row = to.shape.length === 1 && to.shape[0] === upstream.shape[1];
      return scaledBy(row ? sum(upstream, { axes: [0] }) : sumTo(upstream, to.shape), 'beta');
    };
    const scaled = once(() => scaledBy(upstream, 'alpha'));
    return [...flatGradients(a, b, scaled, transposed), c && (() => ofC(c))];
  }),
  MatMul: ofFirst((upstream, node) => {
    const [a, b] = [input(node, 0), input(node, 1)];
    if (a.shape.length < 2 || b.shape.length < 2) noGradient(node, 'a vector is no matrix');
    if (a.shape.length === 2 && b.shape.length === 2)
      return flatGradients(a, b, () => upstream, { transA: false, transB: false });
    return [
      () => sumTo(matmul(upstream, swapLast(b)), a.shape),
      () => sumTo(matmul(swapLast(a), upstream), b.shape),
    ];
  }),
  MatMulInteger: { constant: 'whole numbers do not change a little' },
} satisfies Rules;
