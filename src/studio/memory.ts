/**
 * @file What only the studio knows, in one SQLite file: jobs and what became of them, images that are left out, what inspections found, versions of
 * detectors, judgements that somebody calls wrong. Images, runs and detectors are files of the workspace; without this file they are all there.
 */
import type { Inspection } from '../data/inspect.ts';
import type { RegionDefinitions } from '../jobs/roi/region-definition.ts';
import type { Job, JobState, JobView } from './api.ts';
import { type Row, StudioDatabase, type Value } from './database.ts';
import { MarksTable, marksTable } from './marks-table.ts';
import { WatchesTable, watchesAdded, watchesTable } from './watches-table.ts';

const tables = `
CREATE TABLE IF NOT EXISTS jobs (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL,
  subject TEXT NOT NULL,
  state TEXT NOT NULL,
  request TEXT NOT NULL,
  exclude TEXT NOT NULL,
  roi TEXT NOT NULL DEFAULT '{}',
  again INTEGER NOT NULL DEFAULT 0,
  created TEXT NOT NULL,
  started TEXT,
  ended TEXT,
  progress TEXT,
  notes TEXT NOT NULL DEFAULT '[]',
  error TEXT,
  result TEXT
);
CREATE TABLE IF NOT EXISTS exclusions (
  dataset TEXT NOT NULL,
  path TEXT NOT NULL,
  created TEXT NOT NULL,
  PRIMARY KEY (dataset, path)
);
CREATE TABLE IF NOT EXISTS inspections (
  dataset TEXT PRIMARY KEY,
  created TEXT NOT NULL,
  images INTEGER NOT NULL,
  found TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS versions (
  file TEXT PRIMARY KEY,
  run TEXT NOT NULL,
  created TEXT NOT NULL,
  thresholds TEXT NOT NULL,
  source TEXT
);
${marksTable}
${watchesTable}`;

/** What a training is given of its data set besides the images, as it was when it was asked for. */
export interface Given {
  /** Training images to leave out, below the data set. */
  readonly exclude: readonly string[];
  /** Regions of interest by product. */
  readonly roi: RegionDefinitions;
}

/** A job as it is remembered. */
export interface JobRecord extends Omit<JobView, 'command'>, Given {}

/** What an inspection found, and the sizes of images, which it does not say one by one. */
export interface KeptInspection extends Inspection {
  /** Images whose size is not that of most of their product, by path: `640 x 480, most are 320 x 320`. */
  readonly oddSizes: Readonly<Record<string, string>>;
}

export interface RememberedInspection {
  readonly created: string;
  /** Images that there were. */
  readonly images: number;
  readonly found: KeptInspection;
}

export interface RememberedVersion {
  readonly file: string;
  readonly created: string;
  /** Key of the run's own file when it was made; null where that was not noted yet. */
  readonly source: string | null;
  readonly thresholds: Readonly<Record<string, number>>;
}

export class Memory {
  /** Judgements that somebody calls wrong. */
  readonly marks: MarksTable;
  /** Folders that are watched. */
  readonly watches: WatchesTable;
  readonly #database: StudioDatabase;

  private constructor(database: StudioDatabase) {
    this.#database = database;
    this.marks = new MarksTable(database);
    this.watches = new WatchesTable(database);
  }

  /** @throws WORKSPACE_UNUSABLE */
  static open(path: string): Memory {
    return new Memory(
      StudioDatabase.open(path, tables, {
        versions: { source: 'TEXT' },
        jobs: { roi: "TEXT NOT NULL DEFAULT '{}'" },
        watches: watchesAdded,
        marks: { trained: 'TEXT', kept: 'INTEGER NOT NULL DEFAULT 0', said: 'TEXT' },
      }),
    );
  }

  close(): void {
    this.#database.close();
  }

  addJob(subject: string, request: Job, { exclude, roi }: Given): JobRecord {
    const id = this.#database.run(
      'INSERT INTO jobs (kind, subject, state, request, exclude, roi, created) VALUES (?, ?, ?, ?, ?, ?, ?)',
      [
        ...[request.kind, subject, 'waiting'],
        ...[request, exclude, roi].map((each) => JSON.stringify(each)),
        new Date().toISOString(),
      ],
    );
    return this.job(id) as JobRecord;
  }

  job(id: number): JobRecord | undefined {
    return this.#database.all('SELECT * FROM jobs WHERE id = ?', [id]).map(jobOf)[0];
  }

  /** All that are not over, and so many of the newest; the newest last. */
  jobs(most = 200): JobRecord[] {
    const newest = 'SELECT id FROM jobs ORDER BY id DESC LIMIT ?';
    const query = `SELECT * FROM jobs WHERE state IN ('waiting', 'running') OR id IN (${newest}) ORDER BY id`;
    return this.#database.all(query, [most]).map(jobOf);
  }

  updateJob(
    id: number,
    changes: Partial<
      Pick<
        JobRecord,
        | 'state'
        | 'exclude'
        | 'roi'
        | 'again'
        | 'started'
        | 'ended'
        | 'progress'
        | 'notes'
        | 'error'
        | 'result'
      >
    >,
  ): void {
    const values = Object.entries(changes).map(([, value]): Value => {
      if (typeof value === 'boolean') return Number(value);
      return typeof value === 'object' && value !== null ? JSON.stringify(value) : (value ?? null);
    });
    const columns = Object.keys(changes).map((name) => `${name} = ?`);
    if (columns.length > 0)
      this.#database.run(`UPDATE jobs SET ${columns.join(', ')} WHERE id = ?`, [...values, id]);
  }

  removeJob(id: number): void {
    this.#database.run('DELETE FROM jobs WHERE id = ?', [id]);
  }

  /** Paths below a data set that trainings leave out. */
  excluded(dataset: string): Set<string> {
    return new Set(
      this.#database
        .all('SELECT path FROM exclusions WHERE dataset = ?', [dataset])
        .map(({ path }) => String(path)),
    );
  }

  exclude(dataset: string, paths: readonly string[], excluded: boolean): void {
    const statement = excluded
      ? 'INSERT OR IGNORE INTO exclusions (dataset, path, created) VALUES (?, ?, ?)'
      : 'DELETE FROM exclusions WHERE dataset = ? AND path = ?';
    const more = excluded ? [new Date().toISOString()] : [];
    this.#database.runEach(
      statement,
      paths.map((path) => [dataset, path, ...more]),
    );
  }

  inspection(dataset: string): RememberedInspection | undefined {
    const [row] = this.#database.all('SELECT * FROM inspections WHERE dataset = ?', [dataset]);
    if (!row) return undefined;
    return {
      created: String(row.created),
      images: Number(row.images),
      found: JSON.parse(String(row.found)) as KeptInspection,
    };
  }

  keepInspection(dataset: string, images: number, found: KeptInspection): void {
    this.#database.run(
      'INSERT OR REPLACE INTO inspections (dataset, created, images, found) VALUES (?, ?, ?, ?)',
      [...[dataset, new Date().toISOString(), images], JSON.stringify(found)],
    );
  }

  /** @param source - key of the run's own file then, whose networks it has */
  addVersion(
    run: string,
    file: string,
    source: string | null,
    thresholds: Readonly<Record<string, number>>,
  ): void {
    this.#database.run(
      'INSERT OR REPLACE INTO versions (file, run, created, source, thresholds) VALUES (?, ?, ?, ?, ?)',
      [file, run, new Date().toISOString(), source, JSON.stringify(thresholds)],
    );
  }

  /** The newest last. */
  versions(run: string): RememberedVersion[] {
    return this.#database
      .all('SELECT * FROM versions WHERE run = ? ORDER BY created', [run])
      .map(({ file, created, source, thresholds }) => ({
        file: String(file),
        created: String(created),
        source: source == null ? null : String(source),
        thresholds: JSON.parse(String(thresholds)) as Record<string, number>,
      }));
  }
}

function jobOf(row: Row): JobRecord {
  const json = <T>(value: string | number | null | undefined): T => JSON.parse(String(value ?? 'null')) as T;
  const text = (value: string | number | null | undefined) => (value == null ? null : String(value));
  return {
    id: Number(row.id),
    kind: row.kind as JobRecord['kind'],
    subject: String(row.subject),
    state: row.state as JobState,
    request: json(row.request),
    exclude: json(row.exclude),
    roi: json(row.roi),
    again: row.again === 1,
    created: String(row.created),
    started: text(row.started),
    ended: text(row.ended),
    progress: json(row.progress),
    notes: json(row.notes),
    error: json(row.error),
    result: json(row.result),
  };
}
