/**
 * @file Comparing long typed arrays by their bytes: vitest asks of each element whether it has keys, which took most of the time of some tests.
 * Equal bytes of one type are equal values; where bytes differ, vitest itself decides and says where.
 */
import { expect } from 'vitest';

function sameBytes(one: unknown, other: unknown): true | undefined {
  if (!ArrayBuffer.isView(one) || !ArrayBuffer.isView(other)) return undefined;
  if (Object.getPrototypeOf(one) !== Object.getPrototypeOf(other)) return undefined;
  return bytesOf(one).equals(bytesOf(other)) || undefined;
}

const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView) =>
  Buffer.from(buffer, byteOffset, byteLength);

expect.addEqualityTesters([sameBytes]);
