/** @file Places of maps as tokens, and back. */
import { reshape, type Tensor, transpose } from '../../../graph/index.ts';
import type { Grid } from '../../../image/geometry.ts';

/** Maps [N, C, rows, columns] to tokens [N, places, C], places row by row. */
export function tokensOf(maps: Tensor): Tensor {
  const [, channels, rows, columns] = maps.shape as [unknown, number, number, number];
  return transpose(reshape(maps, [-1, channels, rows * columns], 'N'), [0, 2, 1]);
}

/** Tokens [N, places, C] to maps [N, C, rows, columns]. */
export function mapsOfTokens(tokens: Tensor, { rows, columns }: Grid): Tensor {
  return reshape(transpose(tokens, [0, 2, 1]), [-1, tokens.shape[2] as number, rows, columns], 'N');
}
