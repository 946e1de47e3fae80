/** @file The tables of a journal, and what its database says as sentences. */
import type Database from 'libsql';
import { CladError } from '../../core/errors.ts';

/**
 * Judgements and moves are only added; `maps` has those heat maps that lie in their places. Of each sink there is how far it has been sent them; `attempted` is written before sending, `delivered` after it.
 * `folders` has which folders were given from the judgement `first` on. `journal` has one row, drawn when the journal is begun.
 */
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
);
CREATE TABLE IF NOT EXISTS maps (
  judgement INTEGER PRIMARY KEY REFERENCES judgements (id),
  bytes INTEGER NOT NULL,
  modified INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS folders (
  kind TEXT NOT NULL,
  path TEXT NOT NULL,
  inode TEXT NOT NULL,
  first INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS journal (
  identity TEXT NOT NULL
);
INSERT INTO journal (identity) SELECT lower(hex(randomblob(8))) WHERE NOT EXISTS (SELECT 1 FROM journal);
CREATE TABLE IF NOT EXISTS sinks (
  name TEXT PRIMARY KEY,
  attempted INTEGER NOT NULL,
  delivered INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS refusals (
  sink TEXT NOT NULL,
  judgement INTEGER NOT NULL,
  refused_at TEXT NOT NULL,
  reason TEXT NOT NULL
);`;

/** Columns that came later: a journal of before gets them when it is opened, a new one at once. */
const added = {
  ...{ source: 'TEXT', frame: 'INTEGER', frame_at: 'TEXT', frame_second: 'REAL' },
  ...{
    brightness: 'REAL',
    contrast: 'REAL',
    sharpness: 'REAL',
    clipped_dark: 'REAL',
    clipped_bright: 'REAL',
  },
  ...{ warmth: 'REAL', green: 'REAL' },
  map: 'TEXT',
  failed_regions: 'TEXT',
};

/** The columns of a journal's judgements. */
export function columnsOf(database: Database.Database): ReadonlySet<string> {
  const found = database.prepare("SELECT name FROM pragma_table_info('judgements')").all([]);
  return new Set((found as { readonly name: string }[]).map(({ name }) => name));
}

/** Makes what is missing. */
export function prepareTables(database: Database.Database): void {
  database.exec(tables);
  const there = columnsOf(database);
  for (const [name, type] of Object.entries(added))
    if (!there.has(name)) database.exec(`ALTER TABLE judgements ADD COLUMN ${name} ${type}`);
}

/** @throws JOURNAL_UNUSABLE with what the database says */
export function told<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof CladError || !(error instanceof Error)) throw error;
    throw new CladError('JOURNAL_UNUSABLE', { path, reason: error.message }, { cause: error });
  }
}
