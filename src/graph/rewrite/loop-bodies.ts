/**
 * @file Rewrites of a network that lies in the body of a Loop, as one that is given tiles does: a body is rewritten as if it were a model, with the constants of
 * the model around it.
 */
import { withoutUnusedConstants } from '../names.ts';
import type { GraphProto, ModelProto, NodeProto } from '../onnx.ts';

/** The bodies of a model's Loops, as models. */
export function bodiesOf(model: ModelProto): ModelProto[] {
  return (model.graph.node ?? []).flatMap((node) => bodyOf(node).map((body) => asModel(model, body)));
}

/**
 * The model with each of its Loops' bodies rewritten. Constants that are added stay in the body: of scales that lie around it ONNX Runtime makes
 * convolutions of whole numbers whose inputs are missing.
 */
export function withBodies(model: ModelProto, rewrite: (body: ModelProto) => ModelProto): ModelProto {
  const { graph } = model;
  const around = new Set(graph.initializer ?? []);
  const node = (graph.node ?? []).map((each) =>
    withBody(each, (body) => {
      const { initializer = [], ...rest } = rewrite(asModel(model, body)).graph;
      const own = initializer.filter((constant) => !around.has(constant));
      return { ...rest, ...(own.length > 0 && { initializer: own }) };
    }),
  );
  return withoutUnusedConstants({ ...model, graph: { ...graph, node } });
}

function asModel({ graph, ...model }: ModelProto, body: GraphProto): ModelProto {
  const initializer = [...(graph.initializer ?? []), ...(body.initializer ?? [])];
  return { ...model, graph: { ...body, initializer } };
}

/** A node with another body; as it is where it is no Loop. */
export function withBody(node: NodeProto, change: (body: GraphProto) => GraphProto): NodeProto {
  if (node.opType !== 'Loop') return node;
  const attribute = (node.attribute ?? []).map((each) => (each.g ? { ...each, g: change(each.g) } : each));
  return { ...node, attribute };
}

function bodyOf({ opType, attribute = [] }: NodeProto): GraphProto[] {
  return opType === 'Loop' ? attribute.flatMap(({ g }) => g ?? []) : [];
}
