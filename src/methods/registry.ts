/** @file The methods by name, and those that lie in a file. */
import { resolve } from 'node:path';
import { CladError } from '../core/errors.ts';
import { isPlugin, loadPlugin } from '../core/plugin.ts';
import { clad } from './clad/clad.ts';
import type { Method } from './contract.ts';
import { cras } from './cras/cras.ts';
import { foreignMethod } from './foreign.ts';
import { glass } from './glass/glass.ts';
import * as kit from './kit.ts';
import { missingOf } from './missing-of.ts';
import { patchcore } from './patchcore/patchcore.ts';
import { simplenet } from './simplenet/simplenet.ts';

/** What the default export of a method's file is. */
export type MethodFile = Method | ((given: typeof kit) => Method | Promise<Method>);

/** Those that come with the program; the first is the default. A new one needs its folder and a line here. */
const all: readonly Method[] = [clad, patchcore, simplenet, glass, cras];

export const methods: ReadonlyMap<string, Method> = new Map(all.map((method) => [method.name, method]));
export const methodNames: readonly string[] = [...methods.keys()];
export const defaultMethod = clad.name;

/**
 * A method.
 * @param nameOrFile - of one that comes with the program, or a JavaScript file (.mjs or .js) whose default export is a method, or a function that
 *   makes one with the kit (kit.ts, docs/plugins.md)
 * @param option - what it is called where it was given, for errors
 * @throws OPTION_INVALID for a name there is not; PLUGIN_INVALID for a file that holds no method
 */
export async function loadMethod(nameOrFile: string, option = 'method'): Promise<Method> {
  const own = methods.get(nameOrFile);
  if (own) return own;
  if (isPlugin(nameOrFile))
    return foreignMethod(await loadPlugin<Method>(nameOrFile, kit, lacking), resolve(nameOrFile));
  throw new CladError('OPTION_INVALID', {
    option,
    expected: `one of ${methodNames.join(', ')}, or a JavaScript file that holds one`,
    actual: nameOrFile,
  });
}

/**
 * A method by name or file, or one that a program has made.
 * @throws OPTION_INVALID, PLUGIN_INVALID where it is no method
 */
export async function methodOf(given: string | Method): Promise<Method> {
  if (typeof given === 'string') return loadMethod(given);
  // Of `loadMethod`, which has seen to it.
  if (given.file !== undefined || methods.get(given.name) === given) return given;
  const reason = lacking(given);
  if (reason === undefined) return foreignMethod(given, undefined);
  throw new CladError('PLUGIN_INVALID', { path: `The method ${given.name ?? 'without a name'}`, reason });
}

function lacking(found: unknown): string | undefined {
  return missingOf(found, methodNames);
}
