/**
 * @file Scores of an input that is seen twice: tile by tile, and as a whole made small. Both are measured in units in which good images reach as high
 * (features/memory-bank/rim-spread.ts), so that the larger counts; scores of the whole are brought to the grid of the map's patches, bilinearly.
 */
import { concat, matmul, maximum, reshape, slice, type Tensor, transpose } from '../../graph/index.ts';
import { type Grid, mapPatches, patchCount } from '../../image/geometry.ts';
import { mapMatrix } from './anomaly-map.ts';

/** Names of the matrices from the whole's grid to the map's, [rows, whole rows] and [columns, whole columns]. */
export const wholeNames = { down: 'whole_rows', across: 'whole_columns' } as const;

/**
 * One score for each patch of the map.
 * @param scores - of all patches, [N * patches]
 * @returns [N * rows * columns]; the scores as they are where the whole is not seen
 */
export function withWhole(scores: Tensor, grid: Grid): Tensor {
  const { rows, columns, whole } = grid;
  if (!whole) return scores;
  const { graph } = scores;
  const fine = mapPatches(grid);
  const ofImages = reshape(scores, [-1, patchCount(grid)], 'N');
  const small = reshape(slice(ofImages, 1, fine, patchCount(grid)), [-1, whole.rows, whole.columns], 'N');
  const down = graph.constant(wholeNames.down, mapMatrix(whole.rows, rows, 0), [rows, whole.rows]);
  const across = graph.constant(wholeNames.across, mapMatrix(whole.columns, columns, 0), [
    columns,
    whole.columns,
  ]);
  const enlarged = matmul(matmul(down, small), transpose(across, [1, 0]));
  const larger = maximum(slice(ofImages, 1, 0, fine), reshape(enlarged, [-1, fine], 'N'));
  return reshape(larger, [-1], 'map patches');
}

/** The first scores of each image changed, the others as they are. @param scores - [N, patches] @param change - of [N, rows * columns] */
export function ofMapAlone(scores: Tensor, grid: Grid, change: (fine: Tensor) => Tensor): Tensor {
  if (!grid.whole) return change(scores);
  const fine = mapPatches(grid);
  return concat([change(slice(scores, 1, 0, fine)), slice(scores, 1, fine, patchCount(grid))], 1);
}
