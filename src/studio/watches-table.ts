/** @file Folders that are watched, as they are remembered, so that a studio that is started again goes on with them. */
import type { StudioDatabase } from './database.ts';
import type { WatchMove } from './line-api.ts';

/** `name`: of the folder below `line/` with its journal. `move`: what photographs are moved into. */
export const watchesTable = `
CREATE TABLE IF NOT EXISTS watches (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL,
  folder TEXT NOT NULL,
  run TEXT NOT NULL,
  version TEXT,
  move TEXT,
  remove_oldest INTEGER NOT NULL DEFAULT 0,
  wanted INTEGER NOT NULL DEFAULT 1,
  created TEXT NOT NULL
);`;

/** What workspaces that are older do not have. */
export const watchesAdded = { move: 'TEXT', remove_oldest: 'INTEGER NOT NULL DEFAULT 0' };

export interface RememberedWatch {
  readonly id: number;
  /** Of its folder in `line/`. */
  readonly name: string;
  /** Absolute. */
  readonly folder: string;
  readonly run: string;
  /** File in `detectors/`; null for the run's own. */
  readonly version: string | null;
  /** Whole path of what photographs are moved into, and whether the oldest go; null where they stay. */
  readonly move: WatchMove | null;
  /** Whether it is to watch. */
  readonly wanted: boolean;
  /** ISO 8601. */
  readonly created: string;
}

export class WatchesTable {
  readonly #database: StudioDatabase;

  constructor(database: StudioDatabase) {
    this.#database = database;
  }

  /** The newest last. */
  get all(): RememberedWatch[] {
    return this.#database.all('SELECT * FROM watches ORDER BY id', []).map((row) => ({
      ...{ id: Number(row.id), name: String(row.name), folder: String(row.folder), run: String(row.run) },
      ...{ version: row.version == null ? null : String(row.version), wanted: row.wanted === 1 },
      move: row.move == null ? null : { folder: String(row.move), removeOldest: row.remove_oldest === 1 },
      created: String(row.created),
    }));
  }

  /** Adds one that is to watch. @returns its number */
  add({ name, folder, run, version, move }: Omit<RememberedWatch, 'id' | 'wanted' | 'created'>): number {
    return this.#database.run(
      'INSERT INTO watches (name, folder, run, version, move, remove_oldest, created) VALUES (?, ?, ?, ?, ?, ?, ?)',
      [name, folder, run, version, ...movedValues(move), new Date().toISOString()],
    );
  }

  move(id: number, move: WatchMove | null): void {
    this.#database.run('UPDATE watches SET move = ?, remove_oldest = ? WHERE id = ?', [
      ...movedValues(move),
      id,
    ]);
  }

  want(id: number, wanted: boolean): void {
    this.#database.run('UPDATE watches SET wanted = ? WHERE id = ?', [Number(wanted), id]);
  }

  remove(id: number): void {
    this.#database.run('DELETE FROM watches WHERE id = ?', [id]);
  }
}

function movedValues(move: WatchMove | null): [folder: string | null, removeOldest: number] {
  return [move?.folder ?? null, Number(move?.removeOldest ?? false)];
}
