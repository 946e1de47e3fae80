/**
 * @file A network's convolutions in half precision, and what lies between them. Everything else keeps its float32: what is done to the
 * image, and all that comes after the network, where small differences between large numbers decide.
 */
import { dimsOf, float16Constant, float32Values } from '../constants.ts';
import { countUses, freshNames, withoutUnusedConstants } from '../names.ts';
import type { ModelProto, NodeProto, TensorProto } from '../onnx.ts';
import { networkConvolutions } from './convolutions.ts';
import { castTo, largestHalf } from './half-storage.ts';

/** Operators that may stay in half precision where all that they compute with is: they add or choose, but sum over few values. */
const carriers = new Set([
  'Relu',
  'LeakyRelu',
  'Clip',
  'MaxPool',
  'Add',
  'Mul',
  'Concat',
  'Identity',
  'BatchNormalization',
]);

/**
 * Converts a model.
 * @param model - with its batch norms folded
 */
export function toHalfPrecision(model: ModelProto): ModelProto {
  const { graph } = model;
  const fresh = freshNames(model);
  const constants = new Map((graph.initializer ?? []).map((each) => [each.name ?? '', each]));
  const chosen = halfNodes(model, constants);
  const floatReads = readInFloat(model, chosen);
  /** Name of the half that stands for a float32 value. */
  const halves = new Map<string, string>();
  const made: TensorProto[] = [];
  const nodes: NodeProto[] = [];

  const halfOf = (name: string): string => {
    if (name === '') return '';
    let half = halves.get(name);
    if (half === undefined) {
      half = fresh(`${name}/half`);
      halves.set(name, half);
      const constant = constants.get(name);
      if (constant)
        made.push(float16Constant(half, dimsOf(constant), float32Values(constant) as Float32Array));
      else nodes.push(castTo('float16', name, half));
    }
    return half;
  };

  for (const node of graph.node ?? []) {
    if (!chosen.has(node)) {
      nodes.push(node);
      continue;
    }
    const input = (node.input ?? []).map(halfOf);
    const [name = ''] = node.output ?? [];
    const half = fresh(`${name}/half`);
    halves.set(name, half);
    nodes.push({ ...node, input, output: [half] });
    if (floatReads.has(name)) nodes.push(castTo('float32', half, name));
  }
  return withoutUnusedConstants({
    ...model,
    graph: { ...graph, node: nodes, initializer: [...(graph.initializer ?? []), ...made] },
  });
}

/** The nodes to convert: convolutions of the network, and carriers of what comes from them alone. */
function halfNodes(model: ModelProto, constants: ReadonlyMap<string, TensorProto>): Set<NodeProto> {
  const convolutions = networkConvolutions(model);
  const chosen = new Set<NodeProto>();
  const halfValues = new Set<string>();
  const convertible = (name: string) => {
    const constant = constants.get(name);
    const values = constant && float32Values(constant);
    return values?.every((value) => Math.abs(value) <= largestHalf) ?? false;
  };
  for (const node of model.graph.node ?? []) {
    const inputs = (node.input ?? []).filter((name) => name !== '');
    // A second output, as the places of a MaxPool, is no half.
    if ((node.output ?? []).slice(1).some((name) => name !== '')) continue;
    const carried =
      carriers.has(node.opType) &&
      inputs.some((name) => halfValues.has(name)) &&
      inputs.every((name) => halfValues.has(name) || convertible(name));
    const convolved = convolutions.has(node) && inputs.slice(1).every(convertible);
    if (!carried && !convolved) continue;
    chosen.add(node);
    halfValues.add(node.output?.[0] ?? '');
  }
  return chosen;
}

/** Values that a node left in float32, or an output of the graph, reads. */
function readInFloat({ graph }: ModelProto, chosen: ReadonlySet<NodeProto>): Set<string> {
  const rest = (graph.node ?? []).filter((node) => !chosen.has(node));
  return new Set(countUses({ ...graph, node: rest }).keys());
}
