/**
 * @file CRC-32 as in PNG, ZIP and gzip (polynomial 0xedb88320): a checksum of files that are read back. Any one changed bit and any
 * damage within 32 bits shows for certain, other damage but once in 2^32 times. It guards against disks and copies, not against people.
 * The bytes are taken 16 at a time with a table for each (Kounavis and Berry's slicing); Node's own, in machine code, is used where it is there.
 */

/** What of Node's `zlib` is used; a browser has no `process`, and this file must run there too. */
interface Host {
  readonly process?: {
    getBuiltinModule?(id: 'node:zlib'): { crc32(data: Uint8Array, value: number): number } | undefined;
  };
}

const slices = 16;

/** [16 * 256]: what a byte does to the register when so many others follow it. */
const table = makeTable();

function makeTable(): Uint32Array {
  const values = new Uint32Array(slices * 256);
  for (let byte = 0; byte < 256; byte++) {
    let value = byte;
    for (let bit = 0; bit < 8; bit++) value = (value >>> 1) ^ (value & 1 ? 0xedb88320 : 0);
    values[byte] = value;
  }
  for (let at = 256; at < values.length; at++) {
    const before = values[at - 256]!;
    values[at] = (before >>> 8) ^ values[before & 255]!;
  }
  return values;
}

/**
 * The checksum of bytes, 0 to 2^32 - 1.
 * @param before - that of the bytes before these, where they come in parts
 */
export function crc32(bytes: Uint8Array, before = 0): number {
  const zlib = (globalThis as Host).process?.getBuiltinModule?.('node:zlib');
  return zlib ? zlib.crc32(bytes, before) : portableCrc32(bytes, before);
}

/** The same without Node. */
export function portableCrc32(bytes: Uint8Array, before = 0): number {
  let register = ~before;
  let at = 0;
  const single = (end: number) => {
    for (; at < end; at++) register = (register >>> 8) ^ table[(register ^ bytes[at]!) & 255]!;
  };
  // Up to where words can be read.
  single(Math.min(bytes.length, -bytes.byteOffset & 3));
  if (at === bytes.length) return ~register >>> 0;
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset + at, (bytes.length - at) >>> 2);
  const whole = words.length & ~3;
  const word = (value: number, slice: number) =>
    table[slice + 768 + (value & 255)]! ^
    table[slice + 512 + ((value >>> 8) & 255)]! ^
    table[slice + 256 + ((value >>> 16) & 255)]! ^
    table[slice + (value >>> 24)]!;
  for (let index = 0; index < whole; index += 4) {
    register =
      word(words[index]! ^ register, 3072) ^
      word(words[index + 1]!, 2048) ^
      word(words[index + 2]!, 1024) ^
      word(words[index + 3]!, 0);
  }
  at += 4 * whole;
  single(bytes.length);
  return ~register >>> 0;
}

/** The checksum as files have it: 8 hexadecimal digits. @param parts - taken one after another */
export function checksumOf(...parts: readonly Uint8Array[]): string {
  return checksumText(parts.reduce((before, part) => crc32(part, before), 0));
}

/** A value of `crc32` as files have it. */
export function checksumText(value: number): string {
  return value.toString(16).padStart(8, '0');
}
