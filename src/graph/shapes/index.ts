/**
 * @file Shapes of a file's values, worked out node by node before the graph runs. By operator like the gradient rules, which need
 * them: an operator without an entry does not compile.
 */
import type { Attributes } from '../attributes.ts';
import type { Operator } from '../operators.ts';
import { elementwiseShapes } from './elementwise.ts';
import type { Known, ShapeRule } from './known.ts';
import { madeShapes } from './made.ts';
import { movementShapes } from './movement.ts';
import { networkShapes } from './networks.ts';
import { reductionShapes } from './reductions.ts';

const shapeRules: Readonly<Record<Operator, ShapeRule>> = {
  ...elementwiseShapes,
  ...reductionShapes,
  ...movementShapes,
  ...madeShapes,
  ...networkShapes,
  Loop: () => undefined,
};

/**
 * What a node gives, as far as it can be told.
 * @param inputs - all known; undefined only where the node leaves one out
 * @param outputs - how many the node has
 */
export function inferred(
  operation: string,
  inputs: readonly (Known | undefined)[],
  attributes: Attributes,
  outputs: number,
): readonly (Known | undefined)[] {
  const rule = Object.hasOwn(shapeRules, operation) ? shapeRules[operation as Operator] : undefined;
  return rule?.(inputs, attributes, outputs) ?? [];
}
