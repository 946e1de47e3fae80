/** @file The residual to the subspace of an image's class, as nodes of a graph. */
import {
  type Graph,
  gather,
  matmul,
  reshape,
  square,
  sub,
  sum,
  type Tensor,
  transpose,
} from '../../graph/index.ts';
import { sharesOfCentres } from '../shared/class-centres.ts';
import { type PatchModel, toldClass } from '../shared/patch-model.ts';
import type { FittedSubspaces, Subspace } from './fit-subspaces.ts';

/**
 * A patch's score is the squared length of what its class's subspace leaves of it: ||x - m - P P^T (x - m)||^2. Only the subspace of the class that the
 * image is of is asked, so the cost of an image does not grow with the number of classes.
 */
export function subspaceModel({ subspaces, centres }: FittedSubspaces): PatchModel {
  const { width } = centres;
  return (graph, features, patches) => {
    const shares = sharesOfCentres(graph, features, patches, centres);
    const classOf = toldClass(shares);
    const { means, matrices } = constantsOf(graph, subspaces, width);
    const moved = sub(
      reshape(features, [-1, patches, width], 'N'),
      reshape(gather(means, classOf), [-1, 1, width], 'N'),
    );
    const matrix = gather(matrices, classOf);
    const projected = matmul(matmul(moved, matrix), transpose(matrix, [0, 2, 1]));
    const residual = sum(square(sub(moved, projected)), { axes: [2] });
    return { score: likeRows(residual, features), shares };
  };
}

/** [N, patches] as one score a row of the features. */
function likeRows(scores: Tensor, { shape: [rows] }: Tensor): Tensor {
  return typeof rows === 'number' ? reshape(scores, [rows]) : reshape(scores, [-1], rows);
}

/** Means [classes, width] and matrices [classes, width, components]; those of fewer components end in columns of zeros. */
function constantsOf(graph: Graph, subspaces: readonly Subspace[], width: number) {
  const { length: count } = subspaces;
  const most = Math.max(...subspaces.map(({ components }) => components));
  const [means, matrices] = [new Float32Array(count * width), new Float32Array(count * width * most)];
  for (const [at, { mean, matrix, components }] of subspaces.entries()) {
    means.set(mean, at * width);
    for (let row = 0; row < width; row++)
      matrices.set(matrix.subarray(row * components, (row + 1) * components), (at * width + row) * most);
  }
  return {
    means: graph.constant('subspace_means', means, [count, width]),
    matrices: graph.constant('subspaces', matrices, [count, width, most]),
  };
}
