/** @file A storage in memory: for what nobody needs again, and for hosts without files. */
import { CladError } from './errors.ts';
import type { Storage, StoredFile, TurnOptions } from './storage.ts';

interface Held extends StoredFile {
  readonly content: Uint8Array<ArrayBuffer>;
}

/** An empty one. */
export function memoryStorage(): Storage {
  return placeIn(new Map(), new Map(), 'memory');
}

/**
 * @param files - all files by their paths, of this place and of others
 * @param turns - what is under way in each place, by its path
 */
function placeIn(files: Map<string, Held>, turns: Map<string, Promise<unknown>>, path: string): Storage {
  const at = (name: string) => `${path}/${name}`;
  const put = (name: string, content: Uint8Array<ArrayBuffer>) => {
    files.set(at(name), { content, bytes: content.length, modified: Date.now() });
  };
  const storage: Storage = {
    pathOf: (name) => (name === undefined ? path : at(name)),
    folder: (name) => placeIn(files, turns, at(name)),
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
