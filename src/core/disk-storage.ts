/** @file A folder of the file system as a storage (Node only). */
import { type FileHandle, mkdir, open, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CladError, reasonOf } from './errors.ts';
import { appendLine, asRefusal, removeAbandoned, replaceFile, writeFileAtomic } from './files.ts';
import { lockOfFile, lockOfFolder, withLockInTurn } from './lock.ts';
import type { Storage } from './storage.ts';

/** Bytes of a file that are looked at together. */
const pieceBytes = 4e6;

/** @param folder - its path; it is made when something is written */
export function diskStorage(folder: string): Storage {
  const at = (name: string) => join(folder, name);
  return {
    pathOf: (name) => (name === undefined ? folder : at(name)),
    folder: (name) => diskStorage(at(name)),

    async read(name) {
      try {
        const { buffer, byteOffset, length } = await readFile(at(name));
        return new Uint8Array(buffer as ArrayBuffer, byteOffset, length);
      } catch (error) {
        if (isMissing(error)) return undefined;
        throw unreadable(at(name), error);
      }
    },

    async readRange(name, start, end) {
      let file: FileHandle | undefined;
      try {
        file = await open(at(name));
        const bytes = new Uint8Array(end - start);
        const length = await filled(file, bytes, start);
        return length === bytes.length ? bytes : bytes.slice(0, length);
      } catch (error) {
        if (isMissing(error)) return undefined;
        throw unreadable(at(name), error);
      } finally {
        await file?.close();
      }
    },

    async *pieces(name) {
      const file = await open(at(name)).catch((error: unknown) => {
        throw unreadable(at(name), error);
      });
      try {
        const piece = new Uint8Array(pieceBytes);
        for (;;) {
          const { bytesRead } = await file.read(piece).catch((error: unknown) => {
            throw unreadable(at(name), error);
          });
          if (bytesRead === 0) return;
          yield piece.subarray(0, bytesRead);
        }
      } finally {
        await file.close();
      }
    },

    write: (name, content, { lasting = true } = {}) =>
      lasting
        ? writeFileAtomic(at(name), content)
        : replaceFile(at(name), (temporary) => writeFile(temporary, content)),

    async append(name, line) {
      await mkdir(folder, { recursive: true }).catch((error: unknown) => {
        throw asRefusal(error, folder);
      });
      await appendLine(at(name), line);
    },

    remove: (name) => rm(at(name), { force: true }),

    list: () =>
      readdir(folder).catch((error: unknown) => {
        if (isMissing(error)) return [];
        throw unreadable(folder, error);
      }),

    async stat(name) {
      const found = await stat(at(name)).catch(() => undefined);
      return found && { bytes: found.size, modified: found.mtimeMs };
    },

    tidy: () => removeAbandoned(folder),
    inTurn: (work, { name, ...options } = {}) =>
      withLockInTurn(name === undefined ? lockOfFolder(folder) : lockOfFile(at(name)), options, work),
  };
}

/** Reads until the bytes are full or the file ends, since one call may give fewer. @returns how many were read */
async function filled(file: FileHandle, bytes: Uint8Array, start: number): Promise<number> {
  let length = 0;
  while (length < bytes.length) {
    const { bytesRead } = await file.read(bytes, length, bytes.length - length, start + length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return length;
}

function isMissing(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'ENOTDIR';
}

function unreadable(path: string, cause: unknown): CladError {
  return new CladError('FILE_UNREADABLE', { path, reason: reasonOf(cause) }, { cause });
}
