/** @file Which pixels a polygon covers, against a slow reference, and whether it crosses itself. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { signedArea } from '../../../../src/core/contours.ts';
import { fillCentres } from '../../../../src/core/polygons.ts';
import { crossingOf, type Point } from '../../../../src/image/roi/polygon.ts';

const size = { width: 12, height: 9 };

/** Whether a point is inside: a ray to the right crosses the sides an odd number of times. */
function isInside(x: number, y: number, points: readonly Point[]): boolean {
  let inside = false;
  for (const [at, [x1, y1]] of points.entries()) {
    const [x2, y2] = points[(at + 1) % points.length]!;
    if (y1 > y !== y2 > y && x < x1 + ((y - y1) / (y2 - y1)) * (x2 - x1)) inside = !inside;
  }
  return inside;
}

describe('a polygon', () => {
  it('covers the pixels whose centres are inside', () => {
    // No corner or side on a centre: quarters.
    const coordinate = fc.integer({ min: -8, max: 56 }).map((value) => value / 4 + 0.1);
    fc.assert(
      fc.property(fc.array(fc.tuple(coordinate, coordinate), { minLength: 3, maxLength: 7 }), (points) => {
        const mask = new Uint8Array(size.width * size.height);
        fillCentres(mask, size.width, size.height, [points], 1);
        const expected = mask.map((_, pixel) =>
          isInside((pixel % size.width) + 0.5, Math.floor(pixel / size.width) + 0.5, points) ? 1 : 0,
        );
        expect(mask).toEqual(expected);
      }),
      { numRuns: 300 },
    );
  });

  it('covers whole pixels exactly, and neighbours share none', () => {
    const [left, right] = [new Uint8Array(108), new Uint8Array(108)];
    fillCentres(left, 12, 9, [[[1, 1], [5, 1], [5, 4], [1, 4]]], 1); // biome-ignore format: corners
    fillCentres(right, 12, 9, [[[5, 1], [9, 1], [9, 4], [5, 4]]], 1); // biome-ignore format: corners
    const count = (mask: Uint8Array) => mask.reduce((sum, value) => sum + value, 0);
    expect([count(left), count(right)]).toEqual([12, 12]);
    expect(left.some((value, pixel) => value === 1 && right[pixel] === 1)).toBe(false);
  });

  it.each<[string, Point[]]>([
    ['a bow', [[0, 0], [4, 4], [4, 0], [0, 4]]], // biome-ignore format: corners
    ['one that runs back over itself', [[0, 0], [6, 0], [3, 0], [3, 3]]], // biome-ignore format: corners
    ['one that touches a side of its own', [[0, 0], [6, 0], [6, 6], [3, 0], [0, 6]]], // biome-ignore format: corners
  ])('is found to cross itself: %s', (_, points) => {
    expect(crossingOf(points)).toBeDefined();
  });

  it.each<[string, Point[]]>([
    ['a triangle', [[0, 0], [4, 0], [0, 4]]], // biome-ignore format: corners
    ['a star', [[0, 0], [2, 1], [4, 0], [3, 2], [4, 4], [2, 3], [0, 4], [1, 2]]], // biome-ignore format: corners
    ['one with a corner twice', [[0, 0], [4, 0], [4, 0], [4, 4]]], // biome-ignore format: corners
    ['one with a corner on a straight side', [[0, 0], [2, 0], [4, 0], [4, 4]]], // biome-ignore format: corners
    ['one that is closed by its first corner', [[0, 0], [4, 0], [4, 4], [0, 0]]], // biome-ignore format: corners
  ])('is fine: %s', (_, points) => {
    expect(crossingOf(points)).toBeUndefined();
    expect(Math.abs(signedArea(points))).toBeGreaterThan(0);
  });
});
