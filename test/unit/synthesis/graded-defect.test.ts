import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/core/random.ts';
import { regionsOf } from '../../../src/core/regions.ts';
import type { Mask, RgbImage } from '../../../src/image/rgb.ts';
import { differenceUnder, drawShape, withDefect } from '../../../src/synthesis/graded-defect.ts';

const size = { width: 96, height: 64 };
const filled = (grey: number): RgbImage => ({
  ...size,
  data: new Uint8Array(size.width * size.height * 3).fill(grey),
});

describe('the shape of a graded defect', () => {
  it('has exactly the area that was asked for, and hardly a pixel of it lies apart', () => {
    const diameters = [1, 1.8, 3, 4.8, 9.6, 16];
    let [largest, all] = [0, 0];
    for (let seed = 0; seed < 60; seed++) {
      const diameter = diameters[seed % diameters.length]!;
      const { places, cover } = drawShape(size, diameter, undefined, new Random(seed));
      expect(places).toHaveLength(Math.max(1, Math.round((Math.PI / 4) * diameter ** 2)));
      expect(cover.every((share) => share > 0 && share <= 1)).toBe(true);
      const mask = new Uint8Array(size.width * size.height);
      for (const place of places) mask[place] = 1;
      largest += Math.max(...regionsOf(mask, size.width, size.height).sizes);
      all += places.length;
    }
    expect(largest / all).toBeGreaterThan(0.98);
  });

  it('keeps to where it is allowed, and is as large as that where that is less', () => {
    const allowed: Mask = { ...size, data: new Uint8Array(size.width * size.height) };
    for (let y = 10; y < 20; y++) allowed.data.fill(1, y * size.width + 70, y * size.width + 80);
    for (let seed = 0; seed < 20; seed++) {
      const { places } = drawShape(size, 8, allowed, new Random(seed));
      expect(places).toHaveLength(50);
      expect(places.every((place) => allowed.data[place] === 1)).toBe(true);
    }
    expect(drawShape(size, 30, allowed, new Random(0)).places).toHaveLength(100);
  });

  it('is drawn by its seed', () => {
    expect(drawShape(size, 9, undefined, new Random(4))).toEqual(
      drawShape(size, 9, undefined, new Random(4)),
    );
    expect(drawShape(size, 9, undefined, new Random(4))).not.toEqual(
      drawShape(size, 9, undefined, new Random(5)),
    );
  });
});

describe('a graded defect', () => {
  const shape = drawShape(size, 12, undefined, new Random(1));
  const texture = { ...size, data: Uint8Array.from(filled(0).data, (_, at) => (at * 37) % 256) };
  const image = filled(100);

  it('differs from what was there by the contrast that was asked for, and nowhere else', () => {
    for (const contrast of [5, 10, 20, 40]) {
      const made = withDefect(image, texture, shape, contrast);
      expect(made.contrast).toBeCloseTo(contrast, 6);
      let [sum, of] = [0, 0];
      for (const [index, place] of shape.places.entries()) {
        for (let at = 3 * place; at < 3 * place + 3; at++)
          sum += (made.image.data[at]! - image.data[at]!) ** 2;
        of += 3 * shape.cover[index]! ** 2;
      }
      // Rounded to whole grey values.
      expect(Math.abs(Math.sqrt(sum / of) - contrast)).toBeLessThan(0.6);
      const inside = new Set(shape.places);
      const outside = made.image.data.filter((_, at) => !inside.has(Math.floor(at / 3)));
      expect(outside.every((value) => value === 100)).toBe(true);
    }
  });

  it('is the whole texture, of less contrast, where that differs by less', () => {
    const near = filled(107);
    expect(differenceUnder(image, near, shape)).toBeCloseTo(7, 6);
    const made = withDefect(image, near, shape, 40);
    expect(made.contrast).toBeCloseTo(7, 6);
    expect(Math.max(...made.image.data)).toBe(107);
  });
});
