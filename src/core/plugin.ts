/** @file JavaScript files from outside that add something to the program: a method, a backbone (docs/plugins.md). */
import { channel } from 'node:diagnostics_channel';
import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { CladError, firstLineOf } from './errors.ts';

/** Milliseconds in which a file's function has to give what it makes. */
const patience = 30_000;

/**
 * Whether what a user names is meant to be such a file.
 * @throws PLUGIN_INVALID where it is a file of code that is not read
 */
export function isPlugin(nameOrFile: string): boolean {
  if (/\.m?js$/.test(nameOrFile) && existsSync(nameOrFile) && statSync(nameOrFile).isFile()) return true;
  if (!/\.[cm]?[jt]s$/i.test(nameOrFile)) return false;
  const reason = existsSync(nameOrFile)
    ? 'only files that end in .mjs or .js are read, which hold an ES module'
    : 'there is no such file';
  throw new CladError('PLUGIN_INVALID', { path: resolve(nameOrFile), reason });
}

/**
 * What the file adds: its default export, or what that gives where it is a function.
 * @param kit - what the function is given, so that the file needs to find no package from where it lies
 * @param lacks - what a value lacks to be what is wanted; undefined where nothing
 * @throws PLUGIN_INVALID
 */
export async function loadPlugin<T>(
  file: string,
  kit: object,
  lacks: (found: unknown) => string | undefined,
): Promise<T> {
  const path = resolve(file);
  const found = await blaming(path, async () => {
    const { default: content } = (await import(pathToFileURL(path).href)) as { readonly default?: unknown };
    return typeof content === 'function' ? inTime(content(kit)) : content;
  });
  const reason = lacks(found);
  if (reason !== undefined) throw new CladError('PLUGIN_INVALID', { path, reason });
  return found as T;
}

/** Told of each file from outside when it begins to work and when it ends, for who has to say whose fault it is that the process ends. */
export const pluginChannel = channel('clad:plugin');

/** What the channel is told. */
export interface PluginMessage {
  readonly path: string;
  readonly works: boolean;
}

/**
 * Does work in which a file from outside has a part: what goes wrong there without a sentence of ours is put down to the file, and so is a
 * promise that nothing is left to settle.
 * @param path - of the file; undefined where there is none, and errors stay what they are
 * @throws PLUGIN_INVALID, and errors that are told on purpose
 */
export async function blaming<T>(path: string | undefined, work: () => Promise<T>): Promise<T> {
  if (path === undefined) return work();
  announce(path, true);
  try {
    return await orNeverSettled(work());
  } catch (error) {
    throw blamed(path, error);
  } finally {
    announce(path, false);
  }
}

/** The same for work that is done at once. */
export function blamingAtOnce<T>(path: string | undefined, work: () => T): T {
  if (path === undefined) return work();
  announce(path, true);
  try {
    return work();
  } catch (error) {
    throw blamed(path, error);
  } finally {
    announce(path, false);
  }
}

function announce(path: string, works: boolean): void {
  pluginChannel.publish({ path, works } satisfies PluginMessage);
}

/** An error as that of a file from outside, unless it is told on purpose. */
export function blamed(path: string, error: unknown): unknown {
  if (error instanceof CladError && error.kind === 'input' && !error.code.startsWith('GRAPH_')) return error;
  const reason = firstLineOf(error).replace(/\.$/, '');
  return new CladError('PLUGIN_INVALID', { path, reason }, { cause: error });
}

/** The promise, which is rejected where the process has nothing left to do that could settle it: it would end without a word. */
function orNeverSettled<T>(made: Promise<T>): Promise<T> {
  const { promise: never, reject } = withReject();
  const dry = () => reject(new Error('it waits for a promise that nothing settles'));
  process.once('beforeExit', dry);
  return Promise.race([made, never]).finally(() => process.off('beforeExit', dry));
}

/** A promise that settles in time; one may also be kept from settling by what never ends. */
function inTime<T>(made: Promise<T> | T): Promise<T> {
  const { promise: late, reject } = withReject();
  const giveUp = () => reject(new Error(`its function gave nothing within ${patience / 1000} s`));
  // What alone is left to wait for is no reason to wait.
  const timer = setTimeout(giveUp, patience).unref();
  return Promise.race([made, late]).finally(() => clearTimeout(timer));
}

function withReject(): { readonly promise: Promise<never>; reject(error: Error): void } {
  let reject!: (error: Error) => void;
  const promise = new Promise<never>((_, rejected) => {
    reject = rejected;
  });
  return { promise, reject };
}
