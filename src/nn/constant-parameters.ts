/** @file Trained parameters in the graph of a detector. */
import type { Graph, Tensor } from '../graph/index.ts';
import type { Parameters } from './parameters.ts';

/** Trained parameters as constants of a graph. */
export function constantParameters(graph: Graph, parameters: Parameters): Record<string, Tensor> {
  // By name: parameters from a checkpoint come in another order, and the file shall not depend on it.
  const names = Object.keys(parameters).sort();
  return Object.fromEntries(
    names.map((name) => {
      const { shape, data } = parameters[name]!;
      return [name, graph.constant(name, data, shape)];
    }),
  );
}
