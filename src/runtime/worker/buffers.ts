/** @file Which bytes may move to another thread instead of being copied. */

/** The buffer of bytes that have one of their own; nothing for those that share one, which only copies can leave. */
export function ownBuffer({ buffer, byteLength }: Uint8Array | Float32Array): ArrayBuffer[] {
  return buffer instanceof ArrayBuffer && buffer.byteLength === byteLength ? [buffer] : [];
}

/** The bytes in a buffer of their own, so that it can move to another thread. */
export function movable(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes);
}
