/**
 * @file A detector file opened so that the class of each image may be given with it. In the file the class is a constant that says "undecided", so that any
 * ONNX runtime needs nothing but `image`; here the constant's few bytes are overwritten with an input of the same name and length.
 *
 * ONNX has optional inputs, which are a constant and an input at once, but ONNX Runtime's packages for JavaScript pass over what they are fed for such a
 * one. And the file is not decoded and encoded: it has a hundred megabytes, and a page has no library for its format.
 */
import { joined } from '../core/arrays.ts';
import { classGiven, undecided } from '../features/memory-bank/class-given.ts';
import { fieldsOf } from '../graph/wire.ts';
import { type Engine, int64, type Session, type TensorValue } from '../runtime/engine.ts';

/** Fields of ModelProto, GraphProto, TensorProto, ValueInfoProto, TypeProto and its tensor, shape and dimension that are read or written here. */
const fields = {
  graph: 7,
  initializer: 5,
  input: 11,
  tensorName: 8,
  rawData: 9,
  valueName: 1,
  valueType: 2,
  valueNote: 3,
  tensorType: 1,
  elementType: 1,
  shape: 2,
  dimension: 1,
  dimensionName: 2,
} as const;
const int64Code = 7;
/** Bytes of a field's tag and length, both small. */
const headLength = 2;

/** Bytes to be put into a file. */
interface Patch {
  readonly at: number;
  readonly bytes: Uint8Array;
}

/**
 * What gives the file an input `class_given`, int64 [N]: the class index of each image, or -1 where its patches' votes are to decide.
 * @returns undefined where the file has no such constant: its method does not search by class
 * @throws Error when the bytes are no ONNX file
 */
export function classInput(file: Uint8Array): Patch | undefined {
  for (const { field, content: graph, end } of fieldsOf(file)) {
    if (field !== fields.graph || !graph) continue;
    for (const constant of fieldsOf(graph)) {
      if (constant.field !== fields.initializer || !isClassGiven(constant.content)) continue;
      const bytes = inputOf(constant.end - constant.start);
      return bytes && { at: end - graph.length + constant.start, bytes };
    }
  }
  return undefined;
}

/** Puts it into the file, in place. @returns whether the file has the input now */
export function openClassInput(file: Uint8Array): boolean {
  const input = classInput(file);
  if (input) file.set(input.bytes, input.at);
  return input !== undefined;
}

/** Class indices as the input. @param indices - one an image; undefined where the votes are to decide */
export function classTensor(indices: readonly (number | undefined)[]): TensorValue {
  return int64(
    indices.map((index) => index ?? undecided),
    [indices.length],
  );
}

/** A session that is told the class of an image, where the file can be. */
export interface SessionByClass {
  readonly session: Session;
  /** What it is fed beside the image; nothing where it takes no class. @param index - of the class; undefined where the votes are to decide */
  readonly classFeed: (index: number | undefined) => Readonly<Record<string, TensorValue>>;
}

/** Opens a file, which is changed in place, for one image at a time. */
export async function loadByClass(engine: Engine, file: Uint8Array): Promise<SessionByClass> {
  const takesClass = openClassInput(file);
  const session = await engine.load(file);
  return { session, classFeed: (index) => ({ ...(takesClass && { [classGiven]: classTensor([index]) }) }) };
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

/** The declaration of the input, as a field of the graph; undefined where it does not fit. @param length - bytes, filled up with a note of spaces */
function inputOf(length: number): Uint8Array | undefined {
  const text = (value: string) => new TextEncoder().encode(value);
  const dimension = wrapped(fields.dimension, wrapped(fields.dimensionName, text('N')));
  const element = Uint8Array.of(8 * fields.elementType, int64Code);
  const type = wrapped(fields.tensorType, element, wrapped(fields.shape, dimension));
  const said = joined(Uint8Array, [
    wrapped(fields.valueName, text(classGiven)),
    wrapped(fields.valueType, type),
  ]);
  const left = length - headLength - said.length;
  if (left === 0) return wrapped(fields.input, said);
  if (left < headLength || length - headLength > 0x7f) return undefined;
  return wrapped(fields.input, said, wrapped(fields.valueNote, text(' '.repeat(left - headLength))));
}

/** A field of less than 128 bytes with this content. */
function wrapped(field: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const content = joined(Uint8Array, parts);
  return joined(Uint8Array, [Uint8Array.of(8 * field + 2, content.length), content]);
}
