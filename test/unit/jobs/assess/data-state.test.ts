import { describe, expect, it } from 'vitest';
import { sketchOf } from '../../../../src/data/image-sketch.ts';
import { type DataState, explainedShares, remarksOn } from '../../../../src/jobs/assess/data-state.ts';
import { noise } from '../../../helpers/images.ts';
import { drawPart } from '../../../helpers/parts.ts';

const fine: Omit<DataState, 'remarks'> = {
  ...{ images: 60, heldOut: 9, excluded: 0, missing: 0, standOut: 0, misplaced: 0, looked: 60 },
  ...{ nearDuplicates: 0, unaligned: 0, brightnessRange: 0.05, sharpnessRange: 0.2 },
  ...{ clippedDark: 0, clippedBright: 0, achievableRate: 0.016, requestedRate: 0.02 },
};

describe("remarks on a product's images", () => {
  it('are none where nothing is wrong', () => {
    expect(remarksOn(fine)).toEqual([]);
    const unknown = { unaligned: null, brightnessRange: null, sharpnessRange: null };
    expect(remarksOn({ ...fine, ...unknown, clippedDark: null, clippedBright: null })).toEqual([]);
  });

  it.each([
    [{ images: 12 }, /12 good images only/],
    [{ achievableRate: 0.05 }, /can promise 5 % false alarms, not the 2 %/],
    [{ missing: 3 }, /files of 3 of them are not there/],
    [{ nearDuplicates: 14 }, /14 of 60 are almost the same/],
    [{ standOut: 2 }, /2 stand out, .*--exclude/],
    [{ misplaced: 1 }, /taken for another product/],
    [{ unaligned: 0.9 }, /90 % do not lie like the others/],
    [{ brightnessRange: 0.76 }, /brightness varies by 76 %/],
    [{ sharpnessRange: 1 }, /sharpness varies by 100 %/],
    [{ clippedDark: 0.1 }, /10 % of their pixels are black/],
    [{ clippedBright: 0.35 }, /35 % of their pixels are white/],
  ])('say of %j what it is', (wrong, sentence) => {
    const remarks = remarksOn({ ...fine, ...wrong });
    expect(remarks).toHaveLength(1);
    expect(remarks[0]).toMatch(sentence);
  });
});

describe('how alike images lie', () => {
  it('is nearly whole of a part in one place, and little of images that have nothing in common', () => {
    const parts = Array.from({ length: 12 }, (_, number) => sketchOf(drawPart('disc', number).image));
    const others = Array.from({ length: 12 }, (_, number) => sketchOf(noise(96, 96, number)));
    expect(Math.min(...explainedShares(parts))).toBeGreaterThan(0.8);
    expect(Math.max(...explainedShares(others))).toBeLessThan(0.5);
    for (const share of explainedShares([...parts, ...others])) {
      expect(share).toBeGreaterThanOrEqual(-1e-9);
      expect(share).toBeLessThanOrEqual(1 + 1e-9);
    }
  });
});
