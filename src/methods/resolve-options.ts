/** @file The options of a training out of a preset and what differs from it. */
import { CladError } from '../core/errors.ts';
import { checkOptions, mergeOptions, type OptionTree, optionFromText } from '../core/options.ts';
import type { CommonOptions, Method } from './contract.ts';

/** Options that differ from a preset's: a tree, `name=value`, or `where` they come from with a tree, for errors. */
export type Override = string | OptionTree | { readonly where: string; readonly options: OptionTree };

/** The preset where none is named: the first. */
export function defaultPreset({ presets }: Pick<Method, 'presets'>): string {
  return Object.keys(presets)[0] ?? '';
}

/** @throws OPTION_INVALID when the method has no such preset */
export function presetOf<O extends CommonOptions>(method: Method<O>, preset: string): O {
  const { presets, name } = method;
  if (Object.hasOwn(presets, preset)) return presets[preset] as O;
  throw new CladError('OPTION_INVALID', {
    option: 'preset',
    expected: `one of ${Object.keys(presets).join(', ')} for method ${name}`,
    actual: preset,
  });
}

/**
 * All options of a training, checked: a preset, and over it each override in turn.
 * @param preset - one of the method's; its first where undefined
 * @example resolveOptions(clad, 'fast', ['losses.gamma=1', { stage1: { steps: 2000 } }])
 * @throws OPTION_INVALID, OPTION_UNKNOWN
 */
export function resolveOptions<O extends CommonOptions>(
  method: Method<O>,
  preset?: string,
  overrides: readonly Override[] = [],
): O {
  const from = presetOf(method, preset ?? defaultPreset(method));
  const merged = overrides.reduce<O>((options, override) => {
    if (typeof override === 'string') return mergeOptions(options, optionFromText(override), '--set');
    return isNamed(override)
      ? mergeOptions(options, override.options, override.where)
      : mergeOptions(options, override, 'the overrides');
  }, from);
  return checkOptions(method.options, merged);
}

function isNamed(
  override: Exclude<Override, string>,
): override is { readonly where: string; readonly options: OptionTree } {
  return typeof override.where === 'string' && typeof override.options === 'object';
}
