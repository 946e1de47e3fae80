/**
 * @file The journal of a watched folder: an SQLite file to which a row is added for each judgement, and one for each photograph that was moved. Rows are never
 * changed. A row is on the disk before anything else is done with its photograph, so whatever happens to the process, what was judged is known.
 */
import { mkdir, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import Database from 'libsql';
import { CladError } from '../../core/errors.ts';
import { asRefusal } from '../../core/files.ts';
import { prepareTables, told } from './journal-tables.ts';

/** A file as it was found: another content comes with another size or time. */
export interface FileState {
  /** Below the watched folder, with forward slashes. */
  readonly path: string;
  readonly bytes: number;
  /** Time of its last change, milliseconds since 1970, whole. */
  readonly modified: number;
}

/** What was said of a photograph. */
export interface Judgement extends FileState {
  /** Of the content, in hexadecimal; empty where the file could not be read at all. */
  readonly sha256: string;
  /** ISO 8601. */
  readonly judgedAt: string;
  /** Of the detector file, in hexadecimal. */
  readonly modelSha256: string;
  /** Of the detector, counted from 1 by its history. */
  readonly modelVersion: number;
  /** The next are null where the photograph could not be judged. */
  readonly class: string | null;
  readonly classShare: number | null;
  readonly score: number | null;
  readonly threshold: number | null;
  readonly verdict: string | null;
  readonly decision: string | null;
  /** Why it could not be judged; else null. */
  readonly error: string | null;
  /** Where it is moved to, below the folder for that; null where photographs stay. */
  readonly destination: string | null;
  /** The camera or the video, without names and passwords; null of a file in a folder, as are the next three. */
  readonly source: string | null;
  /** Its number, counted from 0 since the camera was connected to. */
  readonly frame: number | null;
  /** When it came, ISO 8601. */
  readonly frameAt: string | null;
  /** Where it is in the video or the stream, seconds; null where that is not told. */
  readonly frameSecond: number | null;
  /** Light and sharpness, null where it could not be read: mean and standard deviation of the brightness in grey values of 255. */
  readonly brightness: number | null;
  readonly contrast: number | null;
  /** Mean difference of neighbouring pixels in per cent of the contrast. */
  readonly sharpness: number | null;
  /** Shares of pixels that are black, and overexposed. */
  readonly clippedDark: number | null;
  readonly clippedBright: number | null;
  /** Red minus blue, and green minus both, grey values. */
  readonly warmth: number | null;
  readonly green: number | null;
}

/** A judgement in the journal. */
export interface JournalRow extends Judgement {
  readonly id: number;
  /** When the photograph was moved; null where it was not. */
  readonly movedAt: string | null;
}

/** Columns of a judgement. */
const columnOf: Readonly<Record<keyof Judgement, string>> = {
  judgedAt: 'judged_at',
  path: 'path',
  bytes: 'bytes',
  modified: 'modified',
  sha256: 'sha256',
  modelSha256: 'model_sha256',
  modelVersion: 'model_version',
  class: 'class',
  classShare: 'class_share',
  score: 'score',
  threshold: 'threshold',
  verdict: 'verdict',
  decision: 'decision',
  error: 'error',
  destination: 'destination',
  source: 'source',
  frame: 'frame',
  frameAt: 'frame_at',
  frameSecond: 'frame_second',
  brightness: 'brightness',
  contrast: 'contrast',
  sharpness: 'sharpness',
  clippedDark: 'clipped_dark',
  clippedBright: 'clipped_bright',
  warmth: 'warmth',
  green: 'green',
};
/** Of a judgement, in their order. */
export const judgementFields = Object.keys(columnOf) as readonly (keyof Judgement)[];
const columns = judgementFields.map((field) => `${columnOf[field]} AS ${field}`).join(', ');
const rowsWithMoves = 'judgements LEFT JOIN moves ON moves.judgement = judgements.id';

/** An open journal. */
export class Journal {
  readonly path: string;
  /** Drawn when it was begun: with a judgement's number it names the judgement everywhere. */
  readonly identity: string;
  readonly #database: Database.Database;

  /** Of the file, to see that it is still there. */
  readonly #inode: number;

  private constructor(path: string, database: Database.Database, identity: string, inode: number) {
    this.path = path;
    this.identity = identity;
    this.#database = database;
    this.#inode = inode;
  }

  /**
   * Opens a journal, or begins one.
   * @throws FILE_REFUSED, JOURNAL_UNUSABLE for a file that is none
   */
  static async open(file: string): Promise<Journal> {
    const path = resolve(file);
    await mkdir(dirname(path), { recursive: true }).catch((error: unknown) => {
      throw asRefusal(error, path);
    });
    const { database, identity } = told(path, () => {
      const database = new Database(path);
      try {
        database.pragma('journal_mode = WAL');
        // Every row is on the disk before its photograph is moved.
        database.pragma('synchronous = FULL');
        prepareTables(database);
        const [row] = database.prepare('SELECT identity FROM journal').all([]) as { identity: string }[];
        return { database, identity: row!.identity };
      } catch (error) {
        database.close();
        throw error;
      }
    });
    return new Journal(path, database, identity, (await stat(path)).ino);
  }

  /** @throws JOURNAL_GONE where the file is not the one that was opened: what is written to one that was removed is lost */
  async requireThere(): Promise<void> {
    const found = await stat(this.path).catch(() => undefined);
    if (found?.ino !== this.#inode) throw new CladError('JOURNAL_GONE', { path: this.path });
  }

  /** Adds a judgement. @returns its number @throws JOURNAL_UNUSABLE, on a full disk too */
  add(judgement: Judgement): number {
    return told(this.path, () => {
      const insert = this.#database.prepare(
        `INSERT INTO judgements (${Object.values(columnOf).join(', ')}) VALUES (${judgementFields.map(() => '?').join(', ')})`,
      );
      return Number(insert.run(judgementFields.map((field) => judgement[field])).lastInsertRowid);
    });
  }

  /** Notes that a judgement's photograph has been moved. */
  addMove(id: number, movedAt: string): void {
    told(this.path, () => {
      this.#database.prepare('INSERT INTO moves (judgement, moved_at) VALUES (?, ?)').run([id, movedAt]);
    });
  }

  /** Whether a file has been judged as it is and lies where it was judged: one that was moved away and is there again is another photograph. */
  knows({ path, bytes, modified }: FileState): boolean {
    return told(this.path, () => {
      const found = this.#database
        .prepare(
          `SELECT 1 FROM ${rowsWithMoves} WHERE path = ? AND bytes = ? AND modified = ? AND moved_at IS NULL LIMIT 1`,
        )
        .all([path, bytes, modified]);
      return found.length > 0;
    });
  }

  /** Judgements whose photographs were to be moved and, as far as the journal knows, were not. */
  unmoved(): JournalRow[] {
    return this.#rows(`WHERE destination IS NOT NULL AND moved_at IS NULL ORDER BY id`);
  }

  /** All judgements, the oldest first. */
  all(): JournalRow[] {
    return this.#rows('ORDER BY id');
  }

  /** From now on judgements are kept for a sink until they have been sent; one that is known goes on where it was. */
  addSink(name: string): void {
    this.#run(
      'INSERT OR IGNORE INTO sinks (name, attempted, delivered) SELECT ?, coalesce(max(id), 0), coalesce(max(id), 0) FROM judgements',
      [name],
    );
  }

  /** The next judgements to be sent, the oldest first, and the last that was ever on its way. */
  toSend(name: string, most: number): { readonly rows: JournalRow[]; readonly attempted: number } {
    const rows = this.#rows('WHERE id > (SELECT delivered FROM sinks WHERE name = ?) ORDER BY id LIMIT ?', [
      name,
      most,
    ]);
    return { rows, attempted: this.#number('SELECT attempted AS number FROM sinks WHERE name = ?', [name]) };
  }

  /** How many judgements a sink has not been sent. */
  unsent(name: string): number {
    return this.#number(
      'SELECT count(*) AS number FROM judgements WHERE id > (SELECT delivered FROM sinks WHERE name = ?)',
      [name],
    );
  }

  /** Notes that all judgements up to one are on their way. */
  addAttempt(name: string, upTo: number): void {
    this.#run('UPDATE sinks SET attempted = max(attempted, ?) WHERE name = ?', [upTo, name]);
  }

  /** Notes that all judgements up to one have arrived, or were refused. */
  addDelivery(name: string, upTo: number): void {
    this.#run('UPDATE sinks SET delivered = ? WHERE name = ?', [upTo, name]);
  }

  /** Notes that a sink did not want a judgement. */
  addRefusal(name: string, judgement: number, reason: string): void {
    this.#run('INSERT INTO refusals (sink, judgement, refused_at, reason) VALUES (?, ?, ?, ?)', [
      name,
      judgement,
      new Date().toISOString(),
      reason,
    ]);
  }

  /**
   * Judgements before a time, whose photographs lie at their destinations or were never moved, and which these sinks have been sent.
   * @param before - ISO 8601
   */
  olderThan(before: string, sinks: readonly string[] = []): JournalRow[] {
    const sent = sinks.map(() => ' AND id <= (SELECT delivered FROM sinks WHERE name = ?)').join('');
    return this.#rows(
      `WHERE judged_at < ? AND (destination IS NULL OR moved_at IS NOT NULL)${sent} ORDER BY id`,
      [before, ...sinks],
    );
  }

  /** Removes judgements: the one thing that takes rows away, where somebody asked that they be kept only so long. */
  forget(rows: readonly Pick<JournalRow, 'id'>[]): void {
    told(this.path, () => {
      const [moves, judgements] = ['moves WHERE judgement', 'judgements WHERE id'].map((where) =>
        this.#database.prepare(`DELETE FROM ${where} = ?`),
      );
      this.#database.transaction(() => {
        for (const { id } of rows) {
          moves!.run([id]);
          judgements!.run([id]);
        }
      })();
    });
  }

  close(): void {
    this.#database.close();
  }

  #run(statement: string, values: readonly (string | number)[]): void {
    told(this.path, () => {
      this.#database.prepare(statement).run([...values]);
    });
  }

  /** What a query for one `number` finds; 0 where that is nothing. */
  #number(query: string, values: readonly string[]): number {
    return told(this.path, () => {
      const [row] = this.#database.prepare(query).all([...values]) as { number: number }[];
      return row?.number ?? 0;
    });
  }

  #rows(rest: string, values: readonly (string | number)[] = []): JournalRow[] {
    return told(this.path, () => {
      const found = this.#database
        .prepare(`SELECT id, ${columns}, moved_at AS movedAt FROM ${rowsWithMoves} ${rest}`)
        .all([...values]);
      // The library puts a field of its own beside those that were asked for.
      return (found as Array<JournalRow & { _metadata?: unknown }>).map(({ _metadata, ...row }) => row);
    });
  }
}
