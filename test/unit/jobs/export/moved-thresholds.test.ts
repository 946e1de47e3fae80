/** @file Thresholds that go with the scores of another precision. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Sample } from '../../../../src/data/dataset.ts';
import type { PredictionWithMap } from '../../../../src/detector/prediction.ts';
import { writePng } from '../../../../src/image/encode.ts';
import type { RgbImage } from '../../../../src/image/rgb.ts';
import { medianShifts, moved } from '../../../../src/jobs/export/moved-thresholds.ts';
import { withFolder } from '../../../helpers/made-store.ts';

/** Scores an image by its first byte. */
const scoring = (scoreOf: (value: number) => number) => ({
  metadata: {},
  predict: async ({ data }: RgbImage) => ({ score: scoreOf(data[0] as number) }) as PredictionWithMap,
});

describe('thresholds in another precision', () => {
  it('move by the median shift of their class', () =>
    withFolder(async (folder) => {
      const values: [string, number][] = [
        ['bolt', 10],
        ['bolt', 20],
        ['bolt', 90],
        ['nut', 30],
        ['nut', 40],
      ];
      const samples = await Promise.all(
        values.map(async ([className, value], index) => {
          const path = join(folder, `${index}.png`);
          await writePng(path, { width: 1, height: 1, data: Uint8Array.of(value, 0, 0) });
          return { path, className, split: 'train', anomalous: false } as Sample;
        }),
      );
      const shifts = await medianShifts(
        scoring((value) => value),
        scoring((value) => 1.1 * value),
        samples,
      );
      expect(shifts.get('bolt')).toBeCloseTo(2, 6);
      expect(shifts.get('nut')).toBeCloseTo(3.5, 6);
    }));

  it('keep their expected rate, and colours move with them; those of a class without images stay', () => {
    const threshold = (at: number) => ({
      threshold: at,
      achievableRate: 0.1,
      requestedRate: 0.01,
      count: 9,
    });
    const before = {
      thresholds: { bolt: threshold(5), nut: threshold(7) },
      display: { bolt: { low: 4, high: 9, top: 30 }, nut: { low: 6, high: 8 } },
    };
    expect(moved(before, new Map([['bolt', -0.5]]))).toEqual({
      thresholds: { bolt: { ...threshold(5), threshold: 4.5 }, nut: threshold(7) },
      display: { bolt: { low: 3.5, high: 8.5, top: 29.5 }, nut: { low: 6, high: 8 } },
    });
  });
});
