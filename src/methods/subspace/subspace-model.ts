/** @file The residual to the subspace of an image's class, as nodes of a graph. */
import {
  add,
  type Graph,
  gather,
  matmul,
  mul,
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
export function subspaceModel({ whole, folds, foldOf, centres }: FittedSubspaces): PatchModel {
  const { width, classes } = centres;
  return (graph, features, patches, own) => {
    const shares = sharesOfCentres(graph, features, patches, centres);
    const classOf = toldClass(shares);
    const used = own ? folds.flat() : whole;
    const number = own ? add(classOf, mul(gather(foldsOf(graph, foldOf), own), classCount(graph))) : classOf;
    const { means, matrices } = constantsOf(graph, used, width);
    const moved = sub(
      reshape(features, [-1, patches, width], 'N'),
      reshape(gather(means, number), [-1, 1, width], 'N'),
    );
    const matrix = gather(matrices, number);
    const projected = matmul(matmul(moved, matrix), transpose(matrix, [0, 2, 1]));
    const residual = sum(square(sub(moved, projected)), { axes: [2] });
    const [rows] = features.shape;
    const score = typeof rows === 'number' ? reshape(residual, [rows]) : reshape(residual, [-1], rows);
    return { score, shares };
  };

  function classCount(graph: Graph): Tensor {
    return graph.scalar(classes, 'int64');
  }
}

function foldsOf(graph: Graph, foldOf: readonly number[]): Tensor {
  const numbers = Array.from(foldOf, (fold = 0) => fold);
  return graph.constant('subspace_folds', numbers, [numbers.length], 'int64');
}

/** Means [count, width] and matrices [count, width, components] of subspaces; those of fewer components end in columns of zeros. */
function constantsOf(graph: Graph, subspaces: readonly Subspace[], width: number) {
  const most = Math.max(...subspaces.map(({ components }) => components));
  const [means, matrices] = [
    new Float32Array(subspaces.length * width),
    new Float32Array(subspaces.length * width * most),
  ];
  for (const [at, { mean, matrix, components }] of subspaces.entries()) {
    means.set(mean, at * width);
    for (let row = 0; row < width; row++)
      matrices.set(matrix.subarray(row * components, (row + 1) * components), (at * width + row) * most);
  }
  return {
    means: graph.constant('subspace_means', means, [subspaces.length, width]),
    matrices: graph.constant('subspaces', matrices, [subspaces.length, width, most]),
  };
}
