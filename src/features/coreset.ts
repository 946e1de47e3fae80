/**
 * @file A coreset of features by greedy k-centre selection (Sener and Savarese 2018, as PatchCore uses it): again and again the
 * row farthest from all members chosen so far joins them. The selection runs inside the engine.
 *
 * Rows that lie nearer to a member than the last member will have lain can never be chosen any more. That distance is at least
 * about as large as it is in a selection of as many members from an eighth of the rows, which is made first. Rows below it are
 * dropped as the selection goes on, so that its later turns look at a part of the data. (Should no row be left, there are fewer members.)
 */
import { pickRows } from '../core/arrays.ts';
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
import { type Engine, float32, floats, int64, type Session, type TensorValue } from '../runtime/engine.ts';

export interface CoresetOptions {
  /** Members wanted; all rows are returned when there are no more. */
  readonly size: number;
  /** Whether rows that will not be chosen any more are dropped. @default true */
  readonly prune?: boolean;
  readonly onProgress?: ProgressListener;
}

/** Turns a call of the engine; rows are dropped between calls. */
const turns = 256;
/** The estimate is made on every so-manieth row, where there are enough of them. */
const sampling = 8;

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
  const session = await engine.load(selectionGraph(width));
  try {
    let nearestAllowed = 0;
    if ((options.prune ?? true) && count >= 2 * sampling * size) {
      const sample = pickRows(
        Float32Array,
        rows,
        width,
        random.permutation(count).subarray(0, Math.floor(count / sampling)),
      );
      const estimate = await select(session, sample, width, random.integer(sample.length / width), { size });
      nearestAllowed = estimate.lastDistance ** 2;
    }
    const first = random.integer(count);
    return (await select(session, rows, width, first, { ...options, size }, nearestAllowed)).members;
  } finally {
    await session.release();
  }
}

interface Selection {
  readonly members: Uint32Array;
  /** How far the last member was from all others. */
  readonly lastDistance: number;
}

/** @param nearestAllowed - rows whose squared distance to the members is below it are dropped */
async function select(
  session: Session,
  rows: Float32Array,
  width: number,
  first: number,
  { size, onProgress }: CoresetOptions,
  nearestAllowed = 0,
): Promise<Selection> {
  let pool: Float32Array = rows;
  /** The row's index among all, by its place in the pool. */
  let indices: Uint32Array = Uint32Array.from({ length: rows.length / width }, (_, index) => index);
  let nearest: Float32Array = new Float32Array(indices.length).fill(Number.MAX_VALUE);
  let last: Float32Array = rows.slice(first * width, (first + 1) * width);
  let lastDistance = 0;
  const chosen: number[] = [first];
  while (chosen.length < size && indices.length > 0) {
    const steps = Math.min(turns, size - chosen.length, indices.length);
    const result = await session.run({
      steps: int64([steps], []),
      rows: float32(pool, [indices.length, width]),
      nearest: float32(nearest, [indices.length]),
      last: float32(last, [1, width]),
    });
    for (const place of (result.chosen as TensorValue).data as BigInt64Array)
      chosen.push(indices[Number(place)] as number);
    nearest = floats(result.nearest_out);
    last = floats(result.last_out);
    lastDistance = Math.sqrt(Math.max(0, floats(result.distance).at(-1) ?? 0));
    onProgress?.({ task: 'memory bank', done: chosen.length, total: size, unit: 'members' });
    const kept = nearest.reduce((total, distance) => total + (distance >= nearestAllowed ? 1 : 0), 0);
    if (kept < 0.7 * indices.length) {
      const places = new Uint32Array(kept);
      let next = 0;
      for (let place = 0; place < nearest.length; place++)
        if ((nearest[place] as number) >= nearestAllowed) places[next++] = place;
      pool = pickRows(Float32Array, pool, width, places);
      const indicesBefore = indices;
      indices = places.map((place) => indicesBefore[place] as number);
      const before = nearest;
      nearest = Float32Array.from(places, (place) => before[place] as number);
    }
  }
  return { members: Uint32Array.from(chosen), lastDistance };
}

/** One turn: shorten every row's distance by the last member's, then take the farthest row. */
function selectionGraph(width: number): Uint8Array {
  const graph = new Graph();
  const rows = graph.input('rows', 'float32', ['rows', width]);
  const steps = graph.input('steps', 'int64', []);
  const norms = sum(square(rows), { axes: [1] });
  const initial = {
    nearest: graph.input('nearest', 'float32', ['rows']),
    last: graph.input('last', 'float32', [1, width]),
  };
  const { state, outputs } = loop(graph, steps, initial, (_, __, { nearest, last }) => {
    const product = reshape(matmul(rows, last, { transB: true }), [-1], 'rows');
    const distance = add(sub(norms, mul(product, 2)), sum(square(last)));
    const shortened = minimum(nearest, distance);
    const chosen = argMax(shortened, 0, true);
    return {
      state: { nearest: shortened, last: gather(rows, chosen) },
      outputs: { chosen, distance: gather(shortened, chosen) },
    };
  });
  graph.output('nearest_out', state.nearest);
  graph.output('last_out', state.last);
  for (const [name, value] of Object.entries(outputs)) graph.output(name, value);
  return graph.toBytes();
}
