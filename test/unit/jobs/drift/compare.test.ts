import { describe, expect, it } from 'vitest';
import type { Seen } from '../../../../src/image/seen.ts';
import { type ClassReference, compareClass, worstFirst } from '../../../../src/jobs/drift/compare.ts';

const spread = (count: number, centre: number, width: number) =>
  Array.from({ length: count }, (_, at) => centre + width * (((at * 37) % count) / count - 0.5));

const seen = (mean: number): Seen => ({
  ...{ mean, contrast: 40, warmth: 1, green: 0, sharpness: 12, clippedDark: 0, clippedBright: 0 },
});
const reference: ClassReference = {
  class: 'bottle',
  scores: spread(100, 3, 1),
  seen: spread(100, 100, 6).map(seen),
  threshold: { value: 5, rate: 0.01, images: 100 },
};
function images(count: number, score: number, mean: number, verdict = 'normal') {
  const means = spread(count, mean, 6);
  return spread(count, score, 1).map((value, at) => ({ score: value, verdict, seen: seen(means[at]!) }));
}
const drifted = (now: ReturnType<typeof images>) =>
  worstFirst(compareClass(reference, now, 1e-5)).filter((finding) => finding.drifted);

describe('compareClass', () => {
  it('says nothing of images like those of before', () => {
    expect(drifted(images(60, 3, 100))).toEqual([]);
  });

  it('names darker images with how much and what to do', () => {
    const [finding, ...others] = drifted(images(60, 3, 82));
    expect(others).toEqual([]);
    expect(finding?.what).toBe('brightness');
    expect(finding?.sentence).toMatch(/^The images of bottle are 18 % darker than .* check the lamp/);
  });

  it('takes no trifle for a drift, however many images show it', () => {
    const findings = compareClass(reference, images(10_000, 3, 102), 1e-5);
    const light = findings.find(({ what }) => what === 'brightness');
    expect(light?.p).toBeLessThan(1e-5);
    expect(light?.drifted).toBe(false);
  });

  it('sees scores that move towards the threshold, and failures', () => {
    expect(drifted(images(60, 3.8, 100)).map(({ what }) => what)).toEqual(['score']);
    const failing = [...images(40, 3, 100), ...images(20, 6, 100, 'anomalous')];
    expect(drifted(failing).map(({ what }) => what)).toEqual(['failures']);
    const strange = [...images(40, 3, 100), ...images(20, 6, 100, 'unknown')];
    expect(drifted(strange).map(({ what }) => what)).toEqual(['failures', 'unknown']);
  });

  it('says nothing of fewer than 20 images, and nothing of light without looks', () => {
    expect(compareClass(reference, images(19, 9, 10), 1)).toEqual([]);
    const bare = images(20, 3, 10).map(({ score, verdict }) => ({ score, verdict }));
    expect(compareClass(reference, bare, 1).map(({ what }) => what)).toEqual([
      ...['score', 'failures', 'unknown'],
    ]);
  });
});
