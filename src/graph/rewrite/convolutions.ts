/** @file The convolutions of a model that are worth another precision: those of a network, not those on the image itself. */
import { dimsOf, float32Values } from '../constants.ts';
import { type ModelProto, type NodeProto, type TensorProto, toNumber } from '../onnx.ts';

/**
 * Fewer input channels than this are an image's, or filters on one: they take little time, and their small differences between
 * large numbers are what rounding hurts most.
 */
const leastChannels = 8;

/** A convolution with constant weights. */
export interface WeightedConvolution {
  readonly node: NodeProto;
  readonly weight: TensorProto;
  /** Row-major, `dims[0]` output channels first. */
  readonly values: Float32Array;
  readonly dims: readonly number[];
  /** By output channel; undefined where it has none. */
  readonly bias: Float32Array | undefined;
}

/** By node, in the order of the model. */
export function networkConvolutions({ graph }: ModelProto): Map<NodeProto, WeightedConvolution> {
  const constants = new Map((graph.initializer ?? []).map((each) => [each.name ?? '', each]));
  const found = new Map<NodeProto, WeightedConvolution>();
  for (const node of graph.node ?? []) {
    if (node.opType !== 'Conv') continue;
    const weight = constants.get(node.input?.[1] ?? '');
    const values = weight && float32Values(weight);
    if (!weight || !values) continue;
    const biasName = node.input?.[2] ?? '';
    const biasConstant = constants.get(biasName);
    const bias = biasConstant && float32Values(biasConstant);
    if (biasName !== '' && !bias) continue;
    const dims = dimsOf(weight);
    const groups = toNumber(node.attribute?.find(({ name }) => name === 'group')?.i ?? 1);
    if ((dims[1] ?? 0) * groups < leastChannels) continue;
    found.set(node, { node, weight, values, dims, bias });
  }
  return found;
}
