/** @file JavaScript files from outside that add something to the program: a method, a backbone (docs/plugins.md). */
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

/**
 * Does work in which a file from outside has a part: what goes wrong there without a sentence of ours is put down to the file.
 * @param path - of the file; undefined where there is none, and errors stay what they are
 * @throws PLUGIN_INVALID, and errors that are told on purpose
 */
export async function blaming<T>(path: string | undefined, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw path === undefined ? error : blamed(path, error);
  }
}

/** The same for work that is done at once. */
export function blamingAtOnce<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw blamed(path, error);
  }
}

function blamed(path: string, error: unknown): unknown {
  if (error instanceof CladError && error.kind === 'input' && !error.code.startsWith('GRAPH_')) return error;
  const reason = firstLineOf(error).replace(/\.$/, '');
  return new CladError('PLUGIN_INVALID', { path, reason }, { cause: error });
}

/** A promise that settles in time: one that never does would end the program without a word, as nothing is left to wait for. */
function inTime<T>(made: Promise<T> | T): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`its function gave nothing within ${patience / 1000} s`)),
      patience,
    );
  });
  return Promise.race([made, late]).finally(() => clearTimeout(timer));
}
