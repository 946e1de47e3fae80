/** @file Thresholds of named regions among those that people set by class, as `class/region`. */
import type { ClassNumbers } from '../../core/class-numbers.ts';
import { CladError } from '../../core/errors.ts';
import type { DetectorMetadata } from '../metadata.ts';

/** Thresholds of named regions by class and name. */
export type RegionNumbers = ReadonlyMap<string, ReadonlyMap<string, number>>;

/**
 * Parts numbers of named regions from those of classes. A class of the whole name goes first, as a class may be called anything.
 * @param option - names it in errors
 * @returns `numbers`: of classes, those of classes that are not known too
 * @throws OPTION_INVALID for a region that its class has not
 */
export function splitByRegion(
  numbers: ClassNumbers | undefined,
  { classes, regionsOfInterest = {} }: Pick<DetectorMetadata, 'classes' | 'regionsOfInterest'>,
  option: string,
): { readonly numbers: ClassNumbers | undefined; readonly regions: RegionNumbers } {
  const regions = new Map<string, Map<string, number>>();
  const left: [string, number][] = [];
  const composed = classes.map((name) => [name.normalize('NFC'), name] as const);
  for (const [given, value] of Object.entries(numbers?.classes ?? {})) {
    const key = given.normalize('NFC');
    const whole = composed.some(([name]) => name === key);
    const of = whole ? undefined : composed.find(([name]) => key.startsWith(`${name}/`));
    if (!of) {
      left.push([given, value]);
      continue;
    }
    const name = key.slice(of[0].length + 1);
    const known = regionsOfInterest[of[1]]?.named?.map((each) => each.name) ?? [];
    if (!known.includes(name)) {
      const those = known.length > 0 ? known.map((each) => `${of[1]}/${each}`).join(', ') : 'it has none';
      const expected = `for a class, or for a named region of ${of[1]} (${those})`;
      throw new CladError('OPTION_INVALID', { option, expected, actual: given });
    }
    const own = regions.get(of[1]) ?? new Map<string, number>();
    regions.set(of[1], own.set(name, value));
  }
  const rest = numbers && { ...numbers, ...(numbers.classes && { classes: Object.fromEntries(left) }) };
  return { numbers: rest, regions };
}
