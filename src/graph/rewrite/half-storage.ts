/**
 * @file Large constants kept in half the bytes: stored as float16, with a Cast to float32 that an engine does once while loading. What
 * is computed stays float32; the constants are rounded to 11 bits.
 */
import { squaredLengths } from '../../core/arrays.ts';
import { floatsToHalves, halvesToFloats } from '../../core/half.ts';
import { dimsOf, float16Constant, float32Constant, float32Values } from '../constants.ts';
import { freshNames } from '../names.ts';
import { attributeType, type ModelProto, type NodeProto, type TensorProto } from '../onnx.ts';
import { dtypeCode } from '../tensor.ts';

/** Smaller ones are not worth a node. */
const leastElements = 16_384;
/** The largest number that a half can hold. */
export const largestHalf = 65_504;

/**
 * Stores float32 matrices (and tensors of more axes) as halves. Vectors stay: they are small, and squared lengths among them go beyond
 * what a half can hold. Squared lengths of a matrix's rows, or of their first columns, become those of the rounded rows: distances are worked out of both.
 */
export function storeInHalf(model: ModelProto): ModelProto {
  const fresh = freshNames(model);
  const casts: NodeProto[] = [];
  const constants = model.graph.initializer ?? [];
  const lengths = new Map<TensorProto, Float32Array>();
  const initializer = constants.map((constant): TensorProto => {
    const dims = dimsOf(constant);
    const values = dims.length < 2 ? undefined : float32Values(constant);
    if (!values || values.length < leastElements) return constant;
    if (!values.every((value) => Math.abs(value) <= largestHalf)) return constant;
    const name = constant.name ?? '';
    const stored = fresh(`${name}/half`);
    casts.push(castTo('float32', stored, name));
    for (const vector of constants) {
      const columns = columnsOfLengths(vector, dims, values);
      if (columns !== undefined)
        lengths.set(vector, squaredLengths(halvesToFloats(floatsToHalves(values)), dims[1]!, columns));
    }
    return float16Constant(stored, dims, values);
  });
  const matching = initializer.map((constant) => {
    const own = lengths.get(constant);
    return own ? float32Constant(constant.name ?? '', dimsOf(constant), own) : constant;
  });
  return {
    ...model,
    graph: { ...model.graph, node: [...casts, ...(model.graph.node ?? [])], initializer: matching },
  };
}

/**
 * Along how many of a matrix's first columns a vector holds the squared lengths of its rows, as the memory bank compares some components first.
 * @returns undefined where it holds something else
 */
function columnsOfLengths(
  vector: TensorProto,
  dims: readonly number[],
  values: Float32Array,
): number | undefined {
  const own = dimsOf(vector);
  const [rows = 0, width = 0] = dims;
  if (dims.length !== 2 || own.length !== 1 || own[0] !== rows) return undefined;
  const numbers = float32Values(vector);
  if (!numbers) return undefined;
  const isLength = (found: number, expected: number) => Math.abs(found - expected) <= 1e-4 * expected;
  // The first row says which numbers of columns are possible.
  const first = values.subarray(0, width);
  for (let columns = width; columns > 0; columns--) {
    if (!isLength(numbers[0]!, squaredLengths(first, width, columns)[0]!)) continue;
    const expected = squaredLengths(values, width, columns);
    if (numbers.every((value, row) => isLength(value, expected[row]!))) return columns;
  }
  return undefined;
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
