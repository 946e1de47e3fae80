/**
 * @file Photographs on their way to their destinations, and heat maps on theirs: both lie somewhere else until their judgement is in the journal, are moved then, and
 * that is noted. What a process that was killed had begun, or what was refused, is finished later.
 */
import { mkdir, rm, rmdir, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { CladError } from '../../core/errors.ts';
import { lockOfFolder, withLockInTurn } from '../../core/lock.ts';
import { statOrNothing } from '../../data/folders.ts';
import { asTaken, freeName, isOccupied, isUnchanged, moveFile, stateOf } from './destinations.ts';
import type { Journal, JournalRow, Judgement } from './journal.ts';
import type { FolderKind } from './journal-folders.ts';
import { isRefusal } from './refusals.ts';

/** Folders, as far as they are asked for. */
export interface Places {
  /** That photographs come into. */
  readonly folder: string;
  /** That they are moved into. */
  readonly move: string | undefined;
  readonly maps: string | undefined;
}

/** Milliseconds until the next try of what was refused. */
const retryAfter = 5000;
/** Milliseconds between two looks whether another camera still moves something, which takes no longer than that; between two signs of life while it does; and until a wait is told. */
const [look, touch, tellAfter] = [20, 3000, 3000];

/** Folder of a camera's pictures that are not judged or moved yet, in the one that they are kept in: of a journal's own, as several cameras may keep theirs in one. */
export function comingPictures(move: string, { identity }: Journal): string {
  return join(move, '.coming', `${identity}-pictures`);
}

/** Folder of heat maps that wait for their judgements, in the one for heat maps: of a journal's own too. */
function comingMapsOf(maps: string, { identity }: Journal): string {
  return join(maps, '.coming', identity);
}

export class Moves {
  readonly #journal: Journal;
  readonly #places: Places;
  readonly #note: (text: string) => void;
  readonly #onKept: (bytes: number) => void;
  readonly #signal: AbortSignal | undefined;
  /** When to finish what was judged and not moved: at first, and after a move that was refused. */
  #next = 0;
  /** Whether maps that no judgement has were removed. */
  #isClear = false;
  /** Judgements whose moves were refused, so that each is told once. */
  readonly #refused = new Set<number>();

  /**
   * @param onKept - is told of the bytes of what has been moved
   * @param signal - ends the waiting for others that move something
   */
  constructor(
    journal: Journal,
    places: Places,
    {
      note,
      onKept,
      signal,
    }: {
      readonly note: (text: string) => void;
      readonly onKept: (bytes: number) => void;
      readonly signal?: AbortSignal | undefined;
    },
  ) {
    this.#journal = journal;
    this.#places = places;
    this.#note = note;
    this.#onKept = onKept;
    this.#signal = signal;
  }

  /** Where heat maps wait for their judgements: a folder of this journal's own, as several may have one folder for maps. */
  get comingMaps(): string | undefined {
    const { maps } = this.#places;
    return maps === undefined ? undefined : comingMapsOf(maps, this.#journal);
  }

  /**
   * A free place for a photograph's heat map below the folder for maps: cameras give the same names again, and names may differ in their endings alone.
   * @param path - of the photograph, below its folder, with forward slashes
   * @param taken - places that are given already
   */
  async mapPlace(path: string, taken: ReadonlySet<string> = new Set()): Promise<string> {
    // Those whose moves were refused wait below the same name, and would be written over.
    const waiting = this.#refused.size === 0 ? [] : this.#journal.unplaced().map(({ map }) => asTaken(map!));
    const all = new Set([...taken, ...waiting]);
    return freeName(this.#places.maps!, `${path.replace(/\.[^./]*$/, '')}.png`, all);
  }

  /**
   * A free place as `mapPlace` gives, for a heat map that has been written meanwhile and waits below the name that was free then.
   * @param taken - of others that wait
   */
  async settleMap(path: string, waiting: string, taken: ReadonlySet<string>): Promise<string> {
    const others = new Set(taken);
    others.delete(asTaken(waiting));
    const place = await this.mapPlace(path, others);
    if (place !== waiting) await moveFile(join(this.comingMaps!, waiting), join(this.comingMaps!, place));
    return place;
  }

  /**
   * Does work that takes names in the folders that photographs and maps are moved into, while no other process does: several cameras may have the same folders.
   * Nothing can be moved into a folder that refuses that: then the work is done all the same, so that what is judged is noted, and moved later.
   * @throws INTERRUPTED while others are waited for, and what the work throws
   */
  async alone<T>(work: () => Promise<T>): Promise<T> {
    const { move, maps } = this.#places;
    return this.#aloneIn([move, maps], async () => {
      if (move !== undefined) await this.#journal.folders.note('move', move);
      if (maps !== undefined) await this.#journal.folders.note('maps', maps);
      return work();
    });
  }

  async #aloneIn<T>(folders: readonly (string | undefined)[], work: () => Promise<T>): Promise<T> {
    const locks = await locksOf(folders.filter((folder) => folder !== undefined));
    return locks.reduceRight((inner, lock) => () => this.#inTurn(lock, inner), work)();
  }

  /** Does work while no other process has a lock; without it, where the file system refuses it. */
  async #inTurn<T>(lock: string, work: () => Promise<T>): Promise<T> {
    let begun = false;
    const begin = () => {
      begun = true;
      return work();
    };
    const onWait = (who: string, silence: number) =>
      this.#note(
        `Nothing can be moved into ${dirname(lock)} yet: ${who}, is moving something there. It is waited for until it is done, or has given no sign of life for ${Math.round(silence / 1000)} s.`,
      );
    try {
      return await withLockInTurn(lock, { look, touch, tellAfter, onWait, signal: this.#signal }, begin);
    } catch (error) {
      if (begun || !isRefusal(error)) throw error;
      return work();
    }
  }

  /** Moves what belongs to a judgement that was written. @param from - where the photograph lies */
  async finish(id: number, judgement: Judgement, from: string): Promise<void> {
    const { move, maps } = this.#places;
    const { destination, map } = judgement;
    if (maps !== undefined && map !== null) await this.#orLater(id, () => this.#placeMap(id, map, maps));
    if (move !== undefined && destination !== null)
      await this.#orLater(id, async () => {
        await moveToFree(from, join(move, destination));
        this.#moved(id, judgement);
      });
  }

  /** Has what was judged and refused, or judged when an earlier process ended, finished the next time. */
  again(): void {
    this.#next = 0;
  }

  /** Finishes what is due. */
  async finishDue(): Promise<void> {
    if (performance.now() < this.#next) return;
    this.#next = Infinity;
    for (const { id, map } of this.#journal.unplaced()) {
      const maps = await this.#begunIn('maps', id);
      if (maps !== undefined)
        await this.#aloneIn([maps], () => this.#orLater(id, () => this.#placeMap(id, map!, maps)));
    }
    await this.#clearMaps();
    const unmoved = this.#journal.unmoved();
    if (unmoved.length > 0 && this.#places.move === undefined) {
      this.#note(
        `Photographs that were judged and not moved yet: ${unmoved.length}. They stay, as no --move is given.`,
      );
      return;
    }
    for (const row of unmoved) {
      const move = (await this.#begunIn('move', row.id))!;
      await this.#aloneIn([move], () => this.#orLater(row.id, () => this.#finishMove(row, move)));
    }
  }

  /** The folder in which something was begun, where that is still there; else the one that is given now. */
  async #begunIn(kind: FolderKind, id: number): Promise<string | undefined> {
    const begun = this.#journal.folders.of(kind, id)?.path;
    return begun !== undefined && (await statOrNothing(begun))?.isDirectory() ? begun : this.#places[kind];
  }

  /** Where to look for what was begun in another folder than is given, and cannot be reached: more words for a sentence. */
  async #elsewhere(kind: FolderKind, id: number, path: string): Promise<string> {
    const begun = this.#journal.folders.of(kind, id)?.path;
    if (begun === undefined || (await statOrNothing(begun))?.isDirectory()) return '';
    const coming = kind === 'move' ? comingPictures : comingMapsOf;
    return ` An earlier call wrote it into ${begun}, which is not there now: when it is, look for ${join(coming(begun, this.#journal), path)}.`;
  }

  /** Once nothing of before is left to be put in its place, what lies there has no judgement. In folders of earlier calls too. */
  async #clearMaps(): Promise<void> {
    if (this.#isClear || this.#journal.unplaced().length > 0) return;
    const { maps } = this.#places;
    for (const folder of this.#journal.folders.all('maps')) {
      if (maps !== undefined && folder === resolve(maps)) continue;
      const coming = comingMapsOf(folder, this.#journal);
      await rm(coming, { recursive: true, force: true }).catch(() => {});
      await rmdir(dirname(coming)).catch(() => {});
    }
    if (this.comingMaps !== undefined) await rm(this.comingMaps, { recursive: true, force: true });
    this.#isClear = true;
  }

  /** Leaves no empty folder behind in which maps waited. */
  async tidy(): Promise<void> {
    if (this.comingMaps === undefined) return;
    this.#isClear = false;
    await this.#clearMaps();
    // Another journal's maps may wait there.
    await rmdir(dirname(this.comingMaps)).catch(() => {});
  }

  /** Does it; where that is refused, others are judged meanwhile, and it is tried again. */
  async #orLater(id: number, move: () => Promise<void>): Promise<void> {
    try {
      await move();
      if (this.#refused.delete(id)) this.#note('A file that could not be moved has been moved.');
    } catch (error) {
      if (!isRefusal(error) || error.code === 'JOURNAL_UNUSABLE') throw error;
      this.#next = performance.now() + retryAfter;
      if (!this.#refused.has(id)) this.#note(`${error.message} The move is tried again until it works.`);
      this.#refused.add(id);
    }
  }

  async #finishMove(row: JournalRow, move: string): Promise<void> {
    const waits = row.source === null ? this.#places.folder : comingPictures(move, this.#journal);
    const [from, to] = [join(waits, row.path), join(move, row.destination!)];
    const hasArrived = await isUnchanged(to, row);
    if (await isUnchanged(from, row)) {
      if (hasArrived) await rm(from);
      else await moveToFree(from, to);
    } else if (!hasArrived) {
      const elsewhere = row.source === null ? '' : await this.#elsewhere('move', row.id, row.path);
      const verdict = row.verdict ?? 'unreadable';
      this.#note(`${from} was judged (${verdict}) and has gone before it was moved.${elsewhere}`);
    }
    this.#moved(row.id, row);
  }

  #moved(id: number, { bytes }: Judgement): void {
    this.#journal.addMove(id, new Date().toISOString());
    this.#onKept(bytes);
  }

  /** Also of a map that has arrived already, before that was noted. */
  async #placeMap(id: number, map: string, maps: string): Promise<void> {
    const [from, to] = [join(comingMapsOf(maps, this.#journal), map), join(maps, map)];
    if (await statOrNothing(from)) await moveToFree(from, to);
    const state = await stateOf(to);
    if (!state) {
      const elsewhere = await this.#elsewhere('maps', id, map);
      this.#note(`The heat map ${to} was lost before it was in its place.${elsewhere}`);
    }
    this.#journal.addMap(id, state ?? { bytes: 0, modified: 0 });
    this.#onKept(state?.bytes ?? 0);
  }
}

/**
 * The locks of folders, of each once by whatever paths it is known. They are in the order of the file system's own numbers, which is the same for all processes
 * that share the folders, in containers and on machines that mount them elsewhere too: so no two wait for each other. A folder that is refused has none.
 */
async function locksOf(folders: readonly string[]): Promise<string[]> {
  const found = new Map<string, { readonly folder: string; readonly number: bigint }>();
  for (const folder of folders) {
    const made = await mkdir(folder, { recursive: true })
      .then(() => stat(folder, { bigint: true }))
      .catch(() => undefined);
    // Where a file system has no numbers, they are told by their paths.
    if (made)
      found.set(made.ino === 0n ? resolve(folder) : `${made.dev} ${made.ino}`, { folder, number: made.ino });
  }
  const before = (a: bigint | string, b: bigint | string) => (a < b ? -1 : Number(a > b));
  return [...found.values()]
    .sort((a, b) => before(a.number, b.number) || before(a.folder, b.folder))
    .map(({ folder }) => lockOfFolder(folder));
}

/** @throws FILE_REFUSED where something has taken the name meanwhile, too */
async function moveToFree(from: string, to: string): Promise<void> {
  if (await isOccupied(to))
    throw new CladError('FILE_REFUSED', { path: to, reason: 'another file has taken its name' });
  await moveFile(from, to);
}
