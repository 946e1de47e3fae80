/**
 * @file The table of gradient rules: what differentiation does at each operator. An operator without an entry does not compile;
 * one that only an attached file has is named when a gradient would have to pass it.
 */
import type { Node } from '../node.ts';
import type { Operator } from '../operators.ts';
import { isFloating, type Tensor } from '../tensor.ts';
import { activationRules } from './activations.ts';
import { arithmeticRules } from './arithmetic.ts';
import { axisMapRules } from './axis-maps.ts';
import { choiceRules } from './choices.ts';
import { convolutionRules } from './convolution.ts';
import { indexingRules } from './indexing.ts';
import { matmulRules } from './matmul.ts';
import { movementRules } from './movement.ts';
import { normalizationRules } from './normalization.ts';
import { poolingRules } from './pooling.ts';
import { reductionRules } from './reductions.ts';
import { type GradientRule, noGradient, type RuleEntry } from './rule.ts';

/** What each operator does to gradients. */
export const rules: Readonly<Record<Operator, RuleEntry>> = {
  ...arithmeticRules,
  ...activationRules,
  ...choiceRules,
  ...reductionRules,
  ...movementRules,
  ...axisMapRules,
  ...indexingRules,
  ...matmulRules,
  ...convolutionRules,
  ...poolingRules,
  ...normalizationRules,
  Loop: { refused: 'its turns are not kept; differentiate inside its body, or stop before it' },
};

function entryOf({ operation }: Node): RuleEntry | undefined {
  return Object.hasOwn(rules, operation) ? rules[operation as Operator] : undefined;
}

/**
 * Whether gradients stop at one of a node's results silently: nothing there changes with small changes of what the node reads. Of an
 * operator that is not known nobody can say so.
 */
export function isConstant(node: Node, { dtype }: Tensor): boolean {
  const entry = entryOf(node);
  return entry !== undefined && ('constant' in entry || !isFloating(dtype));
}

/**
 * The rule of a node.
 * @throws GRAPH_NO_GRADIENT where its operator has none, naming operator and node
 */
export function ruleOf(node: Node): GradientRule {
  const entry = entryOf(node);
  if (typeof entry === 'function') return entry;
  return noGradient(
    node,
    entry && 'refused' in entry ? entry.refused : `no rule is known for ${node.operation}`,
  );
}
