/** @file How the sizes of a file are followed through one node: what a rule is given, and what it tells. */
import type { Attributes } from '../../attributes.ts';
import type { NodeProto, TensorProto } from '../../onnx.ts';
import { inferred } from '../../shapes/index.ts';
import { type Known, numbersOf } from '../../shapes/known.ts';
import type { Dim } from '../../tensor.ts';
import type { Emitter } from './emitter.ts';
import { Factor, type ImageSides, stands } from './factor.ts';
import {
  type Equal,
  fixedSize,
  isFixed,
  meet,
  numberOf,
  onlyFactor,
  type Size,
  sizeAt,
  sizeOf,
} from './size.ts';

/** What is known while a file is followed. */
export interface Following {
  /** Types, shapes and small constants at the size that the file is made for. */
  known(name: string): Known | undefined;
  /** Whether a value depends on neither the image nor its size. */
  isConstant(name: string): boolean;
  /** A constant of the file. */
  constant(name: string): TensorProto | undefined;
  /** The sizes that a vector of sizes holds, where it was made of shapes. */
  sizesIn(name: string): readonly Size[] | undefined;
}

/** A node that is followed. */
export interface Step {
  readonly node: NodeProto;
  readonly operation: string;
  readonly attributes: Attributes;
  /** Sizes of each input; undefined where it is left out. */
  readonly inputs: readonly (readonly Size[] | undefined)[];
  readonly file: Following;
  /** Takes sizes that have to be equal for any image; that is tried once all are settled. */
  readonly equal: Equal[];
}

/** What a rule tells: sizes of the outputs, and how the node is written where it cannot stay as it is. */
export interface Followed {
  readonly outputs: readonly (readonly Size[])[];
  readonly write?: ((emit: Emitter) => void) | undefined;
}

/** @throws MODEL_UNSUITABLE with what stands in the way */
export type FollowRule = (step: Step) => Followed;

export const inputName = ({ node }: Step, at: number) => node.input?.[at] ?? '';
export const outputName = ({ node }: Step, at = 0) => node.output?.[at] ?? '';

/** The name of a value as the file has it. */
export function shownName(name: string): string {
  return name.replace(/^attached\//, '');
}

export function sizesOf(step: Step, at: number): readonly Size[] {
  const sizes = step.inputs[at];
  if (!sizes) stands(`its ${step.operation} lacks an input`);
  return sizes;
}

/** The numbers of an input at the file's own size. */
export function numbersAt(step: Step, at: number): number[] | undefined {
  const name = inputName(step, at);
  return name === '' ? undefined : numbersOf(step.file.known(name));
}

/** The shape of an output at the file's own size. */
export function shapeAt(step: Step, at = 0): number[] {
  const shape = step.file.known(outputName(step, at))?.shape;
  if (!shape?.every((size) => typeof size === 'number')) stands('its shape cannot be worked out');
  return [...shape];
}

/** Two sizes in each other's place; gives the one that tells more. */
export function met(a: Size, b: Size, step: Step): Size {
  const value = shownName(outputName(step));
  if (meet(a, b, value)) step.equal.push({ a, b, value });
  if (onlyFactor(a)?.origin?.kind === 'repeated') return b;
  // A window is told from a number of the file that is as large.
  const isPart = ({ factors }: Size) => factors.some(({ origin }) => origin?.kind === 'part');
  return isFixed(a) && !isPart(a) ? b : a;
}

/** A size of the output that depends on those of the inputs as the operator says: sliding windows, strides, scales. */
export function windowed(step: Step, axis: number, size: Size): Size {
  const from = shapeAt(step)[axis] as number;
  const at = (image: ImageSides): number => {
    const inputs = step.inputs.map((sizes, index): Known | undefined => {
      const known = step.file.known(inputName(step, index));
      return known && sizes ? { ...known, shape: sizes.map((each): Dim => sizeAt(each, image)) } : undefined;
    });
    const shape = inferred(step.operation, inputs, step.attributes, 1)[0]?.shape;
    return (shape?.[axis] as number | undefined) ?? from;
  };
  if (isFixed(size)) return fixedSize(from);
  // A map that keeps its sides keeps what they are.
  const images = [224, 271, 640].map((side) => ({ rows: side, columns: side + 37 }));
  if (numberOf(size) === from && images.every((image) => at(image) === sizeAt(size, image))) return size;
  if (size.factors.some(({ state }) => state === 'open'))
    stands('it shrinks parts of a map that may be windows');
  return sizeOf([new Factor(from, 'grid', { kind: 'axis', value: outputName(step), axis, at })]);
}
