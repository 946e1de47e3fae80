/** @file What a gradient rule is, and what rules read of the node that they differentiate. */
import { CladError } from '../../core/errors.ts';
import { commonGraph } from '../graph.ts';
import { type Attribute, type Node, nodeText, type OutputType } from '../node.ts';
import type { Operator } from '../operators.ts';
import type { Tensor } from '../tensor.ts';

/** Makes a gradient where it is of use: the engine would compute it even where nobody reads it. */
export type Slope = () => Tensor;

/** One for each input of a node; undefined where none passes. */
export type Gradients = readonly (Slope | undefined)[];

/**
 * From the gradients of a node's outputs to those of its inputs, by nodes of the same graph.
 * @param upstream - of each output; undefined where nothing depends on it
 * @throws GRAPH_NO_GRADIENT where the node's attributes, or what is known of its inputs, do not allow one
 */
export type GradientRule = (node: Node, upstream: readonly (Tensor | undefined)[]) => Gradients;

/** No gradient passes, silently: a small change of the inputs does not change the outputs. */
export interface Constant {
  readonly constant: string;
}

/** Asking for a gradient is an error. */
export interface Refused {
  readonly refused: string;
}

export type RuleEntry = GradientRule | Constant | Refused;

/** What a file of rules gives: entries for operators that are known. */
export type Rules = Partial<Record<Operator, RuleEntry>>;

/** A rule that is about the first output; the others are indices, masks or statistics of a training. */
export function ofFirst(rule: (upstream: Tensor, node: Node) => Gradients): GradientRule {
  return (node, [upstream, ...others]) => {
    if (others.some((other) => other !== undefined)) noGradient(node, 'only its first result has one');
    return upstream ? rule(upstream, node) : [];
  };
}

/** A rule for the only input that has a gradient, the first. */
export function unary(
  rule: (upstream: Tensor, x: Tensor, output: Tensor, node: Node) => Tensor,
): GradientRule {
  return ofFirst((upstream, node) => [() => rule(upstream, input(node, 0), node.outputs[0] as Tensor, node)]);
}

/** What several gradients of a node share, made when the first of them is. */
export function once<Made>(make: () => Made): () => Made {
  let made: { readonly value: Made } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

/** Refuses to differentiate a node. */
export function noGradient(node: Node, reason: string): never {
  throw new CladError('GRAPH_NO_GRADIENT', { operation: nodeText(node), reason });
}

/** An input that the operator cannot be without. */
export function input(node: Node, position: number): Tensor {
  return node.inputs[position] ?? noGradient(node, `it lacks input ${position}`);
}

/** The numbers of an input that has to be known while building: axes, sizes, paddings. */
export function knownNumbers(node: Node, position: number): number[] {
  const values = node.inputs[position]?.values;
  if (!values?.every((value) => typeof value === 'number'))
    noGradient(node, `its input ${position} is not known while building`);
  return values as number[];
}

/** A node and its only result, in the innermost graph of its inputs. */
export function apply(
  operation: Operator,
  inputs: readonly (Tensor | undefined)[],
  type: OutputType,
  attributes: Record<string, Attribute> = {},
): Tensor {
  const present = inputs.filter((each) => each !== undefined);
  return commonGraph(operation, present).add(operation, inputs, [type], { attributes })[0] as Tensor;
}
