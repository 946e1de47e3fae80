/** @file Anomalous regions: boxes on the photograph from a map. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anomalousRegions } from '../../../../src/detector/heat/map-regions.ts';
import { seenPart } from '../../../../src/image/geometry.ts';
import { squareOf } from '../../../helpers/sizes.ts';

const whole = squareOf(4);
// prettier-ignore
const map = Float32Array.of(9, 0, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 2, 0, 7, 7);

describe('anomalousRegions', () => {
  it('are 8-connected, the highest peak first, in pixels of the photograph', () => {
    expect(anomalousRegions(map, whole, { threshold: 4 }, { width: 400, height: 200 })).toMatchObject([
      { x: 0, y: 0, width: 200, height: 100, area: 2 * 100 * 50, peak: 9, centroid: { x: 100, y: 50 } },
      { x: 200, y: 150, width: 200, height: 50, area: 2 * 100 * 50, peak: 7, centroid: { x: 300, y: 175 } },
    ]);
  });

  it('begin above the threshold, as the verdict does', () => {
    expect(anomalousRegions(map, whole, { threshold: 7 }, { width: 4, height: 4 })).toHaveLength(1);
    expect(anomalousRegions(map, whole, { threshold: 9 }, { width: 4, height: 4 })).toEqual([]);
  });

  it('lie in the middle of a photograph whose border the detector does not see', () => {
    const geometry = { ...squareOf(4), resizeTo: squareOf(8) };
    const image = { width: 300, height: 200 };
    expect(seenPart(geometry, image)).toEqual({ x: 75, y: 50, width: 150, height: 100 });
    expect(anomalousRegions(map, geometry, { threshold: 8 }, image)).toMatchObject([
      { x: 75, y: 50, width: 38, height: 25, area: 938, peak: 9 },
    ]);
  });

  it('of a map that is no square are boxes in its rows and columns', () => {
    // Two rows of six.
    const wide = Float32Array.of(0, 0, 0, 0, 9, 9, 0, 5, 0, 0, 0, 0);
    const image = { width: 600, height: 100 };
    const found = anomalousRegions(wide, { width: 6, height: 2 }, { threshold: 4 }, image);
    expect(found).toMatchObject([
      { x: 400, y: 0, width: 200, height: 50, area: 2 * 100 * 50, peak: 9 },
      { x: 100, y: 50, width: 100, height: 50, area: 100 * 50, peak: 5 },
    ]);
    const cut = { width: 6, height: 2, resizeTo: { width: 8, height: 4 } };
    expect(anomalousRegions(wide, cut, { threshold: 8 }, { width: 800, height: 400 })).toMatchObject([
      { x: 500, y: 100, width: 200, height: 100, area: 2 * 100 * 100, peak: 9 },
    ]);
  });

  it('have an outline in pixels of the photograph, of its middle where no more is seen', () => {
    const image = { width: 400, height: 200 };
    const corner = anomalousRegions(map, whole, { threshold: 8 }, image);
    // 1 and -8 above the threshold: a ninth of the way from the centre of the first pixel to the next ones. The corner between is within the tolerance.
    expect(corner[0]!.polygon).toEqual([
      [
        [0, 0],
        [61.11, 0],
        [61.11, 25],
        [0, 30.56],
      ],
    ]);
    const cut = { ...squareOf(4), resizeTo: squareOf(8) };
    const [region] = anomalousRegions(map, cut, { threshold: 8 }, image);
    expect(region!.polygon[0]).toContainEqual([100, 50]);
    expect(region!.centroid).toEqual({ x: 125, y: 62.5 });
  });

  it('lie within a photograph that is smaller than the map', () => {
    const last = Float32Array.from({ length: 16 }, (_, at) => (at === 15 ? 9 : 0));
    for (const [width, height] of [
      [1, 1],
      [2, 3],
      [3, 1],
    ] as const) {
      const [region] = anomalousRegions(last, whole, { threshold: 4 }, { width, height });
      expect(region).toMatchObject({ x: width - 1, y: height - 1, width: 1, height: 1 });
    }
  });

  it('cover exactly what is above the threshold, within the photograph', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 64, maxLength: 64 }),
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 1, max: 50 }),
        (values, width, height) => {
          const regions = anomalousRegions(
            Float32Array.from(values),
            squareOf(8),
            { threshold: 1 },
            {
              width: 8 * width,
              height: 8 * height,
            },
          );
          const area = regions.reduce((sum, each) => sum + each.area, 0);
          expect(area).toBe(values.filter((value) => value > 1).length * width * height);
          for (const { x, y, width: across, height: down, area: own } of regions) {
            expect(Math.min(x, y)).toBeGreaterThanOrEqual(0);
            expect(x + across).toBeLessThanOrEqual(8 * width);
            expect(y + down).toBeLessThanOrEqual(8 * height);
            expect(own).toBeLessThanOrEqual(across * down);
          }
        },
      ),
    );
  });
});
