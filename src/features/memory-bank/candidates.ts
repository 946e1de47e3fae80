/**
 * @file Candidates for a memory bank: rows of a store of patch features, read once in the small space in which entries are chosen, and once more those
 * that were chosen, whole.
 */
import { pickRows } from '../../core/arrays.ts';
import type { ProgressListener } from '../../core/progress.ts';
import type { Random } from '../../core/random.ts';
import { cast, Graph, matmul } from '../../graph/index.ts';
import { patchCount } from '../../image/geometry.ts';
import type { Parameter } from '../../nn/parameters.ts';
import { type Engine, floats } from '../../runtime/engine.ts';
import type { FitSource } from '../store/sample-rows.ts';
import { projectFeatures } from './memory-bank.ts';
import { selectionDirections, selectionWidth } from './selection-space.ts';

/** Projection to principal components, as arrays. */
export interface Reduction {
  /** [C] */
  readonly mean: Parameter;
  /** [C, d] */
  readonly projection: Parameter;
}

/** Entries with what each is of. */
export interface ChosenEntries {
  /** [M, d] */
  readonly entries: Parameter;
  /** Class index of each, never falling. */
  readonly entryClasses: number[];
  /** Id of the training image of each. */
  readonly entryImages: number[];
}

/** Which rows of each shard are candidates. */
export type Plan = readonly (readonly number[])[];

export function rowsOf(plan: Plan): number {
  return plan.reduce((sum, rows) => sum + rows.length, 0);
}

/** Number of the first candidate of each plan, where those of one follow those of the other. */
function firstsOf(plans: readonly Plan[]): number[] {
  let first = 0;
  return plans.map((plan) => {
    const own = first;
    first += rowsOf(plan);
    return own;
  });
}

type ProjectionSession = Awaited<ReturnType<typeof projectionSession>>;

/** Candidates of several plans, plan by plan, in the space in which entries are chosen; the store is read once. */
export async function readCandidates(
  { store, index: { width, grid } }: FitSource,
  session: ProjectionSession,
  plans: readonly Plan[],
  onProgress?: ProgressListener,
) {
  const total = plans.reduce((sum, plan) => sum + rowsOf(plan), 0);
  const rows = new Float32Array(total * session.narrow);
  const classes = new Uint16Array(total);
  /** Where the next candidate of each plan goes. */
  const next = firstsOf(plans);
  let done = 0;
  for (let shard = 0; shard < (plans[0]?.length ?? 0); shard++) {
    if (plans.every((plan) => plan[shard]!.length === 0)) continue;
    const { features, images } = await store.readShard(shard);
    for (const [number, plan] of plans.entries()) {
      const wanted = plan[shard]!;
      if (wanted.length === 0) continue;
      const { selection } = await session.run(pickRows(Uint16Array, features, width, wanted));
      const first = next[number]!;
      rows.set(selection, first * session.narrow);
      wanted.forEach((row, at) => {
        classes[first + at] = images[Math.floor(row / patchCount(grid))]!.classIndex;
      });
      next[number] = first + wanted.length;
      done += wanted.length;
    }
    onProgress?.({ task: 'candidates for the memory bank', done, total, unit: 'patches' });
  }
  return { rows, classes };
}

/** Reads what was chosen. @param chosen - numbers of candidates, as `readCandidates` has them, in the order wanted */
export async function readEntries(
  { store, index: { width, grid } }: FitSource,
  session: ProjectionSession,
  plans: readonly Plan[],
  chosen: ArrayLike<number>,
): Promise<ChosenEntries> {
  const { components } = session;
  const entries = new Float32Array(chosen.length * components);
  const entryClasses = new Array<number>(chosen.length).fill(0);
  const entryImages = new Array<number>(chosen.length).fill(0);
  /** Which entry each candidate became. */
  const slots = new Map(Array.from(chosen, (candidate, entry) => [candidate, entry]));
  const next = firstsOf(plans);
  for (let shard = 0; shard < (plans[0]?.length ?? 0); shard++) {
    const own = plans.flatMap((plan, number) => {
      const first = next[number]!;
      next[number] = first + plan[shard]!.length;
      return plan[shard]!.flatMap((row, at) => {
        const entry = slots.get(first + at);
        return entry === undefined ? [] : [{ row, entry }];
      });
    });
    if (own.length === 0) continue;
    const { features, images } = await store.readShard(shard);
    const rows = own.map(({ row }) => row);
    const { projected } = await session.run(pickRows(Uint16Array, features, width, rows));
    own.forEach(({ row, entry }, at) => {
      const { id, classIndex } = images[Math.floor(row / patchCount(grid))]!;
      entries.set(projected.subarray(at * components, (at + 1) * components), entry * components);
      entryClasses[entry] = classIndex;
      entryImages[entry] = id;
    });
  }
  return {
    entries: { shape: [chosen.length, components], data: entries },
    entryClasses,
    entryImages,
  };
}

/** Rows projected at once. */
const blockRows = 4096;

/** Projects rows to principal components, and these to random directions in which entries are chosen (themselves, where they are few). */
export async function projectionSession(
  engine: Engine,
  width: number,
  reduction: Reduction | undefined,
  random: Random,
) {
  const components = reduction ? (reduction.projection.shape[1] as number) : width;
  const narrow = Math.min(selectionWidth, components);
  const directions = selectionDirections(components, random);
  const graph = new Graph();
  const features = graph.input('features', 'float16', ['rows', width]);
  const rows = cast(features, 'float32');
  const projected = reduction
    ? projectFeatures(rows, {
        mean: graph.constant('mean', reduction.mean.data, reduction.mean.shape),
        projection: graph.constant('projection', reduction.projection.data, reduction.projection.shape),
      })
    : rows;
  graph.output('projected', projected);
  graph.output(
    'selection',
    directions
      ? matmul(projected, graph.constant('directions', directions, [components, narrow]))
      : projected,
  );
  const session = await engine.load(graph.toBytes());
  return {
    components,
    narrow,
    async run(halves: Uint16Array) {
      const count = halves.length / width;
      const results = {
        projected: new Float32Array(count * components),
        selection: new Float32Array(count * narrow),
      };
      for (let start = 0; start < count; start += blockRows) {
        const end = Math.min(count, start + blockRows);
        const data = halves.subarray(start * width, end * width);
        const outputs = await session.run({
          features: { dtype: 'float16', shape: [end - start, width], data },
        });
        results.projected.set(floats(outputs.projected), start * components);
        results.selection.set(floats(outputs.selection), start * narrow);
      }
      return results;
    },
    release: () => session.release(),
  };
}
