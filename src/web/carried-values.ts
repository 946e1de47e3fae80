/**
 * @file A run's values on their way to a worker: side by side in one block of bytes, which moves there and comes back with the answer, to be filled again.
 * Sent as they are, each run's values would be copied into memory that is new each time, which browsers hand out slowly: a memory bank took 22 s and takes 7
 * (docs/performance.md).
 */
import type { TensorData } from '../runtime/engine.ts';
import type { Values } from './engine-messages.ts';

/** Where a value begins in its block is a multiple of this, as arrays of 64-bit numbers ask for. */
const alignment = 8;

/** Values that lie in one block and nowhere else. */
export interface Carried {
  readonly values: Values;
  readonly block: ArrayBuffer;
}

/**
 * The values in a block of their own.
 * @param block - filled if it is large enough; else a new one is made
 */
export function carried(values: Values, block: ArrayBuffer): Carried {
  const named = Object.entries(values);
  const starts: number[] = [];
  let end = 0;
  for (const [, { data }] of named) {
    starts.push(end);
    end += Math.ceil(data.byteLength / alignment) * alignment;
  }
  const filled = end <= block.byteLength ? block : new ArrayBuffer(end);
  const moved = named.map(([name, value], index) => {
    const data = arrayAt(value.data, filled, starts[index] as number);
    return [name, { ...value, data }] as const;
  });
  return { values: Object.fromEntries(moved), block: filled };
}

/** An array of the same kind and content that lies in a block. */
function arrayAt<Data extends TensorData>(data: Data, block: ArrayBuffer, start: number): Data {
  const kind = data.constructor as new (block: ArrayBuffer, start: number, length: number) => Data;
  const placed = new kind(block, start, data.length);
  // Both are of one kind, which the compiler does not see.
  placed.set(data as never);
  return placed;
}
