import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { goodPixels } from '../../../../src/detector/heat/map-range.ts';
import { calibrateClass } from '../../../../src/detector/thresholds/class-thresholds.ts';
import { mapFloor, unknownAbove } from '../../../../src/detector/thresholds/unknown.ts';

/** A map of these values in an order of chance. */
const maps = fc.float32Array({ minLength: 61, maxLength: 4000, noNaN: true, noDefaultInfinity: true });

describe('the floor of a map', () => {
  it('has a tenth of the pixels that are looked at at it or under it', () => {
    fc.assert(
      fc.property(maps, (map) => {
        const seen = map.filter((_, at) => at % 61 === 0);
        const floor = mapFloor(map);
        const under = seen.filter((value) => value < floor).length;
        const upTo = seen.filter((value) => value <= floor).length;
        expect(under).toBeLessThan(Math.ceil(0.1 * seen.length));
        expect(upTo).toBeGreaterThanOrEqual(Math.ceil(0.1 * seen.length));
      }),
    );
  });

  it('stays where a defect covers half of the image', () => {
    const good = Float32Array.from({ length: 13_000 }, (_, at) => Math.sin(at));
    const defective = good.map((value, at) => (at < 6500 ? value + 20 : value));
    expect(mapFloor(defective)).toBeLessThan(0);
    expect(mapFloor(good.map((value) => value + 20))).toBeGreaterThan(18);
  });
});

describe('the floor above which an image is unknown', () => {
  it('is above that of every good image by as much as the middle of good maps is above their floors', () => {
    expect(unknownAbove([-2, -1, -1.5], { median: 0.5, upper: 3 })).toBeCloseTo(-1 + 2, 6);
  });

  it('is above them also where maps are flat', () => {
    expect(unknownAbove([7, 7], { median: 7, upper: 7 })).toBeGreaterThan(7);
  });

  it('moves with the numbers, whatever their unit', () => {
    const [floors, pixels] = [[1, 2, 4], { median: 6, upper: 30 }] as const;
    const level = unknownAbove(floors, pixels);
    const scaled = unknownAbove(
      floors.map((each) => 3 * each - 5),
      { median: 3 * 6 - 5, upper: 3 * 30 - 5 },
    );
    expect(scaled).toBeCloseTo(3 * level - 5, 6);
  });

  it('is not raised by images that stand out', () => {
    const pixels = goodPixels([Float32Array.from({ length: 100 }, (_, at) => at / 50)]);
    const scores = Array.from({ length: 12 }, (_, at) => 3 + at / 100);
    const floors = scores.map(() => 0.1);
    const { threshold } = calibrateClass({ scores: [...scores, 40], floors: [...floors, 30], pixels }, 0.02);
    expect(threshold.setAside).toBe(1);
    expect(threshold.unknownAbove).toBe(
      calibrateClass({ scores, floors, pixels }, 0.02).threshold.unknownAbove,
    );
    expect(calibrateClass({ scores, pixels }, 0.02).threshold.unknownAbove).toBeUndefined();
  });
});
