/** @file What is known of a value before a graph runs, and sizes that are partly names. */
import type { Attributes } from '../attributes.ts';
import type { Operator } from '../operators.ts';
import type { Dim, DType, Shape } from '../tensor.ts';

/** Type and shape of a value, and its elements where they are few and known. */
export interface Known {
  readonly dtype: DType;
  readonly shape: Shape;
  readonly values?: readonly Dim[] | undefined;
}

/**
 * Works out the outputs of a node; undefined where it cannot.
 * @param inputs - all known; undefined only where the node leaves one out
 * @param outputs - how many the node has
 */
export type ShapeRule = (
  inputs: readonly (Known | undefined)[],
  attributes: Attributes,
  outputs: number,
) => readonly (Known | undefined)[] | undefined;

/** What a file of shape rules gives. */
export type ShapeRules = Partial<Record<Operator, ShapeRule>>;

/** Elements of vectors that are worth keeping. */
export const mostValues = 64;

/** An axis counted from the front; undefined outside the rank. */
export function axisOf(axis: number, rank: number): number | undefined {
  const resolved = axis < 0 ? axis + rank : axis;
  return Number.isInteger(resolved) && resolved >= 0 && resolved < rank ? resolved : undefined;
}

/** All axes, or undefined where one is outside. */
export function axesOf(axes: readonly number[], rank: number): number[] | undefined {
  const resolved = axes.map((axis) => axisOf(axis, rank));
  return resolved.every((axis) => axis !== undefined) ? resolved : undefined;
}

/** Numbers, where all of them are. */
export function numbersOf(known: Known | undefined): number[] | undefined {
  const values = known?.values;
  return values?.every((value) => typeof value === 'number') ? [...values] : undefined;
}

/** The product of sizes: names stay beside one number. */
export function sizeProduct(sizes: Shape): Dim {
  const names = sizes.filter((size) => typeof size === 'string');
  const count = sizes.reduce<number>((all, size) => (typeof size === 'number' ? all * size : all), 1);
  if (names.length === 0 || count === 0) return count;
  return [...names, ...(count === 1 ? [] : [count])].join('*');
}

/** The shape that several broadcast to; undefined where a name meets another size: it may be 1. */
export function broadcast(shapes: readonly Shape[]): Dim[] | undefined {
  const rank = Math.max(0, ...shapes.map((shape) => shape.length));
  const result = new Array<Dim>(rank).fill(1);
  for (const shape of shapes) {
    for (const [axis, size] of shape.entries()) {
      const at = rank - shape.length + axis;
      const before = result[at] as Dim;
      if (size === 1 || size === before) continue;
      if (before !== 1) return undefined;
      result[at] = size;
    }
  }
  return result;
}
