/** @file A method from outside: what it gives is checked, and faults of one from a file are told in a sentence that names the file. */
import { blaming, blamingAtOnce } from '../core/plugin.ts';
import type { Ablation, CommonOptions, Method, View } from './contract.ts';

/** @param path - of its file; undefined for one that a program made, which is told of its own errors as they are */
export function foreignMethod(method: Method, path: string | undefined): Method {
  const { name, summary, options, presets, ablation } = method;
  return {
    name,
    summary: typeof summary === 'string' ? summary : 'a method from outside',
    options,
    presets,
    ...(path !== undefined && { file: path }),
    ...(ablation && { ablation: blamingAtOnce(path, () => foreignAblation(ablation, path)) }),
    ...wrapped(method, ['fit', 'plan'], (call) => blaming(path, async () => call())),
    ...wrapped(method, ['usesTestImages', 'adapt', 'tasks', 'imageSeconds'], (call) =>
      blamingAtOnce(path, call),
    ),
    view: (...given) => blaming(path, async () => checkedView(await method.view(...given))),
  };
}

/** Those of the functions that the method has, each called through `by`. */
function wrapped<Name extends keyof Method>(
  method: Method,
  names: readonly Name[],
  by: (call: () => unknown) => unknown,
): Pick<Method, Name> {
  const has = names.flatMap((name) => {
    const own = method[name] as ((...given: unknown[]) => unknown) | undefined;
    return own ? [[name, (...given: unknown[]) => by(() => own.apply(method, given))]] : [];
  });
  return Object.fromEntries(has) as Pick<Method, Name>;
}

/** What `clad ablate` does with it; its functions give `name=value` texts. */
function foreignAblation(
  { parts = [], sweeps = {} }: Partial<Ablation<CommonOptions>>,
  path: string | undefined,
) {
  const texts =
    (of: string, give: (options: CommonOptions) => readonly string[]) => (options: CommonOptions) =>
      blamingAtOnce(path, () => {
        const given: unknown = give(options);
        if (Array.isArray(given) && given.every((each) => typeof each === 'string')) return given as string[];
        throw new TypeError(`its ablation gave for ${of} no list of texts such as 'name=value'`);
      });
  return {
    parts: parts.map((part) => ({
      name: part.name,
      source: part.source ?? path ?? 'its own',
      set: texts(part.name, (options) => part.set(options)),
    })),
    sweeps: Object.fromEntries(Object.entries(sweeps).map(([name, give]) => [name, texts(name, give)])),
  };
}

function checkedView(view: View): View {
  const { geometry, patch } = (view as Partial<View> | undefined) ?? {};
  const { size } = geometry ?? {};
  if (!Number.isInteger(size) || Number(size) < 8)
    throw new TypeError('its view gave no geometry with a size, a whole number of pixels from 8');
  if (!(Number(patch) > 0)) throw new TypeError('its view gave no patch, a number of pixels above 0');
  return view;
}
