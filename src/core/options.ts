/**
 * @file Options laid over one another: a preset, a YAML file, flags. Unknown keys are refused by name, and values are checked at the
 * end by one schema.
 */
import type { z } from 'zod';
import { described } from './arguments.ts';
import { CladError } from './errors.ts';
import { unknownOption } from './unknown-option.ts';

/** Nested options as they come out of a file. */
export type OptionTree = { readonly [key: string]: unknown };

/**
 * Lays options over others; groups are merged, anything else is replaced.
 * @param where - names the overlay in errors, e.g. the file
 * @param beside - names of what else may stand where the overlay is from, and is read elsewhere
 * @throws OPTION_UNKNOWN for a key that the base does not have
 */
export function mergeOptions<T extends object>(
  base: T,
  overlay: OptionTree,
  where: string,
  beside: readonly string[] = [],
): T {
  const merged = (below: object, over: OptionTree, path: readonly string[]): object => {
    const all: Record<string, unknown> = { ...below };
    for (const [key, value] of Object.entries(over)) {
      const option = [...path, key];
      if (!Object.hasOwn(below, key)) {
        const known = [...(path.length === 0 ? beside : []), ...Object.keys(below)];
        throw unknownOption(option.join('.'), where, known, leaves(base));
      }
      const before = all[key];
      all[key] = isGroup(before) && isGroup(value) ? merged(before, value, option) : value;
    }
    return all;
  };
  return merged(base, overlay, []) as T;
}

/** Whether options of this shape have all that the overlay names. */
export function hasOptions(base: object, overlay: OptionTree): boolean {
  return Object.entries(overlay).every(([key, value]) => {
    if (!Object.hasOwn(base, key)) return false;
    const below = (base as OptionTree)[key];
    return !isGroup(below) || !isGroup(value) || hasOptions(below, value);
  });
}

/** What any of several sets of options has. */
export function unionOf(first: object, second: object): object {
  const all: Record<string, unknown> = { ...first };
  for (const [key, value] of Object.entries(second)) {
    const before = all[key];
    all[key] = isGroup(before) && isGroup(value) ? unionOf(before, value) : (before ?? value);
  }
  return all;
}

/** Dotted names of all options. */
function leaves(options: object, path = ''): string[] {
  return Object.entries(options).flatMap(([key, value]) =>
    isGroup(value) ? leaves(value, `${path}${key}.`) : [path + key],
  );
}

/**
 * One option as text, `losses.gamma=1`, as a tree. The value is read as JSON where it is JSON, else as text.
 * @param where - names the text in errors
 * @throws OPTION_INVALID when there is no `=`
 */
export function optionFromText(text: string, where: string): OptionTree {
  const at = text.indexOf('=');
  if (at < 1) {
    throw new CladError('OPTION_INVALID', {
      option: where,
      expected: 'name=value, e.g. losses.gamma=1',
      actual: text === '' ? 'an empty text' : text,
    });
  }
  let value: unknown = text.slice(at + 1);
  try {
    value = JSON.parse(text.slice(at + 1));
  } catch {
    // Plain words such as `hinge` need no quotes.
  }
  return text
    .slice(0, at)
    .split('.')
    .reduceRight<unknown>((inner, key) => ({ [key]: inner }), value) as OptionTree;
}

/**
 * Checks resolved options.
 * @param whereOf - what set an option, e.g. a file; nothing is said of it where undefined
 * @throws OPTION_INVALID naming the first wrong one; OPTION_UNKNOWN
 */
export function checkOptions<T>(
  schema: z.ZodType<T>,
  value: unknown,
  whereOf: (path: readonly string[]) => string | undefined = () => undefined,
): T {
  const result = schema.safeParse(value, { reportInput: true });
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  const path = issue.path.map(String);
  if (issue.code === 'unrecognized_keys') {
    const option = [...path, issue.keys[0]!];
    throw unknownOption(option.join('.'), whereOf(option) ?? 'the options', keysAt(schema, path));
  }
  const where = whereOf(path);
  throw new CladError('OPTION_INVALID', {
    option: `${path.join('.') || 'options'}${where === undefined ? '' : ` in ${where}`}`,
    expected: expectation(issue),
    actual: textOf(issue.input),
  });
}

/** The options that a schema has at a place; none where it does not say. */
function keysAt(schema: unknown, path: readonly string[]): string[] {
  const { shape, element, unwrap } = schema as {
    readonly shape?: Readonly<Record<string, unknown>>;
    readonly element?: unknown;
    unwrap?(): unknown;
  };
  const [key, ...rest] = path;
  if (shape) return key === undefined ? Object.keys(shape) : keysAt(shape[key] ?? {}, rest);
  if (element !== undefined) return keysAt(element, rest);
  return unwrap ? keysAt(unwrap.call(schema), path) : [];
}

/** A value as JSON has it, where JSON has it. */
function textOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? 'nothing';
  } catch {
    // A big integer, or what holds itself.
    return described(value);
  }
}

/** Types as people call them. */
const typeNames: Readonly<Record<string, string>> = {
  int: 'a whole number',
  number: 'a number',
  string: 'a text',
  boolean: 'true or false',
  tuple: 'a list in brackets',
  array: 'a list in brackets',
  object: 'a group of options',
};

/** What a schema wanted, as the end of "Expected x to be". */
function expectation(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return typeNames[issue.expected] ?? issue.expected;
    case 'invalid_value':
      return `one of ${issue.values.join(', ')}`;
    case 'too_small':
      return `${issue.inclusive === false ? 'above' : 'at least'} ${issue.minimum}`;
    case 'too_big':
      return `${issue.inclusive === false ? 'below' : 'at most'} ${issue.maximum}`;
    default:
      return issue.message.charAt(0).toLowerCase() + issue.message.slice(1);
  }
}

/** The options that differ from others of the same shape, by dotted name, e.g. `losses.gamma`. */
export function changesFrom(base: object, options: object, path = ''): Record<string, unknown> {
  const before = base as OptionTree;
  const changes: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(options)) {
    const option = path === '' ? key : `${path}.${key}`;
    if (isGroup(value) && isGroup(before[key]))
      Object.assign(changes, changesFrom(before[key], value, option));
    else if (JSON.stringify(value) !== JSON.stringify(before[key])) changes[option] = value;
  }
  return changes;
}

function isGroup(value: unknown): value is OptionTree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
