/**
 * @file The journal of a watched folder: an SQLite file to which a row is added for each judgement, and one for each photograph that was moved. Rows are never
 * changed. A row is on the disk before anything else is done with its photograph, so whatever happens to the process, what was judged is known.
 */
import { mkdir, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import Database from 'libsql';
import { CladError } from '../../core/errors.ts';
import { asRefusal } from '../../core/files.ts';

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
}

/** A judgement in the journal. */
export interface JournalRow extends Judgement {
  readonly id: number;
  /** When the photograph was moved; null where it was not. */
  readonly movedAt: string | null;
}

const tables = `
CREATE TABLE IF NOT EXISTS judgements (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  judged_at TEXT NOT NULL,
  path TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  modified INTEGER NOT NULL,
  sha256 TEXT NOT NULL,
  model_sha256 TEXT NOT NULL,
  model_version INTEGER NOT NULL,
  class TEXT,
  class_share REAL,
  score REAL,
  threshold REAL,
  verdict TEXT,
  decision TEXT,
  error TEXT,
  destination TEXT
);
CREATE INDEX IF NOT EXISTS judgements_by_path ON judgements (path);
CREATE INDEX IF NOT EXISTS judgements_by_time ON judgements (judged_at);
CREATE TABLE IF NOT EXISTS moves (
  judgement INTEGER PRIMARY KEY REFERENCES judgements (id),
  moved_at TEXT NOT NULL
);`;

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
};
const fields = Object.keys(columnOf) as (keyof Judgement)[];
const columns = fields.map((field) => `${columnOf[field]} AS ${field}`).join(', ');
const rowsWithMoves = 'judgements LEFT JOIN moves ON moves.judgement = judgements.id';

/** An open journal. */
export class Journal {
  readonly path: string;
  readonly #database: Database.Database;

  /** Of the file, to see that it is still there. */
  readonly #inode: number;

  private constructor(path: string, database: Database.Database, inode: number) {
    this.path = path;
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
    const database = told(path, () => {
      const database = new Database(path);
      try {
        database.pragma('journal_mode = WAL');
        // Every row is on the disk before its photograph is moved.
        database.pragma('synchronous = FULL');
        database.exec(tables);
      } catch (error) {
        database.close();
        throw error;
      }
      return database;
    });
    return new Journal(path, database, (await stat(path)).ino);
  }

  /** Whether the file is still the one that was opened: what is written to one that was removed is lost. */
  async isThere(): Promise<boolean> {
    const found = await stat(this.path).catch(() => undefined);
    return found?.ino === this.#inode;
  }

  /** Adds a judgement. @returns its number @throws JOURNAL_UNUSABLE, on a full disk too */
  add(judgement: Judgement): number {
    return told(this.path, () => {
      const insert = this.#database.prepare(
        `INSERT INTO judgements (${Object.values(columnOf).join(', ')}) VALUES (${fields.map(() => '?').join(', ')})`,
      );
      return Number(insert.run(fields.map((field) => judgement[field])).lastInsertRowid);
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

  /** Judgements before a time, whose photographs lie at their destinations or were never moved. @param before - ISO 8601 */
  olderThan(before: string): JournalRow[] {
    return this.#rows('WHERE judged_at < ? AND (destination IS NULL OR moved_at IS NOT NULL) ORDER BY id', [
      before,
    ]);
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

  #rows(rest: string, values: readonly string[] = []): JournalRow[] {
    return told(this.path, () => {
      const found = this.#database
        .prepare(`SELECT id, ${columns}, moved_at AS movedAt FROM ${rowsWithMoves} ${rest}`)
        .all([...values]);
      // The library puts a field of its own beside those that were asked for.
      return (found as Array<JournalRow & { _metadata?: unknown }>).map(({ _metadata, ...row }) => row);
    });
  }
}

/** What the database says, as a sentence. */
function told<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof CladError || !(error instanceof Error)) throw error;
    throw new CladError('JOURNAL_UNUSABLE', { path, reason: error.message }, { cause: error });
  }
}
