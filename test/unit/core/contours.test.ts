/** @file Outlines of regions, and polygons filled again: against the pixels that they were made of. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contours, type Ring, signedArea, simplified } from '../../../src/core/contours.ts';
import { asOneRing, fillPolygon, polygonArea } from '../../../src/core/polygons.ts';
import { regionsOf } from '../../../src/core/regions.ts';

function outlined(values: readonly number[], width: number, height: number) {
  const map = Float32Array.from(values);
  const regions = regionsOf(
    Uint8Array.from(values, (value) => (value > 0 ? 1 : 0)),
    width,
    height,
  );
  return { regions, polygons: contours(map, width, height, regions) };
}

function filled(rings: readonly Ring[], width: number, height: number): Uint8Array {
  const data = new Uint8Array(width * height);
  fillPolygon(data, width, height, rings);
  return data;
}

const maps = fc.record({
  width: fc.integer({ min: 1, max: 9 }),
  height: fc.integer({ min: 1, max: 9 }),
  values: fc.array(fc.constantFrom(-3, -1, 1, 2), { minLength: 81, maxLength: 81 }),
});

describe('contours', () => {
  it('run where values pass through 0, between centres, and along the edge of the map', () => {
    // A row: 3 and -1 meet a quarter of the way before the centre of the second pixel.
    expect(outlined([3, -1, -1], 3, 1).polygons).toEqual([
      [
        expect.arrayContaining([
          [0, 0],
          [1.25, 0.5],
        ]),
      ],
    ]);
    expect(polygonArea(outlined([1, 1, 1, 1], 2, 2).polygons[0]!)).toBe(4);
    expect(polygonArea(outlined([3, -1, -1], 3, 1).polygons[0]!)).toBe(1.25);
  });

  it('hold exactly the pixels of their region, with holes, as one ring too, and next to others', () => {
    fc.assert(
      fc.property(maps, ({ width, height, values }) => {
        const { regions, polygons } = outlined(values.slice(0, width * height), width, height);
        expect(polygons).toHaveLength(regions.sizes.length);
        polygons.forEach((rings, at) => {
          const own = Array.from(regions.labels, (label) => (label === at + 1 ? 1 : 0));
          expect(Array.from(filled(rings, width, height))).toEqual(own);
          expect(Array.from(filled([asOneRing(rings)], width, height))).toEqual(own);
          expect(polygonArea([asOneRing(rings)])).toBeCloseTo(polygonArea(rings), 9);
          const [outer, ...holes] = rings;
          expect(signedArea(outer!)).toBeGreaterThan(0);
          for (const hole of holes) expect(signedArea(hole)).toBeLessThan(0);
        });
      }),
      { numRuns: 300 },
    );
  });

  it('lose corners, but no pixel and hardly any area, when they are simplified', () => {
    const side = 40;
    const disc = Array.from(
      { length: side * side },
      (_, at) => 12 - Math.hypot((at % side) - 19.5, Math.floor(at / side) - 19.5),
    );
    const [rings] = outlined(disc, side, side).polygons;
    const [ring] = rings!;
    const fewer = simplified(ring!, 0.1);
    expect(fewer.length).toBeLessThan(ring!.length / 2);
    expect(signedArea(fewer)).toBeGreaterThan(0.98 * signedArea(ring!));
    expect(polygonArea(rings!)).toBeCloseTo(Math.PI * 144, -1);
  });

  it('fill at least one pixel, so that nothing is lost in a small photograph', () => {
    const tiny: Ring = [
      [1.6, 0.6],
      [1.8, 0.6],
      [1.8, 0.8],
    ];
    expect(Array.from(filled([tiny], 3, 1))).toEqual([0, 1, 0]);
    expect(simplified(tiny, 5)).toEqual(tiny);
  });
});
