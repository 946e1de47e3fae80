/** @file The bytes of a stream in one buffer of their own, charged as they arrive. */
import type { Readable } from 'node:stream';
import { CladError } from '../core/errors.ts';
import type { Lease } from './lease.ts';

/** Bytes of the first block; each further one has as many as all before it, up to the largest. */
const firstBlock = 16_384;
const largestBlock = 4 * 2 ** 20;

/**
 * Reads a stream to its end; where it is refused, the rest is read and forgotten. Pieces are copied together at once: a body sent byte by byte would otherwise take a hundred times its size.
 * @param limit - bytes, at most
 * @throws BODY_TOO_LARGE, QUEUE_FULL, CLIENT_GONE
 */
export async function collect(
  stream: Readable,
  lease: Lease,
  limit: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const blocks: Uint8Array[] = [];
  let block = new Uint8Array(0);
  let filled = 0;
  let total = 0;
  for await (const piece of pieces(stream)) {
    // How many may be left of what a whole form may have, so the number is not told.
    if (total + piece.length > limit)
      throw new CladError('BODY_TOO_LARGE', { reason: 'it has more bytes than are allowed (--max-body)' });
    lease.charge(piece.length);
    for (let at = 0; at < piece.length; ) {
      if (filled === block.length) {
        block = new Uint8Array(Math.min(largestBlock, Math.max(firstBlock, total)));
        blocks.push(block);
        filled = 0;
      }
      const part = piece.subarray(at, at + block.length - filled);
      block.set(part, filled);
      filled += part.length;
      at += part.length;
      total += part.length;
    }
  }
  const bytes = new Uint8Array(total);
  let at = 0;
  for (const each of blocks) {
    bytes.set(each.subarray(0, Math.min(each.length, total - at)), at);
    at += each.length;
  }
  return bytes;
}

/** The pieces of a stream, which is not destroyed with its connection where the reader ends before it. */
async function* pieces(stream: Readable): AsyncGenerator<Uint8Array> {
  try {
    yield* stream.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>;
  } catch (error) {
    const gone = (error as NodeJS.ErrnoException).code === 'ECONNRESET';
    throw gone ? new CladError('CLIENT_GONE', {}, { cause: error }) : error;
  } finally {
    stream.resume();
  }
}
