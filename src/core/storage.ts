/**
 * @file Where the program keeps what it has computed: a place with named files, on a disk (disk-storage.ts), in memory
 * (memory-storage.ts) or in the private files of a browser (web/opfs-storage.ts). Whatever keeps something is given one, and so runs wherever there is one.
 */

/** What is known of a file without reading it. */
export interface StoredFile {
  readonly bytes: number;
  /** When it was last written, milliseconds since 1970. */
  readonly modified: number;
}

export interface WriteOptions {
  /**
   * Whether it has to outlast a power cut from now on; what can be made again need not.
   * @default true
   */
  readonly lasting?: boolean;
}

/** How somebody waits for a place. */
export interface TurnOptions {
  /** Of one file alone; of the whole place where absent. */
  readonly name?: string;
  /** Told once where it has to wait, with who is there. */
  readonly onWait?: (holder: string) => void;
  readonly signal?: AbortSignal | undefined;
}

/** Names are of one file or place each, without slashes. */
export interface Storage {
  /** Whether it is memory of this process alone: what is read there is what was written, and need not be compared with a checksum. */
  readonly own?: boolean;
  /** What people are told of a file here, or of the whole place; its path, on a disk. */
  pathOf(name?: string): string;
  /** A place within this one; it is there once something was written into it. */
  folder(name: string): Storage;
  /**
   * A file's content, in memory of its own; undefined where there is no such file.
   * @throws FILE_UNREADABLE
   */
  read(name: string): Promise<Uint8Array<ArrayBuffer> | undefined>;
  /**
   * Bytes `start` to `end`, without that one, of a file's content, as `read` gives them; fewer where it ends before.
   * @throws FILE_UNREADABLE
   */
  readRange(name: string, start: number, end: number): Promise<Uint8Array<ArrayBuffer> | undefined>;
  /**
   * The same a piece at a time, for files that need not fit into memory. A piece is good until the next is asked for.
   * @throws FILE_UNREADABLE, also where there is no such file
   */
  pieces(name: string): AsyncGenerator<Uint8Array>;
  /**
   * Writes a file whole or not at all: a reader sees the old content or the new.
   * @throws FILE_REFUSED; STORAGE_FULL where the browser gives no more room
   */
  write(name: string, content: string | Uint8Array, options?: WriteOptions): Promise<void>;
  /**
   * Adds a line to a file, and its end.
   * @throws FILE_REFUSED; STORAGE_FULL where the browser gives no more room
   */
  append(name: string, line: string): Promise<void>;
  /** Removes a file, where it is there. */
  remove(name: string): Promise<void>;
  /** Names of what is here, in no order; none where the place is not there. */
  list(): Promise<string[]>;
  /** Undefined where there is no such file. */
  stat(name: string): Promise<StoredFile | undefined>;
  /** Removes what was left half written when a process was killed. */
  tidy(): Promise<void>;
  /**
   * Does `work` while nobody else does so here, and waits for who does.
   * @throws INTERRUPTED where the signal is aborted meanwhile, FILE_REFUSED
   */
  inTurn<T>(work: () => Promise<T>, options?: TurnOptions): Promise<T>;
}

/** A file's content as text, nothing left out of it. */
export function textOf(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
}
