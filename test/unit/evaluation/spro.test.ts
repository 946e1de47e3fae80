import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aupro } from '../../../src/evaluation/aupro.ts';
import { scoreKeys, sortKeys, sortKeysWith } from '../../../src/evaluation/sort.ts';
import { auSpro, SaturatedOverlaps } from '../../../src/evaluation/spro.ts';

interface Defect {
  readonly scores: readonly number[];
  readonly saturation: number;
}

const ours = (defects: readonly Defect[], normal: readonly number[], limit?: number) =>
  auSpro(
    defects.map(({ scores, saturation }) => ({ keys: scoreKeys(scores, 'a test'), saturation })),
    sortKeys(scoreKeys(normal, 'a test')),
    limit,
  );

/** As the publication says it, threshold by threshold. */
function literally(defects: readonly Defect[], normal: readonly number[], limit: number): number {
  const all = [...new Set([...defects.flatMap(({ scores }) => scores), ...normal])].sort((a, b) => b - a);
  const points = all.map((threshold) => {
    const above = (scores: readonly number[]) => scores.filter((score) => score >= threshold).length;
    const overlaps = defects.map(({ scores, saturation }) =>
      Math.min(above(scores) / Math.min(saturation, scores.length), 1),
    );
    const overlap = overlaps.reduce((sum, each) => sum + each, 0) / defects.length;
    return { rate: above(normal) / normal.length, overlap };
  });
  let area = 0;
  let last = { rate: 0, overlap: 0 };
  for (const point of points) {
    const end = Math.min(point.rate, limit);
    if (end > last.rate) {
      const share = (end - last.rate) / (point.rate - last.rate);
      area += ((end - last.rate) * (2 * last.overlap + share * (point.overlap - last.overlap))) / 2;
    }
    if (point.rate >= limit) return area / limit;
    last = point;
  }
  return area / limit;
}

/** Few levels, so that scores are often equal. */
const scores = (least: number) =>
  fc.array(fc.integer({ min: 0, max: 12 }), { minLength: least, maxLength: 30 });
const defects = fc.array(
  fc.record({ scores: scores(1), saturation: fc.double({ min: 0.3, max: 40, noNaN: true }) }),
  { minLength: 1, maxLength: 4 },
);

describe('AU-sPRO', () => {
  it('is what it says threshold by threshold, with equal scores among them', () => {
    fc.assert(
      fc.property(defects, scores(1), fc.constantFrom(0.05, 0.3, 1), (some, normal, limit) => {
        expect(ours(some, normal, limit)).toBeCloseTo(literally(some, normal, limit), 10);
      }),
    );
  });

  it('is AUPRO where all of each defect has to be found', () => {
    fc.assert(
      fc.property(fc.array(scores(1), { minLength: 1, maxLength: 4 }), scores(1), (all, normal) => {
        const keys = scoreKeys(all.flat(), 'a test');
        const sizes = Uint32Array.from(all.flatMap((each) => each.map(() => each.length)));
        const exact = aupro(sortKeysWith(keys, sizes), sortKeys(scoreKeys(normal, 'a test')), 0.3);
        const saturated = all.map((each) => ({ scores: each, saturation: each.length }));
        expect(ours(saturated, normal, 0.3)).toBeCloseTo(exact as number, 10);
      }),
    );
  });

  it('asks for no more of a defect than its saturation', () => {
    // Two of its four pixels are above all that is normal, and two are enough.
    expect(ours([{ scores: [9, 8, 1, 1], saturation: 2 }], [5, 4, 3])).toBe(1);
    expect(ours([{ scores: [9, 8, 1, 1], saturation: 4 }], [5, 4, 3])).toBe(0.5);
    expect(ours([], [1])).toBeNull();
    expect(ours([{ scores: [1], saturation: 1 }], [])).toBeNull();
  });
});

describe('images with defects one by one', () => {
  const map = Float32Array.of(1, 2, 9, 8, 3, 0);
  const mask = (...inside: readonly number[]) => ({ width: 3, height: 2, data: Uint8Array.from(inside) });
  const image = (score: number, defects: readonly ReturnType<typeof mask>[]) => ({
    ...{ score, map, path: 'a.png' },
    defects: defects.map((each) => ({ mask: each, saturation: 1 })),
  });

  it('count by kind, against good ones; what lies in any defect is not normal', () => {
    const overlaps = new SaturatedOverlaps();
    overlaps.add(image(0.1, []), null);
    overlaps.add(image(0.9, [mask(0, 0, 1, 0, 0, 0), mask(0, 0, 1, 1, 0, 0)]), 'logical_anomalies');
    overlaps.add(
      { ...image(0.05, [mask(1, 1, 1, 1, 1, 1)]), inside: Uint8Array.of(1, 0, 0, 0, 0, 0) },
      'structural_anomalies',
    );
    const { logical_anomalies: logical, structural_anomalies: structural } = overlaps.records();
    // Both are found by their highest pixel, 9, which one of ten normal pixels reaches.
    expect(logical).toEqual({
      images: 1,
      defects: 2,
      imageAuroc: 1,
      auSpro: literally(
        [
          { scores: [9], saturation: 1 },
          { scores: [9, 8], saturation: 1 },
        ],
        [1, 2, 9, 8, 3, 0, 1, 2, 3, 0],
        0.05,
      ),
    });
    expect(structural).toMatchObject({
      images: 1,
      defects: 1,
      imageAuroc: 0,
      auSpro: literally([{ scores: [1], saturation: 1 }], [1, 2, 9, 8, 3, 0], 0.05),
    });
  });

  it('count by their score alone where their defects are not known', () => {
    const overlaps = new SaturatedOverlaps();
    overlaps.add(image(0.5, []), null);
    overlaps.add({ ...image(0.4, []), defects: null }, 'bent');
    expect(overlaps.records()).toEqual({ bent: { images: 1, defects: 0, imageAuroc: 0, auSpro: null } });
  });

  it('are refused with a mask of another size', () => {
    const small = { width: 1, height: 1, data: Uint8Array.of(1) };
    expect(() => new SaturatedOverlaps().add(image(1, [small]), 'bent')).toThrow(
      /a\.png.*1 pixels, its map 6/,
    );
  });
});
