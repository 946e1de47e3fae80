/** @file Which pixels belong to a region: near the highest of their surroundings, not merely above the threshold. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../../../src/core/random.ts';
import {
  highestNear,
  insideRegions,
  type RegionRule,
  reachOf,
  regionRule,
} from '../../../../src/detector/heat/region-rule.ts';
import { withRegions } from '../../../../src/detector/prediction.ts';
import { squareOf } from '../../../helpers/sizes.ts';

const size = 96;
const near = { low: 2, share: 0.75, reach: 10 };
const rule: RegionRule = { threshold: 4, near };

/** A blurred square of this strength, as a map shows a defect of this mask. */
function map(defects: readonly { at: number; side: number; strength: number }[], offset = 0): Float32Array {
  const sigma = 5;
  const bell = (distance: number) => 1 / (1 + Math.exp(-1.7 * (distance / sigma)));
  return Float32Array.from({ length: size * size }, (_, pixel) => {
    const [x, y] = [pixel % size, Math.floor(pixel / size)];
    const along = (value: number, at: number, side: number) => bell(value - at) * bell(at + side - value);
    return defects.reduce(
      (sum, { at, side, strength }) => sum + strength * along(x, at, side) * along(y, at, side),
      offset,
    );
  });
}
const inside = (values: Float32Array, by: RegionRule) =>
  insideRegions(values, squareOf(size), by).reduce((count, value) => count + Number(value > 0), 0);

it('a defect raises the map as far around it as the blur, or a patch, reaches', () => {
  expect([
    reachOf(5, squareOf(8)),
    reachOf(0, squareOf(8)),
    reachOf(2, squareOf(16)),
    reachOf(0, squareOf(0.2)),
  ]).toEqual([10, 8, 16, 1]);
});

describe('regions', () => {
  it("stay near a defect however strong it is, where a plain threshold's grow with its strength", () => {
    for (const side of [10, 20, 40]) {
      const above = [20, 60].map((strength) => inside(map([{ at: 30, side, strength }]), { threshold: 4 }));
      expect(above[1]! / above[0]!).toBeGreaterThan(1.15);
      const tight = [20, 60].map((strength) => inside(map([{ at: 30, side, strength }]), rule) / side ** 2);
      for (const ratio of tight) {
        expect(ratio).toBeGreaterThan(0.4);
        expect(ratio).toBeLessThan(1.7);
      }
    }
  });

  it('keep a weak defect beside a strong one', () => {
    const { regions } = withRegions(
      {
        geometry: squareOf(size),
        display: { nut: { low: 2, high: 6, top: 40 } },
        regions: { reach: 10, share: { nut: 0.75 } },
      },
      {
        class: 'nut',
        classShare: 1,
        classShares: { nut: 1 },
        recognised: null,
        score: 40,
        threshold: 4,
        margin: 36,
        verdict: 'anomalous',
        decision: 'reject',
        warnings: [],
        map: map([
          { at: 10, side: 16, strength: 40 },
          { at: 50, side: 16, strength: 8 },
        ]),
      },
      { width: size, height: size },
    );
    expect(regions.map(({ x, y }) => [Math.round(x / 20), Math.round(y / 20)])).toEqual([
      [1, 1],
      [3, 3],
    ]);
  });

  it('hold the highest pixel wherever it is above the threshold, and scale with the scores', () => {
    const number = fc.float({ min: -50, max: 50, noNaN: true });
    fc.assert(
      fc.property(
        fc.array(number, { minLength: 36, maxLength: 36 }),
        number,
        number,
        (values, low, threshold) => {
          const made = regionRule(
            { display: { nut: { low, high: low + 4 } }, regions: { reach: 2, share: { nut: 0.9 } } },
            'nut',
            threshold,
          )!;
          const result = insideRegions(Float32Array.from(values), squareOf(6), made);
          expect(result.some((value) => value > 0)).toBe(Math.max(...values.map(Math.fround)) > threshold);
          // Nothing that is not above the threshold.
          for (const [pixel, value] of values.entries())
            if (result[pixel]! > 0) expect(value).toBeGreaterThan(threshold);
        },
      ),
    );
    const values = map([{ at: 30, side: 20, strength: 30 }], 100);
    const moved: RegionRule = { threshold: 104, near: { ...near, low: 102 } };
    expect(inside(values, moved)).toBe(inside(map([{ at: 30, side: 20, strength: 30 }]), rule));
  });

  it('are all pixels above the threshold in older files, and none without a threshold', () => {
    const display = { nut: { low: 2, high: 6 } };
    expect(regionRule({ display }, 'nut', 4)).toEqual({ threshold: 4 });
    expect(regionRule({ display, regions: { reach: 10, share: {} } }, 'nut', 4)).toEqual({ threshold: 4 });
    expect(regionRule({ display, regions: { reach: 10, share: { nut: 0.7 } } }, 'nut', null)).toBeUndefined();
    expect(
      inside(
        Float32Array.from({ length: size * size }, () => 3),
        { threshold: 2.5 },
      ),
    ).toBe(size * size);
  });
});

describe('the highest value near a pixel', () => {
  it('of a map that is not square equals a plain search', () => {
    for (const [width, height, reach] of [
      [7, 3, 1],
      [3, 41, 10],
      [30, 8, 9],
      [1, 12, 2],
    ] as const) {
      const random = new Random(width, height, reach);
      const values = Float32Array.from({ length: width * height }, () => random.uniform(-1, 1));
      const found = Float32Array.from(values, (_, pixel) => {
        const near = (a: number, b: number) => Math.abs(a - b) <= reach;
        return values.reduce(
          (most, value, other) =>
            near(pixel % width, other % width) &&
            near(Math.floor(pixel / width), Math.floor(other / width)) &&
            value > most
              ? value
              : most,
          -Infinity,
        );
      });
      expect(highestNear(values, { width, height }, reach)).toEqual(found);
    }
  });

  it('equals a plain search, at every border', () => {
    for (const [side, reach] of [
      [1, 1],
      [7, 1],
      [9, 4],
      [21, 10],
      [30, 10],
      [41, 10],
      [43, 10],
      [8, 20],
    ] as const) {
      const random = new Random(side, reach);
      const values = Float32Array.from({ length: side * side }, () => random.uniform(-1, 1));
      const found = Float32Array.from(values, (_, pixel) => {
        let most = -Infinity;
        for (
          let y = Math.max(0, Math.floor(pixel / side) - reach);
          y <= Math.floor(pixel / side) + reach && y < side;
          y++
        )
          for (let x = Math.max(0, (pixel % side) - reach); x <= (pixel % side) + reach && x < side; x++)
            most = Math.max(most, values[y * side + x]!);
        return most;
      });
      expect(highestNear(values, squareOf(side), reach)).toEqual(found);
    }
  });
});
