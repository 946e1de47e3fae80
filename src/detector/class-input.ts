/**
 * @file A detector file opened so that the class of each image may be given with it. In the file the class is a constant that says "undecided", so that any
 * ONNX runtime needs nothing but `image`; here the same bytes get it as a second input.
 *
 * ONNX has optional inputs, which are a constant and an input at once, but ONNX Runtime's packages for JavaScript pass over what they are fed for such a
 * one. And the bytes are cut rather than decoded and encoded: a file has a hundred megabytes, and a page has no library for its format.
 */
import { joined } from '../core/arrays.ts';
import { classGiven, undecided } from '../features/memory-bank/class-given.ts';
import { fieldHead, fieldsOf } from '../graph/wire.ts';
import { int64, type TensorValue } from '../runtime/engine.ts';

/** Fields of ModelProto, GraphProto, TensorProto, ValueInfoProto, TypeProto and its tensor, shape and dimension that are read or written here. */
const fields = {
  graph: 7,
  initializer: 5,
  input: 11,
  tensorName: 8,
  rawData: 9,
  valueName: 1,
  valueType: 2,
  tensorType: 1,
  elementType: 1,
  shape: 2,
  dimension: 1,
  dimensionName: 2,
} as const;
const int64Code = 7;

/**
 * The file with an input `class_given`, int64 [N]: the class index of each image, or -1 where its patches' votes are to decide.
 * @returns undefined where the file has no such constant: its method does not search by class
 * @throws Error when the bytes are no ONNX file
 */
export function withClassInput(file: Uint8Array): Uint8Array | undefined {
  for (const { field, content: graph, start, end } of fieldsOf(file)) {
    if (field !== fields.graph || !graph) continue;
    for (const constant of fieldsOf(graph)) {
      if (constant.field !== fields.initializer || !isClassGiven(constant.content)) continue;
      const parts = [graph.subarray(0, constant.start), graph.subarray(constant.end), classInput()];
      const changed = parts.reduce((sum, { length }) => sum + length, 0);
      return joined(Uint8Array, [
        file.subarray(0, start),
        fieldHead(fields.graph, changed),
        ...parts,
        file.subarray(end),
      ]);
    }
  }
  return undefined;
}

/** Class indices as the input. @param indices - one an image; undefined where the votes are to decide */
export function classTensor(indices: readonly (number | undefined)[]): TensorValue {
  return int64(
    indices.map((index) => index ?? undecided),
    [indices.length],
  );
}

/** Whether a tensor is the constant, as we write it. */
function isClassGiven(tensor: Uint8Array | undefined): boolean {
  if (!tensor) return false;
  let name: string | undefined;
  let data: Uint8Array | undefined;
  for (const { field, content } of fieldsOf(tensor)) {
    if (field === fields.tensorName) name = new TextDecoder().decode(content);
    if (field === fields.rawData) data = content;
  }
  // -1 in 64 bits.
  return name === classGiven && data?.length === 8 && data.every((byte) => byte === 0xff);
}

/** The declaration of the input, as a field of the graph. */
function classInput(): Uint8Array {
  const text = (value: string) => new TextEncoder().encode(value);
  const dimension = wrapped(fields.dimension, wrapped(fields.dimensionName, text('N')));
  const element = Uint8Array.of(8 * fields.elementType, int64Code);
  const type = wrapped(fields.tensorType, element, wrapped(fields.shape, dimension));
  return wrapped(fields.input, wrapped(fields.valueName, text(classGiven)), wrapped(fields.valueType, type));
}

/** A field with this content. */
function wrapped(field: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  return joined(Uint8Array, [fieldHead(field, length), ...parts]);
}
