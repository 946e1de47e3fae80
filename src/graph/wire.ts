/**
 * @file The fields of a protobuf message, and where they stand in its bytes.
 *
 * By hand rather than by the schema of onnx.ts: the protobuf library compiles its readers from text, which a web page with
 * a content policy refuses, and a page should not carry that library for a few fields.
 */

/** A field of a message. */
export interface Field {
  readonly field: number;
  /** Where it has a length: text, bytes or a message. */
  readonly content: Uint8Array | undefined;
  /** Where it begins in the message, its tag included, and where it ends. */
  readonly start: number;
  readonly end: number;
}

/**
 * Walks a message: each field is a tag (number and wire type), then a varint, 8 bytes, a length with bytes, or 4 bytes.
 * @throws Error when the bytes are no message
 */
export function* fieldsOf(bytes: Uint8Array): Generator<Field> {
  let at = 0;
  const varint = () => {
    let value = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = bytes[at++];
      if (byte === undefined) throw new Error('the file is truncated');
      // Multiplied, since lengths beyond 2^31 do not survive bitwise operations.
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw new Error('it is no protobuf message');
  };
  while (at < bytes.length) {
    const start = at;
    const tag = varint();
    const field = Math.floor(tag / 8);
    const wireType = tag % 8;
    let content: Uint8Array | undefined;
    if (wireType === 0) varint();
    else if (wireType === 1) at += 8;
    else if (wireType === 2) {
      const length = varint();
      content = bytes.subarray(at, at + length);
      at += length;
    } else if (wireType === 5) at += 4;
    else throw new Error('it is no protobuf message');
    if (at > bytes.length) throw new Error('the file is truncated');
    yield { field, content, start, end: at };
  }
}
