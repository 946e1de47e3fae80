/** @file What a detector sees of a photograph, and the way back: for inputs and photographs of any height and width. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  cutOut,
  type Geometry,
  mapPixel,
  patchOnPhotograph,
  patchSize,
  resizedSize,
  seenPart,
  toMap,
  toPhotograph,
} from '../../../src/image/geometry.ts';
import { squareOf } from '../../helpers/sizes.ts';

const side = (least: number, most: number) => fc.integer({ min: least, max: most });
const size = (least: number, most: number) =>
  fc.record({ width: side(least, most), height: side(least, most) });
const geometries: fc.Arbitrary<Geometry> = fc.oneof(
  size(8, 300),
  fc.record({ input: size(8, 300), more: size(0, 90) }).map(({ input, more }) => ({
    ...input,
    resizeTo: { width: input.width + more.width, height: input.height + more.height },
  })),
);
/** A pixel of something of this size, anywhere in it. */
const shares = fc.record({
  x: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  y: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
});
const inside = (inner: ReturnType<typeof seenPart>, outer: ReturnType<typeof seenPart>) =>
  inner.x >= outer.x &&
  inner.y >= outer.y &&
  inner.x + inner.width <= outer.x + outer.width &&
  inner.y + inner.height <= outer.y + outer.height;

describe('the part of a photograph that is seen', () => {
  it('is all of it, or its middle, as large a share as is cut out', () => {
    fc.assert(
      fc.property(geometries, size(1, 4000), (geometry, image) => {
        const part = seenPart(geometry, image);
        expect(inside(part, { x: 0, y: 0, ...image })).toBe(true);
        if (!geometry.resizeTo) expect(part).toEqual({ x: 0, y: 0, ...image });
        const resized = resizedSize(geometry);
        expect(Math.abs(part.width - (image.width * geometry.width) / resized.width)).toBeLessThan(1);
        expect(Math.abs(part.height - (image.height * geometry.height) / resized.height)).toBeLessThan(1);
        // As much on either side, but for the last pixel.
        expect(Math.abs(image.width - part.width - 2 * part.x)).toBeLessThanOrEqual(1);
        expect(Math.abs(image.height - part.height - 2 * part.y)).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('is cut out of the resized photograph at one place, and not of a smaller one', () => {
    expect(cutOut({ width: 48, height: 30, resizeTo: { width: 61, height: 30 } })).toEqual({
      x: 6,
      y: 0,
      width: 48,
      height: 30,
    });
    expect(() => cutOut({ width: 48, height: 30, resizeTo: { width: 60, height: 29 } })).toThrow(
      /resize to be at least the input size 48x30, got 60x29/,
    );
  });
});

describe('from the map to the photograph and back', () => {
  it('a rectangle lies within what is seen, and comes back as it was, or a pixel larger where pixels do not meet', () => {
    fc.assert(
      fc.property(geometries, size(300, 4000), shares, shares, (geometry, image, from, to) => {
        const { width, height } = geometry;
        const [x, y] = [Math.floor(from.x * width), Math.floor(from.y * height)];
        const onMap = {
          x,
          y,
          width: 1 + Math.floor(to.x * (width - x)),
          height: 1 + Math.floor(to.y * (height - y)),
        };
        const found = toPhotograph(geometry, image, onMap);
        expect(inside(found, seenPart(geometry, image))).toBe(true);
        const back = toMap(geometry, image, found)!;
        // Rounding to whole pixels moves an edge by half a pixel of the photograph at most.
        const pixel = mapPixel(geometry, image);
        const slack = { across: 0.5 / pixel.width + 1, down: 0.5 / pixel.height + 1 };
        expect(Math.abs(back.x - onMap.x)).toBeLessThanOrEqual(slack.across);
        expect(Math.abs(back.y - onMap.y)).toBeLessThanOrEqual(slack.down);
        expect(Math.abs(back.x + back.width - onMap.x - onMap.width)).toBeLessThanOrEqual(slack.across);
        expect(Math.abs(back.y + back.height - onMap.y - onMap.height)).toBeLessThanOrEqual(slack.down);
      }),
    );
  });

  it('is exact where photographs are so many times larger', () => {
    fc.assert(
      fc.property(size(4, 90), size(1, 9), shares, (input, times, at) => {
        const image = { width: input.width * times.width, height: input.height * times.height };
        const onMap = {
          x: Math.floor(at.x * input.width),
          y: Math.floor(at.y * input.height),
          ...squareOf(1),
        };
        const found = toPhotograph(input, image, onMap);
        expect(found).toEqual({ x: onMap.x * times.width, y: onMap.y * times.height, ...times });
        expect(toMap(input, image, found)).toEqual(onMap);
        expect(mapPixel(input, image)).toEqual(times);
      }),
    );
  });

  it('a pixel of the photograph is touched by the rectangle that its pixels of the map give', () => {
    fc.assert(
      fc.property(geometries, size(1, 2000), shares, (geometry, image, at) => {
        const pixel = {
          x: Math.floor(at.x * image.width),
          y: Math.floor(at.y * image.height),
          ...squareOf(1),
        };
        const part = seenPart(geometry, image);
        const onMap = toMap(geometry, image, pixel);
        expect(onMap !== undefined).toBe(inside(pixel, part));
        if (!onMap) return;
        expect(inside(onMap, { x: 0, y: 0, width: geometry.width, height: geometry.height })).toBe(true);
        const back = toPhotograph(geometry, image, onMap);
        expect(Math.abs(back.x - pixel.x)).toBeLessThanOrEqual(mapPixel(geometry, image).width + 1);
        expect(Math.abs(back.y - pixel.y)).toBeLessThanOrEqual(mapPixel(geometry, image).height + 1);
      }),
    );
  });
});

it('what is no geometry, no image or no rectangle is refused in a sentence', () => {
  const [geometry, image] = [squareOf(8), { width: 40, height: 30 }];
  const pixel = { x: 0, y: 0, ...squareOf(1) };
  const given = (...values: unknown[]) => values as unknown as Parameters<typeof toMap>;
  expect(() => toMap(...given({ size: 8 }, image, pixel))).toThrow(
    "seenPart: expected geometry to be a detector's geometry, as its metadata has it, got an object with size.",
  );
  expect(() => toMap(...given({ ...geometry, resizeTo: 9 }, image, pixel))).toThrow(/expected geometry/);
  expect(() => seenPart(geometry, { width: 0, height: 3 })).toThrow(/expected image to be an image, or its/);
  expect(() => toMap(geometry, image, { ...pixel, x: Number.NaN })).toThrow(
    /toMap: expected onPhotograph to be a rectangle: x, y, width and height in pixels/,
  );
  expect(() => toPhotograph(...given(geometry, image, { x: 1, y: 1 }))).toThrow(
    /toPhotograph: expected onMap/,
  );
});

describe('a patch', () => {
  it('is as large as its share of the input, and of the photograph with its border', () => {
    const grid = { rows: 10, columns: 15 };
    expect(patchSize({ width: 120, height: 80 }, grid)).toEqual({ width: 8, height: 8 });
    const geometry = { width: 120, height: 80, resizeTo: { width: 240, height: 100 } };
    const onPhotograph = patchOnPhotograph(geometry, grid, { width: 2400, height: 500 });
    expect(onPhotograph).toEqual({ width: 80, height: 40 });
  });
});
