/** @file Shapes of operators that move values; small vectors move along, since files compute shapes with them. */
import { intOf, intsOf } from '../attributes.ts';
import type { Dim, Shape } from '../tensor.ts';
import { asFirst } from './elementwise.ts';
import {
  axesOf,
  axisOf,
  broadcast,
  type Known,
  numbersOf,
  type ShapeRule,
  type ShapeRules,
  sizeProduct,
} from './known.ts';
import { movedValues } from './values.ts';

/** The same elements in another shape. */
const reshaped = (x: Known, shape: readonly Dim[]): Known[] => [{ dtype: x.dtype, shape, values: x.values }];

/** The size that -1 stands for: what is left of the elements, names cancelled against names. */
function rest(from: Shape, target: Shape): Dim | undefined {
  const left = [...from];
  let divisor = 1;
  for (const size of target) {
    const at = typeof size === 'string' ? left.indexOf(size) : -1;
    if (at >= 0) left.splice(at, 1);
    else if (typeof size === 'string') return undefined;
    else if (size !== -1) divisor *= size;
  }
  const names = left.filter((size) => typeof size === 'string');
  const count = left.reduce<number>((all, size) => (typeof size === 'number' ? all * size : all), 1);
  return count % divisor === 0 ? sizeProduct([...names, count / divisor]) : undefined;
}

const reshape: ShapeRule = ([x, target], attributes) => {
  if (!x || !target?.values) return undefined;
  const copied = intOf(attributes, 'allowzero', 0) === 0;
  const said = target.values.map((size, axis) => (size === 0 && copied ? x.shape[axis] : size));
  if (!said.every((size) => size !== undefined)) return undefined;
  const at = said.indexOf(-1);
  if (at < 0) return reshaped(x, said);
  const size = rest(x.shape, said);
  return size === undefined ? undefined : reshaped(x, said.with(at, size));
};

const flatten: ShapeRule = ([x], attributes) => {
  const said = intOf(attributes, 'axis', 1);
  const axis = x && (said < 0 ? said + x.shape.length : said);
  return x && reshaped(x, [sizeProduct(x.shape.slice(0, axis)), sizeProduct(x.shape.slice(axis))]);
};

const squeeze: ShapeRule = ([x, said]) => {
  if (!x) return undefined;
  // Without axes every size of 1 goes, and a named size may be 1.
  if (!said && x.shape.some((size) => typeof size === 'string')) return undefined;
  const given = said ? numbersOf(said) : x.shape.flatMap((size, axis) => (size === 1 ? [axis] : []));
  const axes = given && axesOf(given, x.shape.length);
  return (
    axes &&
    reshaped(
      x,
      x.shape.filter((_, axis) => !axes.includes(axis)),
    )
  );
};

const unsqueeze: ShapeRule = ([x, said]) => {
  const given = numbersOf(said);
  if (!x || !given) return undefined;
  const axes = axesOf(given, x.shape.length + given.length);
  if (!axes) return undefined;
  const left = [...x.shape];
  const shape = Array.from({ length: x.shape.length + given.length }, (_, axis) =>
    axes.includes(axis) ? 1 : (left.shift() as Dim),
  );
  return reshaped(x, shape);
};

const identity: ShapeRule = ([x]) => x && reshaped(x, x.shape);

const transpose: ShapeRule = ([x], attributes) => {
  const order = intsOf(attributes, 'perm') ?? [...(x?.shape.keys() ?? [])].reverse();
  if (!x) return undefined;
  const shape = order.map((axis) => x.shape[axis] as Dim);
  const values = movedValues(x, shape, (place) =>
    x.shape.map((_, axis) => place[order.indexOf(axis)] as number),
  );
  return [{ dtype: x.dtype, shape, values }];
};

const expand: ShapeRule = ([x, target]) => {
  const shape = x && target?.values && broadcast([x.shape, target.values]);
  return shape && [{ dtype: x.dtype, shape }];
};

const tile: ShapeRule = ([x, repeats]) => {
  const times = numbersOf(repeats);
  if (!x || times?.length !== x.shape.length) return undefined;
  return [{ dtype: x.dtype, shape: x.shape.map((size, axis) => sizeProduct([size, times[axis] as number])) }];
};

const concat: ShapeRule = (inputs, attributes) => {
  const parts = inputs.filter((each) => each !== undefined);
  const [first] = parts;
  const axis = first && axisOf(intOf(attributes, 'axis', 0), first.shape.length);
  if (!first || axis === undefined) return undefined;
  const sizes = parts.map(({ shape }) => shape[axis] as Dim);
  const total = sizes.every((size) => typeof size === 'number')
    ? sizes.reduce<number>((sum, size) => sum + size, 0)
    : sizes.join('+');
  // Where sizes beside the axis are known in one part only, that part knows better.
  const shape = first.shape.map((size, at) => {
    if (at === axis) return total;
    return parts.map((part) => part.shape[at] as Dim).find((each) => typeof each === 'number') ?? size;
  });
  const known = first.shape.length === 1 && parts.every(({ values }) => values !== undefined);
  return [
    { dtype: first.dtype, shape, values: known ? parts.flatMap((part) => part.values ?? []) : undefined },
  ];
};

const split: ShapeRule = ([x, said], attributes, outputs) => {
  const axis = x && axisOf(intOf(attributes, 'axis', 0), x.shape.length);
  if (!x || axis === undefined) return undefined;
  const size = x.shape[axis];
  let sizes = said ? numbersOf(said) : undefined;
  if (!said && typeof size === 'number') {
    const each = Math.ceil(size / outputs);
    sizes = Array.from({ length: outputs }, (_, at) => Math.min(each, size - at * each));
  }
  return sizes?.map((part) => ({ dtype: x.dtype, shape: x.shape.with(axis, part) }));
};

/** Where a slice begins and how many elements it has, by ONNX's clamping. */
function sliced(size: number, start: number, end: number, step: number): { from: number; count: number } {
  const back = step < 0;
  const clamp = (at: number, low: number, high: number) =>
    Math.min(Math.max(at < 0 ? at + size : at, low), high);
  const from = clamp(start, 0, back ? size - 1 : size);
  const to = clamp(end, back ? -1 : 0, back ? size - 1 : size);
  return { from, count: Math.max(Math.ceil((to - from) / step), 0) };
}

const slice: ShapeRule = ([x, start, end, along, step]) => {
  const [starts, ends] = [numbersOf(start), numbersOf(end)];
  if (!x || !starts || !ends) return undefined;
  const given = along ? numbersOf(along) : [...starts.keys()];
  const axes = given && axesOf(given, x.shape.length);
  const steps = step ? numbersOf(step) : starts.map(() => 1);
  if (!axes || !steps) return undefined;
  const shape = [...x.shape];
  const first = x.shape.map(() => 0);
  const by = x.shape.map(() => 1);
  for (const [at, axis] of axes.entries()) {
    const size = shape[axis];
    by[axis] = steps[at] as number;
    const whole = starts[at] === 0 && by[axis] === 1 && (ends[at] as number) >= 2 ** 31 - 1;
    if (typeof size !== 'number') {
      if (!whole) return undefined;
      continue;
    }
    const { from, count } = sliced(size, starts[at] as number, ends[at] as number, by[axis]);
    shape[axis] = count;
    first[axis] = from;
  }
  const values = movedValues(x, shape, (place) =>
    place.map((index, axis) => (first[axis] as number) + index * (by[axis] as number)),
  );
  return [{ dtype: x.dtype, shape, values }];
};

const gather: ShapeRule = ([x, indices], attributes) => {
  const axis = x && axisOf(intOf(attributes, 'axis', 0), x.shape.length);
  if (!x || !indices || axis === undefined) return undefined;
  const shape = [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)];
  const places = numbersOf(indices);
  const size = x.shape[axis];
  const chosen = axis + indices.shape.length;
  const values =
    places && typeof size === 'number'
      ? movedValues(x, shape, (place) => {
          const at = place
            .slice(axis, chosen)
            .reduce((all, index, along) => all * (indices.shape[along] as number) + index, 0);
          const from = places[at] as number;
          return [...place.slice(0, axis), from < 0 ? from + size : from, ...place.slice(chosen)];
        })
      : undefined;
  return [{ dtype: x.dtype, shape, values }];
};

const gatherAlong: ShapeRule = ([x, indices]) => x && indices && [{ dtype: x.dtype, shape: indices.shape }];

const gatherRows: ShapeRule = ([x, indices], attributes) => {
  const width = indices?.shape.at(-1);
  if (!x || !indices || typeof width !== 'number' || intOf(attributes, 'batch_dims', 0) !== 0)
    return undefined;
  return [{ dtype: x.dtype, shape: [...indices.shape.slice(0, -1), ...x.shape.slice(width)] }];
};

const pad: ShapeRule = ([x, amounts, , along]) => {
  const pads = numbersOf(amounts);
  const given = along ? numbersOf(along) : [...(x?.shape.keys() ?? [])];
  const axes = x && given && axesOf(given, x.shape.length);
  if (!axes || pads?.length !== 2 * axes.length) return undefined;
  const shape = x.shape.map((size, axis): Dim => {
    const at = axes.indexOf(axis);
    const more = at < 0 ? 0 : (pads[at] as number) + (pads[axes.length + at] as number);
    if (more === 0) return size;
    return typeof size === 'number' ? size + more : `${size}+${more}`;
  });
  return [{ dtype: x.dtype, shape }];
};

export const movementShapes = {
  Concat: concat,
  Expand: expand,
  Flatten: flatten,
  Gather: gather,
  GatherElements: gatherAlong,
  GatherND: gatherRows,
  Identity: identity,
  Pad: pad,
  Reshape: reshape,
  ScatterElements: asFirst,
  ScatterND: asFirst,
  Slice: slice,
  Split: split,
  Squeeze: squeeze,
  Tile: tile,
  Transpose: transpose,
  Unsqueeze: unsqueeze,
} satisfies ShapeRules;
