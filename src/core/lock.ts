/**
 * @file Locks (Node only): a file that says which process writes somewhere, made in one step, so that two cannot both have it.
 *
 * A process that was killed leaves its lock, which is seen where that can be known (lock-holder.ts). Where it cannot, the holder touches its lock
 * every few seconds, and whoever waits long enough sees whether it still does. One that cannot be removed says that it is not held any more.
 */
import { mkdir, open, readFile, rm, rmdir, stat, utimes } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { checksumOf } from './crc32.ts';
import { CladError } from './errors.ts';
import { asRefusal } from './files.ts';
import { type Holder, holderIn, holderName, ownHolder, stateOf } from './lock-holder.ts';
import { HolderLife, markOf, silenceOf } from './lock-life.ts';

/** How a lock is held. */
export interface HoldOptions {
  /**
   * Milliseconds between two touches. Said in the lock, so that whoever waits takes a holder for dead after `missedTouches` of them, also one whose process stands
   * still. Of a holder that does not say it, only after 120 s, and only where nothing is known of its process. @default 15000, which is not said
   */
  readonly touch?: number;
}

/** What to do where somebody else has the lock. */
export interface WaitOptions extends HoldOptions {
  /** Told once, with who has it, and after how many milliseconds without a touch it is taken for dead. */
  readonly onWait?: (holder: string, silence: number) => void;
  /** Milliseconds of waiting after which that is told. @default 0 */
  readonly tellAfter?: number;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds without a touch after which a holder elsewhere is taken for dead. @default as the holder says */
  readonly silence?: number;
  /** Milliseconds between two tries. @default 500 */
  readonly look?: number;
}

/** A lock that this process has. */
export interface Held {
  /** Who has it instead, where this process stood still for so long that it was taken for dead. */
  taker(): Promise<string | undefined>;
}

/** Milliseconds. */
const times = {
  /** A lock without content: its process was killed while it made it. */
  empty: 2000,
  /** A process that clears an old lock away is done long before. */
  clearing: 2000,
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
export async function withLock<T>(
  file: string,
  work: (held: Held) => Promise<T>,
  options: HoldOptions = {},
): Promise<T> {
  const taken = await take(resolve(file), options);
  if ('release' in taken) return using(taken, work);
  throw inUse(file, taken);
}

/**
 * The same, but where it cannot be known whether another has it, as after a container was killed and started again, it is waited for a touch.
 * @throws IN_USE where another has it, INTERRUPTED where the signal is aborted, FILE_REFUSED
 */
export async function withLockOfTheLiving<T>(
  file: string,
  options: Omit<WaitOptions, 'tellAfter'>,
  work: (held: Held) => Promise<T>,
): Promise<T> {
  const isTouched = (taken: Refused) => {
    throw inUse(file, { ...taken, state: 'alive' });
  };
  return using(await waitFor(resolve(file), { ...options, isTouched }), work);
}

/**
 * The same, but waits for another to end.
 * @throws INTERRUPTED where the signal is aborted, FILE_REFUSED
 */
export async function withLockInTurn<T>(
  file: string,
  options: WaitOptions,
  work: (held: Held) => Promise<T>,
): Promise<T> {
  return using(await waitFor(resolve(file), options), work);
}

/** @param isTouched - is told of a holder that lives, rather than that it is waited for */
async function waitFor(
  path: string,
  {
    onWait,
    tellAfter = 0,
    signal,
    silence,
    look = times.look,
    touch,
    isTouched,
  }: WaitOptions & { readonly isTouched?: (by: Refused) => never },
): Promise<Taken> {
  const began = performance.now();
  const life = new HolderLife(path, look, silence);
  let told = false;
  for (;;) {
    const taken = await take(path, { touch }, (holder) => life.areMissing(holder));
    if ('release' in taken) return taken;
    if (isTouched && (taken.state === 'alive' || life.wereSeen)) isTouched(taken);
    if (!told && performance.now() - began >= tellAfter) {
      onWait?.(holderName(taken.holder), silence ?? silenceOf(taken.holder));
      told = true;
    }
    if (signal?.aborted) throw new CladError('INTERRUPTED', { where: 'waiting for another process' });
    await sleep(look);
  }
}

function inUse(file: string, { state, holder }: Refused): CladError {
  const values = { path: resolve(file), who: holderName(holder) };
  return new CladError(state === 'alive' ? 'IN_USE' : 'IN_USE_PERHAPS', values);
}

async function using<T>({ release, taker }: Taken, work: (held: Held) => Promise<T>): Promise<T> {
  try {
    return await work({ taker });
  } finally {
    await release();
  }
}

interface Taken extends Held {
  release(): Promise<void>;
}

interface Refused {
  readonly state: 'alive' | 'unknown';
  /** Undefined where the lock cannot be read. */
  readonly holder: Holder | undefined;
}

/** @param isSilent - whether a holder has been silent for so long that it counts as dead */
async function take(
  file: string,
  { touch }: HoldOptions,
  isSilent: (holder: Holder | undefined) => Promise<boolean> = async () => false,
): Promise<Taken | Refused> {
  const own: Holder = { ...(await ownHolder()), ...(touch !== undefined && { touch }) };
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
    const state = holder ? await stateOfHolder(holder, own) : text === '' ? 'dead' : 'unknown';
    const mayBeSilent = state === 'unknown' || holder?.touch !== undefined;
    if (state !== 'dead' && !(mayBeSilent && (await isSilent(holder)))) return { state, holder };
    await clear(file, text);
  }
}

/** The lock's content, given time to come; undefined where there is none any more. */
async function contentOf(file: string): Promise<string | undefined> {
  for (const end = performance.now() + times.empty; ; await sleep(50)) {
    const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw asRefusal(error, file);
    });
    if (text !== '' || performance.now() > end) return text;
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
    return waitForClearing(guard);
  }
  try {
    if ((await readFile(file, 'utf8').catch(() => undefined)) === text) await rm(file, { force: true });
  } catch (error) {
    throw asRefusal(error, file);
  } finally {
    await rm(guard, { force: true }).catch(() => {});
  }
}

/**
 * Waits until another has cleared an old lock away. One that was killed meanwhile leaves its mark for good: it is removed once it was seen for longer than that takes,
 * rather than by its time, as a drive of the network has another clock.
 */
async function waitForClearing(guard: string): Promise<void> {
  const mark = await markOf(guard);
  const end = performance.now() + times.clearing;
  do {
    await sleep(50);
    if (!(await stat(guard).catch(() => undefined)) || (await markOf(guard)) !== mark) return;
  } while (performance.now() < end);
  await rm(guard, { force: true }).catch((refusal: unknown) => {
    throw asRefusal(refusal, guard);
  });
}

/** Locks of this process that nothing could be done about when they were let go. */
const abandoned = new Set<string>();

async function stateOfHolder(holder: Holder, own: Holder): Promise<'alive' | 'dead' | 'unknown'> {
  return abandoned.has(holder.id) ? 'dead' : stateOf(holder, own);
}

/** @param made - the first folder that was made for the lock */
function heldBy(own: Holder, file: string, made: string | undefined): Taken {
  const taker = async () => {
    const found = holderIn(await readFile(file, 'utf8').catch(() => ''));
    return found && found.id !== own.id ? holderName(found) : undefined;
  };
  const touching = setInterval(async () => {
    // Another's lock, that has taken this one for dead, is not to be kept alive.
    if ((await taker()) !== undefined) return clearInterval(touching);
    const now = new Date();
    await utimes(file, now, now).catch(() => {});
  }, own.touch ?? times.touch);
  touching.unref();
  return {
    taker,
    async release() {
      clearInterval(touching);
      try {
        if (holderIn(await readFile(file, 'utf8'))?.id === own.id) await letGo(file, made);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') await abandon(own, file);
      }
    },
  };
}

/** Says in a lock that cannot be removed that nobody holds it: its process may go on for weeks. */
async function abandon(own: Holder, file: string): Promise<void> {
  abandoned.add(own.id);
  try {
    const handle = await open(file, 'r+');
    try {
      if (holderIn(await handle.readFile('utf8'))?.id !== own.id) return;
      await handle.write(JSON.stringify({ ...own, released: true }), 0);
    } finally {
      await handle.close();
    }
  } catch {
    // This process knows it; others see that it is not touched any more.
  }
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
