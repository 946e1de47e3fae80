/**
 * @file The memory bank's entries: a greedy coreset of the training images' normal patches, of all classes together or of each by itself, chosen in a
 * small random projection of their principal components. The patches are read twice, so that only these small projections are in memory at once.
 */
import { joined, pickRows } from '../../core/arrays.ts';
import type { ProgressListener } from '../../core/progress.ts';
import { Random } from '../../core/random.ts';
import { cast, Graph, matmul } from '../../graph/index.ts';
import type { Parameter } from '../../nn/parameters.ts';
import { type Engine, floats } from '../../runtime/engine.ts';
import { type FitSource, planNormal } from '../store/sample-rows.ts';
import { coreset } from './coreset.ts';
import { projectFeatures } from './memory-bank.ts';
import { selectionDirections, selectionRandom, selectionWidth } from './selection-space.ts';

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

/** Entries with what each is of. */
export interface ChosenEntries {
  /** [M, d] */
  readonly entries: Parameter;
  /** Squared lengths, [M]. */
  readonly norms: Parameter;
  /** Class index of each, never falling. */
  readonly entryClasses: number[];
  /** Id of the training image of each. */
  readonly entryImages: number[];
}

interface ChoiceOptions {
  readonly seed: number;
  readonly memoryBank: EntryOptions;
}

/**
 * One bank over all classes: entries go where patches are far apart, whatever their class.
 * @param reduction - the space they live in; the features' own where absent
 */
export async function chooseEntries(
  engine: Engine,
  source: FitSource,
  reduction: Reduction | undefined,
  { seed, memoryBank }: ChoiceOptions,
  onProgress?: ProgressListener,
): Promise<ChosenEntries> {
  const { width, gridSide } = source.index;
  const random = new Random(seed, 'coreset');
  const session = await projectionSession(engine, width, reduction, random);
  const plan = await planNormal(source, memoryBank.candidates, new Random(seed, 'candidates'));
  try {
    const { rows, classes } = await readCandidates(source, session, [plan], onProgress);
    const taken = await coreset(engine, rows, session.narrow, random, {
      size: entryCount(memoryBank, source.images.size * gridSide ** 2),
      onProgress,
    });
    const chosen = withEveryClass(taken, classes).sort((a, b) => classes[a]! - classes[b]!);
    return await readEntries(source, session, [plan], chosen);
  } finally {
    await session.release();
  }
}

/** Candidates in memory at once, where entries are chosen class by class; classes with more together take turns. */
export const mostCandidates = 655_360;

/**
 * A bank for each class, each chosen from its own patches alone by random numbers of its own: no class changes another's. Entries of a class stand in
 * the order in which they were chosen, so that the first ones are a coreset themselves.
 * @param memoryBank - numbers of each class
 */
export async function chooseEntriesByClass(
  engine: Engine,
  source: FitSource,
  reduction: Reduction | undefined,
  { seed, memoryBank }: ChoiceOptions,
  onProgress?: ProgressListener,
): Promise<ChosenEntries> {
  const { classes, gridSide, width } = source.index;
  const session = await projectionSession(engine, width, reduction, selectionRandom.directions(seed));
  const parts: ChosenEntries[] = [];
  try {
    const imagesOf = await imagesByClass(source);
    const planned = [];
    for (const [index, name] of classes.entries()) {
      const images = imagesOf[index]!;
      if (images.size === 0) continue;
      const random = new Random(seed, `candidates of ${name}`);
      const plan = await planNormal({ ...source, images }, memoryBank.candidates, random);
      planned.push({ name, images, plan, count: rowsOf(plan) });
    }
    const sizes = planned.map(({ images }) => entryCount(memoryBank, images.size * gridSide ** 2));
    const total = sizes.reduce((sum, size) => sum + size, 0);
    let before = 0;
    for (const group of inTurns(planned, mostCandidates)) {
      const plans = group.map(({ plan }) => plan);
      const { rows } = await readCandidates(source, session, plans, onProgress);
      const chosen: number[] = [];
      let first = 0;
      for (const { name, images, count } of group) {
        const size = entryCount(memoryBank, images.size * gridSide ** 2);
        const own = rows.subarray(first * session.narrow, (first + count) * session.narrow);
        const done = before;
        const taken = await coreset(engine, own, session.narrow, selectionRandom.entries(seed, name), {
          size,
          onProgress: onProgress && ((state) => onProgress({ ...state, done: done + state.done, total })),
        });
        for (const candidate of taken) chosen.push(first + candidate);
        first += count;
        before += size;
      }
      parts.push(await readEntries(source, session, plans, chosen));
    }
  } finally {
    await session.release();
  }
  const components = session.components;
  const all = {
    entries: joined(
      Float32Array,
      parts.map(({ entries }) => entries.data),
    ),
    norms: joined(
      Float32Array,
      parts.map(({ norms }) => norms.data),
    ),
  };
  return {
    entries: { shape: [all.norms.length, components], data: all.entries },
    norms: { shape: [all.norms.length], data: all.norms },
    entryClasses: parts.flatMap(({ entryClasses }) => entryClasses),
    entryImages: parts.flatMap(({ entryImages }) => entryImages),
  };
}

/** Which rows of each shard are candidates. */
type Plan = readonly (readonly number[])[];

function rowsOf(plan: Plan): number {
  return plan.reduce((sum, rows) => sum + rows.length, 0);
}

/** Ids of the images to fit on, by class. */
async function imagesByClass({ store, index, images }: FitSource): Promise<ReadonlySet<number>[]> {
  const found = index.classes.map(() => new Set<number>());
  for (const shard of index.shards.keys()) {
    for (const { id, classIndex } of (await store.readShardIndex(shard)).images)
      if (images.has(id)) found[classIndex]?.add(id);
  }
  return found;
}

/** Groups, in order, of at most so many candidates together, or of one class that has more. */
function inTurns<Each extends { readonly count: number }>(planned: readonly Each[], most: number): Each[][] {
  const groups: Each[][] = [];
  let count = 0;
  for (const each of planned) {
    const last = groups.at(-1);
    if (last && count + each.count <= most) {
      last.push(each);
      count += each.count;
    } else {
      groups.push([each]);
      count = each.count;
    }
  }
  return groups;
}

type ProjectionSession = Awaited<ReturnType<typeof projectionSession>>;

/** Candidates of several plans, plan by plan, in the space in which entries are chosen; the store is read once. */
async function readCandidates(
  { store, index: { width, gridSide } }: FitSource,
  session: ProjectionSession,
  plans: readonly Plan[],
  onProgress?: ProgressListener,
) {
  const total = plans.reduce((sum, plan) => sum + rowsOf(plan), 0);
  const rows = new Float32Array(total * session.narrow);
  const classes = new Uint16Array(total);
  /** Where the next candidate of each plan goes. */
  const next: number[] = [];
  plans.reduce((first, plan) => {
    next.push(first);
    return first + rowsOf(plan);
  }, 0);
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
        classes[first + at] = images[Math.floor(row / gridSide ** 2)]!.classIndex;
      });
      next[number] = first + wanted.length;
      done += wanted.length;
    }
    onProgress?.({ task: 'candidates for the memory bank', done, total, unit: 'patches' });
  }
  return { rows, classes };
}

/** Reads what was chosen. @param chosen - numbers of candidates, as `readCandidates` has them, in the order wanted */
async function readEntries(
  { store, index: { width, gridSide } }: FitSource,
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
  const next: number[] = [];
  plans.reduce((first, plan) => {
    next.push(first);
    return first + rowsOf(plan);
  }, 0);
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
      const { id, classIndex } = images[Math.floor(row / gridSide ** 2)]!;
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
}

/**
 * What was chosen, with a entry for each class that has candidates: a product whose patches all lie close to another's would get none, and never be
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

/** Projects rows to principal components, and these to random directions in which entries are chosen (themselves, where they are few). */
async function projectionSession(
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
