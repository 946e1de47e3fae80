/**
 * @file The tensor `class` of an inference request, beside the images: the class of each, by its name (BYTES) or its index (INT64). An empty name and
 * the index -1 leave an image to itself.
 */

import { badRequest } from './bad-request.ts';
import { clipped } from './clipped.ts';
import type { GivenClass } from './given-classes.ts';

/** The tensor as the request's JSON has it. */
export interface ClassTensor {
  readonly shape: readonly number[];
  readonly datatype: string;
  /** Values in the JSON, flat or in a list each. */
  readonly data?: unknown;
  readonly parameters?: Readonly<Record<string, unknown>> | undefined;
}

/**
 * The class of each image.
 * @param behind - the bytes behind the JSON; undefined where all of the request is JSON
 * @param count - of the images
 * @returns the classes, and what is left of the bytes for the images
 * @throws REQUEST_INVALID
 */
export function readClasses(
  { shape, datatype, data, parameters }: ClassTensor,
  behind: { readonly bytes: Uint8Array | undefined; readonly first: boolean },
  count: number,
): { readonly classes: GivenClass[]; readonly rest: Uint8Array | undefined } {
  if (datatype !== 'BYTES' && datatype !== 'INT64')
    throw badRequest(`expected input class to be BYTES or INT64, got ${clipped(datatype)}`);
  const [rows, columns = 1] = shape;
  if (rows !== count || columns !== 1 || shape.length > 2)
    throw badRequest(
      `expected input class to have shape [${count}], one a image, got [${clipped(shape.slice(0, 20).join(', '))}]`,
    );
  const size = parameters?.binary_data_size;
  if (size === undefined) {
    const values = fromJson(data, datatype);
    if (values.length !== count) throw badRequest(`class has ${values.length} values, its shape ${count}`);
    return { classes: values, rest: behind.bytes };
  }
  if (data !== undefined) throw badRequest('input class has both data and binary_data_size');
  const { bytes, first } = behind;
  if (bytes === undefined)
    throw badRequest('binary_data_size needs the header Inference-Header-Content-Length');
  if (typeof size !== 'number' || !Number.isInteger(size) || size < 0 || size > bytes.length)
    throw badRequest(
      `binary_data_size of class is ${clipped(String(size))}; ${bytes.length} bytes stand behind the JSON`,
    );
  const at = first ? 0 : bytes.length - size;
  const own = bytes.subarray(at, at + size);
  const rest = first ? bytes.subarray(size) : bytes.subarray(0, at);
  return { classes: datatype === 'BYTES' ? namesIn(own, count) : indicesIn(own, count), rest };
}

function fromJson(data: unknown, datatype: 'BYTES' | 'INT64'): GivenClass[] {
  if (!Array.isArray(data)) throw badRequest('input class has neither a list of data nor binary_data_size');
  return data.map((row: unknown) => {
    const value: unknown = Array.isArray(row) && row.length === 1 ? row[0] : row;
    if (datatype === 'BYTES' && typeof value === 'string') return named(value);
    if (datatype === 'INT64' && typeof value === 'number') return indexed(value);
    throw badRequest(
      datatype === 'BYTES' ? 'data of class must be texts' : 'data of class must be whole numbers',
    );
  });
}

/** Texts as the extension has them: four bytes with the length before each. */
function namesIn(bytes: Uint8Array, count: number): GivenClass[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const broken = () =>
    badRequest(`the bytes of class are not ${count} texts, each behind its length in four bytes`);
  const names: GivenClass[] = [];
  let at = 0;
  while (at < bytes.length && names.length < count) {
    const start = at + 4;
    if (start > bytes.length) throw broken();
    at = start + view.getUint32(at, true);
    if (at > bytes.length) throw broken();
    try {
      names.push(named(new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(start, at))));
    } catch {
      throw badRequest('a text of class is no UTF-8');
    }
  }
  if (at !== bytes.length || names.length !== count) throw broken();
  return names;
}

function indicesIn(bytes: Uint8Array, count: number): GivenClass[] {
  if (bytes.length !== 8 * count)
    throw badRequest(`expected ${8 * count} bytes of class, eight an index, got ${bytes.length}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return Array.from({ length: count }, (_, at) => indexed(Number(view.getBigInt64(8 * at, true))));
}

/** Characters of a name, as of a file's. */
const longestName = 255;

function named(name: string): GivenClass {
  return name === '' ? undefined : name.slice(0, longestName);
}

function indexed(index: number): GivenClass {
  if (index === -1) return undefined;
  if (Number.isInteger(index) && index >= 0) return index;
  throw badRequest(
    `an index of class is ${clipped(String(index))}; expected a whole number from 0, or -1 for none`,
  );
}
