/**
 * @file What of a watched folder is kept only so long, or only so much of: judgements, photographs that were moved, and heat maps; the oldest go first. What a place
 * outside has not been sent stays, and so does what lies in the watched folder, with the row that says that it was judged. So do rows whose files are on a drive
 * that may be away.
 */
import { unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { asRefusal } from '../../core/files.ts';
import { isUnchanged, type Known, stateOf } from './destinations.ts';
import type { Journal } from './journal.ts';
import { type FolderKind, mayBeAway } from './journal-folders.ts';
import type { KeptRow } from './judgement.ts';
import type { Places } from './moves.ts';
import { isRefusal } from './refusals.ts';

/** What may be kept; absent: all. */
export interface RetentionLimits {
  readonly days?: number | undefined;
  /** Of moved photographs, maps and the journal together. */
  readonly bytes?: number | undefined;
}

/** Milliseconds between two looks for what is too old, and until the next try where too much is kept that may not be removed. */
const [lookEvery, retryAfter] = [600_000, 60_000];
/** Share of the limit that is left once something had to go, so that not each photograph has to wait for another to be removed. */
const room = 0.01;
/** Judgements removed at once. */
const together = 50;

export class Retention {
  readonly #journal: Journal;
  readonly #limits: RetentionLimits;
  readonly #places: Places;
  readonly #sinks: readonly string[];
  readonly #note: (text: string) => void;
  /** Bytes of photographs and maps, as the journal knows them. */
  #kept = 0;
  /** Of these, bytes that were looked for in vain in folders whose drives may be away, and until when that holds. */
  #away = 0;
  #awayUntil = 0;
  readonly #toldAway = new Set<string>();
  #nextLook = 0;
  #nextTry = 0;
  #isTold = false;
  /** Whether it was told that something could not be removed. */
  #isRefused = false;

  /** @param sinks - names of places outside whose judgements are kept until they have been sent */
  constructor(
    journal: Journal,
    limits: RetentionLimits,
    places: Places & { readonly sinks: readonly string[] },
    note: (text: string) => void,
  ) {
    this.#journal = journal;
    this.#limits = limits;
    this.#places = places;
    this.#sinks = places.sinks;
    this.#note = note;
    this.#count();
  }

  /** Sums up what the journal knows. */
  #count(): void {
    if (this.#limits.bytes === undefined) return;
    const { photographs, maps } = this.#journal.keptBytes;
    const { move, maps: mapsFolder } = this.#places;
    // What was moved into folders that are not given now cannot be removed.
    this.#kept = (move === undefined ? 0 : photographs) + (mapsFolder === undefined ? 0 : maps);
  }

  /** Something has been moved to where it is kept. */
  added(bytes: number): void {
    this.#kept += bytes;
  }

  /** Removes what is too old, now and then, and what is too much, at once. */
  async run(): Promise<void> {
    const { days, bytes } = this.#limits;
    const now = performance.now();
    if (now >= this.#awayUntil) this.#away = 0;
    if (days !== undefined && now >= this.#nextLook) {
      this.#nextLook = now + lookEvery;
      await this.#remove({ before: new Date(Date.now() - 86_400_000 * days).toISOString() });
    }
    if (bytes === undefined || now < this.#nextTry || this.#total <= bytes) return;
    await this.#remove({ downTo: bytes * (1 - room) });
    if (this.#total <= bytes) {
      this.#isTold = false;
      return;
    }
    this.#nextTry = performance.now() + retryAfter;
    if (!this.#isTold)
      this.#note(
        `${megabytes(this.#total)} are kept where ${megabytes(bytes)} are allowed: the others wait for a place that has not been sent their judgements, are still to be moved, have their photographs in the watched folder, or could not be removed.`,
      );
    this.#isTold = true;
  }

  get #total(): number {
    return this.#kept - this.#away + this.#journal.ownBytes;
  }

  async #remove({ before, downTo = -Infinity }: { readonly before?: string; readonly downTo?: number }) {
    let after = 0;
    this.#away = 0;
    this.#awayUntil = performance.now() + lookEvery;
    while (this.#total > downTo) {
      const rows = this.#journal.removable({ before, after, most: together, sinks: this.#sinks });
      if (rows.length === 0) return;
      const forgotten: KeptRow[] = [];
      try {
        for (const row of rows) {
          after = row.id;
          if (await this.#isRemoved(row)) forgotten.push(row);
          if (this.#total <= downTo) break;
        }
        this.#journal.forget(forgotten);
      } catch (error) {
        // Rows that stay are met again, and count until then.
        this.#count();
        throw error;
      }
    }
  }

  /** Of a file that the system holds fast the row stays too, and the others are judged meanwhile. */
  async #isRemoved(row: KeptRow): Promise<boolean> {
    try {
      return await this.#removeFiles(row);
    } catch (error) {
      if (!isRefusal(error) || error.code === 'JOURNAL_UNUSABLE') throw error;
      if (!this.#isRefused) this.#note(`${error.message} What is kept too long or too much stays there.`);
      this.#isRefused = true;
      return false;
    }
  }

  /** @returns whether the row may go too */
  async #removeFiles(row: KeptRow): Promise<boolean> {
    const { folder, move, maps } = this.#places;
    if (maps !== undefined && row.map !== null && row.mapBytes) {
      if (await this.#isAway('maps', maps, row.map, row)) return false;
      await removeUnchanged(join(maps, row.map), { bytes: row.mapBytes, modified: row.mapModified! });
      this.#kept -= row.mapBytes;
      this.#journal.forgetMap(row.id);
    }
    if (row.destination === null) {
      // A camera's picture that was not kept is nowhere.
      if (row.source !== null) return true;
      return !(await isUnchanged(join(folder, row.path), row)) && !(await this.#isMissed(folder));
    }
    if (move !== undefined) {
      if (await this.#isAway('move', move, row.destination, row)) return false;
      await removeUnchanged(join(move, row.destination), row);
      this.#kept -= row.bytes;
    }
    return true;
  }

  /** Whether a file is not there and may come back, as its drive may be away. */
  async #isAway(kind: FolderKind, folder: string, path: string, row: KeptRow): Promise<boolean> {
    if (await stateOf(join(folder, path))) return false;
    if (!(await this.#isMissed(folder, kind, row.id))) return false;
    this.#away += kind === 'maps' ? (row.mapBytes ?? 0) : row.bytes;
    return true;
  }

  async #isMissed(folder: string, kind?: FolderKind, judgement = 0): Promise<boolean> {
    const noted = kind && this.#journal.folders.of(kind, judgement);
    if (!(await mayBeAway(folder, noted))) return false;
    if (!this.#toldAway.has(folder))
      this.#note(
        `${folder} is not there, is empty, or is another folder than the one into which photographs or heat maps of earlier judgements were put: its drive may not be mounted. These judgements stay in the journal, and what they need there does not count, until their files are found again.`,
      );
    this.#toldAway.add(folder);
    return true;
  }
}

/** Another file may have taken the name: it stays. @throws FILE_REFUSED */
async function removeUnchanged(path: string, was: Known) {
  if (!(await isUnchanged(path, was))) return;
  await unlink(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw asRefusal(error, path);
  });
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
