/**
 * @file The short list of a coreset's choice (coreset.ts): the rows that are farthest from all entries, from which entries are taken as long as it is certain that
 * the farthest of all rows is among them.
 */
import { copyRows, mapped } from '../../core/arrays.ts';
import { CladError } from '../../core/errors.ts';
import type { Random } from '../../core/random.ts';

/** Rows on a short list, about. More are used up less soon and cost more an entry. */
const listRows = 3072;
/** Distances of the list that are looked through at once. */
const blockOfList = 64;
/** Axes summed up before a distance is looked at. */
const axesAtOnce = 12;
/** Rows looked at to find how far a row must be to get on the list. */
const sampleRows = 2048;

/** What entries are taken from. */
export interface Rows {
  /** [count, width] row-major */
  readonly rows: Float32Array;
  readonly width: number;
  /** Squared distance of each to its nearest entry; -1 for entries. */
  readonly nearest: Float32Array;
  /** What the rows on the list are copied to. */
  readonly roomOfList: (length: number) => Float32Array;
}

export interface ShortList {
  readonly rows: Uint32Array;
  /** No row beside the list is farther. */
  readonly farthestBeside: number;
}

/** The farthest rows, about `listRows` of them, the farthest of all always among them. Entries are not. */
export function shortList(nearest: Float32Array, random: Random): ShortList {
  const sample = Float32Array.from(
    { length: Math.min(sampleRows, nearest.length) },
    () => nearest[random.integer(nearest.length)] as number,
  ).sort();
  const share = Math.min(1, listRows / nearest.length);
  const least = sample[Math.floor((1 - share) * (sample.length - 1))] as number;
  const rows: number[] = [];
  let farthestBeside = -1;
  for (let row = 0; row < nearest.length; row++) {
    const distance = nearest[row] as number;
    if (distance > least) rows.push(row);
    else if (distance > farthestBeside) farthestBeside = distance;
  }
  if (rows.length > 0) return { rows: Uint32Array.from(rows), farthestBeside };
  if (farthestBeside < 0) {
    throw new CladError('INTERNAL', {
      reason: 'The memory bank has no rows to choose from: no feature is finite.',
    });
  }
  // Many are equally far, equal rows at last.
  for (let row = 0; row < nearest.length && rows.length < listRows; row++)
    if (nearest[row] === farthestBeside) rows.push(row);
  return { rows: Uint32Array.from(rows), farthestBeside };
}

/** Entries that were taken, in the order of choice. */
export interface Taken {
  readonly rows: readonly number[];
  /** Squared distance of the last from all entries before it; those of the others are no smaller. */
  readonly distance: number;
}

/**
 * Takes entries from the list, at least one, as long as the farthest row is certain to be on it. A row is compared with those taken only when it is the farthest
 * by what is known of it, as its distance can only be less; most never are.
 */
export function fromList(
  { rows, nearest, width, roomOfList }: Rows,
  { rows: list, farthestBeside }: ShortList,
  { most, least }: { readonly most: number; readonly least: number },
): Taken {
  const listed = copyRows(rows, width, list, roomOfList(list.length * width));
  const distances = mapped(Float32Array, list, (row) => nearest[row] as number);
  const highest = new Highest(distances);
  /** With how many of those taken each was compared. */
  const compared = new Uint16Array(list.length);
  const taken: number[] = [];
  let distance = 0;
  for (;;) {
    const { place } = highest;
    if ((compared[place] as number) < taken.length) {
      const known = distances[place] as number;
      highest.set(place, shortened(listed, width, place, known, taken.slice(compared[place])));
      compared[place] = taken.length;
      continue;
    }
    const own = distances[place] as number;
    // Written so that equal rows may be taken where nothing is said of how far they must lie.
    const certain = own >= Math.max(farthestBeside, 0) && own > least;
    if (taken.length > 0 && !certain) break;
    taken.push(place);
    distance = own;
    highest.set(place, -1);
    if (taken.length === most) break;
  }
  return { rows: taken.map((place) => list[place] as number), distance };
}

/** A row's squared distance, or less where an entry is nearer. */
function shortened(
  rows: Float32Array,
  width: number,
  row: number,
  distance: number,
  entries: readonly number[],
): number {
  const own = row * width;
  let shortest = distance;
  for (const entry of entries) {
    const other = entry * width;
    let square = 0;
    // Most rows are nearer to another entry, which some of the axes show: the sum only grows.
    for (let axis = 0; axis < width && square < shortest; ) {
      const end = Math.min(axis + axesAtOnce, width);
      for (; axis < end; axis++) {
        const difference = (rows[own + axis] as number) - (rows[other + axis] as number);
        square += difference * difference;
      }
    }
    if (square < shortest) shortest = Math.fround(square);
  }
  return shortest;
}

/** The highest of values of which one changes at a time: each block of them remembers its own. Of equal ones it is the first. */
class Highest {
  readonly #values: Float32Array;
  /** Places of the blocks' highest. */
  readonly #ofBlocks: Uint32Array;

  constructor(values: Float32Array) {
    this.#values = values;
    this.#ofBlocks = new Uint32Array(Math.ceil(values.length / blockOfList));
    for (let block = 0; block < this.#ofBlocks.length; block++) this.#look(block);
  }

  get place(): number {
    let best = this.#ofBlocks[0]!;
    for (const place of this.#ofBlocks) if (this.#values[place]! > this.#values[best]!) best = place;
    return best;
  }

  set(place: number, value: number): void {
    this.#values[place] = value;
    this.#look(Math.floor(place / blockOfList));
  }

  #look(block: number): void {
    let best = block * blockOfList;
    const end = Math.min(best + blockOfList, this.#values.length);
    for (let at = best + 1; at < end; at++) if (this.#values[at]! > this.#values[best]!) best = at;
    this.#ofBlocks[block] = best;
  }
}
