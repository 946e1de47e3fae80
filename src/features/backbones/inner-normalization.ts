/** @file What a file itself does to the numbers of its image before anything else: the mean and deviation that its exporter put into it. */
import { dimsOf, float32Values } from '../../graph/constants.ts';
import type { ModelProto, NodeProto, TensorProto } from '../../graph/onnx.ts';

/** Mean and deviation of RGB/255 that an image has to have for a file. */
export interface Normalization {
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
}

/** `x * scale + shift`, by colour. */
interface Scaling {
  readonly scale: readonly number[];
  readonly shift: readonly number[];
}

/**
 * How images for a file are normalised, where it normalises them itself; undefined where it does not, or in a way that does not tell.
 * What it multiplies by tells whether it takes 0 to 1 or 0 to 255: either way it makes numbers of about one out of them.
 * @param model - in our operator set
 * @param bytes - whether the file takes 0 to 255 in any case
 */
export function innerNormalization(
  model: ModelProto,
  inputName: string,
  bytes: boolean,
): Normalization | undefined {
  const raw = { mean: [0, 0, 0], std: [1 / 255, 1 / 255, 1 / 255] } as const;
  if (bytes) return raw;
  const found = scalingOf(model, inputName);
  if (!found) return undefined;
  // A colour that is left as 0 lies among those of an image: beyond 2 for bytes, below it for 0 to 1.
  const zero = Math.max(...found.shift.map((shift, colour) => Math.abs(shift / (found.scale[colour] ?? 1))));
  if (zero > 2 && zero < 255) return raw;
  const typical = found.scale.reduce((sum, each) => sum + Math.abs(each), 0) / found.scale.length;
  if (typical > 1 / 500 && typical < 1 / 20) return raw;
  return typical > 0.8 && typical < 20 ? { mean: [0, 0, 0], std: [1, 1, 1] } : undefined;
}

/** What the file does to each colour before its first other operator; undefined where it does nothing. */
function scalingOf({ graph }: ModelProto, inputName: string): Scaling | undefined {
  const constants = new Map<string, TensorProto>();
  for (const tensor of graph.initializer ?? []) constants.set(tensor.name ?? '', tensor);
  for (const { opType, output, attribute } of graph.node ?? []) {
    const tensor = opType === 'Constant' ? attribute?.find(({ name }) => name === 'value')?.t : undefined;
    if (tensor) constants.set(output?.[0] ?? '', tensor);
  }
  let name = inputName;
  let scaling: Scaling | undefined;
  for (;;) {
    const readers = (graph.node ?? []).filter(({ input }) => input?.includes(name));
    const [reader] = readers;
    if (!reader || readers.length > 1) return scaling;
    if (!moving.includes(reader.opType)) {
      const next = applied(reader, name, constants, scaling ?? { scale: [1, 1, 1], shift: [0, 0, 0] });
      if (!next) return scaling;
      scaling = next;
    }
    name = reader.output?.[0] ?? '';
  }
}

/** Operators that leave the numbers as they are. */
const moving = ['Cast', 'Identity', 'Transpose', 'Round'];

function applied(
  { opType, input = [] }: NodeProto,
  name: string,
  constants: ReadonlyMap<string, TensorProto>,
  { scale, shift }: Scaling,
): Scaling | undefined {
  const isFirst = input[0] === name;
  const tensor = constants.get(input[isFirst ? 1 : 0] ?? '');
  const numbers = tensor && float32Values(tensor);
  if (!tensor || !numbers || input.length !== 2 || dimsOf(tensor).filter((size) => size !== 1).length > 1)
    return undefined;
  if (numbers.length !== 1 && numbers.length !== 3) return undefined;
  const by = (colour: number) => numbers[numbers.length === 1 ? 0 : colour] as number;
  const each = (of: readonly number[], change: (value: number, by: number) => number) =>
    of.map((value, colour) => change(value, by(colour)));
  switch (opType) {
    case 'Add':
      return { scale, shift: each(shift, (value, more) => value + more) };
    case 'Sub': {
      const sign = isFirst ? 1 : -1;
      return {
        scale: scale.map((value) => sign * value),
        shift: each(shift, (value, less) => sign * (value - less)),
      };
    }
    case 'Mul':
      return {
        scale: each(scale, (value, times) => value * times),
        shift: each(shift, (value, times) => value * times),
      };
    case 'Div':
      return isFirst
        ? {
            scale: each(scale, (value, over) => value / over),
            shift: each(shift, (value, over) => value / over),
          }
        : undefined;
    default:
      return undefined;
  }
}
