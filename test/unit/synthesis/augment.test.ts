import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/core/random.ts';
import type { RgbImage } from '../../../src/image/rgb.ts';
import {
  augmentations,
  augmentTexture,
  autoContrast,
  changeBrightness,
  changeContrast,
  changeSaturation,
  drawAugmentations,
  equalise,
  flipHorizontally,
  flipVertically,
  greyscale,
  rotate,
  turnHue,
} from '../../../src/synthesis/augment.ts';
import { noise } from '../../helpers/images.ts';

/** A row of pixels, each grey or red, green, blue. */
function row(...pixels: readonly (number | readonly [number, number, number])[]): RgbImage {
  const data = pixels.flatMap((pixel) => (typeof pixel === 'number' ? [pixel, pixel, pixel] : [...pixel]));
  return { width: pixels.length, height: 1, data: Uint8Array.from(data) };
}

/** The image as pixels again; grey ones as one number. */
function pixels({ data }: RgbImage): (number | number[])[] {
  return Array.from({ length: data.length / 3 }, (_, index) => {
    const [red, green, blue] = data.subarray(index * 3, index * 3 + 3) as unknown as [number, number, number];
    return red === green && green === blue ? red : [red, green, blue];
  });
}

const counted = (counts: Readonly<Record<number, number>>) =>
  row(...Object.entries(counts).flatMap(([value, count]) => new Array<number>(count).fill(Number(value))));

const anyImage = fc
  .tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }), fc.nat())
  .map(([width, height, seed]) => noise(width, height, seed));

describe('colour, by hand after torchvision on PIL images', () => {
  it('multiplies by the brightness, cut down to bytes', () => {
    expect(pixels(changeBrightness(row(100, 250), 1.2))).toEqual([120, 255]);
    expect(pixels(changeBrightness(row(101), 0.8))).toEqual([80]);
  });

  it('moves away from the mean grey by the contrast', () => {
    expect(pixels(changeContrast(row(100, 200), 1.2))).toEqual([90, 210]);
    expect(pixels(changeContrast(row(100, 201), 0))).toEqual([151, 151]);
  });

  it("moves away from each pixel's grey by the saturation", () => {
    expect(pixels(changeSaturation(row([200, 100, 50]), 0.8))).toEqual([[184, 104, 64]]);
    expect(pixels(greyscale(row([200, 100, 50])))).toEqual([124]);
    fc.assert(
      fc.property(anyImage, (image) => void expect(changeSaturation(image, 0)).toEqual(greyscale(image))),
    );
  });

  it('turns the hue', () => {
    expect(pixels(turnHue(row([255, 0, 0]), 1 / 3))).toEqual([[0, 255, 0]]);
    expect(pixels(turnHue(row([255, 0, 0]), -1 / 3))).toEqual([[0, 0, 255]]);
    expect(pixels(turnHue(row([200, 50, 50]), 1 / 6))).toEqual([[200, 200, 50]]);
    expect(pixels(turnHue(row(77), 0.2))).toEqual([77]);
    fc.assert(fc.property(anyImage, (image) => void expect(turnHue(image, 0)).toEqual(image)));
  });

  it('keeps the HSV value of the lightest pixel, whatever the hue', () => {
    fc.assert(
      fc.property(anyImage, fc.double({ min: -0.2, max: 0.2, noNaN: true }), (image, turns) => {
        const lightest = (of: RgbImage) => Math.max(...of.data);
        const turned = turnHue(image, turns);
        expect(lightest(turned)).toBe(lightest(image));
      }),
    );
  });

  it('stretches each channel to 0 .. 255', () => {
    expect(pixels(autoContrast(row(50, 75, 100)))).toEqual([0, 127, 255]);
    expect(pixels(autoContrast(row([10, 5, 0], [20, 5, 255])))).toEqual([
      [0, 5, 0],
      [255, 5, 255],
    ]);
    fc.assert(
      fc.property(anyImage, (image) => {
        const once = autoContrast(image);
        expect(autoContrast(once)).toEqual(once);
      }),
    );
  });

  it('equalises by the cumulated histogram, in steps of (pixels - last bin) / 255', () => {
    const values = (image: RgbImage) => [...new Set(equalise(image).data)];
    expect(values(counted({ 10: 255, 20: 255 }))).toEqual([0, 255]);
    expect(values(counted({ 0: 170, 100: 170, 200: 170 }))).toEqual([0, 170, 255]);
    // Step 2, begun at 1: 1/2, 301/2, then 601/2 cut to 255.
    expect(values(counted({ 5: 300, 6: 300, 7: 300 }))).toEqual([0, 150, 255]);
    // Fewer than 255 pixels beside the last bin, or one value alone: as it is.
    expect(values(counted({ 30: 200, 90: 4000 }))).toEqual([30, 90]);
    expect(values(counted({ 42: 600 }))).toEqual([42]);
  });

  it('equalises in order: what was darker is not lighter', () => {
    const image = noise(40, 40, 3);
    const after = equalise(image).data;
    const pairs = Array.from(image.data, (value, at) => [value, after[at] as number] as const)
      .filter((_, at) => at % 3 === 0)
      .sort((a, b) => a[0] - b[0]);
    for (let at = 1; at < pairs.length; at++) expect(pairs[at]![1]).toBeGreaterThanOrEqual(pairs[at - 1]![1]);
  });
});

describe('geometry', () => {
  it('flips are their own inverses, and two of them are half a turn', () => {
    fc.assert(
      fc.property(anyImage, (image) => {
        expect(flipHorizontally(flipHorizontally(image))).toEqual(image);
        expect(flipVertically(flipVertically(image))).toEqual(image);
        expect(rotate(image, 180)).toEqual(flipVertically(flipHorizontally(image)));
      }),
    );
    expect(pixels(flipHorizontally(row(1, 2, 3)))).toEqual([3, 2, 1]);
    expect(pixels(flipVertically({ width: 1, height: 2, data: row(1, 2).data }))).toEqual([2, 1]);
  });

  it('rotates counter-clockwise about the middle', () => {
    const square = { width: 3, height: 3, data: row(0, 0, 0, 0, 0, 200, 0, 0, 0).data };
    expect(pixels(rotate(square, 90))).toEqual([0, 200, 0, 0, 0, 0, 0, 0, 0]);
    expect(rotate(square, 0)).toEqual(square);
  });

  it('mirrors at the edges, so a constant texture stays constant', () => {
    const image = { width: 12, height: 7, data: new Uint8Array(12 * 7 * 3).fill(93) };
    fc.assert(
      fc.property(fc.double({ min: -45, max: 45, noNaN: true }), (degrees) => {
        expect(rotate(image, degrees)).toEqual(image);
      }),
    );
  });
});

describe('augmentTexture', () => {
  it('has nine augmentations, and draws different ones', () => {
    expect(new Set(augmentations.map(({ name }) => name)).size).toBe(9);
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 0, max: 9 }), (seed, count) => {
        const drawn = drawAugmentations(new Random(seed), count);
        expect(new Set(drawn).size).toBe(count);
      }),
    );
  });

  it('draws each of them a third of the time', () => {
    const random = new Random(5);
    const counts = new Map<string, number>();
    for (let draw = 0; draw < 6000; draw++)
      for (const { name } of drawAugmentations(random, 3)) counts.set(name, (counts.get(name) ?? 0) + 1);
    for (const { name } of augmentations) expect((counts.get(name) ?? 0) / 6000).toBeCloseTo(1 / 3, 1);
  });

  it('is the same for the same seed, keeps the size and leaves the texture alone', () => {
    const texture = noise(17, 13, 2);
    const before = texture.data.slice();
    for (let seed = 0; seed < 30; seed++) {
      const augmented = augmentTexture(texture, new Random(seed));
      expect([augmented.width, augmented.height, augmented.data.length]).toEqual([17, 13, before.length]);
      expect(augmentTexture(texture, new Random(seed))).toEqual(augmented);
    }
    expect(texture.data).toEqual(before);
    expect(augmentTexture(texture, new Random(1), 0)).toEqual(texture);
  });
});
