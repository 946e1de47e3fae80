/** @file The methods by name, and those that lie in a file. */
import { resolve } from 'node:path';
import { CladError, firstLineOf } from '../core/errors.ts';
import { isPlugin, loadPlugin } from '../core/plugin.ts';
import { clad } from './clad/clad.ts';
import type { CommonOptions, Method } from './contract.ts';
import { cras } from './cras/cras.ts';
import { undescribed } from './describe-options.ts';
import { foreignMethod } from './foreign.ts';
import { glass } from './glass/glass.ts';
import * as kit from './kit.ts';
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
    return foreignMethod(await loadPlugin<Method>(nameOrFile, kit, missingOf), resolve(nameOrFile));
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
  const reason = missingOf(given);
  if (reason === undefined) return foreignMethod(given, undefined);
  throw new CladError('PLUGIN_INVALID', { path: `The method ${given.name ?? 'without a name'}`, reason });
}

/** What a value lacks to be a method; undefined where nothing. */
function missingOf(found: unknown): string | undefined {
  if (typeof found !== 'object' || found === null)
    return 'its default export is no method, and no function that gives one';
  const { name, options, presets, fit, view } = found as Partial<Record<keyof Method, unknown>>;
  if (typeof name !== 'string' || !/^[a-z][a-z0-9-]*$/.test(name))
    return 'its name is no word of small letters, digits and hyphens';
  if (methods.has(name)) return `its name, ${name}, is that of a method that comes with the program`;
  if (typeof (options as { safeParse?: unknown } | undefined)?.safeParse !== 'function')
    return 'its options are no Zod schema';
  if (typeof presets !== 'object' || presets === null || Object.keys(presets).length === 0)
    return 'it has no presets';
  if (typeof fit !== 'function' || typeof view !== 'function') return 'it lacks the function fit or view';
  for (const [preset, values] of Object.entries(presets)) {
    const wrong = faultOf(values, options as Method['options']);
    if (wrong !== undefined) return `its preset ${preset} ${wrong}`;
  }
  return undescribedIn(options as Method['options']);
}

/** `clad options` and its JSON Schema are made of the options' descriptions. */
function undescribedIn(options: Method['options']): string | undefined {
  try {
    return undescribed(options);
  } catch (error) {
    return `its options are no Zod schema that can be listed (${firstLineOf(error)})`;
  }
}

const everyMethodHas: readonly (keyof CommonOptions)[] = ['seed', 'heldOut', 'synthesis', 'falseAlarmRate'];

/** What is wrong with a preset; undefined where nothing. Found here, since what is around a method reads the common options unseen. */
function faultOf(values: unknown, schema: Method['options']): string | undefined {
  const { success, error, data } = schema.safeParse(values);
  if (!success) {
    const [issue] = error.issues;
    const at = issue?.path.join('.');
    return `is refused by its own options (${at ? `${at}: ` : ''}${issue?.message})`;
  }
  const has = new Set(Object.keys(data));
  const lacking = everyMethodHas.filter((name) => !has.has(name));
  return lacking.length > 0 ? `lacks ${lacking.join(', ')}, which every method has` : undefined;
}
