/** @file The options of a training out of a preset and what differs from it. */
import { CladError } from '../core/errors.ts';
import { checkOptions, hasOptions, mergeOptions, type OptionTree, optionFromText } from '../core/options.ts';
import type { CommonOptions, Method } from './contract.ts';

/** Options of which errors say where they come from, e.g. a file or a flag. */
export interface NamedOverride {
  readonly where: string;
  readonly options: OptionTree;
  /** What else may stand there and is read elsewhere; told with the known options. */
  readonly beside?: readonly string[];
}

/** Options that differ from a preset's: a tree, `name=value`, or a tree with where it comes from. */
export type Override = string | OptionTree | NamedOverride;

/** The preset where none is named: the first. */
export function defaultPreset({ presets }: Pick<Method, 'presets'>): string {
  return Object.keys(presets)[0] ?? '';
}

/**
 * @param option - what the preset is called where it was given, for errors
 * @throws OPTION_INVALID when the method has no such preset
 */
export function presetOf<O extends CommonOptions>(method: Method<O>, preset: string, option = 'preset'): O {
  const { presets, name } = method;
  if (Object.hasOwn(presets, preset)) return presets[preset] as O;
  throw new CladError('OPTION_INVALID', {
    option,
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
  const named = overrides.map(withName);
  const merged = named.reduce<O>(
    (below, { options, where = 'the overrides', beside }) => mergeOptions(below, options, where, beside),
    from,
  );
  return checkOptions(method.options, merged, (path) => {
    const touched = path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), {}) as OptionTree;
    return named.findLast(({ options }) => hasOptions(options, touched))?.where;
  });
}

function withName(override: Override): Partial<NamedOverride> & Pick<NamedOverride, 'options'> {
  if (typeof override === 'string') return { options: optionFromText(override, 'an override') };
  return isNamed(override) ? override : { options: override };
}

function isNamed(override: Exclude<Override, string>): override is NamedOverride {
  return typeof override.where === 'string' && typeof override.options === 'object';
}
