/** @file What a value from outside lacks to be a method: found when it is loaded, before anything relies on it. */
import { firstLineOf } from '../core/errors.ts';
import { nearestOf } from '../core/unknown-option.ts';
import type { CommonOptions, Method } from './contract.ts';
import { undescribed } from './describe-options.ts';

/**
 * What a value lacks to be a method; undefined where nothing.
 * @param taken - names that methods have which come with the program
 */
export function missingOf(found: unknown, taken: readonly string[]): string | undefined {
  if (typeof found !== 'object' || found === null)
    return 'its default export is no method, and no function that gives one';
  const { name, options, presets, fit, view } = found as Partial<Record<keyof Method, unknown>>;
  if (typeof name !== 'string' || !/^[a-z][a-z0-9-]*$/.test(name))
    return 'its name is no word of small letters, digits and hyphens';
  if (taken.includes(name)) return `its name, ${name}, is that of a method that comes with the program`;
  if (typeof (options as { safeParse?: unknown } | undefined)?.safeParse !== 'function')
    return 'its options are no Zod schema';
  if (typeof presets !== 'object' || presets === null || Object.keys(presets).length === 0)
    return 'it has no presets';
  if (typeof fit !== 'function' || typeof view !== 'function') return 'it lacks the function fit or view';
  const odd = oddFieldOf(found);
  if (odd !== undefined) return odd;
  for (const [preset, values] of Object.entries(presets)) {
    const wrong = faultOf(values, options as Method['options']);
    if (wrong !== undefined) return `its preset ${preset} ${wrong}`;
  }
  return undescribedIn(options as Method['options']);
}

const optionalFunctions = [
  'usesTestImages',
  'adapt',
  'tasks',
  'plan',
  'imageSeconds',
  'storedSeconds',
] as const;
const fields: readonly string[] = [
  ...['name', 'file', 'summary', 'options', 'presets', 'ablation', 'view', 'fit'],
  ...optionalFunctions,
];

/** What is wrong with a field that a method may have, or one that was meant for it: misspelt, it would silently do nothing. */
function oddFieldOf(found: object): string | undefined {
  const has = found as Readonly<Record<string, unknown>>;
  const noFunction = optionalFunctions.find(
    (name) => has[name] !== undefined && typeof has[name] !== 'function',
  );
  if (noFunction !== undefined) return `its ${noFunction} is no function`;
  if (has.ablation !== undefined && !isAblation(has.ablation))
    return 'its ablation is no object with a list parts and an object sweeps';
  for (const name of Object.keys(found).filter((each) => !fields.includes(each))) {
    const meant = nearestOf(name, fields);
    if (meant !== undefined && has[meant] === undefined)
      return `it has ${name}, which no method has; perhaps ${meant} was meant`;
  }
  return undefined;
}

function isAblation(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { parts = [], sweeps = {} } = value as { readonly parts?: unknown; readonly sweeps?: unknown };
  const named = (part: unknown) => {
    const name = typeof part === 'object' && (part as { readonly name?: unknown } | null)?.name;
    return typeof name === 'string' && name !== '';
  };
  return Array.isArray(parts) && parts.every(named) && typeof sweeps === 'object' && sweeps !== null;
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
