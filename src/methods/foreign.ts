/** @file A method from a file, whose faults are told in a sentence that names the file. */
import { blaming, blamingAtOnce } from '../core/plugin.ts';
import type { Method, View } from './contract.ts';

/** @param path - of its file */
export function foreignMethod(method: Method, path: string): Method {
  const { usesTestImages, adapt, tasks, plan, imageSeconds, ablation } = method;
  return {
    name: method.name,
    summary: typeof method.summary === 'string' ? method.summary : 'a method from a file',
    options: method.options,
    presets: method.presets,
    file: path,
    ...(ablation && { ablation: { parts: ablation.parts ?? [], sweeps: ablation.sweeps ?? {} } }),
    view: (...given) => blaming(path, async () => checkedView(await method.view(...given))),
    fit: (context) => blaming(path, () => method.fit(context)),
    ...(plan && { plan: (context) => blaming(path, () => plan.call(method, context)) }),
    ...(usesTestImages && {
      usesTestImages: (...given) => blamingAtOnce(path, () => usesTestImages.apply(method, given)),
    }),
    ...(adapt && { adapt: (...given) => blamingAtOnce(path, () => adapt.apply(method, given)) }),
    ...(tasks && { tasks: (...given) => blamingAtOnce(path, () => tasks.apply(method, given)) }),
    ...(imageSeconds && {
      imageSeconds: (...given) => blamingAtOnce(path, () => imageSeconds.apply(method, given)),
    }),
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
