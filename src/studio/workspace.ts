/**
 * @file The workspace: a folder with `data/` (data sets), `regions/`, `runs/` and `detectors/` as the command line takes and writes them, `line/` (journals of what the line page
 * judged), `marked/` (pictures of the line whose judgements were wrong), `studio.sqlite` with what only the studio knows, and `cache/`, which can be removed at any time. Every path that a page names is made here, and leads nowhere else: not by its name, not by a link.
 */
import { lstat, mkdir, realpath } from 'node:fs/promises';
import { basename, dirname, join, parse, resolve, sep } from 'node:path';
import { CladError } from '../core/errors.ts';
import { asRefusal, requireWritable } from '../core/files.ts';
import { clipped } from '../server/clipped.ts';
import { nameProblem } from './names.ts';

/** The folders of a workspace that pages can name things in. */
export type Place = 'data' | 'regions' | 'runs' | 'detectors' | 'line' | 'marked' | 'cache';

export class Workspace {
  /** Absolute, without links. */
  readonly root: string;

  private constructor(root: string) {
    this.root = root;
  }

  /**
   * Opens a workspace; makes the folder where it is missing.
   * @throws FOLDER_EXPECTED, FILE_REFUSED
   */
  static async open(folder: string): Promise<Workspace> {
    const path = resolve(folder);
    await requireWritable(path, 'Give another folder.');
    try {
      for (const place of ['data', 'regions', 'runs', 'detectors', 'cache'])
        await mkdir(join(path, place), { recursive: true });
      return new Workspace(await realpath(path));
    } catch (error) {
      throw asRefusal(error, path);
    }
  }

  get database(): string {
    return join(this.root, 'studio.sqlite');
  }
  /** A folder of the workspace itself. */
  folder(place: Place): string {
    return join(this.root, place);
  }

  /**
   * The path of what a page names: one step for each name.
   * @throws NAME_UNUSABLE, WORKSPACE_OUTSIDE
   */
  async path(place: Place, what: string, ...names: readonly string[]): Promise<string> {
    for (const name of names) {
      const reason = nameProblem(name);
      if (reason !== undefined) throw new CladError('NAME_UNUSABLE', { what, name: shown(name), reason });
    }
    return this.within(place, names.join('/'));
  }

  /**
   * The path of something below a folder of the workspace, as it is written there with slashes; it need not exist.
   * @throws WORKSPACE_OUTSIDE
   */
  async within(place: Place, below: string): Promise<string> {
    const folder = this.folder(place);
    const refuse = () => new CladError('WORKSPACE_OUTSIDE', { path: shown(below) });
    if (below.includes('\0')) throw refuse();
    const path = resolve(folder, below);
    if (!isBelow(path, folder)) throw refuse();
    // A folder of the workspace may be a link itself, to a larger disk; whoever made it decided that.
    const real = await realFolder(folder);
    if (!isBelow(await realFolder(path), real)) throw refuse();
    return path;
  }
}

/** Whether a path is a folder or below it, by their names. */
export function isBelow(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : `${folder}${sep}`);
}

/** Without links, as far as it exists. A link that leads nowhere leads out: what is written to it would be made there. */
export async function realFolder(path: string): Promise<string> {
  return realpath(path).catch(async () => {
    const link = await lstat(path).catch(() => undefined);
    const parent = dirname(path);
    if (parent === path || link?.isSymbolicLink()) return parse(path).root;
    return join(await realFolder(parent), basename(path));
  });
}

/** A name as it may stand in a sentence. */
function shown(name: string): string {
  return name.length > 80 ? clipped(name, 80) : `"${clipped(name, 80)}"`;
}
