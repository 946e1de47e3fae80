/**
 * @file Nodes written for an older ONNX operator set, said in ours, since one file can only use one set.
 *
 * Covers what convolutional networks and vision transformers are made of, from operator set 7 on. Operators whose meaning
 * did not change pass; those that changed are rewritten; any other is refused rather than guessed at.
 */
import { CladError } from '../../core/errors.ts';
import { type AttributeProto, type NodeProto, toNumber } from '../onnx.ts';

/** Adds a vector of 64-bit integers to the file and returns its name. */
export type MakeIntegers = (stem: string, values: readonly number[]) => string;

/** Operators that mean the same in every set from 7 to 18, for the uses that occur in networks. */
const unchanged = new Set(
  `Abs Add And ArgMax AveragePool Cast Ceil Concat Constant ConstantOfShape Conv ConvTranspose CumSum DepthToSpace Div
  Einsum Elu Equal Erf Exp Expand Flatten Floor Gather GatherElements GatherND Gemm GlobalAveragePool GlobalMaxPool Greater
  GreaterOrEqual HardSigmoid HardSwish Identity InstanceNormalization LRN LayerNormalization LeakyRelu Less LessOrEqual Log MatMul
  Max MaxPool Min Mish Mul Neg Not Or PRelu Pow Range Reciprocal Relu Reshape ScatterND Selu Shape Sigmoid Sign Sin Cos
  Size Slice Softplus SpaceToDepth Sqrt Sub Sum Tanh Tile Transpose Where`.split(/\s+/),
);

/**
 * Rewrites nodes from one operator set to a newer one.
 * @throws MODEL_UNSUITABLE naming the operator that has no known translation
 */
export function upgradeNodes(
  nodes: readonly NodeProto[],
  from: number,
  to: number,
  integers: MakeIntegers,
): NodeProto[] {
  if (from === to) return [...nodes];
  if (from < 7 || from > to) {
    refuse(`it uses operator set ${from}; sets 7 to ${to} can be read`);
  }
  return nodes.map((node) => upgrade(node, from, integers));
}

function upgrade(node: NodeProto, from: number, integers: MakeIntegers): NodeProto {
  if (node.domain && node.domain !== 'ai.onnx')
    refuse(`its operator ${node.domain}.${node.opType} is not standard`);
  const stem = node.output?.[0] ?? node.opType;
  const attributeInput = (name: string, position: number): NodeProto => {
    const values = take(node, name)?.map(toNumber);
    if (!values) return node;
    const input = [...(node.input ?? [])];
    while (input.length < position) input.push('');
    input[position] = integers(stem, values);
    return { ...node, input, attribute: without(node, name) };
  };
  switch (node.opType) {
    case 'BatchNormalization':
      // `spatial` (before 9) was 1 in every network; outputs beside the first exist in training only.
      return { ...node, output: (node.output ?? []).slice(0, 1), attribute: without(node, 'spatial') };
    case 'Dropout':
      return {
        ...node,
        opType: 'Identity',
        input: (node.input ?? []).slice(0, 1),
        output: [stem],
        attribute: [],
      };
    case 'Squeeze':
    case 'Unsqueeze':
    case 'ReduceSum':
      return from < 13 ? attributeInput('axes', 1) : node;
    case 'ReduceMean':
    case 'ReduceMax':
    case 'ReduceMin':
    case 'ReduceL2':
    case 'ReduceProd':
      return from < 18 ? attributeInput('axes', 1) : node;
    case 'Split':
      return withPartsSaid(from < 13 ? attributeInput('split', 1) : node);
    case 'Softmax':
    case 'LogSoftmax':
      if (from < 13 && !hasAxis(node, -1))
        refuse(`its ${node.opType} flattens its input, as before operator set 13`);
      return node;
    case 'Clip':
    case 'Pad':
    case 'Upsample':
    case 'Resize':
      if (from < (node.opType === 'Resize' ? 13 : 11)) {
        refuse(
          `its operator ${node.opType} is of set ${from}; export the file with operator set 13 or newer`,
        );
      }
      return node;
    case 'Slice':
      if (from < 10)
        refuse(`its operator Slice is of set ${from}; export the file with operator set 13 or newer`);
      return node;
    default:
      if (!unchanged.has(node.opType)) {
        refuse(
          `its operator ${node.opType} of set ${from} cannot be converted; export it with operator set 18`,
        );
      }
      return node;
  }
}

/** A Split into equal parts, which was the default until 18; since then their number is said. */
function withPartsSaid(split: NodeProto): NodeProto {
  if ((split.input ?? []).length > 1) return split;
  const parts = integer('num_outputs', (split.output ?? []).length);
  return { ...split, attribute: [...(split.attribute ?? []), parts] };
}

function refuse(reason: string): never {
  throw new CladError('MODEL_UNSUITABLE', { reason });
}

function take(node: NodeProto, name: string) {
  return (node.attribute ?? []).find((attribute) => attribute.name === name)?.ints;
}

function without(node: NodeProto, name: string): AttributeProto[] {
  return (node.attribute ?? []).filter((attribute) => attribute.name !== name);
}

function integer(name: string, value: number): AttributeProto {
  return { name, type: 2, i: value };
}

function hasAxis(node: NodeProto, axis: number): boolean {
  const attribute = (node.attribute ?? []).find(({ name }) => name === 'axis');
  return attribute?.i !== undefined && toNumber(attribute.i) === axis;
}
