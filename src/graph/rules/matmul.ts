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
  transA: boolean,
  transB: boolean,
): [Tensor, Tensor] {
  const da = transA
    ? matmul(b, upstream, { transA: transB, transB: true })
    : matmul(upstream, b, { transB: !transB });
  const db = transB
    ? matmul(upstream, a, { transA: true, transB: transA })
    : matmul(a, upstream, { transA: !transA });
  return [da, db];
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
    const [transA, transB] = ['transA', 'transB'].map((name) => intOf(attributes, name, 0) === 1);
    const [alpha, beta] = ['alpha', 'beta'].map((name) => floatOf(attributes, name, 1)) as [number, number];
    const scaled = alpha === 1 ? upstream : mul(upstream, alpha);
    const [da, db] = flatGradients(a, b, scaled, transA === true, transB === true);
    if (!c) return [da, db];
    const whole = c.shape.length === 1 && c.shape[0] === upstream.shape[1];
    const dc = whole ? sum(upstream, { axes: [0] }) : sumTo(upstream, c.shape);
    return [da, db, beta === 1 ? dc : mul(dc, beta)];
  }),
  MatMul: ofFirst((upstream, node) => {
    const [a, b] = [input(node, 0), input(node, 1)];
    if (a.shape.length < 2 || b.shape.length < 2) noGradient(node, 'a vector is no matrix');
    if (a.shape.length === 2 && b.shape.length === 2) return flatGradients(a, b, upstream, false, false);
    return [sumTo(matmul(upstream, swapLast(b)), a.shape), sumTo(matmul(swapLast(a), upstream), b.shape)];
  }),
} satisfies Rules;
