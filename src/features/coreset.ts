/**
 * @file A coreset of features by greedy k-centre selection (Sener and Savarese 2018, as PatchCore uses it): again and again the
 * feature farthest from all members chosen so far joins them. Distances are taken in a random projection to few dimensions
 * (Johnson and Lindenstrauss), and the whole selection runs inside the engine.
 */
import type { ProgressListener } from '../core/progress.ts';
import type { Random } from '../core/random.ts';
import {
  add,
  argMax,
  Graph,
  gather,
  loop,
  matmul,
  minimum,
  mul,
  reshape,
  square,
  sub,
  sum,
} from '../graph/index.ts';
import { type Engine, float32, floats, int64, type TensorValue } from '../runtime/engine.ts';

export interface CoresetOptions {
  /** Members wanted; all rows are returned when there are no more. */
  readonly size: number;
  /** Dimensions of the random projection. @default 96 */
  readonly projection?: number;
  readonly onProgress?: ProgressListener;
}

/**
 * Chooses members.
 * @param rows - candidates [count, width] row-major
 * @returns their indices in the order of choice
 */
export async function coreset(
  engine: Engine,
  rows: Float32Array,
  width: number,
  random: Random,
  options: CoresetOptions,
): Promise<Uint32Array> {
  const count = rows.length / width;
  const size = Math.min(options.size, count);
  if (size === count) return Uint32Array.from({ length: count }, (_, index) => index);
  const projected = await project(engine, rows, width, options.projection ?? 96, random);
  const first = random.integer(count);
  const session = await engine.load(selectionGraph(count, projected.shape[1] as number));
  const chosen: number[] = [first];
  // The distance to the first member starts the selection; later calls go on from the distances handed back.
  let nearest: TensorValue = float32(new Float32Array(count).fill(Number.MAX_VALUE), [count]);
  let last: TensorValue = int64([first], [1]);
  try {
    const turns = 256;
    while (chosen.length < size) {
      const steps = Math.min(turns, size - chosen.length);
      const result = await session.run({ steps: int64([steps], []), rows: projected, nearest, last });
      nearest = result.nearest_out as TensorValue;
      last = result.last_out as TensorValue;
      for (const index of (result.chosen as TensorValue).data as BigInt64Array) chosen.push(Number(index));
      options.onProgress?.({ task: 'memory bank', done: chosen.length, total: size, unit: 'members' });
    }
  } finally {
    await session.release();
  }
  return Uint32Array.from(chosen);
}

/** One turn: shorten every row's distance by the last member's, then take the farthest row. */
function selectionGraph(count: number, width: number): Uint8Array {
  const graph = new Graph();
  const rows = graph.input('rows', 'float32', [count, width]);
  const steps = graph.input('steps', 'int64', []);
  const norms = sum(square(rows), { axes: [1] });
  const initial = {
    nearest: graph.input('nearest', 'float32', [count]),
    last: graph.input('last', 'int64', [1]),
  };
  const { state, outputs } = loop(graph, steps, initial, (_, __, { nearest, last }) => {
    const member = reshape(gather(rows, last), [width, 1]);
    const product = reshape(matmul(rows, member), [count]);
    const distance = add(sub(norms, mul(product, 2)), gather(norms, last));
    const shortened = minimum(nearest, distance);
    const chosen = argMax(shortened, 0, true);
    return { state: { nearest: shortened, last: chosen }, outputs: { chosen } };
  });
  graph.output('nearest_out', state.nearest);
  graph.output('last_out', state.last);
  graph.output('chosen', outputs.chosen as NonNullable<typeof outputs.chosen>);
  return graph.toBytes();
}

async function project(
  engine: Engine,
  rows: Float32Array,
  width: number,
  dimensions: number,
  random: Random,
): Promise<TensorValue> {
  const count = rows.length / width;
  if (dimensions >= width) return float32(rows, [count, width]);
  const matrix = random.fillNormal(new Float32Array(width * dimensions));
  const graph = new Graph();
  const directions = graph.constant('directions', matrix, [width, dimensions]);
  graph.output('projected', matmul(graph.input('rows', 'float32', [count, width]), directions));
  const session = await engine.load(graph.toBytes());
  try {
    const result = await session.run({ rows: float32(rows, [count, width]) });
    return float32(floats(result.projected), [count, dimensions]);
  } finally {
    await session.release();
  }
}
