/** @file The map of a crop laid on a map of the photograph, as nodes: bilinearly, by a product along each axis, with matrices made of the box of each image. */
import { attributeType } from '../../graph/onnx.ts';
import { dtypeCode } from '../../graph/tensor.ts';
import type { ImageSize } from '../../image/limits.ts';
import { bound, type Emitter } from '../roi/emit.ts';
import { insideOutput } from '../roi/found-names.ts';

/** Name of a detector's map. */
export const mapOutput = 'anomaly_map';

/** Values of the box, int64 [N, 1] each, pixels of the photograph, and the photograph's size, [1]. */
export interface Box {
  readonly x: Side;
  readonly y: Side;
}
export interface Side {
  readonly start: string;
  readonly length: string;
  readonly of: string;
}

/** Lays map and inside of the crop onto those of the photograph. */
export function layNodes(
  emit: Emitter,
  { x, y }: Box,
  map: string,
  inside: string | undefined,
  { width, height }: ImageSize,
): void {
  const { floats, integers, add } = bound(emit);
  const float = { to: { int: dtypeCode.float32 } } as const;
  /** For each pixel of the photograph's map its place in the crop's, [N, count], and whether it lies in the box. */
  const side = ({ start, length, of }: Side, count: number) => {
    const [from, size, whole] = [start, length, of].map((value) => add('Cast', [value], float));
    const middles = floats(
      Array.from({ length: count }, (_, at) => at + 0.5),
      [1, count],
    );
    // Where the box is all of the photograph, this is a product by 1 less 0: the very places.
    const scaled = add('Mul', [middles, add('Div', [whole!, size!])]);
    const place = add('Sub', [scaled, add('Div', [add('Mul', [from!, floats([count])]), size!])]);
    const within = add('And', [
      add('GreaterOrEqual', [place, floats([0])]),
      add('Less', [place, floats([count])]),
    ]);
    const nearest = add('Min', [
      add('Max', [add('Sub', [place, floats([0.5])]), floats([0])]),
      floats([count - 1]),
    ]);
    const column = add('Unsqueeze', [nearest, integers([2])]);
    const places = floats(
      Array.from({ length: count }, (_, at) => at),
      [1, 1, count],
    );
    const away = add('Abs', [add('Sub', [column, places])]);
    return { weights: add('Max', [add('Sub', [floats([1]), away]), floats([0])]), within };
  };
  const [down, across] = [side(y, height), side(x, width)];
  const turned = add('Transpose', [across.weights], { perm: { ints: [0, 2, 1] } });
  const laid = (value: string) => add('MatMul', [add('MatMul', [down.weights, value]), turned]);
  const box = add('And', [
    add('Unsqueeze', [down.within, integers([2])]),
    add('Unsqueeze', [across.within, integers([1])]),
  ]);
  const isInside =
    inside === undefined
      ? box
      : add('And', [box, add('GreaterOrEqual', [laid(add('Cast', [inside], float)), floats([0.5])])]);
  emit.nodes.push(
    { opType: 'Where', input: [isInside, laid(map), floats([0])], output: [mapOutput] },
    {
      opType: 'Cast',
      input: [isInside],
      output: [insideOutput],
      attribute: [{ name: 'to', type: attributeType.INT, i: dtypeCode.uint8 }],
    },
  );
}
