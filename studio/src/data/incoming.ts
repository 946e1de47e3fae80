/**
 * @file What was dropped, as files with their paths. Archives are unpacked here, in the page: the server gets single files with single
 * names, so an archive can lead nowhere, and one that unpacks to more than a disk holds ends here.
 */
import { isImage } from './place.ts';

/** A file that came in. */
export interface Incoming {
  /** As it lay in what was dropped, with slashes. */
  readonly path: string;
  read(): Promise<Blob>;
}

/** Everything that was dropped, folders and what is in them. */
export async function dropped(transfer: DataTransfer): Promise<Incoming[]> {
  // The list is emptied as soon as the event is over.
  const entries = [...transfer.items]
    .map((item) => item.webkitGetAsEntry())
    .filter((entry) => entry !== null);
  if (entries.length === 0) return chosen(transfer.files);
  const found: Incoming[] = [];
  for (const entry of entries) await walk(entry, found);
  return unpacked(found);
}

/** What was chosen in the browser's own window. */
export function chosen(files: FileList): Promise<Incoming[]> {
  return unpacked(
    [...files].map((file) => ({ path: file.webkitRelativePath || file.name, read: async () => file })),
  );
}

async function walk(entry: FileSystemEntry, found: Incoming[]): Promise<void> {
  if (entry.isFile) {
    const file = () =>
      new Promise<Blob>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));
    found.push({ path: entry.fullPath.replace(/^\//, ''), read: file });
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  for (;;) {
    // It gives a hundred at a time.
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (some.length === 0) return;
    for (const each of some) await walk(each, found);
  }
}

/** Limits of an archive. */
export const archiveLimits = { files: 50_000, bytes: 20e9, file: 256 * 2 ** 20 } as const;

/** An archive that is not taken. */
export class ArchiveRefused extends Error {
  readonly why: 'tooLarge' | 'tooMany' | 'encrypted' | 'unsafe' | 'damaged';
  constructor(why: ArchiveRefused['why']) {
    super(why);
    this.why = why;
  }
}

async function unpacked(files: readonly Incoming[]): Promise<Incoming[]> {
  const found: Incoming[] = [];
  for (const file of files) {
    if (!/\.zip$/i.test(file.path)) found.push(file);
    else found.push(...(await entriesOf(await file.read()).catch(refuse)));
  }
  return found;
}

/** The library refuses names that lead out of the archive's folder, and what is no archive. */
function refuse(error: unknown): never {
  if (error instanceof ArchiveRefused) throw error;
  throw new ArchiveRefused(error instanceof Error && /unsafe/i.test(error.message) ? 'unsafe' : 'damaged');
}

async function entriesOf(archive: Blob): Promise<Incoming[]> {
  // Only who drops an archive loads what reads it.
  const { BlobReader, ZipReader } = await import('@zip.js/zip.js');
  // In the page itself: its policy lets no worker come from elsewhere.
  const reader = new ZipReader(new BlobReader(archive), { useWebWorkers: false });
  const found: Incoming[] = [];
  let bytes = 0;
  for await (const entry of reader.getEntriesGenerator()) {
    if (entry.directory || !isImage(entry.filename)) continue;
    if (entry.encrypted) throw new ArchiveRefused('encrypted');
    bytes += entry.uncompressedSize;
    if (bytes > archiveLimits.bytes || entry.uncompressedSize > archiveLimits.file)
      throw new ArchiveRefused('tooLarge');
    if (found.length >= archiveLimits.files) throw new ArchiveRefused('tooMany');
    const read = () => contentOf((to) => entry.getData(to), entry.uncompressedSize);
    found.push({ path: entry.filename.replaceAll('\\', '/'), read });
  }
  return found;
}

/** What is unpacked of a file; one that bursts, as it holds more than it says, is ended there. */
async function contentOf(
  unpack: (to: WritableStream<Uint8Array<ArrayBuffer>>) => Promise<unknown>,
  said: number,
): Promise<Blob> {
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  const to = new WritableStream<Uint8Array<ArrayBuffer>>({
    write(piece) {
      bytes += piece.length;
      if (bytes > said) throw new ArchiveRefused('tooLarge');
      pieces.push(piece);
    },
  });
  await unpack(to);
  return new Blob(pieces);
}
