/** @file A method by its name, or out of the file that it lies in (Node only). */
import { resolve } from 'node:path';
import { CladError } from '../core/errors.ts';
import { isPlugin, loadPlugin } from '../core/plugin.ts';
import { methodNames, methods } from './builtin-methods.ts';
import type { Method } from './contract.ts';
import { foreignMethod } from './foreign.ts';
import * as kit from './kit.ts';
import { missingOf } from './missing-of.ts';

export { defaultMethod, methodNames, methods } from './builtin-methods.ts';

/** What the default export of a method's file is. */
export type MethodFile = Method | ((given: typeof kit) => Method | Promise<Method>);

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
