import { describe, expect, it } from 'vitest';
import { exposureOf } from '../../../src/image/exposure.ts';

/** Grey stripes, so many pixels wide. */
function stripes(width: number, dark = 60, bright = 180) {
  const side = 64;
  const data = new Uint8Array(side * side * 3);
  for (let at = 0; at < side * side; at++)
    data.fill(Math.floor((at % side) / width) % 2 ? bright : dark, 3 * at, 3 * at + 3);
  return { width: side, height: side, data };
}

describe('exposureOf', () => {
  it('sees sharpness whatever the light', () => {
    const { sharpness } = exposureOf(stripes(4));
    // 15 steps of 120 in 63 differences, over a contrast of 60.
    expect(sharpness).toBeCloseTo((100 * 15 * 120) / 63 / 60, 6);
    expect(exposureOf(stripes(4, 30, 90)).sharpness).toBeCloseTo(sharpness, 6);
    expect(exposureOf(stripes(8)).sharpness).toBeLessThan(sharpness / 1.9);
  });

  it('counts what is black, and white in any channel', () => {
    expect(exposureOf(stripes(4))).toMatchObject({ clippedDark: 0, clippedBright: 0 });
    expect(exposureOf(stripes(4, 1, 254))).toMatchObject({ clippedDark: 0.5, clippedBright: 0.5 });
    const red = stripes(4, 100, 100);
    for (let at = 0; at < red.data.length; at += 3) red.data[at] = 255;
    expect(exposureOf(red)).toMatchObject({ clippedDark: 0, clippedBright: 1 });
  });

  it('takes an image of one colour, and of one pixel', () => {
    expect(exposureOf(stripes(4, 9, 9)).sharpness).toBe(0);
    expect(exposureOf({ width: 1, height: 1, data: new Uint8Array(3) })).toEqual({
      ...{ sharpness: 0, clippedDark: 1, clippedBright: 0 },
    });
  });
});
