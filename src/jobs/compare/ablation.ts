/** @file A method's parts switched off one at a time, and its constants swept: the rows of `clad ablate`. */
import { CladError } from '../../core/errors.ts';
import type { CommonOptions, Method } from '../../methods/contract.ts';
import type { GridVariant } from './grid.ts';

/** Names that `clad ablate --only` takes. */
export function ablationNames({
  ablation,
}: {
  readonly ablation?: { readonly parts: readonly { readonly name: string }[]; readonly sweeps: object };
}): string[] {
  return [...(ablation?.parts ?? []).map(({ name }) => name), ...Object.keys(ablation?.sweeps ?? {})];
}

/**
 * The rows of an ablation: all as it is, then each part switched off, and each constant swept.
 * @param only - names of parts and sweeps; all parts, and no sweep, where absent
 * @param withSweeps - all sweeps besides
 * @throws OPTION_INVALID for a name there is not, or a method that has no parts to switch off
 */
export function ablationVariants(
  method: Method,
  preset: string,
  options: CommonOptions,
  only?: readonly string[],
  withSweeps = false,
): GridVariant[] {
  const { parts, sweeps } = method.ablation ?? { parts: [], sweeps: {} };
  const names = ablationNames(method);
  if (names.length === 0) {
    throw new CladError('OPTION_INVALID', {
      option: '--method',
      expected: 'a method that says in `ablation` which parts it has',
      actual: method.name,
    });
  }
  const unknown = only?.find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw new CladError('OPTION_INVALID', {
      option: '--only',
      expected: `among ${names.join(', ')}`,
      actual: unknown,
    });
  }
  const has = (name: string) =>
    parts.some((part) => part.name === name && part.set(options).length > 0) ||
    (sweeps[name]?.(options) ?? []).length > 0;
  const absent = only?.find((name) => !has(name));
  if (absent !== undefined) {
    throw new CladError('OPTION_INVALID', {
      option: '--only',
      expected: 'among the parts and constants that these settings have',
      actual: absent,
    });
  }
  const common = { method: method.name, preset };
  const wanted = (name: string) => only === undefined || only.includes(name);
  return [
    { name: 'all parts', ...common, set: [] },
    ...parts
      .filter(({ name }) => wanted(name))
      .map(({ name, set, source }) => ({ name: `${name} (${source})`, ...common, set: set(options) }))
      .filter(({ set }) => set.length > 0),
    ...Object.entries(sweeps)
      .filter(([name]) => withSweeps || only?.includes(name))
      // Two values of a constant may be one: a length of 0, say, times anything.
      .flatMap(([, values]) => [...new Set(values(options))])
      .map((text) => ({ name: text, ...common, set: [text] })),
  ];
}
