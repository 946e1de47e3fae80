/**
 * @file The journal of a watched folder: an SQLite file to which a row is added for each judgement, and one for each photograph that was moved. Rows are never
 * changed. A row is on the disk before anything else is done with its photograph, so whatever happens to the process, what was judged is known.
 */
import { mkdir, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import Database from 'libsql';
import { CladError } from '../../core/errors.ts';
import { asRefusal } from '../../core/files.ts';
import { JournalFolders } from './journal-folders.ts';
import { prepareTables, told } from './journal-tables.ts';
import {
  columnOf,
  type FileState,
  type JournalRow,
  type Judgement,
  judgementFields,
  type KeptRow,
} from './judgement.ts';

export { type FileState, type JournalRow, type Judgement, judgementFields } from './judgement.ts';

const columns = judgementFields.map((field) => `judgements.${columnOf[field]} AS ${field}`).join(', ');
const rowsWithMoves = 'judgements LEFT JOIN moves ON moves.judgement = judgements.id';

const keptRows = `moved_at AS movedAt, maps.bytes AS mapBytes, maps.modified AS mapModified
  FROM ${rowsWithMoves} LEFT JOIN maps ON maps.judgement = judgements.id`;

/** How often one thing was said. */
export interface Tallied extends Pick<Judgement, 'verdict' | 'decision'> {
  /** 1 of what could not be judged, else 0. */
  readonly failed: number;
  readonly count: number;
}

/** An open journal. */
export class Journal {
  readonly path: string;
  /** Drawn when it was begun: with a judgement's number it names the judgement everywhere. */
  readonly identity: string;
  readonly folders: JournalFolders;
  readonly #database: Database.Database;

  /** Of the file, to see that it is still there. */
  readonly #inode: number;

  private constructor(path: string, database: Database.Database, identity: string, inode: number) {
    this.path = path;
    this.identity = identity;
    this.folders = new JournalFolders(path, database);
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
        // Another program may write it for a moment, as the studio does when it looks what is known. Milliseconds; 0 if it is not said.
        database.pragma('busy_timeout = 2000');
        // Of a new file: what is forgotten makes it smaller.
        database.pragma('auto_vacuum = INCREMENTAL');
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

  /** Notes that a judgement's heat map lies in its place; of one that is lost, with no bytes. */
  addMap(id: number, { bytes, modified }: Pick<FileState, 'bytes' | 'modified'>): void {
    this.#run('INSERT INTO maps (judgement, bytes, modified) VALUES (?, ?, ?)', [id, bytes, modified]);
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

  /** Judgements whose heat maps do not lie in their places yet, as far as the journal knows. */
  unplaced(): JournalRow[] {
    return this.#rows('WHERE map IS NOT NULL AND id NOT IN (SELECT judgement FROM maps) ORDER BY id');
  }

  /** All judgements, the oldest first. */
  all(): JournalRow[] {
    return this.#rows('ORDER BY id');
  }

  /** The last judgements, the newest first. */
  newest(most: number): JournalRow[] {
    return this.#rows('ORDER BY id DESC LIMIT ?', [most]);
  }

  /** How often each was said since a moment. @param since - ISO 8601 */
  tally(since: string): Tallied[] {
    return told(this.path, () =>
      this.#database
        .prepare(
          'SELECT verdict, decision, error IS NOT NULL AS failed, count(*) AS count FROM judgements WHERE judged_at >= ? GROUP BY 1, 2, 3',
        )
        .all([since]),
    ) as Tallied[];
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
    this.#run('UPDATE sinks SET delivered = max(delivered, ?) WHERE name = ?', [upTo, name]);
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
   * Judgements that may be removed, the oldest first: whose photographs lie at their destinations or were never to be moved, whose maps lie in their places, and
   * which these sinks have been sent.
   * @param before - ISO 8601; all where absent
   * @param after - number of the last that was looked at
   */
  removable({
    before = '9999',
    after = 0,
    most = -1,
    sinks = [],
  }: {
    readonly before?: string | undefined;
    readonly after?: number;
    readonly most?: number;
    readonly sinks?: readonly string[];
  }): KeptRow[] {
    const sent = sinks.map(() => ' AND id <= (SELECT delivered FROM sinks WHERE name = ?)').join('');
    return this.#rows(
      `WHERE judged_at < ? AND id > ? AND (destination IS NULL OR moved_at IS NOT NULL)
       AND (map IS NULL OR maps.judgement IS NOT NULL)${sent} ORDER BY id LIMIT ?`,
      [before, after, ...sinks, most],
      keptRows,
    );
  }

  /** Bytes of moved photographs, and of maps. */
  get keptBytes(): { readonly photographs: number; readonly maps: number } {
    return {
      photographs: this.#number(
        `SELECT coalesce(sum(bytes), 0) AS number FROM ${rowsWithMoves} WHERE moved_at IS NOT NULL`,
      ),
      maps: this.#number('SELECT coalesce(sum(bytes), 0) AS number FROM maps'),
    };
  }

  /** Bytes that the journal itself needs. */
  get ownBytes(): number {
    return this.#number(
      `SELECT (page_count - freelist_count) * page_size AS number
       FROM pragma_page_count(), pragma_freelist_count(), pragma_page_size()`,
    );
  }

  /** Removes judgements: with `forgetMap` all that takes rows away, where somebody asked that they be kept only so long. */
  forget(rows: readonly Pick<JournalRow, 'id'>[]): void {
    if (rows.length === 0) return;
    told(this.path, () => {
      const removals = ['moves WHERE judgement', 'maps WHERE judgement', 'judgements WHERE id'].map((where) =>
        this.#database.prepare(`DELETE FROM ${where} = ?`),
      );
      this.#database.transaction(() => {
        for (const { id } of rows) for (const removal of removals) removal.run([id]);
      })();
      this.#database.exec('PRAGMA incremental_vacuum; PRAGMA wal_checkpoint(PASSIVE)');
    });
  }

  /** Notes that a map has been removed, of a judgement that stays. */
  forgetMap(id: number): void {
    this.#run('UPDATE maps SET bytes = 0 WHERE judgement = ?', [id]);
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
  #number(query: string, values: readonly string[] = []): number {
    return told(this.path, () => {
      const [row] = this.#database.prepare(query).all([...values]) as { number: number }[];
      return row?.number ?? 0;
    });
  }

  #rows<Row extends JournalRow = JournalRow>(
    rest: string,
    values: readonly (string | number)[] = [],
    from = `moved_at AS movedAt FROM ${rowsWithMoves}`,
  ): Row[] {
    return told(this.path, () => {
      const found = this.#database.prepare(`SELECT id, ${columns}, ${from} ${rest}`).all([...values]);
      // The library puts a field of its own beside those that were asked for.
      return (found as Array<Row & { _metadata?: unknown }>).map(
        ({ _metadata, ...row }) => row as unknown as Row,
      );
    });
  }
}
