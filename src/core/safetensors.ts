/**
 * @file The safetensors format: named arrays in one file. An 8-byte length, a JSON header (type, shape and byte range of
 * each tensor), then the raw numbers, little endian as every machine we run on.
 *
 * As the reference implementation, we write the widest types first, so every tensor is aligned without gaps, and refuse
 * a file whose tensors overlap, leave gaps or do not fill it. Equal content gives equal bytes.
 * Source: the format section of the safetensors README (Hugging Face).
 */
import { isRecord } from './arguments.ts';
import { mapped } from './arrays.ts';
import { CladError, reasonOf } from './errors.ts';
import { halvesToFloats } from './half.ts';

/** Element types and the arrays that hold them; F16 and BF16 are 16-bit patterns, BOOL bytes of 0 or 1. */
const arrayTypes = {
  F64: Float64Array,
  I64: BigInt64Array,
  U64: BigUint64Array,
  F32: Float32Array,
  I32: Int32Array,
  U32: Uint32Array,
  F16: Uint16Array,
  BF16: Uint16Array,
  I16: Int16Array,
  U16: Uint16Array,
  I8: Int8Array,
  U8: Uint8Array,
  BOOL: Uint8Array,
} as const;

export type SafetensorDType = keyof typeof arrayTypes;
export type SafetensorData =
  | Float64Array
  | Float32Array
  | BigInt64Array
  | BigUint64Array
  | Int32Array
  | Uint32Array
  | Int16Array
  | Uint16Array
  | Int8Array
  | Uint8Array;

/** One tensor. */
export interface Safetensor {
  readonly dtype: SafetensorDType;
  readonly shape: readonly number[];
  /** Row-major, of the array type that belongs to `dtype`. */
  readonly data: SafetensorData;
}

/** What a file holds. */
export interface SafetensorsContent {
  /** By name, in the order of the header; without a prototype, so a name like `constructor` is only what the file says. */
  readonly tensors: Record<string, Safetensor>;
  readonly metadata: Record<string, string>;
}

/** The reference implementation's limit on the header, bytes. */
const maxHeader = 100_000_000;
const metadataKey = '__metadata__';

/**
 * The bytes of a file.
 * @param metadata - written under `__metadata__`; left out when empty
 * @throws INTERNAL when a tensor's data does not fit its shape or type
 */
export function encodeSafetensors(
  tensors: Readonly<Record<string, Safetensor>>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const names = Object.keys(tensors).sort(compare);
  const placed = names
    .map((name) => ({ name, bytes: bytesOf(name, tensors[name] as Safetensor), begin: 0 }))
    .sort((a, b) => widthOf(tensors[b.name] as Safetensor) - widthOf(tensors[a.name] as Safetensor));
  let length = 0;
  for (const each of placed) {
    each.begin = length;
    length += each.bytes.byteLength;
  }
  const ranges = new Map(
    placed.map(({ name, begin, bytes }) => [name, [begin, begin + bytes.byteLength] as const]),
  );
  const notes = Object.entries(metadata).sort(([a], [b]) => compare(a, b));
  const fields: [string, string][] = names.map((name) => {
    const { dtype, shape } = tensors[name] as Safetensor;
    return [name, JSON.stringify({ dtype, shape, data_offsets: ranges.get(name) })];
  });
  if (notes.length > 0) fields.unshift([metadataKey, object(notes.map(([k, v]) => [k, JSON.stringify(v)]))]);
  const header = new TextEncoder().encode(object(fields));
  const start = 8 + Math.ceil(header.length / 8) * 8;
  const file = new Uint8Array(start + length).fill(0x20, 8, start);
  new DataView(file.buffer).setBigUint64(0, BigInt(start - 8), true);
  file.set(header, 8);
  for (const { bytes, begin } of placed) file.set(bytes, start + begin);
  return file;
}

/**
 * Reads a file. Data are views into `bytes` where they are aligned, else copies.
 * @param name - the file's name, for messages
 * @throws SAFETENSORS_INVALID when the header or the byte ranges are not as the format has them
 */
export function decodeSafetensors(bytes: Uint8Array, name: string): SafetensorsContent {
  const refuse = (reason: string): never => {
    throw new CladError('SAFETENSORS_INVALID', { path: name, reason });
  };
  if (bytes.byteLength < 8) refuse(`${bytes.byteLength} bytes are too few for a header`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const declared = view.getBigUint64(0, true);
  const headerLength = Number(declared);
  if (headerLength > maxHeader) refuse(`it declares a header of ${declared} bytes; no file has one so long`);
  if (headerLength > bytes.byteLength - 8) {
    refuse(`its header should be ${declared} bytes, the file ends after ${bytes.byteLength - 8}`);
  }
  const header = parseHeader(bytes.subarray(8, 8 + headerLength), refuse);
  const data = bytes.subarray(8 + headerLength);
  const tensors: Record<string, Safetensor> = Object.create(null);
  const ranges: { key: string; begin: number; end: number }[] = [];
  let metadata: Record<string, string> = {};
  for (const [key, value] of Object.entries(header)) {
    if (key === metadataKey) {
      metadata = readMetadata(value, refuse);
      continue;
    }
    const { dtype, shape, begin, end } = readEntry(key, value, data.byteLength, refuse);
    ranges.push({ key, begin, end });
    tensors[key] = { dtype, shape, data: viewOf(dtype, data.subarray(begin, end)) };
  }
  let filled = 0;
  for (const { key, begin, end } of ranges.sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin !== filled) {
      refuse(`tensor ${key} begins at byte ${begin} of the data; expected ${filled}, without gap or overlap`);
    }
    filled = end;
  }
  if (filled !== data.byteLength) {
    refuse(`its tensors are ${filled} bytes, the file holds ${data.byteLength}`);
  }
  return { tensors, metadata };
}

/**
 * A tensor's numbers in single precision: halves and bfloats exactly, doubles and 64-bit integers rounded.
 * @returns the tensor's own array when it is F32 already
 */
export function safetensorFloats({ dtype, data }: Safetensor): Float32Array {
  if (data instanceof Float32Array) return data;
  if (dtype === 'F16') return halvesToFloats(data as Uint16Array);
  if (dtype === 'BF16') {
    const bits = mapped(Uint32Array, data as Uint16Array, (pattern) => pattern * 65536);
    return new Float32Array(bits.buffer);
  }
  return Float32Array.from(data as ArrayLike<number | bigint>, Number);
}

type Refuse = (reason: string) => never;

function parseHeader(bytes: Uint8Array, refuse: Refuse): Record<string, unknown> {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch (error) {
    return refuse(`its header is no JSON (${reasonOf(error)}); is this a safetensors file?`);
  }
  return isRecord(header) ? header : refuse('its header is no JSON object');
}

function readMetadata(value: unknown, refuse: Refuse): Record<string, string> {
  if (!isRecord(value) || !Object.values(value).every((each) => typeof each === 'string')) {
    return refuse(`its ${metadataKey} should hold text by name`);
  }
  return value as Record<string, string>;
}

function readEntry(key: string, value: unknown, available: number, refuse: Refuse) {
  if (!isRecord(value)) return refuse(`its header says nothing usable of tensor ${key}`);
  const { dtype, shape, data_offsets: offsets } = value;
  if (typeof dtype !== 'string' || !Object.hasOwn(arrayTypes, dtype)) {
    const known = Object.keys(arrayTypes).join(', ');
    return refuse(`tensor ${key} is of type ${JSON.stringify(dtype)}; known types are ${known}`);
  }
  if (!isCounts(shape)) return refuse(`tensor ${key} has the shape ${JSON.stringify(shape)}`);
  if (!isCounts(offsets) || offsets.length !== 2) {
    return refuse(`tensor ${key} has the byte range ${JSON.stringify(offsets)}`);
  }
  const [begin, end] = offsets as [number, number];
  if (begin > end || end > available) {
    return refuse(`tensor ${key} takes bytes ${begin} to ${end} of the data, the file holds ${available}`);
  }
  const type = dtype as SafetensorDType;
  const expected = shape.reduce((product, size) => product * size, arrayTypes[type].BYTES_PER_ELEMENT);
  if (end - begin !== expected) {
    return refuse(`tensor ${key} of shape [${shape}] and type ${type} has ${end - begin} bytes`);
  }
  return { dtype: type, shape, begin, end };
}

function viewOf(dtype: SafetensorDType, bytes: Uint8Array): SafetensorData {
  const ArrayType = arrayTypes[dtype];
  const aligned = bytes.byteOffset % ArrayType.BYTES_PER_ELEMENT === 0 ? bytes : Uint8Array.from(bytes);
  return new ArrayType(
    aligned.buffer as ArrayBuffer,
    aligned.byteOffset,
    aligned.byteLength / ArrayType.BYTES_PER_ELEMENT,
  );
}

function bytesOf(name: string, { dtype, shape, data }: Safetensor): Uint8Array {
  const count = shape.reduce((product, size) => product * size, 1);
  if (name === metadataKey || !(data instanceof arrayTypes[dtype]) || data.length !== count) {
    throw new CladError('INTERNAL', {
      reason: `Tensor ${name} (${dtype}, [${shape}]) cannot be written: its data are ${data.length} numbers in a ${data.constructor.name}.`,
    });
  }
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

function widthOf({ dtype }: Safetensor): number {
  return arrayTypes[dtype].BYTES_PER_ELEMENT;
}

/** JSON of an object whose values are JSON already; unlike an object of ours, it keeps the order of all keys. */
function object(fields: readonly (readonly [string, string])[]): string {
  return `{${fields.map(([key, json]) => `${JSON.stringify(key)}:${json}`).join(',')}}`;
}

/** By UTF-16 code units, the same everywhere. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((each) => Number.isSafeInteger(each) && each >= 0);
}
