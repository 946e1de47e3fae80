/**
 * @file Locks (Node only): a file that says which process writes somewhere, made in one step, so that two cannot both have it.
 *
 * A process that was killed leaves its lock, which is seen where that can be known (lock-holder.ts). Where it cannot, the holder touches its lock
 * every few seconds, and whoever waits long enough sees whether it still does.
 */
import { mkdir, open, readFile, rm, rmdir, stat, utimes } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { checksumOf } from './crc32.ts';
import { CladError } from './errors.ts';
import { asRefusal } from './files.ts';
import { type Holder, holderIn, holderName, ownHolder, stateOf } from './lock-holder.ts';

/** What to do where somebody else has the lock. */
export interface WaitOptions {
  /** Told once, with who has it. */
  readonly onWait?: (holder: string) => void;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds without a touch after which a holder elsewhere is taken for dead. @default 120000 */
  readonly silence?: number;
  /** Milliseconds between two tries. @default 500 */
  readonly look?: number;
}

/** Milliseconds. */
const times = {
  /** A lock without content: its process was killed while it made it. */
  empty: 2000,
  /** A process that clears an old lock away is done long before. */
  clearing: 10_000,
  touch: 15_000,
  look: 500,
};

/** Others may take the lock and let it go in between, but not so often. */
const mostTries = 200;

/** The lock of a folder that is written, within it. */
export function lockOfFolder(folder: string): string {
  return join(folder, '.lock');
}

/** The lock of a file that is written, beside it. */
export function lockOfFile(file: string): string {
  const name = Buffer.from(basename(file));
  // A name may be as long as the file system allows.
  return join(dirname(file), `.${name.length > 200 ? checksumOf(name) : name}.lock`);
}

/**
 * Does `work` while this process alone has a lock.
 * @param file - one of `lockOfFolder` and `lockOfFile`; its folder is made, and removed again where nothing else has come into it
 * @throws IN_USE where another has it, IN_USE_PERHAPS where that cannot be known, FILE_REFUSED
 */
export async function withLock<T>(file: string, work: () => Promise<T>): Promise<T> {
  const taken = await take(resolve(file));
  if ('release' in taken) return using(taken, work);
  const values = { path: resolve(file), who: holderName(taken.holder) };
  throw new CladError(taken.state === 'alive' ? 'IN_USE' : 'IN_USE_PERHAPS', values);
}

/**
 * The same, but waits for another to end.
 * @throws INTERRUPTED where the signal is aborted, FILE_REFUSED
 */
export async function withLockInTurn<T>(
  file: string,
  { onWait, signal, silence = 120_000, look = times.look }: WaitOptions,
  work: () => Promise<T>,
): Promise<T> {
  const path = resolve(file);
  let seen: { readonly mark: string; readonly since: number } | undefined;
  for (;;) {
    const taken = await take(path, seen !== undefined && Date.now() - seen.since > silence);
    if ('release' in taken) return using(taken, work);
    if (seen === undefined) onWait?.(holderName(taken.holder));
    const mark = await markOf(path);
    if (mark !== seen?.mark) seen = { mark, since: Date.now() };
    if (signal?.aborted) throw new CladError('INTERRUPTED', { where: 'waiting for another training' });
    await sleep(look);
  }
}

async function using<T>({ release }: Taken, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } finally {
    await release();
  }
}

interface Taken {
  release(): Promise<void>;
}

interface Refused {
  readonly state: 'alive' | 'unknown';
  /** Undefined where the lock cannot be read. */
  readonly holder: Holder | undefined;
}

/** @param silent - whether a holder that cannot be known has been silent for so long that it counts as dead */
async function take(file: string, silent = false): Promise<Taken | Refused> {
  const own = await ownHolder();
  for (let tries = 0; ; tries++) {
    if (tries === mostTries) throw new CladError('FILE_REFUSED', { path: file, reason: 'it comes and goes' });
    try {
      const made = await mkdir(dirname(file), { recursive: true });
      const handle = await open(file, 'wx');
      try {
        await handle.writeFile(JSON.stringify(own));
      } catch (error) {
        await letGo(file, made);
        throw error;
      } finally {
        await handle.close();
      }
      // Whoever stood still in between may have been taken for dead.
      const text = await readFile(file, 'utf8').catch(() => '');
      if (holderIn(text)?.id !== own.id) continue;
      return heldBy(own, file, made);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // Whoever had it may have removed the folder with it.
      if (code === 'ENOENT' && (await stat(dirname(dirname(file))).catch(() => undefined))) continue;
      if (code !== 'EEXIST') throw asRefusal(error, file);
    }
    const text = await contentOf(file);
    if (text === undefined) continue;
    const holder = holderIn(text);
    const state = holder ? await stateOf(holder, own) : text === '' ? 'dead' : 'unknown';
    if (state === 'alive' || (state === 'unknown' && !silent)) return { state, holder };
    await clear(file, text);
  }
}

/** The lock's content, given time to come; undefined where there is none any more. */
async function contentOf(file: string): Promise<string | undefined> {
  for (const end = Date.now() + times.empty; ; await sleep(50)) {
    const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw asRefusal(error, file);
    });
    if (text !== '' || Date.now() > end) return text;
  }
}

/**
 * Removes a lock whose process is dead, if it is still that one: of several that have seen it, each does so alone, so that none removes
 * the lock that another has taken since.
 */
async function clear(file: string, text: string): Promise<void> {
  const guard = `${file}.clearing`;
  try {
    await (await open(guard, 'wx')).close();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw asRefusal(error, file);
    const found = await stat(guard).catch(() => undefined);
    if (found && Date.now() - found.mtimeMs > times.clearing) await rm(guard, { force: true });
    await sleep(50);
    return;
  }
  try {
    if ((await readFile(file, 'utf8').catch(() => undefined)) === text) await rm(file, { force: true });
  } finally {
    await rm(guard, { force: true });
  }
}

/** @param made - the first folder that was made for the lock */
function heldBy(own: Holder, file: string, made: string | undefined): Taken {
  const touching = setInterval(() => {
    const now = new Date();
    void utimes(file, now, now).catch(() => {});
  }, times.touch);
  touching.unref();
  return {
    async release() {
      clearInterval(touching);
      const text = await readFile(file, 'utf8').catch(() => '');
      if (holderIn(text)?.id === own.id) await letGo(file, made);
    },
  };
}

/** Removes a lock, and of the folders that were made for it those that nothing has come into. */
async function letGo(file: string, made: string | undefined): Promise<void> {
  await rm(file, { force: true });
  if (made === undefined) return;
  try {
    for (let folder = dirname(file); folder.startsWith(made); folder = dirname(folder)) await rmdir(folder);
  } catch {
    // It holds something, and so do those above it.
  }
}

/** What tells one state of a lock from another. */
async function markOf(file: string): Promise<string> {
  const found = await stat(file).catch(() => undefined);
  return `${found?.ino} ${found?.mtimeMs}`;
}
