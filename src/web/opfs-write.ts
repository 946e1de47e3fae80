/**
 * @file Files of the browser's private file system written whole or not at all: into a part beside the file, which then takes its place.
 * Neither way of writing would do without: both would show an empty file under a new name while they write.
 */
import { reasonOf } from '../core/errors.ts';
import type { MovableFile, OpfsFolder } from './opfs-folder.ts';

/** What workers alone have, and the DOM's types know only of workers. */
interface SyncAccess {
  write(bytes: Uint8Array, options: { readonly at: number }): number;
  flush(): void;
  close(): void;
}
interface WorkerFile extends MovableFile {
  createSyncAccessHandle(): Promise<SyncAccess>;
}

/** Chromium adds an ending of its own to what it writes for a page. */
const partName = /^(\.[0-9a-f-]{36}\.part)(\.crswap)?$/;

/** Whether a file is a part, of no meaning to anybody but who writes it. */
export function isPart(name: string): boolean {
  return partName.test(name);
}

/**
 * Replaces a file by these bytes, one after the other.
 * @param place - puts the finished part into the file's place, at a time that suits readers
 * @throws what the browser says; the part is removed first
 */
export async function replaceInOpfs(
  folder: OpfsFolder,
  name: string,
  content: readonly (Uint8Array | Blob)[],
  lasting: boolean,
  place: (move: () => Promise<void>) => Promise<void>,
): Promise<void> {
  const part = `.${crypto.randomUUID()}.part`;
  // Held for as long as somebody writes the part, and by no one who was killed.
  await navigator.locks.request(part, async () => {
    try {
      const file = await folder.opened(part);
      await (hasSyncAccess(file) ? writeInWorker(file, content, lasting) : writeInPage(file, content));
      await place(() => file.move(name));
    } catch (error) {
      await folder.remove(part).catch(() => {});
      throw error;
    }
  });
}

/** Removes parts that nobody writes any more. */
export async function removeAbandonedParts(folder: OpfsFolder): Promise<void> {
  for (const name of await folder.names()) {
    const part = partName.exec(name)?.[1];
    if (part === undefined) continue;
    await navigator.locks.request(part, { ifAvailable: true }, async (free) => {
      if (free) await folder.remove(name);
    });
  }
}

function hasSyncAccess(file: MovableFile): file is WorkerFile {
  return 'createSyncAccessHandle' in file;
}

async function writeInWorker(file: WorkerFile, content: readonly (Uint8Array | Blob)[], lasting: boolean) {
  const access = await file.createSyncAccessHandle();
  try {
    let at = 0;
    for (const each of content) {
      const bytes = each instanceof Blob ? new Uint8Array(await each.arrayBuffer()) : each;
      for (let from = 0; from < bytes.length; ) {
        const written = access.write(bytes.subarray(from), { at });
        if (written === 0) throw new DOMException('Nothing more can be written.', 'QuotaExceededError');
        from += written;
        at += written;
      }
    }
    if (lasting) access.flush();
  } finally {
    access.close();
  }
}

/** How often a write is tried whose stream broke. */
const tries = 6;

/**
 * Chromium may end a stream that meets the quota as a broken pipe, without a word of room. Tried again, it says what it is, or the write succeeds.
 */
async function writeInPage(file: MovableFile, content: readonly (Uint8Array | Blob)[]) {
  for (let left = tries - 1; ; left--) {
    const stream = await file.createWritable();
    try {
      for (const each of content) await stream.write(each as Uint8Array<ArrayBuffer> | Blob);
      await stream.close();
      return;
    } catch (error) {
      await stream.abort().catch(() => {});
      if (left === 0 || !/data pipe/.test(reasonOf(error))) throw error;
    }
  }
}
