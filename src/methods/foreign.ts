/** @file A method from outside: what it gives is checked, and faults of one from a file are told in a sentence that names the file. */
import { anything, described, having, type Kind, list, number, optional, text } from '../core/arguments.ts';
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
    ...wrapped(method, ['fit', 'plan'], (call, check) => blaming(path, async () => check(await call()))),
    ...wrapped(method, ['usesTestImages', 'adapt', 'tasks', 'imageSeconds', 'storedSeconds'], (call, check) =>
      blamingAtOnce(path, () => check(call())),
    ),
    view: (...given) => blaming(path, async () => checkedView(await method.view(...given))),
  };
}

const group = having('an object', {});

/** What its functions have to give, where nothing else looks at it. */
const gives = ({ options }: Method): Partial<Record<keyof Method, Kind>> => ({
  adapt: {
    expected: 'options that its own schema takes',
    holds: (adapted) => adapted === undefined || options.safeParse(adapted).success,
  },
  tasks: list(having('an object with task, a text, and seconds, a number', { task: text, seconds: number })),
  imageSeconds: number,
  storedSeconds: number,
  plan: having('an object with learntFrom { name, count }, steps, disk, memory, time and imageSeconds', {
    learntFrom: having('', { name: text, count: number }),
    steps: group,
    disk: group,
    memory: number,
    file: optional(number),
    time: group,
    imageSeconds: number,
    regionSeconds: optional(number),
    storedSeconds: optional(number),
  }),
});

/** Those of the functions that the method has, each called through `by`, which checks what it gives. */
function wrapped<Name extends keyof Method>(
  method: Method,
  names: readonly Name[],
  by: (call: () => unknown, check: (given: unknown) => unknown) => unknown,
): Pick<Method, Name> {
  const has = names.flatMap((name) => {
    const own = method[name] as ((...given: unknown[]) => unknown) | undefined;
    const { expected, holds } = gives(method)[name] ?? anything;
    const check = (given: unknown) => {
      if (holds(given)) return given;
      throw new TypeError(`its ${name} gave ${described(given)}; expected ${expected}`);
    };
    return own ? [[name, (...given: unknown[]) => by(() => own.apply(method, given), check)]] : [];
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
  const { geometry, grid } = (view as Partial<View> | undefined) ?? {};
  const whole = (least: number, ...values: unknown[]) =>
    values.every((value) => Number.isInteger(value) && Number(value) >= least);
  if (!whole(8, geometry?.width, geometry?.height))
    throw new TypeError('its view gave no geometry with width and height, whole numbers of pixels from 8');
  if (!whole(1, grid?.rows, grid?.columns))
    throw new TypeError('its view gave no grid with rows and columns of patches, whole numbers from 1');
  return view;
}
