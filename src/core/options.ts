/**
 * @file Options laid over one another: a preset, a YAML file, flags. Unknown keys are refused by name, and values are checked at the
 * end by one schema.
 */
import type { z } from 'zod';
import { named } from './arguments.ts';
import { CladError } from './errors.ts';

/** Nested options as they come out of a file. */
export type OptionTree = { readonly [key: string]: unknown };

/**
 * Lays options over others; groups are merged, anything else is replaced.
 * @param where - names the overlay in errors, e.g. the file
 * @throws OPTION_UNKNOWN for a key that the base does not have
 */
export function mergeOptions<T extends object>(base: T, overlay: OptionTree, where: string, path = ''): T {
  const merged = { ...base } as Record<string, unknown>;
  for (const [key, value] of Object.entries(overlay)) {
    const option = path === '' ? key : `${path}.${key}`;
    if (!Object.hasOwn(base, key)) {
      throw new CladError('OPTION_UNKNOWN', { option, where, known: Object.keys(base).join(', ') });
    }
    const before = merged[key];
    merged[key] = isGroup(before) && isGroup(value) ? mergeOptions(before, value, where, option) : value;
  }
  return merged as T;
}

/**
 * One option as text, `losses.gamma=1`, as a tree. The value is read as JSON where it is JSON, else as text.
 * @throws OPTION_INVALID when there is no `=`
 */
export function optionFromText(text: string): OptionTree {
  const at = text.indexOf('=');
  if (at < 1) {
    throw new CladError('OPTION_INVALID', {
      option: '--set',
      expected: 'name=value, e.g. losses.gamma=1',
      actual: text,
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
 * @throws OPTION_INVALID naming the first wrong one
 */
export function checkOptions<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value, { reportInput: true });
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  throw new CladError('OPTION_INVALID', {
    option: issue.path.join('.') || 'options',
    expected: expectation(issue),
    actual: textOf(issue.input),
  });
}

/** A value as JSON has it, where JSON has it. */
function textOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? 'nothing';
  } catch {
    // A big integer, or what holds itself.
    return named(value);
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
