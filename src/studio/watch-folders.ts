/** @file Folders that may be watched: those of the workspace that are nothing of the studio's own, and those that it was started with. A link leads nowhere else. */
import { realpath } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import { CladError } from '../core/errors.ts';
import { foldersIn, isInside, requireFolder } from '../data/folders.ts';
import { clipped } from '../server/clipped.ts';

/** Folders of the workspace that hold what the studio and the other commands write. */
const own = ['runs', 'detectors', 'regions', 'line', 'marked', 'cache'];
/** Folders that are offered, at most. */
const mostOffered = 200;

export class WatchFolders {
  readonly #root: string;
  readonly #allowed: readonly string[];

  private constructor(root: string, allowed: readonly string[]) {
    this.#root = root;
    this.#allowed = allowed;
  }

  /**
   * @param root - of the workspace
   * @param allowed - folders of whoever starts the studio
   * @throws FILE_NOT_FOUND, FOLDER_EXPECTED for one that is none
   */
  static async of(root: string, allowed: readonly string[]): Promise<WatchFolders> {
    for (const each of allowed) await requireFolder(each, 'Give --watch-folder a folder that is there.');
    return new WatchFolders(
      root,
      allowed.map((each) => resolve(each)),
    );
  }

  /**
   * A folder that somebody asks for.
   * @param text - from the workspace folder, or whole
   * @returns it without links
   * @throws FILE_NOT_FOUND, FOLDER_EXPECTED, WATCH_OUTSIDE
   */
  async find(text: string): Promise<string> {
    const refuse = (reason: string) => new CladError('WATCH_OUTSIDE', { path: clipped(text, 200), reason });
    if (text.includes('\0')) throw refuse('its name cannot be one');
    const path = resolve(this.#root, text);
    // Whether it is there is told of places alone that may be watched.
    if (!(await this.#isAllowed(path))) {
      if (!(await isInside(path, this.#root))) throw refuse('it lies elsewhere, by its name or by a link');
      const [first = ''] = relative(this.#root, await realOr(path)).split(sep);
      if (first === '') throw refuse('it is the workspace itself');
      if (own.includes(first)) throw refuse(`${first}/ is the studio's own`);
    }
    await requireFolder(path, 'Give a folder that photographs come into.');
    const real = await realpath(path);
    if (await isInside(this.#root, real)) throw refuse('the workspace lies in it');
    return real;
  }

  /** Folders that could be meant: those that are allowed, those of the workspace, and those directly in them. */
  async offered(): Promise<string[]> {
    const found: string[] = [...this.#allowed];
    const names = (folder: string) => foldersIn(folder).catch(() => []);
    for (const each of this.#allowed) found.push(...(await names(each)).map((name) => join(each, name)));
    const others = (await names(this.#root)).filter((name) => !own.includes(name) && name !== 'data');
    return [...found, ...others].slice(0, mostOffered);
  }

  async #isAllowed(path: string): Promise<boolean> {
    for (const each of this.#allowed) if (await isInside(path, each)) return true;
    return false;
  }
}

/** Without links where it is there. */
function realOr(path: string): Promise<string> {
  return realpath(path).catch(() => path);
}
