/**
 * @file Reverse-mode differentiation of a graph: walks the nodes from a value back to chosen ones, asks the rule of each node's
 * operator (rules/) and sums what arrives at a value used more than once. The gradient is more nodes of the same graph.
 */
import { CladError } from '../core/errors.ts';
import { type Node, nodeText } from './node.ts';
import { add, mul } from './ops/elementwise.ts';
import { isConstant, ruleOf } from './rules/index.ts';
import { noGradient } from './rules/rule.ts';
import { zerosLike } from './rules/sizes.ts';
import { elementCount, isFloating, knownShape, refuse, shapeText, type Tensor } from './tensor.ts';

/**
 * The derivatives of one number with respect to values it was computed from.
 * @param value - a tensor of one element
 * @param targets - inputs, Loop state, constants or intermediate values, of any floating type
 * @returns one tensor of each target's shape; zeros where `value` does not depend on the target
 * @throws GRAPH_NO_GRADIENT when an operation between them has no rule, or a Loop's turns would have to be gone back through
 */
export function gradients(value: Tensor, targets: readonly Tensor[]): Tensor[] {
  const count = elementCount(knownShape('gradients', value.shape));
  if (count !== 1) refuse('gradients', 'only a single number can be differentiated', value.shape);
  for (const target of targets) checkTarget(value, target);
  const { graph } = value;
  const { order, reaches } = pathTo(value, targets);
  /** By name: the same value may be known under several shapes. */
  const arrived = new Map<string, Tensor>();
  const one = graph.constant(
    'one',
    [1],
    value.shape.map(() => 1),
    value.dtype,
  );
  arrived.set(value.name, one);
  for (const node of order) {
    const upstream = node.outputs.map((output) => arrived.get(output.name));
    if (upstream.every((gradient) => gradient === undefined)) continue;
    const sources = sourcesOf(node);
    gradientsOf(node, upstream, sources, reaches).forEach((gradient, index) => {
      const source = sources[index];
      if (!source || !gradient) return;
      const fitted = shapedAs(originalOf(source), gradient, node);
      const before = arrived.get(source.name);
      arrived.set(source.name, before ? add(before, fitted) : fitted);
    });
  }
  return targets.map((target) => {
    const found = arrived.get(target.name);
    return found ? shapedAs(target, found) : zeros(value, target);
  });
}

function gradientsOf(
  node: Node,
  upstream: readonly (Tensor | undefined)[],
  sources: readonly (Tensor | undefined)[],
  reaches: ReadonlyMap<string, boolean>,
) {
  if (node.given) return [mul(upstream[0] as Tensor, node.given.gradient)];
  if (node.attached?.unknownShape !== undefined) refuseUnknown(node);
  const slopes = node.own ? node.own(upstream) : ruleOf(node)(node, upstream);
  // All of a node before they are summed, and only those that lead to a target.
  return sources.map((source, index) => (source && reaches.get(source.name) ? slopes[index]?.() : undefined));
}

/** What a node's gradients are for. */
function sourcesOf(node: Node): readonly (Tensor | undefined)[] {
  return node.given ? [node.given.of] : node.inputs;
}

function zeros({ graph }: Tensor, target: Tensor): Tensor {
  const sizes = target.shape.filter((size) => typeof size === 'number');
  if (sizes.length < target.shape.length) return zerosLike(target);
  return graph.constant('zeros', new Float32Array(elementCount(sizes)), sizes, target.dtype);
}

function checkTarget(value: Tensor, target: Tensor): void {
  if (!isFloating(target.dtype))
    refuse('gradients', `${target.name} is of type ${target.dtype}`, target.shape);
  if (value.graph.sees(target.graph)) return;
  if (!target.graph.sees(value.graph))
    refuse('gradients', `${target.name} belongs to another graph`, target.shape);
  throw new CladError('GRAPH_NO_GRADIENT', {
    operation: `gradients by ${target.name}`,
    reason: "it lies in a Loop's body and has another value at each turn; differentiate inside that body",
  });
}

/** Refuses at the first node of a file whose shapes could not be worked out: the others follow from it. */
function refuseUnknown(node: Node): never {
  const earlier = node.inputs.find((source) => source?.producer?.attached?.unknownShape !== undefined);
  if (earlier?.producer) refuseUnknown(earlier.producer);
  ruleOf(node);
  noGradient(node, `the shape of ${node.attached?.unknownShape} could not be worked out`);
}

/** A value as its node knows it: elsewhere the names of its sizes may be others. */
function originalOf(tensor: Tensor): Tensor {
  return tensor.producer?.outputs.find(({ name }) => name === tensor.name) ?? tensor;
}

/** A gradient with its value's names of sizes. Sums broadcast: of a wrong shape it would be wrong numbers and no error. */
function shapedAs({ name, shape, producer }: Tensor, gradient: Tensor, node?: Node): Tensor {
  // Refused when its node is come to.
  if (producer?.attached?.unknownShape !== undefined) return gradient;
  if (shapeText(shape) === shapeText(gradient.shape)) return gradient;
  const fits =
    shape.length === gradient.shape.length &&
    shape.every((size, axis) => {
      const other = gradient.shape[axis];
      return size === other || typeof size === 'string' || typeof other === 'string' || other === -1;
    });
  if (fits) return { ...gradient, shape };
  if (producer?.attached)
    refuse(
      'gradients',
      `${name} is said to have another shape than its file gives it`,
      gradient.shape,
      shape,
    );
  const shapes = `${shapeText(gradient.shape)} for ${name} ${shapeText(shape)}`;
  const rule = node ? `the rule of ${nodeText(node)}` : 'a rule';
  throw new CladError('INTERNAL', { reason: `${rule} gave a gradient of shape ${shapes}.` });
}

/** The nodes between the targets and the value, last first, so that every use of a value is seen before its producer. */
function pathTo(value: Tensor, targets: readonly Tensor[]) {
  const wanted = new Set(targets.map(({ name }) => name));
  const outermost = Math.min(...targets.map(({ graph }) => graph.depth));
  const reaches = new Map<string, boolean>();
  const order: Node[] = [];
  const done = new Set<Node>();

  const visit = (tensor: Tensor): boolean => {
    const known = reaches.get(tensor.name);
    if (known !== undefined) return known;
    let found = wanted.has(tensor.name);
    const node = tensor.producer;
    if (!node) checkState(tensor);
    else if (!node.stopped && !isConstant(node, tensor)) {
      let below = false;
      for (const source of [...sourcesOf(node), ...readInside(node)]) {
        if (source && visit(source)) below = true;
      }
      if (below && !done.has(node)) {
        done.add(node);
        order.push(node);
      }
      found ||= below;
    }
    reaches.set(tensor.name, found);
    return found;
  };

  /** The state of a Loop around the value comes from earlier turns, which may have used what lies outside. */
  const checkState = (tensor: Tensor) => {
    const { graph } = tensor;
    if (!isFloating(tensor.dtype) || graph.depth <= outermost || !value.graph.sees(graph)) return;
    throw new CladError('GRAPH_NO_GRADIENT', {
      operation: `Loop with the state ${tensor.name}`,
      reason:
        'a value outside was asked for, and earlier turns may have carried it into the state; where they shall not count, use stopGradient on the state',
    });
  };

  visit(value);
  return { order: order.reverse(), reaches };
}

/** What the bodies of a node give out: through them it may depend on values that are not its inputs. */
function readInside(node: Node): readonly Tensor[] {
  const bodies = Object.values(node.attributes).flatMap((value) => ('graph' in value ? [value.graph] : []));
  return [
    ...bodies.flatMap((body) => body.outputs.map((output) => output.value)),
    ...(node.attached?.captured ?? []),
  ];
}
