/**
 * @file The JSON of an inference request, with the values of its images read straight into bytes. `JSON.parse` would make an object of
 * each list: nested to single pixels, a request of 60 MB became gigabytes. Here it costs half its size, and only what stands
 * beside the values, some kilobytes at most, is parsed as JSON.
 */

/** Bytes beside the tensor's values, at most. */
const mostBeside = 65_536;
/** Lists within lists of the values: N, H, W, C. */
const deepestValues = 4;

/** A request cut in two. */
export interface SplitRequest {
  /** The JSON with an empty list in the place of the values. */
  readonly json: string;
  /** What stood in the `data` of an input, flat and row by row; undefined where there is no list. Those of an input called `class` stay in the JSON. */
  readonly values: Uint8Array | undefined;
}

const code = (character: string) => character.charCodeAt(0);
const [quote, backslash, comma, colon] = ['"', '\\', ',', ':'].map(code);
const [listOpen, listClose, objectOpen, objectClose] = ['[', ']', '{', '}'].map(code);
const [zero, nine] = ['0', '9'].map(code) as [number, number];

const notJson = 'it is no JSON';

/**
 * Takes the values out of a request. The rest is not checked here, it is for `JSON.parse`.
 * @throws Error with the reason alone
 */
export function splitRequest(bytes: Uint8Array): SplitRequest {
  /** What is open, as the key whose value it is; undefined for an element of a list. */
  const open: { readonly list: boolean; readonly key: string | undefined }[] = [];
  const beside: Uint8Array[] = [];
  let values: Uint8Array | undefined;
  let from = 0;
  let length = 0;
  let key: string | undefined;
  /** What the input that is open is called, where it has said so. */
  let name: string | undefined;
  const keep = (end: number) => {
    length += end - from;
    if (length > mostBeside)
      throw new Error(`it has more than ${mostBeside} bytes beside the values of inputs[0].data`);
    beside.push(bytes.subarray(from, end));
  };
  for (let at = 0; at < bytes.length; at++) {
    // Said before all of it has been walked through.
    if (length + at - from > mostBeside) keep(at);
    const byte = bytes[at];
    if (byte === quote) {
      const end = endOfString(bytes, at);
      if (isKey(bytes, end)) key = textOf(bytes, at, end);
      else if (key === 'name' && isInput(open)) name = textOf(bytes, at, end);
      at = end;
    } else if (byte === listOpen && key === 'data' && name !== 'class' && isInput(open)) {
      if (values)
        throw new Error(
          'it has more than one list of data; beside that of image there may be that of class, whose name stands before it',
        );
      keep(at);
      const read = readValues(bytes, at);
      values = read.values;
      beside.push(Uint8Array.of(listOpen!, listClose!));
      at = read.end;
      from = at + 1;
    } else if (byte === listOpen || byte === objectOpen) {
      open.push({ list: byte === listOpen, key });
      key = undefined;
    } else if (byte === listClose || byte === objectClose) {
      if (isInput(open)) name = undefined;
      open.pop();
      key = undefined;
    } else if (byte === comma) {
      key = undefined;
    }
  }
  keep(bytes.length);
  try {
    return { json: new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(beside)), values };
  } catch {
    throw new Error(notJson);
  }
}

/** Whether what is open is an element of the request's list `inputs`. */
function isInput(open: readonly { readonly list: boolean; readonly key: string | undefined }[]): boolean {
  const [root, inputs, input] = open;
  return open.length === 3 && !root?.list && inputs?.list === true && inputs.key === 'inputs' && !input?.list;
}

/** Where the string that begins at `start` has its closing quote. */
function endOfString(bytes: Uint8Array, start: number): number {
  for (let at = start + 1; at < bytes.length; at++) {
    if (bytes[at] === backslash) at++;
    else if (bytes[at] === quote) return at;
    else if (at - start > mostBeside) throw new Error(`it has a string of more than ${mostBeside} bytes`);
  }
  throw new Error(notJson);
}

function isKey(bytes: Uint8Array, end: number): boolean {
  let at = end + 1;
  while (isSpace(bytes[at])) at++;
  return bytes[at] === colon;
}

/** A text with its escapes resolved. */
function textOf(bytes: Uint8Array, start: number, end: number): string {
  try {
    return String(JSON.parse(new TextDecoder().decode(bytes.subarray(start, end + 1))));
  } catch {
    throw new Error(notJson);
  }
}

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

/**
 * Reads lists of whole numbers from 0 to 255, nested as a tensor may be.
 * @param start - of the outermost list's bracket
 * @returns `end`: of its closing bracket
 */
function readValues(bytes: Uint8Array, start: number): { readonly values: Uint8Array; readonly end: number } {
  // Each value has a digit and what follows it. Memory that is not written to is not taken.
  const values = new Uint8Array((bytes.length - start) >> 1);
  let count = 0;
  let depth = 0;
  /** Whether a value or a list may stand next, and whether a bracket may close. */
  let wantsValue = true;
  let mayClose = false;
  for (let at = start; at < bytes.length; at++) {
    const byte = bytes[at] as number;
    if (byte === comma) {
      if (wantsValue) throw new Error(notJson);
      wantsValue = true;
      mayClose = false;
    } else if (byte === listOpen) {
      if (!wantsValue) throw new Error(notJson);
      if (++depth > deepestValues) throw new Error('data is nested deeper than its shape');
      mayClose = true;
    } else if (byte === listClose) {
      if (!mayClose) throw new Error(notJson);
      wantsValue = false;
      if (--depth === 0) return { values: values.subarray(0, count), end: at };
    } else if (!isSpace(byte)) {
      if (!wantsValue) throw new Error(notJson);
      const end = endOfValue(bytes, at);
      values[count++] = wholeByte(bytes, at, end);
      at = end - 1;
      wantsValue = false;
      mayClose = true;
    }
  }
  throw new Error(notJson);
}

function endOfValue(bytes: Uint8Array, start: number): number {
  let at = start;
  while (at < bytes.length && bytes[at] !== comma && bytes[at] !== listClose && !isSpace(bytes[at])) at++;
  return at;
}

function wholeByte(bytes: Uint8Array, start: number, end: number): number {
  let value = 0;
  for (let at = start; at < end; at++) {
    const byte = bytes[at] as number;
    // Anything but plain digits is rare, e.g. 1e2 or 7.0.
    if (byte < zero || byte > nine || (at > start && value === 0)) return byteOfText(bytes, start, end);
    value = value * 10 + byte - zero;
  }
  return requireByte(value);
}

function byteOfText(bytes: Uint8Array, start: number, end: number): number {
  const text = end - start > 40 ? '' : new TextDecoder().decode(bytes.subarray(start, end));
  return requireByte(/^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/.test(text) ? Number(text) : Number.NaN);
}

function requireByte(value: number): number {
  if (!Number.isInteger(value) || value < 0 || value > 255)
    throw new Error('data must be whole numbers from 0 to 255');
  return value;
}
