/** @file A number for all classes, with others for some: thresholds and rates that people set. */
import { having, type Kind, number, optional } from './arguments.ts';
import { CladError } from './errors.ts';

export interface ClassNumbers {
  /** Of every class that `classes` does not name; absent where those have none. */
  readonly all?: number | undefined;
  /** By class. */
  readonly classes?: Readonly<Record<string, number>> | undefined;
}

const record: Kind = {
  expected: 'numbers by class',
  holds: (value) =>
    typeof value === 'object' && value !== null && Object.values(value).every((each) => number.holds(each)),
};

/** As arguments are checked. */
export const classNumbers: Kind = having('{ all, classes }: a number for all classes, and others by class', {
  all: optional(number),
  classes: optional(record),
});

/** What `[class=]number` adds to what was given before; undefined where it says none, or names a class twice. */
export function withClassNumber(text: string, before: ClassNumbers = {}): ClassNumbers | undefined {
  // A class may be called anything, with equals signs too.
  const at = text.lastIndexOf('=');
  const value = text.slice(at + 1);
  if (value.trim() === '' || !Number.isFinite(Number(value))) return undefined;
  if (at < 0) return before.all === undefined ? { ...before, all: Number(value) } : undefined;
  const name = text.slice(0, at).normalize('NFC');
  const { classes = {} } = before;
  if (name === '' || Object.hasOwn(classes, name)) return undefined;
  return { ...before, classes: Object.fromEntries([...Object.entries(classes), [name, Number(value)]]) };
}

/**
 * The number of each class that has one.
 * @param known - all classes there are
 * @param option - names it in errors
 * @throws OPTION_INVALID for a class that is not known
 */
export function numbersByClass(
  numbers: ClassNumbers | undefined,
  known: readonly string[],
  option: string,
): ReadonlyMap<string, number> {
  const composed = new Map(known.map((name) => [name.normalize('NFC'), name]));
  const found = new Map<string, number>();
  if (numbers?.all !== undefined) for (const name of known) found.set(name, numbers.all);
  for (const [given, value] of Object.entries(numbers?.classes ?? {})) {
    const name = composed.get(given.normalize('NFC'));
    if (name === undefined) {
      const expected = `for a class that the detector knows (${known.join(', ')})`;
      throw new CladError('OPTION_INVALID', { option, expected, actual: given });
    }
    found.set(name, value);
  }
  return found;
}
