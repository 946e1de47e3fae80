/**
 * @file Judgements that somebody calls wrong, as they are remembered. They are of one training: when its run is removed by hand and another gets its name, that one has none.
 */
import type { StudioDatabase } from './database.ts';
import type { LineSaid, Mark, MarkedImage } from './update-api.ts';

/** `trained`: when the run was trained, by its detector; null of marks of before that was noted. `kept`: a picture of the line, which lies in `marked/`. */
export const marksTable = `
CREATE TABLE IF NOT EXISTS marks (
  run TEXT NOT NULL,
  path TEXT NOT NULL,
  mark TEXT NOT NULL,
  created TEXT NOT NULL,
  trained TEXT,
  kept INTEGER NOT NULL DEFAULT 0,
  said TEXT,
  PRIMARY KEY (run, path)
);`;

/** A run as a training made it. */
export interface TrainedRun {
  readonly name: string;
  /** When it was trained, as its detector says: ISO 8601. */
  readonly trained: string;
}

export class MarksTable {
  readonly #database: StudioDatabase;

  constructor(database: StudioDatabase) {
    this.#database = database;
  }

  /** In the order in which they were marked. */
  of({ name, trained }: TrainedRun): MarkedImage[] {
    const rows = this.#database.all(
      'SELECT * FROM marks WHERE run = ? AND (trained IS NULL OR trained = ?) ORDER BY created, path',
      [name, trained],
    );
    return rows.map(({ path, mark, kept, said }) => ({
      ...{ path: String(path), mark: mark as Mark, from: kept === 1 ? 'line' : 'test' },
      ...(said != null && { said: JSON.parse(String(said)) as LineSaid }),
    }));
  }

  set({ name, trained }: TrainedRun, { path, mark, from, said }: MarkedImage): void {
    this.#database.run(
      'INSERT OR REPLACE INTO marks (run, path, mark, created, trained, kept, said) VALUES (?, ?, ?, ?, ?, ?, ?)',
      [
        ...[name, path, mark, new Date().toISOString(), trained],
        ...[Number(from === 'line'), said ? JSON.stringify(said) : null],
      ],
    );
  }

  remove(run: string, path: string): void {
    this.#database.run('DELETE FROM marks WHERE run = ? AND path = ?', [run, path]);
  }
}
