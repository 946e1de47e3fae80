/**
 * @file Batch norm in use is a scale and a shift by channel; behind a convolution both go into its weights. Whoever rounds weights
 * has to do this first: what is rounded must be the weights that are used.
 */
import { dimsOf, float32Constant, float32Values } from '../constants.ts';
import { countUses, freshNames, withoutUnusedConstants } from '../names.ts';
import type { ModelProto, NodeProto, TensorProto } from '../onnx.ts';

/** The default of ONNX's BatchNormalization. */
const defaultEpsilon = 1e-5;

/** The same model, with every batch norm that alone reads a convolution's result folded into that convolution. */
export function foldBatchNorms(model: ModelProto): ModelProto {
  const { graph } = model;
  const uses = countUses(graph);
  const fresh = freshNames(model);
  const constants = new Map((graph.initializer ?? []).map((each) => [each.name ?? '', each]));
  const convolutions = new Map<string, number>();
  const nodes: NodeProto[] = [];
  const made: TensorProto[] = [];
  for (const node of graph.node ?? []) {
    const [source = ''] = node.input ?? [];
    const at = convolutions.get(source);
    const folded =
      node.opType === 'BatchNormalization' && at !== undefined && uses.get(source) === 1
        ? fold(nodes[at] as NodeProto, node, constants, fresh)
        : undefined;
    if (folded && at !== undefined) {
      nodes[at] = folded.node;
      made.push(...folded.constants);
      continue;
    }
    if (node.opType === 'Conv') convolutions.set(node.output?.[0] ?? '', nodes.length);
    nodes.push(node);
  }
  return withoutUnusedConstants({
    ...model,
    graph: { ...graph, node: nodes, initializer: [...(graph.initializer ?? []), ...made] },
  });
}

/** A convolution with the batch norm behind it in its weights; undefined where one of them is not a float32 constant. */
function fold(
  convolution: NodeProto,
  norm: NodeProto,
  constants: ReadonlyMap<string, TensorProto>,
  fresh: (stem: string) => string,
) {
  const [source = '', weightName = '', biasName = ''] = convolution.input ?? [];
  const weight = constants.get(weightName);
  const values = weight && float32Values(weight);
  const [gain, shift, mean, variance] = (norm.input ?? []).slice(1).map((name) => {
    const constant = constants.get(name);
    return constant && float32Values(constant);
  });
  const biasConstant = constants.get(biasName);
  const bias = biasName === '' ? undefined : biasConstant && float32Values(biasConstant);
  if (!weight || !values || !gain || !shift || !mean || !variance || (biasName !== '' && !bias))
    return undefined;
  const epsilon = norm.attribute?.find(({ name }) => name === 'epsilon')?.f ?? defaultEpsilon;
  const dims = dimsOf(weight);
  const each = values.length / gain.length;
  const scale = gain.map((value, channel) => value / Math.sqrt((variance[channel] as number) + epsilon));
  const weights = values.map((value, index) => value * (scale[Math.floor(index / each)] as number));
  const offsets = shift.map(
    (value, channel) =>
      value + ((bias?.[channel] ?? 0) - (mean[channel] as number)) * (scale[channel] as number),
  );
  const names = [fresh(`${weightName}/folded`), fresh(`${weightName}/folded_bias`)] as const;
  return {
    node: { ...convolution, input: [source, ...names], output: [norm.output?.[0] ?? ''] },
    constants: [
      float32Constant(names[0], dims, weights),
      float32Constant(names[1], [offsets.length], offsets),
    ],
  };
}
