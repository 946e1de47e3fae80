/** @file Which files of a watched folder are finished: a file is, once nothing of it has changed for a while. Another program may still write the others. */
import type { FileState } from './journal.ts';

interface Seen {
  readonly file: FileState;
  /** When it was first seen as it is now, milliseconds. */
  readonly since: number;
  /** Not before then is it handed out again. */
  readonly notBefore: number;
}

/** Keeps in mind what was seen of a folder's files. */
export class Arrivals {
  readonly #settle: number;
  #seen = new Map<string, Seen>();

  /** @param settle - milliseconds without a change after which a file is finished */
  constructor(settle: number) {
    this.#settle = settle;
  }

  /**
   * The files that are finished, the oldest first.
   * @param files - all that are there now and were not judged; what was seen before and is not among them is forgotten
   * @param now - milliseconds, of a clock that nobody sets
   */
  finished(files: readonly FileState[], now: number): FileState[] {
    const seen = new Map<string, Seen>();
    for (const file of files) {
      const before = this.#seen.get(file.path);
      const same = before?.file.bytes === file.bytes && before.file.modified === file.modified;
      seen.set(file.path, before && same ? before : { file, since: now, notBefore: 0 });
    }
    this.#seen = seen;
    return [...seen.values()]
      .filter(({ since, notBefore }) => now - since >= this.#settle && now >= notBefore)
      .map(({ file }) => file)
      .sort((a, b) => a.modified - b.modified || (a.path < b.path ? -1 : 1));
  }

  /** How many files there are that have not been judged. */
  get waiting(): number {
    return this.#seen.size;
  }

  /** Milliseconds for which a file has been as it is now. */
  unchangedFor({ path }: FileState, now: number): number {
    return now - (this.#seen.get(path)?.since ?? now);
  }

  /** Hands a file out again no sooner than that: it could not be read, and may not be finished after all. */
  later({ path }: FileState, notBefore: number): void {
    const before = this.#seen.get(path);
    if (before) this.#seen.set(path, { ...before, notBefore });
  }
}
