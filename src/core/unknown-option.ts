/** @file The refusal of an option that there is not, with what was probably meant. */
import { CladError } from './errors.ts';

/**
 * @param where - what holds it, e.g. the file
 * @param known - names that could stand in its place
 * @param others - dotted names of options in other groups, which may have been meant as well
 */
export function unknownOption(
  option: string,
  where: string,
  known: readonly string[],
  others: readonly string[] = [],
): CladError {
  const at = option.lastIndexOf('.') + 1;
  const siblings = known.map((name) => option.slice(0, at) + name);
  const nearest = nearestOf(option, siblings) ?? nearestOf(option, others) ?? groupless(option, others);
  return new CladError('OPTION_UNKNOWN', {
    option,
    where,
    nearest: nearest === undefined ? '' : `Did you mean ${nearest}?`,
    known: known.join(', '),
  });
}

/** The name with the fewest slips between it and what was written; undefined where all are other words. */
export function nearestOf(written: string, names: readonly string[]): string | undefined {
  const word = written.toLowerCase();
  const found = names
    .map((name) => ({ name, slips: slipsBetween(word, name.toLowerCase()) }))
    .filter(({ name, slips }) => slips <= Math.floor((lastPart(name).length + 1) / 3));
  return found.sort((a, b) => a.slips - b.slips)[0]?.name;
}

/** `gamma` for `losses.gamma`, where no other group has one of that name. */
function groupless(option: string, others: readonly string[]): string | undefined {
  const alike = others.filter((name) => lastPart(name) === lastPart(option));
  return alike.length === 1 ? alike[0] : undefined;
}

function lastPart(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1);
}

/** Letters to add, remove, replace or swap with their neighbour (Damerau-Levenshtein, each place once). */
function slipsBetween(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = last[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped =
        i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? before[j - 2]! + 1 : Infinity;
      row.push(Math.min(last[j]! + 1, row[j - 1]! + 1, replaced, swapped));
    }
    [before, last] = [last, row];
  }
  return last[b.length]!;
}
