import { describe, expect, it } from 'vitest';
import { learningCurve, missedShare, missesWith } from '../../../src/evaluation/learning-curve.ts';

/** Scores that move by so much for each halving of 64 images: defects down, good images up. */
function memories(defects: number, good: number) {
  return [16, 32].map((images) => {
    const halvings = Math.log2(64 / images);
    return {
      images,
      defects: [3, 5, 9].map((whole) => ({ whole, smaller: whole - defects * halvings })),
      good: [1, 2, 2.5, 3].map((whole) => ({ whole, smaller: whole + good * halvings })),
    };
  });
}

describe('a learning curve', () => {
  it('finds what a doubling adds to the margins: what defects gain and the threshold loses', () => {
    const curve = learningCurve(64, memories(0.25, 0.5));
    expect(curve.perDoubling).toBeCloseTo(0.75, 9);
    expect(curve.points.map(({ shift }) => shift)).toEqual([-1.5, -0.75]);
    expect(learningCurve(64, memories(-0.5, 0.5)).perDoubling).toBeCloseTo(0, 9);
  });

  it('says what would be missed with more images, or fewer', () => {
    const curve = learningCurve(64, memories(0.25, 0.5));
    const margins = [-2, -0.5, 0.5, 1, 4];
    expect(missedShare(margins)).toBe(0.4);
    expect(missesWith(curve, 64, margins)).toBe(0.4);
    expect(missesWith(curve, 128, margins)).toBe(0.2);
    expect(missesWith(curve, 32, margins)).toBe(0.6);
  });
});
