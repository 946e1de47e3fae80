/**
 * @file Reverse-mode differentiation of a graph: walks the nodes from a value back to chosen ones, asks each node's
 * own rule (beside its operation in ops/) and sums what arrives at a value used more than once. The gradient is more
 * nodes of the same graph.
 */
import { CladError } from '../core/errors.ts';
import { type Node, nodeText } from './graph.ts';
import { add } from './ops/elementwise.ts';
import { elementCount, knownShape, refuse, type Tensor } from './tensor.ts';

/**
 * The derivatives of one number with respect to values it was computed from.
 * @param value - a tensor of one element
 * @param targets - inputs, Loop state or intermediate values, of any floating type
 * @returns one tensor of each target's shape; zeros where `value` does not depend on the target
 * @throws GRAPH_NO_GRADIENT when an operation between them has no rule
 */
export function gradients(value: Tensor, targets: readonly Tensor[]): Tensor[] {
  const count = elementCount(knownShape('gradients', value.shape));
  if (count !== 1) refuse('gradients', 'only a single number can be differentiated', value.shape);
  const { graph } = value;
  const order = pathNodes(value, new Set(targets));
  const arrived = new Map<Tensor, Tensor>();
  const one = graph.constant(
    'one',
    [1],
    value.shape.map(() => 1),
    value.dtype,
  );
  arrived.set(value, one);
  for (const node of order) {
    const upstream = node.outputs.map((output) => arrived.get(output));
    if (upstream.every((gradient) => gradient === undefined)) continue;
    if (!node.gradient) throw new CladError('GRAPH_NO_GRADIENT', { operation: nodeText(node) });
    node.gradient(upstream, node).forEach((gradient, index) => {
      const source = node.sources[index];
      if (!source || !gradient) return;
      const before = arrived.get(source);
      arrived.set(source, before ? add(before, gradient) : gradient);
    });
  }
  return targets.map(
    (target) =>
      arrived.get(target) ??
      graph.constant(
        'zeros',
        new Float32Array(elementCount(knownShape('gradients', target.shape))),
        knownShape('gradients', target.shape),
        target.dtype,
      ),
  );
}

/** The nodes between the targets and the value, last first, so that every use of a value is seen before its producer. */
function pathNodes(value: Tensor, targets: ReadonlySet<Tensor>): Node[] {
  const reaches = new Map<Tensor, boolean>();
  const order: Node[] = [];
  const done = new Set<Node>();

  const visit = (tensor: Tensor): boolean => {
    const known = reaches.get(tensor);
    if (known !== undefined) return known;
    let found = targets.has(tensor);
    const node = tensor.producer;
    if (node && !node.constant) {
      let below = false;
      for (const source of node.sources) {
        if (source && visit(source)) below = true;
      }
      if (below && !done.has(node)) {
        done.add(node);
        order.push(node);
      }
      found ||= below;
    }
    reaches.set(tensor, found);
    return found;
  };

  visit(value);
  return order.reverse();
}
