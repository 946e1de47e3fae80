/** @file Gradients of conditions, choices and changes of type. */
import { cast, where } from '../ops/elementwise.ts';
import { sumTo } from '../ops/reduce.ts';
import { input, ofFirst, type Rules, unary } from './rule.ts';

const condition = { constant: 'its result is a condition' };

export const choiceRules = {
  And: condition,
  /** Between floating types; others have no gradient anyway. */
  Cast: unary((upstream, x) => cast(upstream, x.dtype)),
  Equal: condition,
  Greater: condition,
  GreaterOrEqual: condition,
  Less: condition,
  LessOrEqual: condition,
  Not: condition,
  Or: condition,
  Where: ofFirst((upstream, node) => {
    const [chosen, a, b] = [input(node, 0), input(node, 1), input(node, 2)];
    return [
      undefined,
      () => sumTo(where(chosen, upstream, 0), a.shape),
      () => sumTo(where(chosen, 0, upstream), b.shape),
    ];
  }),
} satisfies Rules;
