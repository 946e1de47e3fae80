/** @file Every metric against numbers from scikit-learn and an exact AUPRO (test/fixtures/metrics.json). */
import { describe, expect, it } from 'vitest';
import { PixelScores } from '../../../src/evaluation/pixels.ts';
import { rankingMetrics } from '../../../src/evaluation/ranking.ts';
import { fixture } from '../../helpers/fixtures.ts';

interface Golden {
  image: { labels: number[]; scores: number[]; auroc: number; averagePrecision: number; f1Max: number }[];
  pixel: {
    masks: number[][][];
    maps: number[][][];
    aupro: number;
    auproDilated: number;
    pixelAuroc: number;
    pixelAp: number;
  }[];
}

const golden = fixture<Golden>('metrics.json');
const digits = 12;

describe('metrics against scikit-learn', () => {
  it.each(golden.image)('image scores, AUROC $auroc', (expected) => {
    const metrics = rankingMetrics(expected.scores, expected.labels);
    expect(metrics.auroc).toBeCloseTo(expected.auroc, digits);
    expect(metrics.averagePrecision).toBeCloseTo(expected.averagePrecision, digits);
    expect(metrics.f1Max).toBeCloseTo(expected.f1Max, digits);
  });

  it.each(golden.pixel)('pixels, AUPRO $aupro', (expected) => {
    const pixels = new PixelScores();
    expected.maps.forEach((map, image) => {
      const data = Uint8Array.from((expected.masks[image] as number[][]).flat());
      pixels.add(Float32Array.from(map.flat()), { width: map[0]?.length ?? 0, height: map.length, data });
    });
    const { metrics } = pixels.measure();
    expect(metrics.auroc).toBeCloseTo(expected.pixelAuroc, digits);
    expect(metrics.averagePrecision).toBeCloseTo(expected.pixelAp, digits);
    expect(metrics.aupro).toBeCloseTo(expected.aupro, digits);
    expect(metrics.auproDilated).toBeCloseTo(expected.auproDilated, digits);
  });
});
