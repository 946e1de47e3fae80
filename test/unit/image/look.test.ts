import { describe, expect, it } from 'vitest';
import { gridOf, lookAt, lookOf } from '../../../src/image/look.ts';
import { noise } from '../../helpers/images.ts';

/** An image of columns: each as wide as the others, of one colour. */
function columns(...colours: readonly (readonly [number, number, number])[]) {
  const [width, height] = [64 * colours.length, 96];
  const data = new Uint8Array(width * height * 3);
  for (let pixel = 0; pixel < width * height; pixel++)
    data.set(colours[Math.floor((pixel % width) / 64)]!, pixel * 3);
  return { width, height, data };
}

describe('statistics of an image', () => {
  it('are those of black, grey and white', () => {
    for (const value of [0, 77, 255]) {
      expect(lookAt(columns([value, value, value]))).toEqual({
        shape: 64 / 96,
        mean: value,
        contrast: 0,
        dark: value,
        middle: value,
        bright: value,
        chroma: 0,
        warmth: 0,
        green: 0,
      });
    }
  });

  it('have the tones and colours of its parts', () => {
    const look = lookAt(columns([10, 10, 10], [200, 200, 200], [200, 200, 200], [250, 200, 150]));
    expect(look).toMatchObject({ shape: 256 / 96, dark: 10, middle: 200, chroma: 25, warmth: 25, green: 0 });
    expect(look.bright).toBeGreaterThan(205);
    expect(look.mean).toBeGreaterThan(150);
    expect(look.contrast).toBeGreaterThan(80);
  });

  it('are computed on a small grid, of smaller images too', () => {
    for (const [width, height] of [
      [1, 1],
      [3, 200],
      [500, 40],
    ] as const) {
      const image = noise(width, height);
      const grid = gridOf(image);
      expect(grid).toHaveLength(64 * 64 * 3);
      expect(lookOf(grid, width / height)).toEqual(lookAt(image));
    }
  });
});
