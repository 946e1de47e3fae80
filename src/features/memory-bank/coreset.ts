/**
 * @file A coreset of features by greedy k-centre selection (Sener and Savarese 2018, as PatchCore uses it): again and again the
 * row farthest from all entries chosen so far joins them.
 *
 * Done literally, every entry costs a pass over all rows, and memory is what limits it. But distances to the entries only fall. So the rows
 * that are farthest now are put on a short list, and as long as one on the list is farther than all rows beside it were when it was made, it
 * is the farthest of all. Entries are taken from the list alone until it is used up; one pass then brings all rows up to date with all of
 * them, as a product of matrices. The entries are those of the literal algorithm, but for rounding.
 */
import { copyRows, counted, mapped, pickRows, reusedFloats, squaredLengths } from '../../core/arrays.ts';
import type { ProgressListener } from '../../core/progress.ts';
import type { Random } from '../../core/random.ts';
import { Graph, linear, maximum, minimum, mul, neg, reduceMax, sub } from '../../graph/index.ts';
import { type Engine, float32, floats, type Session } from '../../runtime/engine.ts';
import { fromList, type Rows, shortList } from './short-list.ts';

export interface CoresetOptions {
  /** Entries wanted; all rows are returned when there are no more, in an order of chance where more than one is drawn. */
  readonly size: number;
  /** How many entries are drawn by chance before others are chosen by their distance; without `present`. @default 1 */
  readonly drawn?: number | undefined;
  /** Entries that there are already, none of the rows; the first is then the row farthest from them. [entries, width] row-major */
  readonly present?: Float32Array | undefined;
  /** Only rows farther than this from all entries join: fewer may be found than are wanted. */
  readonly beyond?: number | undefined;
  readonly onProgress?: ProgressListener;
}

/** Rows brought up to date in one call of the engine: their distances to a batch of entries stay in the processor's cache. */
const blockRows = 4096;
/** Entries taken between two passes, at most. */
const batchEntries = 256;

/**
 * Chooses entries.
 * @param rows - candidates [count, width] row-major
 * @returns their indices in the order of choice
 */
export async function coreset(
  engine: Engine,
  rows: Float32Array,
  width: number,
  random: Random,
  { size: wanted, drawn = 1, present, beyond, onProgress }: CoresetOptions,
): Promise<Uint32Array> {
  const count = rows.length / width;
  const size = Math.min(wanted, count);
  /** Squared distance that a row must lie beyond. */
  const least = beyond === undefined ? -1 : beyond ** 2;
  if (size === count && least < 0) return drawn > 1 ? random.permutation(count) : counted(count);
  const session = await engine.load(updateGraph(width));
  const norms = squaredLengths(rows, width);
  /** Squared distance of each row to its nearest entry; -1 for entries. */
  const nearest = new Float32Array(count).fill(Number.MAX_VALUE);
  const [roomOfOpen, roomOfList] = [reusedFloats(), reusedFloats()];
  const candidates = { rows, norms, nearest, width, roomOfOpen, roomOfList };
  let open: OpenRows = { rows, norms, of: counted(count), until: Infinity, before: 0 };
  const entries = present ? [] : drawnRows(random, count, drawn);
  try {
    if (present) await updateByAll(session, candidates, open, present);
    else await update(session, candidates, open, entries);
    while (entries.length < size && (least < 0 || nearest.some((distance) => distance > least))) {
      const list = shortList(nearest, random);
      const most = Math.min(batchEntries, size - entries.length);
      const taken = fromList(candidates, list, { most, least });
      entries.push(...taken.rows);
      onProgress?.({ task: 'memory bank', done: entries.length, total: size, unit: 'entries' });
      if (entries.length === size) break;
      open = openRows(open, candidates, taken.distance, entries.length);
      await update(session, candidates, open, taken.rows);
    }
  } finally {
    await session.release();
  }
  return Uint32Array.from(entries);
}

function drawnRows(random: Random, count: number, drawn: number): number[] {
  return drawn === 1 ? [random.integer(count)] : [...random.permutation(count).subarray(0, drawn)];
}

interface Candidates extends Rows {
  /** Squared lengths. */
  readonly norms: Float32Array;
  /** What open rows are copied to. */
  readonly roomOfOpen: (length: number) => Float32Array;
}

/** Rows of which distances are asked: neither entries, but for some that became one lately, nor rows that no entry can come nearer to. */
interface OpenRows extends Pick<Candidates, 'rows' | 'norms'> {
  /** Which of the candidates they are. */
  readonly of: Uint32Array;
  /** Squared distance from the entries before it at which an entry has to lie, for the rows that were left out to stay out; infinite before rows were sorted out. */
  readonly until: number;
  /** Entries that there were when rows were sorted out. */
  readonly before: number;
}

/** Entries among the open rows, as a share, before they are taken out: of a bank with half of all rows a fifth of all products is saved. */
const mostEntries = 1 / 8;
/** By how much the entries' distance may fall before rows are sorted out anew. */
const lastingShare = 0.9;

/**
 * By the triangle inequality: an entry that lies at least d from all entries before it lies at least d / 2 from a row that has one of those within d / 2.
 * So it is no nearer, and the row need not be asked.
 * @param distance - squared, of the last entry from all before it
 * @param entries - how many there are, of these rows
 */
function openRows(
  open: OpenRows,
  { rows, norms, nearest, width, roomOfOpen }: Candidates,
  distance: number,
  entries: number,
): OpenRows {
  if (distance >= open.until && entries - open.before <= mostEntries * open.of.length) return open;
  const until = distance * lastingShare ** 2;
  // Rows at just that distance stay, those that are compared with nothing yet (infinitely far) among them.
  const of = counted(nearest.length).filter((row) => 4 * (nearest[row] as number) >= until);
  return {
    rows: copyRows(rows, width, of, roomOfOpen(rows.length)),
    norms: mapped(Float32Array, of, (row) => norms[row] as number),
    of,
    until,
    before: entries,
  };
}

/** Shortens every row's distance by those to new entries, which are rows themselves. */
async function update(
  session: Session,
  candidates: Candidates,
  open: OpenRows,
  entries: readonly number[],
): Promise<void> {
  if (entries.length === 0) return;
  const { rows, norms, nearest, width } = candidates;
  await updateBy(session, candidates, open, {
    points: pickRows(Float32Array, rows, width, Uint32Array.from(entries)),
    lengths: mapped(Float32Array, entries, (entry) => norms[entry] as number),
  });
  for (const entry of entries) nearest[entry] = -1;
}

/** Entries that are no rows, brought in so many at once: their distances to a block of rows take 64 MB. */
const presentEntries = 2048;

async function updateByAll(
  session: Session,
  candidates: Candidates,
  open: OpenRows,
  present: Float32Array,
): Promise<void> {
  const { width } = candidates;
  const lengths = squaredLengths(present, width);
  for (let start = 0; start < lengths.length; start += presentEntries) {
    const end = Math.min(start + presentEntries, lengths.length);
    const points = present.subarray(start * width, end * width);
    await updateBy(session, candidates, open, { points, lengths: lengths.subarray(start, end) });
  }
}

async function updateBy(
  session: Session,
  { nearest, width }: Candidates,
  { rows, norms, of }: OpenRows,
  { points, lengths }: { readonly points: Float32Array; readonly lengths: Float32Array },
): Promise<void> {
  const given = {
    entries: float32(points, [lengths.length, width]),
    entry_norms: float32(lengths, [lengths.length]),
  };
  for (let start = 0; start < of.length; start += blockRows) {
    const end = Math.min(start + blockRows, of.length);
    const outputs = await session.run({
      ...given,
      rows: float32(rows.subarray(start * width, end * width), [end - start, width]),
      norms: float32(norms.subarray(start, end), [end - start]),
      nearest: float32(
        mapped(Float32Array, of.subarray(start, end), (row) => nearest[row] as number),
        [end - start],
      ),
    });
    const shortened = floats(outputs.shortened);
    for (let at = start; at < end; at++) nearest[of[at] as number] = shortened[at - start] as number;
  }
}

/** |x|^2 - max over entries of (2 x.m - |m|^2), or what it was before. Entries, at -1, stay there. */
function updateGraph(width: number): Uint8Array {
  const graph = new Graph();
  const rows = graph.input('rows', 'float32', ['rows', width]);
  const norms = graph.input('norms', 'float32', ['rows']);
  const nearest = graph.input('nearest', 'float32', ['rows']);
  const entries = graph.input('entries', 'float32', ['entries', width]);
  const entryNorms = graph.input('entry_norms', 'float32', ['entries']);
  const closest = reduceMax(linear(rows, mul(entries, 2), neg(entryNorms)), { axes: [1] });
  // Rounding may bring a distance of nothing below zero.
  graph.output('shortened', minimum(nearest, maximum(sub(norms, closest), 0)));
  return graph.toBytes();
}
