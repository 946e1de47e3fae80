/** @file The checksum is that of PNG and gzip, however the bytes come and whoever computes it. */
import { crc32 as ofNode } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checksumOf, crc32, portableCrc32 } from '../../../src/core/crc32.ts';

describe('the checksum', () => {
  it('has the known check values of CRC-32', () => {
    const known = new TextEncoder().encode('123456789');
    for (const each of [crc32, portableCrc32]) expect(each(known)).toBe(0xcbf43926);
    expect(checksumOf(known)).toBe('cbf43926');
    expect(checksumOf(new Uint8Array(0))).toBe('00000000');
  });

  it("equals Node's, at any address, in parts or whole", () =>
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 300 }),
        fc.nat(20),
        fc.nat(300),
        fc.integer({ min: 0, max: 2 ** 32 - 1 }),
        (bytes, offset, cut, before) => {
          const at = new Uint8Array(offset + bytes.length).subarray(offset);
          at.set(bytes);
          expect(portableCrc32(at, before)).toBe(ofNode(bytes, before));
          expect(portableCrc32(at.subarray(cut), portableCrc32(at.subarray(0, cut)))).toBe(ofNode(bytes));
        },
      ),
    ));
});
