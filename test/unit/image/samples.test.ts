import { describe, expect, it } from 'vitest';
import { bitsFor, joinedRange, rangeOf, toBytes } from '../../../src/image/samples.ts';

describe('the range of 16-bit samples', () => {
  it('has the extremes, all bits that are ever set, and how many values need how many bits', () => {
    const { smallest, largest, used, counts } = rangeOf(Uint16Array.of(0, 16, 32, 4080, 16));
    expect([smallest, largest, used]).toEqual([0, 4080, 0xff0]);
    expect(counts.flatMap((count, bits) => (count > 0 ? [[bits, count]] : []))).toEqual([
      [0, 1],
      [5, 2],
      [6, 1],
      [12, 1],
    ]);
  });

  it('of several files is that of all their values', () => {
    const [first, second] = [Uint16Array.of(3, 700, 9), Uint16Array.of(65_535, 2)];
    expect(joinedRange([rangeOf(first), rangeOf(second)])).toEqual(
      rangeOf(Uint16Array.of(...first, ...second)),
    );
  });

  it.each([
    [0, 8],
    [255, 8],
    [256, 10],
    [1023, 10],
    [1024, 12],
    [4095, 12],
    [4096, 14],
    [16_383, 14],
    [16_384, 16],
    [65_535, 16],
  ])('up to %i needs %i bits', (largest, bits) => {
    expect(bitsFor({ largest })).toBe(bits);
  });
});

describe('16-bit samples as bytes', () => {
  it('are the upper 8 of the bits that are used', () => {
    expect(Array.from(toBytes(Uint16Array.of(0, 15, 16, 2048, 4095), 12))).toEqual([0, 0, 1, 128, 255]);
    expect(Array.from(toBytes(Uint16Array.of(0, 255), 8))).toEqual([0, 255]);
    expect(Array.from(toBytes(Uint16Array.of(255, 256, 65_535), 16))).toEqual([0, 1, 255]);
  });

  it('are refused for a value that is too large', () => {
    expect(() => toBytes(Uint16Array.of(0, 1024), 10)).toThrow(/up to 1024, and 10 bits hold 1023/);
  });
});
