/**
 * @file Nodes written for an older ONNX operator set, said in ours, since one file can only use one set.
 *
 * Covers what convolutional networks and vision transformers are made of, from operator set 7 on. Operators whose meaning
 * did not change pass; those that changed are rewritten (upgrade-nodes.ts); any other is refused rather than guessed at.
 */
import { withTypes } from '../attributes.ts';
import type { FileValues } from '../file-values.ts';
import { readNames } from '../names.ts';
import type { NodeProto } from '../onnx.ts';
import { changed, type MakeConstant, notUpgradable, type UpgradeContext } from './upgrade-nodes.ts';

/** Operators that mean the same in every set from 7 to 18 in which they exist, for the uses that occur in networks. */
const unchanged = new Set(
  `Abs Acos Acosh Add And ArgMax ArgMin Asin Asinh Atan Atanh AveragePool Cast Ceil Celu Compress Concat Constant
  ConstantOfShape Conv ConvInteger ConvTranspose Cos Cosh CumSum DepthToSpace DequantizeLinear Div Einsum Elu Equal Erf Exp Expand
  EyeLike Flatten Floor GRU Gather GatherElements GatherND Gemm GlobalAveragePool GlobalMaxPool Greater GreaterOrEqual GridSample
  HardSigmoid HardSwish Identity InstanceNormalization IsInf IsNaN LRN LSTM LayerNormalization LeakyRelu Less LessOrEqual Log
  LpNormalization MatMul MatMulInteger Max MaxPool MaxUnpool Mean Min Mish Mod Mul Neg NonZero Not OneHot Or PRelu Pow
  QLinearConv QLinearMatMul QuantizeLinear RNN Range Reciprocal Relu Reshape ReverseSequence Round ScatterElements ScatterND Selu
  Shape Shrink Sigmoid Sign Sin Sinh Size Softplus Softsign SpaceToDepth Sqrt Sub Sum Tan Tanh ThresholdedRelu Tile Transpose Trilu
  Where Xor`.split(/\s+/),
);

/**
 * Rewrites nodes from one operator set to a newer one.
 * @param makeConstant - adds a constant to the file
 * @param values - what is known of the file's values; it is told of every node that comes out
 * @throws MODEL_UNSUITABLE naming the operator that has no known translation
 */
export function upgradeNodes(
  nodes: readonly NodeProto[],
  from: number,
  to: number,
  makeConstant: MakeConstant,
  values?: Pick<FileValues, 'of' | 'see'>,
): NodeProto[] {
  if (from < 7 || from > to) notUpgradable(`it uses operator set ${from}; sets 7 to ${to} can be read`);
  const context: UpgradeContext = {
    from,
    makeConstant,
    of: (name) => values?.of(name),
    read: new Set(nodes.flatMap(readNames)),
  };
  return nodes.flatMap((said) => {
    const node = typed(said);
    const { domain, opType } = node;
    if (domain && domain !== 'ai.onnx') notUpgradable(`its operator ${domain}.${opType} is not standard`);
    const upgraded = from === to ? [node] : upgrade(node, context);
    for (const each of upgraded) values?.see(each);
    return upgraded;
  });
}

/** The node with the types of its attributes; what the file leaves open is not guessed at. */
function typed(node: NodeProto): NodeProto {
  const attribute = withTypes(node.attribute ?? []);
  if (attribute === node.attribute || attribute.length === 0) return node;
  const open = attribute.find(({ type }) => !type);
  if (open)
    notUpgradable(
      `${open.name} of its ${node.opType} has neither a type nor a value that tells it; export it anew`,
    );
  return { ...node, attribute: [...attribute] };
}

function upgrade(node: NodeProto, context: UpgradeContext): readonly NodeProto[] {
  const { opType } = node;
  const change = Object.hasOwn(changed, opType) ? changed[opType] : undefined;
  if (change) return change(node, context);
  if (!unchanged.has(opType))
    notUpgradable(
      `its operator ${opType} of set ${context.from} cannot be converted; export it with operator set 18`,
    );
  return [node];
}
