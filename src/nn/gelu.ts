/** @file GELU (Hendrycks and Gimpel 2016), exactly and by its two approximations. */
import { add, div, erf, mul, sigmoid, square, type Tensor, tanh } from '../graph/index.ts';

/** `gelu` by the error function, `tanh` and `quick-gelu` (a sigmoid, as OpenAI's CLIP) approximately. */
export type Gelu = 'gelu' | 'tanh' | 'quick-gelu';

/** x times the share of a normal distribution below it. */
export function gelu(x: Tensor, kind: Gelu): Tensor {
  if (kind === 'quick-gelu') return mul(x, sigmoid(mul(x, 1.702)));
  // In these orders, as ONNX Runtime then makes one operation of the first.
  if (kind === 'gelu') return mul(mul(x, add(erf(div(x, Math.SQRT2)), 1)), 0.5);
  const inner = mul(mul(x, add(mul(square(x), 0.044715), 1)), Math.sqrt(2 / Math.PI));
  return mul(mul(x, add(tanh(inner), 1)), 0.5);
}
