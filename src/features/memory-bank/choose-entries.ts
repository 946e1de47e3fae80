/**
 * @file The memory bank's entries: a greedy coreset of the training images' normal patches, of all classes together or of each by itself, chosen in a
 * small random projection of their principal components. The patches are read twice, so that only these small projections are in memory at once.
 */
import { joined } from '../../core/arrays.ts';
import { roundToHalves } from '../../core/half.ts';
import type { ProgressListener } from '../../core/progress.ts';
import { Random } from '../../core/random.ts';
import { patchCount } from '../../image/geometry.ts';
import { patchesInside, regionOfImage } from '../../image/roi/region-of-interest.ts';
import type { Engine } from '../../runtime/engine.ts';
import { type FitSource, planNormal } from '../store/sample-rows.ts';
import {
  type ChosenEntries,
  projectionSession,
  type Reduction,
  readCandidates,
  readEntries,
  rowsOf,
} from './candidates.ts';
import { drawnHeads } from './class-search.ts';
import { coreset } from './coreset.ts';
import { selectionRandom } from './selection-space.ts';

/** How many entries there are, and what of. */
export interface EntryOptions {
  /** Entries, at most. */
  readonly coresetSize: number;
  /** Entries as a share of the normal patches, at most `coresetSize`; 0: `coresetSize`. */
  readonly coresetShare: number;
  /** Patches that they are chosen from. */
  readonly candidates: number;
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
  const { width } = source.index;
  const random = new Random(seed, 'coreset');
  const session = await projectionSession(engine, width, reduction, random);
  const plan = await planNormal(source, memoryBank.candidates, new Random(seed, 'candidates'));
  try {
    const { rows, classes } = await readCandidates(source, session, [plan], onProgress);
    const taken = await coreset(engine, rows, session.narrow, random, {
      size: entryCount(memoryBank, await normalPatches(source)),
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
 * the order in which they were chosen: first those that were drawn. They are rounded to halves, as a detector's file holds them.
 * @param memoryBank - numbers of each class
 */
export async function chooseEntriesByClass(
  engine: Engine,
  source: FitSource,
  reduction: Reduction | undefined,
  { seed, memoryBank }: ChoiceOptions,
  onProgress?: ProgressListener,
): Promise<ChosenEntries> {
  const { classes, width } = source.index;
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
      const size = entryCount(memoryBank, patchesOf(source, index, images));
      planned.push({ name, plan, count: rowsOf(plan), size });
    }
    const total = planned.reduce((sum, { size }) => sum + size, 0);
    let before = 0;
    for (const group of inTurns(planned, mostCandidates)) {
      const plans = group.map(({ plan }) => plan);
      const { rows } = await readCandidates(source, session, plans, onProgress);
      const chosen: number[] = [];
      let first = 0;
      for (const { name, count, size } of group) {
        const own = rows.subarray(first * session.narrow, (first + count) * session.narrow);
        const done = before;
        const taken = await coreset(engine, own, session.narrow, selectionRandom.entries(seed, name), {
          size,
          drawn: drawnHeads(size),
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
  const data = joined(
    Float32Array,
    parts.map(({ entries }) => entries.data),
  );
  const entryImages = parts.flatMap((part) => part.entryImages);
  return {
    entries: { shape: [entryImages.length, session.components], data: roundToHalves(data) },
    entryClasses: parts.flatMap(({ entryClasses }) => entryClasses),
    entryImages,
  };
}

/** Normal patches of all images to fit on, those inside the regions of their classes. */
async function normalPatches(source: FitSource): Promise<number> {
  if (!source.regions) return source.images.size * patchCount(source.index.grid);
  const counts = (await imagesByClass(source)).map((images, at) => patchesOf(source, at, images));
  return counts.reduce((sum, count) => sum + count, 0);
}

/** Normal patches of images of a class, those inside. */
function patchesOf({ regions, index }: FitSource, classIndex: number, images: ReadonlySet<number>): number {
  let count = 0;
  for (const id of images) count += patchesInside(regionOfImage(regions, classIndex, id), index.grid);
  return count;
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
