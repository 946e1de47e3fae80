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
  const { geometry, patch } = (view as Partial<View> | undefined) ?? {};
  const { size } = geometry ?? {};
  if (!Number.isInteger(size) || Number(size) < 8)
    throw new TypeError('its view gave no geometry with a size, a whole number of pixels from 8');
  if (!(Number(patch) > 0)) throw new TypeError('its view gave no patch, a number of pixels above 0');
  return view;
}
