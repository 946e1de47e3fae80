/**
 * @file Which folders a journal's judgements were made with: another one may be given later, or stand at the same path, as a mount point does while its drive is away.
 */
import { readdir, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type Database from 'libsql';
import { told } from './journal-tables.ts';

/** That photographs are moved into, and that heat maps are written into. */
export type FolderKind = 'move' | 'maps';

/** A folder as it was. */
export interface NotedFolder {
  /** Absolute. */
  readonly path: string;
  /** The file system's number of it; 0 where it has none. */
  readonly inode: string;
}

export class JournalFolders {
  readonly #journal: string;
  readonly #database: Database.Database;
  /** The newest of each kind. */
  readonly #newest = new Map<FolderKind, NotedFolder | undefined>();

  /** @param journal - path of its file, for errors */
  constructor(journal: string, database: Database.Database) {
    this.#journal = journal;
    this.#database = database;
  }

  /** Notes with which folder the judgements from now on are made. One that cannot be looked at is not noted. @throws JOURNAL_UNUSABLE */
  async note(kind: FolderKind, folder: string): Promise<void> {
    const found = await stat(folder, { bigint: true }).catch(() => undefined);
    if (!found) return;
    const now = { path: resolve(folder), inode: String(found.ino) };
    if (!this.#newest.has(kind)) this.#newest.set(kind, this.of(kind, Number.MAX_SAFE_INTEGER));
    const before = this.#newest.get(kind);
    if (before?.path === now.path && before.inode === now.inode) return;
    told(this.#journal, () => {
      this.#database
        .prepare(
          `INSERT INTO folders (kind, path, inode, first)
           SELECT ?, ?, ?, coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'judgements'), 0) + 1`,
        )
        .run([kind, now.path, now.inode]);
    });
    this.#newest.set(kind, now);
  }

  /** The folder that a judgement was made with; undefined where none was given, or the journal is of before. @throws JOURNAL_UNUSABLE */
  of(kind: FolderKind, judgement: number): NotedFolder | undefined {
    return told(this.#journal, () => {
      const [row] = this.#database
        .prepare(
          'SELECT path, inode FROM folders WHERE kind = ? AND first <= ? ORDER BY first DESC, rowid DESC LIMIT 1',
        )
        .all([kind, judgement]) as NotedFolder[];
      return row && { path: row.path, inode: row.inode };
    });
  }

  /** Paths of all that were ever given. @throws JOURNAL_UNUSABLE */
  all(kind: FolderKind): string[] {
    return told(this.#journal, () => {
      const rows = this.#database.prepare('SELECT DISTINCT path FROM folders WHERE kind = ?').all([kind]);
      return (rows as NotedFolder[]).map(({ path }) => path);
    });
  }
}

/**
 * Whether a folder may be a mount point whose drive is away: it is not there, holds nothing, or is another one than was noted.
 * @param noted - the folder as it was when what is missed in it was written
 */
export async function mayBeAway(folder: string, noted?: NotedFolder): Promise<boolean> {
  const found = await stat(folder, { bigint: true }).catch(() => undefined);
  if (!found) return true;
  if (noted?.path === resolve(folder) && noted.inode !== String(found.ino)) return true;
  const names = await readdir(folder).catch(() => []);
  // Locks and what waits for its judgement come there without the drive too.
  return !names.some((name) => name !== '.lock' && name !== '.coming');
}
