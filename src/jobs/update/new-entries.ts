/**
 * @file Entries that new images give to a class's memory. A new class gets them as in a training. Of a class that there is, its present entries are the first
 * centres, and only patches farther from them than what they cover join: what is known already adds nothing.
 */
import { joined, pickRows } from '../../core/arrays.ts';
import type { ProgressListener } from '../../core/progress.ts';
import type { ClassMemory } from '../../detector/bank-classes.ts';
import { type EntryOptions, entryCount } from '../../features/memory-bank/choose-entries.ts';
import { drawnHeads } from '../../features/memory-bank/class-search.ts';
import { coreset } from '../../features/memory-bank/coreset.ts';
import { far } from '../../features/memory-bank/entry-codes.ts';
import { selectionRandom, selectionRows } from '../../features/memory-bank/selection-space.ts';
import type { Engine } from '../../runtime/engine.ts';

/** A class may have so many times the entries that a training gives it at most: an image of it takes longer with each. */
export const mostGrowth = 2;

/** What a class covers is told by so many of its last entries. */
const lastEntries = 64;

/** What new entries are chosen from. */
export interface EntryRequest {
  readonly className: string;
  /** Patches of each new image, [patches, width]. */
  readonly images: readonly Float32Array[];
  readonly width: number;
  /** Patches of an image, of which `images` may have fewer. */
  readonly patches: number;
  /** What there is, and how many good images it is from; absent for a new class. */
  readonly present?: { readonly memory: ClassMemory; readonly images: number } | undefined;
  readonly options: Pick<EntryOptions, 'coresetSize' | 'coresetShare'>;
  readonly seed: number;
}

/** New entries in the order of their choice. */
export interface NewEntries {
  /** [M, width] */
  readonly entries: Float32Array;
  /** Which of the new images each is of. */
  readonly images: readonly number[];
}

/** Chooses them. */
export async function chooseNewEntries(
  engine: Engine,
  { className, images, width, patches, present, options, seed }: EntryRequest,
  onProgress?: ProgressListener,
): Promise<NewEntries> {
  const all = joined(Float32Array, images);
  const ofRow = images.flatMap((each, image) => new Array<number>(each.length / width).fill(image));
  const { rows, width: narrow } = await selectionRows(engine, all, width, seed);
  const random = selectionRandom.entries(seed, className);
  let chosen: Uint32Array;
  if (present) {
    const own = withoutFar(present.memory, width);
    const count = own.length / width;
    const { rows: centres } = await selectionRows(engine, own, width, seed);
    // As many of their patches as of those that there are.
    const share = count / (present.images * patches);
    const size = Math.min(
      Math.ceil(share * images.length * patches),
      mostGrowth * options.coresetSize - present.memory.lengths.length,
    );
    const beyond = coverage(centres, narrow);
    chosen =
      size > 0
        ? await coreset(engine, rows, narrow, random, { size, present: centres, beyond, onProgress })
        : new Uint32Array(0);
  } else {
    const size = entryCount(options, images.length * patches);
    chosen = await coreset(engine, rows, narrow, random, { size, drawn: drawnHeads(size), onProgress });
  }
  return {
    entries: pickRows(Float32Array, all, width, chosen),
    images: Array.from(chosen, (row) => ofRow[row]!),
  };
}

/** The entries that have not been put out of reach. */
function withoutFar({ entries, lengths }: ClassMemory, width: number): Float32Array {
  const kept = Array.from(lengths.keys()).filter((entry) => entries[entry * width] !== far);
  return kept.length === lengths.length ? entries : pickRows(Float32Array, entries, width, kept);
}

/**
 * How far from its nearest entry a patch that the entries were chosen from lies at most: the last one chosen was the farthest then. Told by the last few; the
 * first, which were drawn, say nothing of it.
 * @param centres - entries in the order of their choice, [M, narrow]
 */
export function coverage(centres: Float32Array, narrow: number): number {
  const count = centres.length / narrow;
  let least = Infinity;
  const chosen = Math.min(drawnHeads(count), count - 1);
  for (let last = Math.max(1, chosen, count - lastEntries); last < count; last++) {
    for (let other = 0; other < last; other++) {
      let square = 0;
      for (let axis = 0; axis < narrow && square < least; axis++)
        square += (centres[last * narrow + axis]! - centres[other * narrow + axis]!) ** 2;
      if (square < least) least = square;
    }
  }
  return least === Infinity ? 0 : Math.sqrt(least);
}
