/** @file Gradients of matrix products. */
import { floatOf, intOf } from '../attributes.ts';
import { mul } from '../ops/elementwise.ts';
import { matmul } from '../ops/matmul.ts';
import { sum, sumTo } from '../ops/reduce.ts';
import { transpose } from '../ops/shape.ts';
import type { Tensor } from '../tensor.ts';
import { input, noGradient, ofFirst, type Rules } from './rule.ts';

/** With C = op(A) op(B): dA = dC op(B)^T and dB = op(A)^T dC, themselves transposed where the operand was. */
function flatGradients(
  a: Tensor,
  b: Tensor,
  upstream: Tensor,
  { transA, transB }: { readonly transA: boolean; readonly transB: boolean },
  wanted: readonly boolean[],
): [Tensor | undefined, Tensor | undefined] {
  const da = () =>
    transA ? matmul(b, upstream, { transA: transB, transB: true }) : matmul(upstream, b, { transB: !transB });
  const db = () =>
    transB ? matmul(upstream, a, { transA: true, transB: transA }) : matmul(a, upstream, { transA: !transA });
  return [wanted[0] ? da() : undefined, wanted[1] ? db() : undefined];
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
  Gemm: ofFirst((upstream, node, wanted) => {
    const [a, b, c] = [input(node, 0), input(node, 1), node.inputs[2]];
    const { attributes } = node;
    const transposed = {
      transA: intOf(attributes, 'transA', 0) === 1,
      transB: intOf(attributes, 'transB', 0) === 1,
    };
    const [alpha, beta] = ['alpha', 'beta'].map((name) => floatOf(attributes, name, 1)) as [number, number];
    const scaled = alpha === 1 ? upstream : mul(upstream, alpha);
    const [da, db] = flatGradients(a, b, scaled, transposed, wanted);
    if (!c || !wanted[2]) return [da, db];
    const whole = c.shape.length === 1 && c.shape[0] === upstream.shape[1];
    const dc = whole ? sum(upstream, { axes: [0] }) : sumTo(upstream, c.shape);
    return [da, db, beta === 1 ? dc : mul(dc, beta)];
  }),
  MatMul: ofFirst((upstream, node, wanted) => {
    const [a, b] = [input(node, 0), input(node, 1)];
    if (a.shape.length < 2 || b.shape.length < 2) noGradient(node, 'a vector is no matrix');
    if (a.shape.length === 2 && b.shape.length === 2)
      return flatGradients(a, b, upstream, { transA: false, transB: false }, wanted);
    return [
      wanted[0] ? sumTo(matmul(upstream, swapLast(b)), a.shape) : undefined,
      wanted[1] ? sumTo(matmul(swapLast(a), upstream), b.shape) : undefined,
    ];
  }),
} satisfies Rules;
