/**
 * @file What public functions ask of their arguments. Types say it to TypeScript; a program in JavaScript, or one that passes on what a
 * request or a file input held, is told in a sentence.
 */
import { CladError } from './errors.ts';
import { unknownOption } from './unknown-option.ts';

/** What an argument may be. */
export interface Kind {
  /** The end of "expected x to be". */
  readonly expected: string;
  readonly holds: (value: unknown) => boolean;
}

const kind = (expected: string, holds: (value: unknown) => boolean): Kind => ({ expected, holds });

export const text = kind('a text', (value) => typeof value === 'string');
export const path = kind(
  'a path, as a text',
  (value) => typeof value === 'string' && value !== '' && !value.includes('\0'),
);
export const flag = kind('true or false', (value) => typeof value === 'boolean');
export const number = kind('a number', (value) => typeof value === 'number' && !Number.isNaN(value));
export const callback = kind('a function', (value) => typeof value === 'function');
export const time = kind('a Date', (value) => value instanceof Date && !Number.isNaN(value.getTime()));
export const signal = kind('an AbortSignal', (value) => value instanceof AbortSignal);
export const bytes = kind('bytes, as a Uint8Array', (value) => value instanceof Uint8Array);
export const engine = kind('an engine, as nodeEngine() gives it', (value) =>
  has(value, { device: text, load: callback }),
);
/** Something with these parts; others do not matter. */
export const having = (expected: string, parts: Readonly<Record<string, Kind>>): Kind =>
  kind(expected, (value) => has(value, parts));
export const wholeFrom = (least: number): Kind =>
  kind(`a whole number from ${least}`, (value) => Number.isInteger(value) && (value as number) >= least);
export const oneOf = (values: readonly (string | number)[]): Kind =>
  kind(`one of ${values.join(', ')}`, (value) => values.includes(value as string));
export const list = (of: Kind): Kind =>
  kind(`a list, each ${of.expected}`, (value) => Array.isArray(value) && value.every(of.holds));
/** One of two kinds. */
export const either = (one: Kind, other: Kind): Kind =>
  kind(`${one.expected} or ${other.expected}`, (value) => one.holds(value) || other.holds(value));
/** May also be left out. */
export const optional = ({ expected, holds }: Kind): Kind =>
  kind(expected, (value) => value === undefined || holds(value));
/** Whatever is checked elsewhere, with better words. */
export const anything = kind('anything', () => true);

function has(value: unknown, parts: Readonly<Record<string, Kind>>): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.entries(parts).every(([name, { holds }]) => holds((value as Record<string, unknown>)[name]))
  );
}

/**
 * Checks one argument.
 * @param of - the function, as its caller writes it
 * @throws ARGUMENT_INVALID
 */
export function requireArgument(
  of: string,
  argument: string,
  value: unknown,
  { expected, holds }: Kind,
): void {
  if (!holds(value))
    throw new CladError('ARGUMENT_INVALID', { of, argument, expected, actual: described(value) });
}

/**
 * Checks an argument of named options. One that the function does not know is refused: misspelt, it would silently do nothing.
 * @param argument - what the types call it, e.g. `request`
 * @param fields - every option there is
 * @throws ARGUMENT_INVALID, OPTION_UNKNOWN
 */
export function requireFields<T extends object>(
  of: string,
  argument: string,
  value: T,
  fields: { readonly [K in keyof Required<T>]: Kind },
): void {
  requireArgument(of, argument, value, options);
  for (const [name, each] of Object.entries<Kind>(fields))
    requireArgument(of, `${argument}.${name}`, (value as Record<string, unknown>)[name], each);
  const known = Object.keys(fields);
  const foreign = Object.keys(value).find((name) => !known.includes(name));
  if (foreign !== undefined) throw unknownOption(foreign, `${of}(${argument})`, known);
}

/** Whether a value of any kind is an object with names, as JSON and YAML have them. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const options = kind('an object of named options', (value) => isRecord(value) && !isPromise(value));

/** A value as a sentence names it. */
export function described(value: unknown): string {
  if (value === undefined || value === null) return String(value);
  if (isPromise(value)) return 'a promise; await it first';
  if (typeof value === 'string')
    return value === '' ? 'an empty text' : `the text ${JSON.stringify(value.slice(0, 60))}`;
  if (typeof value === 'function') return 'a function';
  if (typeof value !== 'object') return String(value);
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : `a list of ${value.length}`;
  if (ArrayBuffer.isView(value) && 'length' in value) return `${value.constructor.name} of ${value.length}`;
  const maker = (Object.getPrototypeOf(value) as object | null)?.constructor?.name;
  if (maker !== undefined && maker !== 'Object') return `an object of ${maker}`;
  const names = Object.keys(value);
  return names.length === 0 ? 'an empty object' : `an object with ${names.slice(0, 6).join(', ')}`;
}

function isPromise(value: unknown): boolean {
  return typeof (value as { then?: unknown } | null)?.then === 'function';
}
