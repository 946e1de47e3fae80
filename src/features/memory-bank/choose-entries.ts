/**
 * @file The memory bank's entries: a greedy coreset of the training images' normal patches, chosen in a small random projection of
 * their principal components. The patches are read twice, so that only these small projections are in memory at once.
 */
import { pickRows } from '../../core/arrays.ts';
import type { ProgressListener } from '../../core/progress.ts';
import { Random } from '../../core/random.ts';
import { cast, Graph, matmul } from '../../graph/index.ts';
import { patchCount } from '../../image/geometry.ts';
import type { Parameter } from '../../nn/parameters.ts';
import { type Engine, floats } from '../../runtime/engine.ts';
import { type FitSource, planNormal } from '../store/sample-rows.ts';
import { coreset } from './coreset.ts';
import { projectFeatures } from './memory-bank.ts';

/** Projection to principal components, as arrays. */
export interface Reduction {
  /** [C] */
  readonly mean: Parameter;
  /** [C, d] */
  readonly projection: Parameter;
}

/** How many entries there are, and what of. */
export interface EntryOptions {
  /** Entries, at most. */
  readonly coresetSize: number;
  /** Entries as a share of the normal patches, at most `coresetSize`; 0: `coresetSize`. */
  readonly coresetShare: number;
  /** Patches that they are chosen from. */
  readonly candidates: number;
}

/** Dimensions in which entries are chosen: a random projection keeps distances well enough (Johnson and Lindenstrauss). */
export const selectionWidth = 96;

/**
 * Chooses entries and notes which class and image each is of.
 * @param reduction - the space they live in; the features' own where absent
 */
export async function chooseEntries(
  engine: Engine,
  source: FitSource,
  reduction: Reduction | undefined,
  { seed, memoryBank }: { readonly seed: number; readonly memoryBank: EntryOptions },
  onProgress?: ProgressListener,
) {
  const { store, index } = source;
  const { width, grid } = index;
  const random = new Random(seed, 'coreset');
  const components = reduction ? (reduction.projection.shape[1] as number) : width;
  const narrow = Math.min(selectionWidth, components);
  const directions =
    narrow < components ? random.fillNormal(new Float32Array(components * narrow)) : undefined;
  const plan = await planNormal(source, memoryBank.candidates, new Random(seed, 'candidates'));
  const count = plan.reduce((sum, rows) => sum + rows.length, 0);
  const candidates = new Float32Array(count * narrow);
  const candidateClasses = new Uint16Array(count);
  const session = await projectionSession(engine, width, reduction, directions);
  try {
    let next = 0;
    for (const [shard, rows] of plan.entries()) {
      if (rows.length === 0) continue;
      const { features, images } = await store.readShard(shard);
      const { selection } = await session.run(pickRows(Uint16Array, features, width, rows));
      candidates.set(selection, next * narrow);
      rows.forEach((row, at) => {
        candidateClasses[next + at] = images[Math.floor(row / patchCount(grid))]!.classIndex;
      });
      next += rows.length;
      onProgress?.({ task: 'candidates for the memory bank', done: next, total: count, unit: 'patches' });
    }
    const taken = await coreset(engine, candidates, narrow, random, {
      size: entryCount(memoryBank, source.images.size * patchCount(grid)),
      onProgress,
    });
    const chosen = withEveryClass(taken, candidateClasses).sort(
      (a, b) => candidateClasses[a]! - candidateClasses[b]!,
    );
    const entries = new Float32Array(chosen.length * components);
    const entryClasses = new Array<number>(chosen.length).fill(0);
    const entryImages = new Array<number>(chosen.length).fill(0);
    /** Which entry each candidate became. */
    const slots = new Map(Array.from(chosen, (candidate, entry) => [candidate, entry]));
    let first = 0;
    for (const [shard, rows] of plan.entries()) {
      const own = rows.flatMap((row, at) => {
        const entry = slots.get(first + at);
        return entry === undefined ? [] : [{ row, entry }];
      });
      first += rows.length;
      if (own.length === 0) continue;
      const { features, images } = await store.readShard(shard);
      const { projected } = await session.run(
        pickRows(
          Uint16Array,
          features,
          width,
          own.map(({ row }) => row),
        ),
      );
      own.forEach(({ row, entry }, at) => {
        const { id, classIndex } = images[Math.floor(row / patchCount(grid))]!;
        entries.set(projected.subarray(at * components, (at + 1) * components), entry * components);
        entryClasses[entry] = classIndex;
        entryImages[entry] = id;
      });
    }
    const norms = Float32Array.from({ length: chosen.length }, (_, entry) =>
      entries
        .subarray(entry * components, (entry + 1) * components)
        .reduce((total, each) => total + each * each, 0),
    );
    return {
      entries: { shape: [chosen.length, components], data: entries },
      norms: { shape: [chosen.length], data: norms },
      entryClasses,
      entryImages,
    };
  } finally {
    await session.release();
  }
}

/**
 * What was chosen, with an entry for each class that has candidates: a class whose patches all lie close to another's would get none, and never be
 * recognised. It takes the place of the one chosen last, of a class that keeps others.
 * @param taken - candidates, in the order in which they were chosen
 * @param candidateClasses - class of each candidate
 */
export function withEveryClass(taken: Uint32Array, candidateClasses: Uint16Array): Uint32Array {
  const entries = new Map<number, number>();
  for (const candidate of taken) {
    const own = candidateClasses[candidate]!;
    entries.set(own, (entries.get(own) ?? 0) + 1);
  }
  const chosen = taken.slice();
  candidateClasses.forEach((own, candidate) => {
    if (entries.has(own)) return;
    const place = chosen.findLastIndex((each) => (entries.get(candidateClasses[each]!) ?? 0) > 1);
    if (place < 0) return;
    const before = candidateClasses[chosen[place]!]!;
    entries.set(before, (entries.get(before) ?? 0) - 1);
    entries.set(own, 1);
    chosen[place] = candidate;
  });
  return chosen;
}

/** Entries wanted of a training's patches. */
export function entryCount(
  { coresetSize, coresetShare }: Pick<EntryOptions, 'coresetSize' | 'coresetShare'>,
  patches: number,
): number {
  const share = coresetShare === 0 ? patches : Math.max(1, Math.round(coresetShare * patches));
  return Math.min(coresetSize, share);
}

/** Rows projected at once. */
const blockRows = 4096;

/** Projects rows to principal components, and these to the directions that entries are chosen in (themselves, where none). */
async function projectionSession(
  engine: Engine,
  width: number,
  reduction: Reduction | undefined,
  directions: Float32Array | undefined,
) {
  const components = reduction ? (reduction.projection.shape[1] as number) : width;
  const narrow = directions ? directions.length / components : components;
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
