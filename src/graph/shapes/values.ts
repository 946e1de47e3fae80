/** @file Small vectors that files compute shapes with (sizes, axes, scales), worked out before the graph runs. */
import type { Dim, Shape } from '../tensor.ts';
import { type Known, mostValues } from './known.ts';

type Evaluate = (...operands: Dim[]) => Dim | undefined;

const both =
  (of: (a: number, b: number) => number): Evaluate =>
  (a, b) =>
    typeof a === 'number' && typeof b === 'number' ? of(a, b) : undefined;

/** A named size is at least 0, and so is no negative number. */
const equal: Evaluate = (a, b) => {
  if (typeof a === typeof b) return a === b ? 1 : typeof a === 'number' ? 0 : undefined;
  const number = typeof a === 'number' ? a : (b as number);
  return number < 0 ? 0 : undefined;
};

const operators: Readonly<Record<string, Evaluate>> = {
  Add: (a, b) => (a === 0 ? b : b === 0 ? a : both((x, y) => x + y)(a as Dim, b as Dim)),
  Sub: (a, b) => (b === 0 ? a : both((x, y) => x - y)(a as Dim, b as Dim)),
  Mul: (a, b) => (a === 1 ? b : b === 1 ? a : both((x, y) => x * y)(a as Dim, b as Dim)),
  Div: (a, b) => (b === 1 ? a : both((x, y) => x / y)(a as Dim, b as Dim)),
  Max: both(Math.max),
  Min: both(Math.min),
  Floor: (a) => (typeof a === 'number' ? Math.floor(a) : undefined),
  Ceil: (a) => (typeof a === 'number' ? Math.ceil(a) : undefined),
  Neg: (a) => (typeof a === 'number' ? -a : undefined),
  Equal: equal,
  Where: (condition, a, b) => (condition === 0 ? b : typeof condition === 'number' ? a : undefined),
};

/** The elements of a result of at most one axis, where those of the operands are known. */
export function evaluated(
  operation: string,
  inputs: readonly (Known | undefined)[],
  { dtype, shape }: Known,
): Dim[] | undefined {
  const evaluate = Object.hasOwn(operators, operation) ? operators[operation] : undefined;
  const count = shape.length === 0 ? 1 : shape[0];
  if (!evaluate || shape.length > 1 || typeof count !== 'number' || count > mostValues) return undefined;
  const result: Dim[] = [];
  for (let at = 0; at < count; at++) {
    const operands = inputs.map((input) => input?.values?.[input.values.length === 1 ? 0 : at]);
    if (!operands.every((operand) => operand !== undefined)) return undefined;
    const value = evaluate(...operands);
    if (value === undefined) return undefined;
    // Whole numbers are divided towards 0.
    result.push(typeof value === 'number' && dtype.startsWith('int') ? Math.trunc(value) : value);
  }
  return result;
}

/**
 * The elements of a result that takes each of its own from a place of `x`.
 * @param placeOf - the place in `x` of a place in the result, each an index by axis
 */
export function movedValues(
  x: Known,
  shape: Shape,
  placeOf: (place: readonly number[]) => readonly number[],
): Dim[] | undefined {
  const { values } = x;
  if (!values || !shape.every((size) => typeof size === 'number')) return undefined;
  const count = shape.reduce((product, size) => product * size, 1);
  if (count > mostValues) return undefined;
  const result: Dim[] = [];
  for (let at = 0; at < count; at++) {
    let rest = at;
    const place = shape.map(() => 0);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const size = shape[axis] as number;
      place[axis] = rest % size;
      rest = Math.floor(rest / size);
    }
    const from = placeOf(place).reduce((all, index, axis) => all * (x.shape[axis] as number) + index, 0);
    const value = values[from];
    if (value === undefined) return undefined;
    result.push(value);
  }
  return result;
}
