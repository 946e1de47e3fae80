/** @file Half precision, all 65 536 of them, and what lies between. */
import { describe, expect, it } from 'vitest';
import { floatToHalf, halvesToFloats } from '../../../src/core/half.ts';

const all = Uint16Array.from({ length: 65_536 }, (_, half) => half);
const values = halvesToFloats(all);

describe('half precision', () => {
  it('gives back every half, signs and infinities too', () => {
    const changed = all.filter((half) => !Number.isNaN(values[half]) && floatToHalf(values[half]!) !== half);
    expect(changed).toHaveLength(0);
    expect(all.filter((half) => Number.isNaN(values[half]))).toHaveLength(2 * 1023);
    expect(floatToHalf(Number.NaN) & 0x7fff).toBe(0x7e00);
  });

  it('rounds to the nearest half, and to the even one of two equally near', () => {
    // Of positive finite numbers, the last of which is 65504; single precision holds every midpoint.
    for (let half = 0; half < 0x7bff; half++) {
      const [low, high] = [values[half]!, values[half + 1]!];
      const middle = (low + high) / 2;
      const even = half % 2 === 0 ? half : half + 1;
      if (floatToHalf(middle) !== even || floatToHalf(-middle) !== (even | 0x8000))
        throw new Error(`the middle of ${low} and ${high}`);
      const nearly = (high - low) / 64;
      if (floatToHalf(middle - nearly) !== half || floatToHalf(middle + nearly) !== half + 1)
        throw new Error(`beside the middle of ${low} and ${high}`);
    }
  });

  it('overflows to infinity and underflows to zero at the right values', () => {
    expect(floatToHalf(65_519.99)).toBe(0x7bff);
    expect(floatToHalf(65_520)).toBe(0x7c00);
    expect(floatToHalf(-1e30)).toBe(0xfc00);
    expect(floatToHalf(2 ** -25)).toBe(0);
    expect(floatToHalf(2 ** -25 * 1.01)).toBe(1);
  });
});
