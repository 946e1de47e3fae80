/** @file Symbolic tensors: a name, an element type and a shape inside a graph that is being built. No data. */
import { CladError } from '../core/errors.ts';
import type { Graph } from './graph.ts';
import type { Node } from './node.ts';

/** Element types in use, with ONNX's numbers (TensorProto.DataType). */
export const dtypeCode = {
  float32: 1,
  uint8: 2,
  int8: 3,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
  float64: 11,
} as const;

export type DType = keyof typeof dtypeCode;

/** Whether an element type has numbers that can change a little: only these have gradients. */
export function isFloating(dtype: DType): boolean {
  return dtype.startsWith('float');
}

/** A size: known, or a named one that is known only when the graph runs. */
export type Dim = number | string;
export type Shape = readonly Dim[];

/** One value of a graph. Made by `Graph.input`, `Graph.constant` and the operations. */
export interface Tensor {
  readonly graph: Graph;
  readonly name: string;
  readonly dtype: DType;
  readonly shape: Shape;
  /** The node that computes it; undefined for inputs and constants. */
  readonly producer?: Node;
  /** Its elements, row-major, where they are few and known while building: axes, shapes (named sizes among them), exponents. */
  readonly values?: readonly Dim[];
}

/** Refuses an operation's inputs: the message names the operation and all shapes. */
export function refuse(operation: string, reason: string, ...shapes: readonly Shape[]): never {
  throw new CladError('GRAPH_SHAPE', { operation, reason, shapes: shapes.map(shapeText).join(' and ') });
}

/** `[N, 3, 224]` */
export function shapeText(shape: Shape): string {
  return `[${shape.join(', ')}]`;
}

/**
 * The shape two operands broadcast to, by NumPy's rule. Two named sizes must have the same name.
 * @throws GRAPH_SHAPE when they do not fit
 */
export function broadcastShapes(operation: string, a: Shape, b: Shape): Dim[] {
  const rank = Math.max(a.length, b.length);
  const result: Dim[] = [];
  for (let axis = 0; axis < rank; axis++) {
    const left = a[a.length - rank + axis] ?? 1;
    const right = b[b.length - rank + axis] ?? 1;
    if (left !== right && left !== 1 && right !== 1) {
      refuse(operation, `axis ${axis} does not broadcast (${left} against ${right})`, a, b);
    }
    result.push(left === 1 ? right : left);
  }
  return result;
}

/** An axis counted from the front, checked against the rank. */
export function resolveAxis(operation: string, axis: number, shape: Shape): number {
  const resolved = axis < 0 ? axis + shape.length : axis;
  if (!Number.isInteger(axis) || resolved < 0 || resolved >= shape.length) {
    refuse(operation, `axis ${axis} is outside a tensor of rank ${shape.length}`, shape);
  }
  return resolved;
}

/** A size that has to be known while building. */
export function knownSize(operation: string, shape: Shape, axis: number): number {
  const size = shape[resolveAxis(operation, axis, shape)];
  if (typeof size !== 'number') refuse(operation, `axis ${axis} has to be of known size`, shape);
  return size;
}

/** All sizes as numbers. */
export function knownShape(operation: string, shape: Shape): number[] {
  return shape.map((_, axis) => knownSize(operation, shape, axis));
}

/** How many elements a fully known shape holds. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}
