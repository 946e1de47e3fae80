/** @file JavaScript files from outside that add something to the program: a method, a backbone (docs/plugins.md). */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { CladError, firstLineOf } from './errors.ts';

/** Whether what a user names is meant to be such a file. */
export function isPlugin(nameOrFile: string): boolean {
  return /\.m?js$/.test(nameOrFile) && existsSync(nameOrFile);
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
  let found: unknown;
  try {
    const { default: content } = (await import(pathToFileURL(path).href)) as { readonly default?: unknown };
    found = typeof content === 'function' ? await content(kit) : content;
  } catch (error) {
    throw new CladError('PLUGIN_INVALID', { path, reason: firstLineOf(error) }, { cause: error });
  }
  const reason = lacks(found);
  if (reason !== undefined) throw new CladError('PLUGIN_INVALID', { path, reason });
  return found as T;
}
