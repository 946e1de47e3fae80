/** @file Gradients of arithmetic, element by element; an operand that was broadcast gets the sum over its repetitions. */
import {
  and,
  cast,
  div,
  equal,
  exp,
  greaterOrEqual,
  lessOrEqual,
  log,
  mul,
  neg,
  not,
  pow,
  square,
  sub,
  where,
} from '../ops/elementwise.ts';
import { sumTo } from '../ops/reduce.ts';
import type { Tensor } from '../tensor.ts';
import { apply, type GradientRule, input, ofFirst, once, type Rules, type Slope, unary } from './rule.ts';

/** A rule of two operands, before the sums over what was repeated. */
function binary(
  rule: (upstream: Tensor, a: Tensor, b: Tensor, output: Tensor) => readonly [Slope, Slope],
): GradientRule {
  return ofFirst((upstream, node) => {
    const [a, b] = [input(node, 0), input(node, 1)];
    const [da, db] = rule(upstream, a, b, node.outputs[0] as Tensor);
    return [() => sumTo(da(), a.shape), () => sumTo(db(), b.shape)];
  });
}

/** The largest or smallest of several: the gradient goes to the first that is it. */
function extreme(holds: (a: Tensor, b: Tensor) => Tensor): GradientRule {
  const ofTwo = binary((upstream, a, b) => {
    const first = once(() => cast(holds(a, b), upstream.dtype));
    return [() => mul(upstream, first()), () => mul(upstream, sub(1, first()))];
  });
  const ofMany = ofFirst((upstream, node) => {
    const all = node.inputs.map((_, position) => input(node, position));
    const hits = all.map((x) => once(() => equal(x, node.outputs[0] as Tensor)));
    /** By input, that none before it was chosen. */
    const open: (() => Tensor)[] = [];
    return all.map((x, at) => {
      const [hit, before] = [hits[at] as () => Tensor, open.at(-1)];
      open.push(once(() => (before ? and(before(), not(hit())) : not(hit()))));
      return () => {
        const chosen = before ? and(before(), hit()) : hit();
        return sumTo(mul(upstream, cast(chosen, upstream.dtype)), x.shape);
      };
    });
  });
  return (node, upstream) => (node.inputs.length === 2 ? ofTwo : ofMany)(node, upstream);
}

/** x^y: an exponent that is one number is written into the graph. */
const power = ofFirst((upstream, node) => {
  const [x, y, output] = [input(node, 0), input(node, 1), node.outputs[0] as Tensor];
  const [exponent] = y.values?.length === 1 ? y.values : [];
  return [
    () => {
      if (typeof exponent === 'number')
        return sumTo(mul(upstream, mul(pow(x, exponent - 1), exponent)), x.shape);
      const exponents = cast(y, x.dtype);
      const lower = apply('Pow', [x, sub(exponents, 1)], { dtype: x.dtype, shape: output.shape });
      return sumTo(mul(upstream, mul(lower, exponents)), x.shape);
    },
    () => {
      // At 0 the power does not change with its exponent, and the logarithm would spoil it.
      const zero = equal(x, 0);
      return sumTo(mul(upstream, where(zero, 0, mul(output, log(where(zero, 1, x))))), y.shape);
    },
  ];
});

const piecewise = { constant: 'it is constant between jumps' };

export const arithmeticRules = {
  Abs: unary((upstream, x) => mul(upstream, apply('Sign', [x], x))),
  Add: binary((upstream) => [() => upstream, () => upstream]),
  Ceil: piecewise,
  Cos: unary((upstream, x) => neg(mul(upstream, apply('Sin', [x], x)))),
  Div: binary((upstream, _, b, output) => {
    const da = once(() => div(upstream, b));
    return [da, () => neg(mul(da(), output))];
  }),
  Erf: unary((upstream, x) => mul(upstream, mul(exp(neg(square(x))), 2 / Math.sqrt(Math.PI)))),
  Exp: unary((upstream, _, output) => mul(upstream, output)),
  Floor: piecewise,
  Log: unary((upstream, x) => div(upstream, x)),
  Max: extreme(greaterOrEqual),
  Min: extreme(lessOrEqual),
  Mod: { refused: 'it jumps' },
  Mul: binary((upstream, a, b) => [() => mul(upstream, b), () => mul(upstream, a)]),
  Neg: unary((upstream) => neg(upstream)),
  Pow: power,
  Reciprocal: unary((upstream, _, output) => neg(mul(upstream, square(output)))),
  Round: piecewise,
  Sign: piecewise,
  Sin: unary((upstream, x) => mul(upstream, apply('Cos', [x], x))),
  Sqrt: unary((upstream, _, output) => div(mul(upstream, 0.5), output)),
  Sub: binary((upstream) => [() => upstream, () => neg(upstream)]),
  Sum: ofFirst((upstream, { inputs }) => inputs.map((each) => each && (() => sumTo(upstream, each.shape)))),
  Tanh: unary((upstream, _, output) => mul(upstream, sub(1, square(output)))),
} satisfies Rules;
