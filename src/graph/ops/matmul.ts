/** @file Matrix products. Transposed operands go to Gemm, which reads them in place. */
import { commonGraph } from '../graph.ts';
import { broadcastShapes, type Dim, refuse, type Shape, type Tensor } from '../tensor.ts';

interface Transposes {
  /** Use the transpose of `a` (two axes only). @default false */
  readonly transA?: boolean;
  /** Use the transpose of `b` (two axes only). @default false */
  readonly transB?: boolean;
}

/**
 * a b, with two axes each, or with leading axes that broadcast as in NumPy.
 * @throws GRAPH_SHAPE when the inner sizes differ, or a transpose is asked of more than two axes
 */
export function matmul(a: Tensor, b: Tensor, options: Transposes = {}): Tensor {
  const { transA = false, transB = false } = options;
  const [rows, inner] = ends(a.shape, transA);
  const [innerB, columns] = ends(b.shape, transB);
  if (a.shape.length < 2 || b.shape.length < 2) refuse('MatMul', 'two axes are needed', a.shape, b.shape);
  if (inner !== innerB) refuse('MatMul', `inner sizes ${inner} and ${innerB} differ`, a.shape, b.shape);
  const flat = a.shape.length === 2 && b.shape.length === 2;
  if (!flat && (transA || transB)) refuse('MatMul', 'only matrices can be transposed', a.shape, b.shape);
  const batch = broadcastShapes('MatMul', a.shape.slice(0, -2), b.shape.slice(0, -2));
  const shape = [...batch, rows, columns];
  const transposed = transA || transB;
  const [output] = commonGraph('MatMul', [a, b]).add(
    transposed ? 'Gemm' : 'MatMul',
    [a, b],
    [{ dtype: a.dtype, shape }],
    {
      attributes: transposed ? { transA: { int: transA ? 1 : 0 }, transB: { int: transB ? 1 : 0 } } : {},
    },
  );
  return output as Tensor;
}

/**
 * Product of matrices of 8-bit whole numbers. It has no gradient.
 * @param a - uint8 [rows, inner]
 * @param b - int8 [inner, columns]
 * @param zeroPoint - what stands for 0 in `a`
 * @returns int32 [rows, columns], exact
 */
export function matmulInteger(a: Tensor, b: Tensor, zeroPoint: number): Tensor {
  const graph = commonGraph('MatMulInteger', [a, b]);
  if (a.shape[1] !== b.shape[0]) refuse('MatMulInteger', 'inner sizes differ', a.shape, b.shape);
  const shape = [a.shape[0] as Dim, b.shape[1] as Dim];
  return graph.add(
    'MatMulInteger',
    [a, b, graph.scalar(zeroPoint, 'uint8')],
    [{ dtype: 'int32', shape }],
  )[0] as Tensor;
}

/**
 * x W^T + b, the linear layer of PyTorch.
 * @param x - [rows, in]
 * @param weight - [out, in]
 * @param bias - [out]; none when absent
 */
export function linear(x: Tensor, weight: Tensor, bias?: Tensor): Tensor {
  if (!bias) return matmul(x, weight, { transB: true });
  const [rows, inputs] = ends(x.shape, false);
  const [outputs, weightInputs] = ends(weight.shape, false);
  if (
    x.shape.length !== 2 ||
    inputs !== weightInputs ||
    bias.shape[0] !== outputs ||
    bias.shape.length !== 1
  ) {
    refuse('linear', 'sizes differ', x.shape, weight.shape, bias.shape);
  }
  const [output] = commonGraph('Gemm', [x, weight, bias]).add(
    'Gemm',
    [x, weight, bias],
    [{ dtype: x.dtype, shape: [rows, outputs] }],
    {
      attributes: { transB: { int: 1 } },
    },
  );
  return output as Tensor;
}

function ends(shape: Shape, swapped: boolean): [Dim, Dim] {
  const [first, second] = shape.slice(-2) as [Dim, Dim];
  return swapped ? [second, first] : [first, second];
}
