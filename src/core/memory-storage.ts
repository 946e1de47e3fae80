/** @file A storage in memory: for what nobody needs again, and for hosts without files. */
import { CladError } from './errors.ts';
import type { Storage, StoredFile, TurnOptions } from './storage.ts';

interface Held extends StoredFile {
  readonly content: Uint8Array<ArrayBuffer>;
}

/** An empty one. @param own - whether nobody writes to it but what reads it: see `Storage.own` */
export function memoryStorage({ own = false } = {}): Storage {
  return placeIn({ files: new Map(), turns: new Map(), own }, 'memory');
}

/** What all places of one storage have in common. */
interface Whole {
  /** All files by their paths. */
  readonly files: Map<string, Held>;
  /** What is under way in each place, by its path. */
  readonly turns: Map<string, Promise<unknown>>;
  readonly own: boolean;
}

function placeIn(whole: Whole, path: string): Storage {
  const { files, turns, own } = whole;
  const at = (name: string) => `${path}/${name}`;
  const put = (name: string, content: Uint8Array<ArrayBuffer>) => {
    files.set(at(name), { content, bytes: content.length, modified: Date.now() });
  };
  const storage: Storage = {
    own,
    pathOf: (name) => (name === undefined ? path : at(name)),
    folder: (name) => placeIn(whole, at(name)),
    read: async (name) => files.get(at(name))?.content.slice(),
    readRange: async (name, start, end) => files.get(at(name))?.content.slice(start, end),

    async *pieces(name) {
      const found = files.get(at(name));
      if (!found) throw new CladError('FILE_UNREADABLE', { path: at(name), reason: 'there is no such file' });
      yield found.content.slice();
    },

    async write(name, content) {
      put(name, typeof content === 'string' ? new TextEncoder().encode(content) : new Uint8Array(content));
    },

    async append(name, line) {
      const added = new TextEncoder().encode(`${line}\n`);
      const before = files.get(at(name))?.content ?? new Uint8Array(0);
      const content = new Uint8Array(before.length + added.length);
      content.set(before);
      content.set(added, before.length);
      put(name, content);
    },

    async remove(name) {
      files.delete(at(name));
    },

    async list() {
      const below = [...files.keys()].filter((each) => each.startsWith(at('')));
      return [...new Set(below.map((each) => each.slice(at('').length).split('/')[0]!))];
    },

    async stat(name) {
      const found = files.get(at(name));
      return found && { bytes: found.bytes, modified: found.modified };
    },

    // Nothing outlives a process here, half written or whole.
    async tidy() {},
    inTurn: (work, { name, ...options } = {}) => afterOthers(turns, storage.pathOf(name), work, options),
  };
  return storage;
}

async function afterOthers<T>(
  turns: Map<string, Promise<unknown>>,
  path: string,
  work: () => Promise<T>,
  { onWait, signal }: TurnOptions = {},
): Promise<T> {
  const before = turns.get(path);
  const mine = (async () => {
    if (before) {
      onWait?.('this program');
      await Promise.race([before, abortOf(signal)]);
      if (signal?.aborted) throw new CladError('INTERRUPTED', { where: 'waiting for another training' });
    }
    return work();
  })();
  // Whoever gave up waiting leaves the place to the one that is still at work.
  const over = Promise.allSettled([before, mine]).then(() => {
    if (turns.get(path) === over) turns.delete(path);
  });
  turns.set(path, over);
  return mine;
}

function abortOf(signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) resolve();
    signal?.addEventListener('abort', () => resolve(), { once: true });
  });
}
