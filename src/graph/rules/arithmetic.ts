/** @file Gradients of arithmetic, element by element; an operand that was broadcast gets the sum over its repetitions. */
import type { Node } from '../node.ts';
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
import { apply, type GradientRule, input, ofFirst, type Rules } from './rule.ts';

/** What a rule gives for an operand, worked out only where it is of use. */
type Slope = () => Tensor;

/** A rule of two operands. */
function binary(
  rule: (upstream: Tensor, a: Tensor, b: Tensor, output: Tensor) => readonly [Slope, Slope],
): GradientRule {
  return ofFirst((upstream, node, wanted) => {
    const operands = [input(node, 0), input(node, 1)] as const;
    const slopes = rule(upstream, ...operands, node.outputs[0] as Tensor);
    const whole = slopes.map((slope, at) => (wanted[at] ? slope() : undefined));
    return whole.map((slope, at) => slope && sumTo(slope, (operands[at] as Tensor).shape));
  });
}

/** A rule of one operand. */
export function unary(
  rule: (upstream: Tensor, x: Tensor, output: Tensor, node: Node) => Tensor,
): GradientRule {
  return ofFirst((upstream, node) => [rule(upstream, input(node, 0), node.outputs[0] as Tensor, node)]);
}

/** The largest or smallest of several: the gradient goes to the first that is it. */
function extreme(holds: (a: Tensor, b: Tensor) => Tensor): GradientRule {
  const ofTwo = binary((upstream, a, b) => {
    const first = cast(holds(a, b), upstream.dtype);
    return [() => mul(upstream, first), () => mul(upstream, sub(1, first))];
  });
  return (node, upstreams, wanted) => {
    if (node.inputs.length === 2) return ofTwo(node, upstreams, wanted);
    const [upstream] = upstreams as [Tensor];
    let open: Tensor | undefined;
    return node.inputs.map((_, position) => {
      const x = input(node, position);
      const hit = equal(x, node.outputs[0] as Tensor);
      const chosen = open ? and(open, hit) : hit;
      open = open ? and(open, not(hit)) : not(hit);
      return sumTo(mul(upstream, cast(chosen, upstream.dtype)), x.shape);
    });
  };
}

/** x^y: a constant exponent is one number, written into the graph; otherwise both have their gradients. */
const power = ofFirst((upstream, node, wanted) => {
  const [x, y] = [input(node, 0), input(node, 1)];
  const [exponent] = y.values ?? [];
  if (!wanted[1] && y.values?.length === 1 && typeof exponent === 'number')
    return [sumTo(mul(upstream, mul(pow(x, exponent - 1), exponent)), x.shape)];
  const output = node.outputs[0] as Tensor;
  const exponents = cast(y, x.dtype);
  const lower = apply('Pow', [x, sub(exponents, 1)], { dtype: x.dtype, shape: output.shape });
  const dx = sumTo(mul(upstream, mul(lower, exponents)), x.shape);
  if (!wanted[1]) return [dx];
  // At 0 the power does not change with its exponent, and the logarithm would spoil it.
  const slope = where(equal(x, 0), 0, mul(output, log(where(equal(x, 0), 1, x))));
  return [dx, sumTo(mul(upstream, slope), y.shape)];
});

const piecewise = { constant: 'it is constant between jumps' };

export const arithmeticRules = {
  Abs: unary((upstream, x) => mul(upstream, apply('Sign', [x], x))),
  Add: binary((upstream) => [() => upstream, () => upstream]),
  Ceil: piecewise,
  Cos: unary((upstream, x) => neg(mul(upstream, apply('Sin', [x], x)))),
  Div: binary((upstream, _, b, output) => {
    const da = div(upstream, b);
    return [() => da, () => neg(mul(da, output))];
  }),
  Erf: unary((upstream, x) => mul(upstream, mul(exp(neg(square(x))), 2 / Math.sqrt(Math.PI)))),
  Exp: unary((upstream, _, output) => mul(upstream, output)),
  Floor: piecewise,
  Log: unary((upstream, x) => div(upstream, x)),
  Max: extreme(greaterOrEqual),
  Min: extreme(lessOrEqual),
  Mul: binary((upstream, a, b) => [() => mul(upstream, b), () => mul(upstream, a)]),
  Neg: unary((upstream) => neg(upstream)),
  Pow: power,
  Reciprocal: unary((upstream, _, output) => neg(mul(upstream, square(output)))),
  Round: piecewise,
  Sign: piecewise,
  Sin: unary((upstream, x) => mul(upstream, apply('Cos', [x], x))),
  Sqrt: unary((upstream, _, output) => div(mul(upstream, 0.5), output)),
  Sub: binary((upstream) => [() => upstream, () => neg(upstream)]),
  Sum: ofFirst((upstream, { inputs }, wanted) =>
    inputs.map((each, at) => (each && wanted[at] ? sumTo(upstream, each.shape) : undefined)),
  ),
  Tanh: unary((upstream, _, output) => mul(upstream, sub(1, square(output)))),
} satisfies Rules;
