/** @file Classes as requests give them, by name or, in tensors, by index; against the classes of the detector that does the work. */
import { CladError } from '../core/errors.ts';
import { indexOfClass } from '../detector/given-class.ts';

/** A class by its name or its index; undefined where the image itself decides. */
export type GivenClass = string | number | undefined;

/**
 * The class by the name that the detector has for it.
 * @throws CLASS_GIVEN_UNKNOWN
 */
export function givenClass(classes: readonly string[], given: GivenClass): string | undefined {
  if (given === undefined) return undefined;
  const name = classes[typeof given === 'number' ? given : indexOfClass(classes, given)];
  if (name !== undefined) return name;
  const known = `${classes.join(', ')} (0 to ${classes.length - 1})`;
  throw new CladError('CLASS_GIVEN_UNKNOWN', { name: String(given), known });
}
