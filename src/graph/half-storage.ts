/**
 * @file Large constants kept in half the bytes: stored as float16, with a Cast to float32 that an engine does once while loading. What
 * is computed stays float32; the constants are rounded to 11 bits.
 */
import { dimsOf, float16Constant, float32Values } from './constants.ts';
import { freshNames } from './names.ts';
import { attributeType, type ModelProto, type NodeProto, type TensorProto } from './onnx.ts';
import { dtypeCode } from './tensor.ts';

/** Smaller ones are not worth a node. */
const leastElements = 16_384;
/** The largest number that a half can hold. */
export const largestHalf = 65_504;

/**
 * Stores float32 matrices (and tensors of more axes) as halves. Vectors stay: they are small, and squared lengths among them go beyond
 * what a half can hold.
 */
export function storeInHalf(model: ModelProto): ModelProto {
  const fresh = freshNames(model);
  const casts: NodeProto[] = [];
  const initializer = (model.graph.initializer ?? []).map((constant): TensorProto => {
    const dims = dimsOf(constant);
    const values = dims.length < 2 ? undefined : float32Values(constant);
    if (!values || values.length < leastElements) return constant;
    if (!values.every((value) => Math.abs(value) <= largestHalf)) return constant;
    const name = constant.name ?? '';
    const stored = fresh(`${name}/half`);
    casts.push(castTo('float32', stored, name));
    return float16Constant(stored, dims, values);
  });
  return { ...model, graph: { ...model.graph, node: [...casts, ...(model.graph.node ?? [])], initializer } };
}

/** A node that changes the type of a value. */
export function castTo(dtype: 'float16' | 'float32', from: string, to: string): NodeProto {
  return {
    opType: 'Cast',
    input: [from],
    output: [to],
    attribute: [{ name: 'to', type: attributeType.INT, i: dtypeCode[dtype] }],
  };
}
