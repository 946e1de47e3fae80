/** @file A folder of the browser's private files, by its path: looked for anew each time, since others may have removed or made it. */
import { isNamed } from './opfs-errors.ts';

/** The browser moves files, whatever the DOM's types know. */
export interface MovableFile extends FileSystemFileHandle {
  /** Takes the place of a file of that name. */
  move(name: string): Promise<void>;
}

export class OpfsFolder {
  readonly #root: FileSystemDirectoryHandle;
  readonly #path: readonly string[];

  /** @param path - names of folders, from the root down */
  constructor(root: FileSystemDirectoryHandle, path: readonly string[]) {
    this.#root = root;
    this.#path = path;
  }

  /** A file as it is now; undefined where there is none. @throws what the browser says, of a folder of that name for instance */
  async file(name: string): Promise<File | undefined> {
    const folder = await this.#existing();
    return orMissing(async () => (await folder?.getFileHandle(name))?.getFile());
  }

  /** Names of the files and folders in it; none where it is not there. */
  async names(): Promise<string[]> {
    const folder = await this.#existing();
    const names: string[] = [];
    if (folder) for await (const name of folder.keys()) names.push(name);
    return names;
  }

  /** A file to write into, made where it is missing, its folders too. */
  async opened(name: string): Promise<MovableFile> {
    let folder = this.#root;
    for (const each of this.#path) folder = await folder.getDirectoryHandle(each, { create: true });
    return (await folder.getFileHandle(name, { create: true })) as MovableFile;
  }

  async remove(name: string): Promise<void> {
    const folder = await this.#existing();
    await orMissing(async () => folder?.removeEntry(name));
  }

  /** Undefined where there is no such folder; a file of that name is none either. */
  async #existing(): Promise<FileSystemDirectoryHandle | undefined> {
    let folder = this.#root;
    for (const each of this.#path) {
      const next = await orMissing(() => folder.getDirectoryHandle(each), 'TypeMismatchError');
      if (!next) return undefined;
      folder = next;
    }
    return folder;
  }
}

/** Undefined where the browser says that something is not there. */
async function orMissing<T>(
  look: () => Promise<T>,
  ...alsoMissing: readonly string[]
): Promise<T | undefined> {
  try {
    return await look();
  } catch (error) {
    if (isNamed(error, 'NotFoundError', ...alsoMissing)) return undefined;
    throw error;
  }
}
