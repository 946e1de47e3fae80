/**
 * @file The browser's origin private file system as a storage: files that only this site sees and that outlive the page, for pages and
 * workers. Turns, and that files are seen whole, hold between all pages and workers of the site (Web Locks).
 */
import { type Kind, requireArgument } from '../core/arguments.ts';
import { CladError } from '../core/errors.ts';
import type { Storage, TurnOptions } from '../core/storage.ts';
import { orRefused, unavailable, unreadable } from './opfs-errors.ts';
import { OpfsFolder } from './opfs-folder.ts';
import { isPart, removeAbandonedParts, replaceInOpfs } from './opfs-write.ts';

/** Bytes of a file that are looked at together. */
const pieceBytes = 4e6;

const placeName: Kind = {
  expected: 'a name without slashes',
  holds: (value) => typeof value === 'string' && /^(?!\.{1,2}$)[^/\\]+$/.test(value),
};

/**
 * A place in the private files of this site.
 * @param name - of the place; each has files of its own. @default 'clad'
 * @throws STORAGE_UNAVAILABLE where the browser keeps no files for this page; ARGUMENT_INVALID
 */
export async function opfsStorage(name = 'clad'): Promise<Storage> {
  requireArgument('opfsStorage', 'name', name, placeName);
  return placeIn(await privateFiles(), [name]);
}

/** @throws STORAGE_UNAVAILABLE */
async function privateFiles(): Promise<FileSystemDirectoryHandle> {
  // Absent from pages without HTTPS and from older browsers, whatever the types say.
  const { storage, locks } = globalThis.navigator as Partial<Navigator>;
  const usable = locks && 'move' in (globalThis.FileSystemFileHandle?.prototype ?? {});
  if (!storage?.getDirectory || !usable) throw unavailable(undefined);
  return storage.getDirectory().catch((error: unknown) => {
    throw unavailable(error);
  });
}

/** @param path - names of folders from the top of the private files down to the place */
function placeIn(root: FileSystemDirectoryHandle, path: readonly string[]): Storage {
  const folder = new OpfsFolder(root, path);
  const at = (name?: string) => ['opfs:', ...path, ...(name === undefined ? [] : [name])].join('/');
  const lock = (purpose: string, name?: string) => `clad ${purpose} ${at(name)}`;

  /** The file as it is now; once another has taken its place it can be read no more. */
  const fileNow = (name: string) =>
    folder.file(name).catch((error: unknown) => {
      throw unreadable(at(name), error);
    });
  const bytesOf = async (name: string, file: Blob) =>
    new Uint8Array(
      await file.arrayBuffer().catch((error: unknown) => {
        throw unreadable(at(name), error);
      }),
    );
  /** Whoever changes a file waits for who does so already; readers wait only while it is put into its place. */
  const change = (name: string, lasting: boolean, content: () => Promise<readonly (Uint8Array | Blob)[]>) =>
    orRefused(at(name), () =>
      navigator.locks.request(lock('change', name), async () =>
        replaceInOpfs(folder, name, await content(), lasting, (move) =>
          navigator.locks.request(lock('content', name), move),
        ),
      ),
    );

  return {
    pathOf: at,
    folder: (name) => placeIn(root, [...path, name]),

    read: (name) =>
      navigator.locks.request(lock('content', name), { mode: 'shared' }, async () => {
        const file = await fileNow(name);
        return file && bytesOf(name, file);
      }),

    readRange: (name, start, end) =>
      navigator.locks.request(lock('content', name), { mode: 'shared' }, async () => {
        const file = await fileNow(name);
        return file && bytesOf(name, file.slice(start, end));
      }),

    async *pieces(name) {
      const file = await fileNow(name);
      if (!file) throw unreadable(at(name), new Error('there is no such file'));
      for (let start = 0; start < file.size; start += pieceBytes)
        yield await bytesOf(name, file.slice(start, start + pieceBytes));
    },

    write: (name, content, { lasting = true } = {}) =>
      change(name, lasting, async () => [
        typeof content === 'string' ? new TextEncoder().encode(content) : content,
      ]),

    append: (name, line) =>
      change(name, true, async () => {
        const before = await folder.file(name);
        return [...(before ? [before] : []), new TextEncoder().encode(`${line}\n`)];
      }),

    remove: (name) => orRefused(at(name), () => folder.remove(name)),

    async list() {
      const names = await folder.names().catch((error: unknown) => {
        throw unreadable(at(), error);
      });
      return names.filter((name) => !isPart(name));
    },

    async stat(name) {
      const file = await folder.file(name).catch(() => undefined);
      return file && { bytes: file.size, modified: file.lastModified };
    },

    tidy: () => orRefused(at(), () => removeAbandonedParts(folder)),
    inTurn: (work, { name, ...options } = {}) => inTurn(lock('turn', name), work, options),
  };
}

/** @throws INTERRUPTED where the signal is aborted while another is at work */
async function inTurn<T>(lock: string, work: () => Promise<T>, { onWait, signal }: TurnOptions): Promise<T> {
  const done = await navigator.locks.request(lock, { ifAvailable: true }, async (free) =>
    free ? { value: await work() } : undefined,
  );
  if (done) return done.value;
  onWait?.('a page or worker of this site');
  let begun = false;
  try {
    return await navigator.locks.request(lock, signal ? { signal } : {}, () => {
      begun = true;
      return work();
    });
  } catch (error) {
    if (begun || !signal?.aborted) throw error;
    throw new CladError('INTERRUPTED', { where: 'waiting for another training' }, { cause: error });
  }
}
