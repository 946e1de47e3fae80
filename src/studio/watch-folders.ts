/**
 * @file Folders that may be watched: those of the workspace that are nothing of the studio's own, and those that it was started with. Photographs are moved into folders of the workspace
 * alone. A link leads nowhere else.
 */
import { realpath } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import { CladError } from '../core/errors.ts';
import { foldersIn, isInside, requireFolder } from '../data/folders.ts';
import { decisions } from '../jobs/watch/destinations.ts';
import { clipped } from '../server/clipped.ts';
import { isBelow, realFolder } from './workspace.ts';

/** Folders of the workspace that hold what the studio and the other commands write. */
const own = ['runs', 'detectors', 'regions', 'line', 'marked', 'cache'];
/** Folders that are offered, at most. */
const mostOffered = 200;

export class WatchFolders {
  readonly #root: string;
  readonly #allowed: readonly string[];
  readonly #mayMove: boolean;

  private constructor(root: string, allowed: readonly string[], mayMove: boolean) {
    this.#root = root;
    this.#allowed = allowed;
    this.#mayMove = mayMove;
  }

  /**
   * @param root - of the workspace
   * @param allowed - folders of whoever starts the studio
   * @param mayMove - whether photographs may be moved out of these
   * @throws FILE_NOT_FOUND, FOLDER_EXPECTED for one that is none
   */
  static async of(root: string, allowed: readonly string[], mayMove = false): Promise<WatchFolders> {
    for (const each of allowed) await requireFolder(each, 'Give --watch-folder a folder that is there.');
    return new WatchFolders(
      root,
      allowed.map((each) => resolve(each)),
      mayMove,
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
      const first = this.#firstOf(await realOr(path));
      if (first === '') throw refuse('it is the workspace itself');
      if (own.includes(first)) throw refuse(`${first}/ is the studio's own`);
    }
    await requireFolder(path, 'Give a folder that photographs come into.');
    const real = await realpath(path);
    if (await isInside(this.#root, real)) throw refuse('the workspace lies in it');
    return real;
  }

  /**
   * A folder that somebody wants the photographs of a watched one to be moved into; it need not be there.
   * @param text - from the workspace folder, or whole
   * @param folder - the watched one, as `find` gives it
   * @returns it without links
   * @throws WATCH_MOVE
   */
  async findMove(text: string, folder: string): Promise<string> {
    const refuse = (reason: string) =>
      new CladError('WATCH_MOVE', { folder: this.#shown(folder), path: clipped(text, 200), reason });
    if (text.includes('\0')) throw refuse('its name cannot be one');
    const isOurs = isBelow(folder, this.#root);
    if (!isOurs && !this.#mayMove) throw refuse('they lie outside the workspace');
    // A training looks for them where they were. The folder may be a link itself, to a larger disk.
    if (isBelow(folder, await realFolder(join(this.#root, 'data'))))
      throw refuse('they belong to a data set');
    const path = await realFolder(resolve(this.#root, text));
    const elsewhere = 'it lies elsewhere, by its name or by a link';
    if (!isBelow(path, this.#root)) throw refuse(elsewhere);
    for (const each of decisions)
      if (!isBelow(await realFolder(join(path, each)), path)) throw refuse(elsewhere);
    const first = this.#firstOf(path);
    if (first === '') throw refuse('it is the workspace itself');
    // Where a file system does not tell capitals, another spelling is the same folder.
    if ([...own, 'data'].includes(first.toLowerCase())) throw refuse(`${first}/ is the studio's own`);
    if (isBelow(path, folder)) throw refuse('it lies in the watched folder');
    if (isBelow(folder, path)) throw refuse('the watched folder lies in it');
    return path;
  }

  /** A path as people write it: from the workspace folder, where it lies there. */
  #shown(path: string): string {
    return isBelow(path, this.#root) ? relative(this.#root, path).replaceAll('\\', '/') : path;
  }

  /** Name of the folder of the workspace that a path without links lies in. */
  #firstOf(path: string): string {
    return relative(this.#root, path).split(sep)[0] ?? '';
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
