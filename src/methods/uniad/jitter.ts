/** @file Feature jitter of UniAD: noise on the tokens that go in, while those that shall come out stay as they are, so that copying is no answer. */
import { add, div, mul, sqrt, square, sum, type Tensor } from '../../graph/index.ts';

/**
 * Tokens with noise whose deviation in each channel is scale |token| / channels.
 * @param tokens - [N, places, channels]
 * @param noise - draws from N(0, 1), of the same shape
 * @param scale - float32 []; 0 leaves them as they are
 */
export function jittered(tokens: Tensor, noise: Tensor, scale: Tensor): Tensor {
  const lengths = sqrt(sum(square(tokens), { axes: [2], keepDims: true }));
  return add(tokens, mul(noise, mul(div(lengths, tokens.shape[2] as number), scale)));
}
