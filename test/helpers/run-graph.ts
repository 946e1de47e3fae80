/** @file Builds a graph, runs it once and returns its outputs as plain numbers. */
import { Graph, type Tensor } from '../../src/graph/index.ts';
import { type Engine, float32, type TensorValue } from '../../src/runtime/engine.ts';
import { nodeEngine } from '../../src/runtime/node.ts';

const cpu = nodeEngine({ threads: 2 });

/** A float32 input for `runGraph`. */
export interface Fed {
  readonly data: ArrayLike<number>;
  readonly shape: readonly number[];
}

/** Runs `build` with the given float32 inputs; every tensor it returns becomes an output. */
export async function runGraph(
  inputs: Readonly<Record<string, Fed>>,
  build: (graph: Graph, values: Record<string, Tensor>) => Record<string, Tensor>,
  engine?: Engine,
): Promise<Record<string, { data: number[]; shape: readonly number[] }>> {
  const graph = new Graph();
  const values: Record<string, Tensor> = {};
  const feeds: Record<string, TensorValue> = {};
  for (const [name, { data, shape }] of Object.entries(inputs)) {
    values[name] = graph.input(name, 'float32', shape);
    feeds[name] = float32(Float32Array.from(data), shape);
  }
  for (const [name, tensor] of Object.entries(build(graph, values))) graph.output(name, tensor);
  const session = await (engine ?? (await cpu)).load(graph.toBytes());
  try {
    const outputs = await session.run(feeds);
    return Object.fromEntries(
      Object.entries(outputs).map(([name, { data, shape }]) => [
        name,
        { data: Array.from(data, Number), shape },
      ]),
    );
  } finally {
    await session.release();
  }
}
