/** @file The SQLite file of a workspace, and what its library says as sentences. */
import Database from 'libsql';
import { CladError } from '../core/errors.ts';

export type Row = Readonly<Record<string, string | number | null>>;
export type Value = string | number | null;

/** Columns that came later, by table and name, with what they are. */
type Added = Readonly<Record<string, Readonly<Record<string, string>>>>;

export class StudioDatabase {
  readonly #path: string;
  readonly #database: Database.Database;

  private constructor(path: string, database: Database.Database) {
    this.#path = path;
    this.#database = database;
  }

  /**
   * @param tables - statements that make what is missing
   * @param added - what workspaces that are older do not have
   * @throws WORKSPACE_UNUSABLE
   */
  static open(path: string, tables: string, added: Added): StudioDatabase {
    return told(path, () => {
      const database = new Database(path);
      try {
        database.pragma('journal_mode = WAL');
        database.exec(tables);
        for (const [table, columns] of Object.entries(added))
          for (const [name, type] of Object.entries(columns)) addColumn(database, table, name, type);
        return new StudioDatabase(path, database);
      } catch (error) {
        database.close();
        throw error;
      }
    });
  }

  close(): void {
    this.#database.close();
  }

  /** @returns number of the row that was added @throws WORKSPACE_UNUSABLE, as do the others */
  run(statement: string, values: readonly Value[]): number {
    return told(this.#path, () => Number(this.#database.prepare(statement).run([...values]).lastInsertRowid));
  }

  /** All of them or none. */
  runEach(statement: string, all: readonly (readonly Value[])[]): void {
    told(this.#path, () => {
      const prepared = this.#database.prepare(statement);
      this.#database.transaction(() => {
        for (const values of all) prepared.run([...values]);
      })();
    });
  }

  all(query: string, values: readonly Value[]): Row[] {
    return told(this.#path, () => this.#database.prepare(query).all([...values]) as Row[]);
  }
}

function addColumn(database: Database.Database, table: string, name: string, type: string): void {
  const found = database.prepare('SELECT name FROM pragma_table_info(?) WHERE name = ?').all([table, name]);
  if (found.length === 0) database.exec(`ALTER TABLE ${table} ADD COLUMN ${name} ${type}`);
}

/** @throws WORKSPACE_UNUSABLE with what the database says */
function told<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof CladError || !(error instanceof Error)) throw error;
    throw new CladError('WORKSPACE_UNUSABLE', { path, reason: error.message }, { cause: error });
  }
}
