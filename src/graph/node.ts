/** @file One operation of a graph: what it reads, what it gives, and its attributes. */
import type { Graph } from './graph.ts';
import type { NodeProto, TensorProto } from './onnx.ts';
import { type DType, type Shape, shapeText, type Tensor } from './tensor.ts';

/** What an attribute may hold. Numbers are told apart because 1 may be an INT or a FLOAT. */
export type Attribute =
  | { int: number }
  | { ints: readonly number[] }
  | { float: number }
  | { floats: readonly number[] }
  | { string: string }
  | { tensor: TensorProto }
  | { graph: Graph };

/** A derivative that was computed by hand: of a node's only result, one number, with respect to `of`. */
export interface GivenGradient {
  readonly of: Tensor;
  readonly gradient: Tensor;
}

/**
 * A node's own way back, in the place of its operator's: from the gradients of its outputs to those of its inputs, each made only where it is of use.
 * Undefined where none passes.
 */
export type OwnGradients = (
  upstream: readonly (Tensor | undefined)[],
) => readonly ((() => Tensor) | undefined)[];

/** One operation of a graph. How it is differentiated stands in rules/, by its operator. */
export interface Node {
  /** One of ours, or whatever an attached file has. */
  readonly operation: string;
  readonly inputs: readonly (Tensor | undefined)[];
  readonly outputs: readonly Tensor[];
  readonly attributes: Readonly<Record<string, Attribute>>;
  /** Differentiation stops here silently. */
  readonly stopped: boolean;
  /** Taken in the place of the operator's rule. */
  readonly given?: GivenGradient | undefined;
  /** Likewise. */
  readonly own?: OwnGradients | undefined;
  /** Computed on the CPU whatever the device. */
  readonly onCpu: boolean;
  /** A node of an attached file: written as it is. */
  readonly attached?: AttachedNode | undefined;
}

/** What an operation tells of one output. */
export interface OutputType {
  readonly dtype: DType;
  readonly shape: Shape;
}

/** What else is known of a node that comes from a file. */
export interface AttachedNode {
  /** With its values' names in this graph. */
  readonly proto: NodeProto;
  /** Values that the bodies among its attributes read from outside. */
  readonly captured: readonly Tensor[];
  /** A value that it reads or makes and whose shape could not be worked out: there is no gradient then. */
  readonly unknownShape?: string | undefined;
}

/** For messages: `MatMul([8, 4], [4, 2])`; of an attached file with the name of its result. */
export function nodeText(node: Node): string {
  const shapes = node.inputs.map((input) => (input ? shapeText(input.shape) : '-')).join(', ');
  const of = node.attached ? ` that makes ${node.outputs[0]?.name}` : '';
  return `${node.operation}(${shapes})${of}`;
}
