/** @file Which format the bytes of an image file are in, and whether they are whole. Pure; the same in Node and the browser. */

export type ImageFormat = 'png' | 'jpeg' | 'webp' | 'bmp' | 'tiff';

/** File name endings taken for images, in lower case. */
export const imageExtensions: readonly string[] = ['.png', '.jpg', '.jpeg', '.webp', '.bmp', '.tif', '.tiff'];

/** The format by the first bytes, twelve at the most; undefined where it is none of these. */
export function formatOf(bytes: Uint8Array): ImageFormat | undefined {
  const has = (at: number, ...values: readonly number[]) =>
    values.every((value, index) => bytes[at + index] === value);
  if (has(0, 0x89, 0x50, 0x4e, 0x47)) return 'png';
  if (has(0, 0xff, 0xd8, 0xff)) return 'jpeg';
  if (has(0, 0x52, 0x49, 0x46, 0x46) && has(8, 0x57, 0x45, 0x42, 0x50)) return 'webp';
  if (has(0, 0x49, 0x49, 0x2a, 0) || has(0, 0x4d, 0x4d, 0, 0x2a)) return 'tiff';
  if (has(0, 0x49, 0x49, 0x2b, 0) || has(0, 0x4d, 0x4d, 0, 0x2b)) return 'tiff';
  if (has(0, 0x42, 0x4d)) return 'bmp';
  return undefined;
}

/**
 * The format by the first bytes. Also refuses a PNG or JPEG without its end, which decoders forgive once all pixels are there.
 * @throws Error with the reason alone; the caller names the file
 */
export function requireFormat(bytes: Uint8Array): ImageFormat {
  if (bytes.length === 0) throw new Error('the file is empty');
  const format = formatOf(bytes);
  if (format === undefined) throw new Error('it is not PNG, JPEG, WebP, BMP or TIFF');
  if (
    (format === 'png' && !endsAsPng(bytes)) ||
    (format === 'jpeg' && (!endsAsJpeg(bytes) || claimsTooMuch(bytes)))
  )
    throw new Error('the file is truncated');
  return format;
}

/** Whether bytes are the beginning of a PNG. */
export function startsAsPng(bytes: Uint8Array): boolean {
  return holds(bytes, 0, [0x89, 0x50, 0x4e, 0x47]);
}

/** Whether bytes are the beginning of a TIFF, big ones too. */
export function startsAsTiff(bytes: Uint8Array): boolean {
  return [0x2a, 0x2b].some(
    (kind) => holds(bytes, 0, [0x49, 0x49, kind, 0]) || holds(bytes, 0, [0x4d, 0x4d, 0, kind]),
  );
}

function holds(bytes: Uint8Array, at: number, values: readonly number[]): boolean {
  return values.every((value, index) => bytes[at + index] === value);
}

/** Bits a sample of a PNG, as its header has them: 1 to 16. @param bytes - its beginning, 25 at least */
export function pngDepth(bytes: Uint8Array): number {
  // Signature, then IHDR: length, name, width, height, depth.
  return bytes[24] ?? 0;
}

/** Walks the chunks of a PNG (length, name, data, checksum) to a whole IEND. */
function endsAsPng(bytes: Uint8Array): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 8; at + 12 <= bytes.length; at += 12 + view.getUint32(at)) {
    if (view.getUint32(at + 4) === 0x49454e44) return true;
  }
  return false;
}

/** Looks for an end behind the first scan's begin; in a scan those two bytes cannot stand for anything else. What cameras append behind the end does no harm. */
function endsAsJpeg(bytes: Uint8Array): boolean {
  for (const { marker, at } of jpegSegments(bytes)) {
    if (marker === startOfScan) return hasEndBehind(bytes, at);
    // No marker where one should be is for the decoder to refuse.
    if (marker === undefined) return true;
  }
  return false;
}

const startOfScan = 0xda;

/** Colour channels of a JPEG: 1 grey, 3 colour, 4 CMYK; undefined where its header says nothing. */
export function jpegChannels(bytes: Uint8Array): number | undefined {
  const frame = jpegFrame(bytes);
  return frame && bytes[frame.at + 9];
}

/**
 * Whether a JPEG's header claims more pixels than its bytes can hold: in Huffman code no block of 8 x 8 takes less than a bit. A decoder of the
 * progressive kind would take memory for all of them first.
 */
function claimsTooMuch(bytes: Uint8Array): boolean {
  const frame = jpegFrame(bytes);
  if (frame === undefined || frame.marker > 0xc2 || frame.at + 9 > bytes.length) return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return view.getUint16(frame.at + 5) * view.getUint16(frame.at + 7) > bytes.length * 8 * 64;
}

/** The frame's header (SOF0 .. SOF15): marker, length, precision, height, width, channels. C4, C8 and CC are something else. */
function jpegFrame(bytes: Uint8Array): { readonly marker: number; readonly at: number } | undefined {
  for (const { marker = 0, at } of jpegSegments(bytes))
    if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) return { marker, at };
  return undefined;
}

/** Walks the segments (marker, length, data) to the first scan; `marker` is undefined where there is none, and the walk ends. */
function* jpegSegments(bytes: Uint8Array): Generator<{ marker: number | undefined; at: number }> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 2; at + 4 <= bytes.length; at += 2 + view.getUint16(at + 2)) {
    // Padding may stand before a marker.
    while (bytes[at + 1] === 0xff && at + 5 <= bytes.length) at++;
    const marker = bytes[at] === 0xff ? bytes[at + 1] : undefined;
    yield { marker, at };
    if (marker === undefined || marker === startOfScan) return;
  }
}

function hasEndBehind(bytes: Uint8Array, start: number): boolean {
  // From the end, where it is; in a file made up of 0xff too this is one pass.
  for (let at = bytes.length - 2; at >= start; at--) {
    if (bytes[at] === 0xff && bytes[at + 1] === 0xd9) return true;
  }
  return false;
}
