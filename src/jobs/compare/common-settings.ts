/** @file What is set for all rows of a grid: each row whose method has the option takes it, and one that no row has is refused. */
import { hasOptions, mergeOptions, type OptionTree, optionFromText, unionOf } from '../../core/options.ts';
import { loadMethod } from '../../methods/registry.ts';
import { presetOf } from '../../methods/resolve-options.ts';
import type { GridVariant } from './grid.ts';

/** Where errors say that they come from. */
export const commonWhere = '--set';

/** The rows, each with what it takes, and sentences on what not all of them take. */
export interface CommonSettings {
  readonly variants: readonly GridVariant[];
  readonly notes: readonly string[];
}

/**
 * @param set - as `name=value`
 * @throws OPTION_UNKNOWN for an option that no row has; OPTION_INVALID
 */
export async function withCommon(
  variants: readonly GridVariant[],
  set: readonly string[],
): Promise<CommonSettings> {
  const shapes = await Promise.all(
    variants.map(async ({ method, preset, where }) =>
      presetOf(await loadMethod(method), preset, optionAt('preset', where)),
    ),
  );
  const settings = set.map((text) => ({ text, options: optionFromText(text, commonWhere) }));
  const takenBy = ({ options }: (typeof settings)[number]) =>
    variants.filter((_, row) => hasOptions(shapes[row]!, options));
  const notes = settings.flatMap((setting) => {
    const takers = takenBy(setting);
    if (takers.length === variants.length) return [];
    if (takers.length === 0) requireOne(shapes, setting.options);
    const others = variants.filter((variant) => !takers.includes(variant));
    return [
      `${commonWhere} ${setting.text} holds for ${list(takers)}; without such an option: ${list(others)}.`,
    ];
  });
  const rows = variants.map((variant, row) => ({
    ...variant,
    common: settings.filter(({ options }) => hasOptions(shapes[row]!, options)).map(({ text }) => text),
  }));
  return { variants: rows, notes };
}

/** @throws OPTION_UNKNOWN with all that the rows have; where each has a part of a group, with what the first of them has */
function requireOne(shapes: readonly object[], options: OptionTree): void {
  for (const shape of [shapes.reduce(unionOf), ...shapes]) mergeOptions(shape, options, commonWhere);
}

/** An option with the place that it stands in, where it has one. */
export function optionAt(option: string, where: string | undefined): string {
  return where === undefined ? option : `${option} in ${where}`;
}

function list(variants: readonly GridVariant[]): string {
  return variants.map(({ name }) => name).join(', ');
}
