/** @file What is said of good images before thresholds are believed. */
import { describe, expect, it } from 'vitest';
import type { DetectorMetadata } from '../../../../src/detector/metadata.ts';
import { goodImageWarnings } from '../../../../src/jobs/good-images/good-image-warnings.ts';
import { misplaced, type RankedImage, suspects } from '../../../../src/jobs/good-images/ranked-images.ts';

const image = (id: number, score: number, more: Partial<RankedImage> = {}): RankedImage => ({
  id,
  path: `/photos/bolt/${id}.png`,
  class: 'bolt',
  heldOut: false,
  score,
  recognisedAs: 'bolt',
  share: 1,
  deviations: 0,
  ...more,
});
const ordinary = Array.from({ length: 20 }, (_, id) => image(id, 2 + (id % 5) / 10));
const metadata = (threshold: number) =>
  ({
    thresholds: { bolt: { threshold, achievableRate: 0.05, requestedRate: 0.02, count: 20 } },
  }) as Pick<DetectorMetadata, 'thresholds'>;

describe('warnings about good images', () => {
  it('name a class whose threshold lies far above its ordinary images, and the image that sets it', () => {
    const [warning, ...others] = goodImageWarnings([...ordinary, image(20, 20.6)], metadata(20.6));
    expect(others).toEqual([]);
    expect(warning).toMatch(/threshold of bolt, 20\.60, .*\/photos\/bolt\/20\.png.*--exclude/);
  });

  it('are none where the threshold lies among them', () => {
    expect(goodImageWarnings(ordinary, metadata(2.4))).toEqual([]);
  });

  it('name two classes that look alike, but not one photograph in the wrong folder', () => {
    const taken = (count: number) =>
      ordinary.map((each, at) => (at < count ? { ...each, recognisedAs: 'nut', share: 0.7 } : each));
    expect(goodImageWarnings(taken(1), metadata(2.4))).toEqual([]);
    expect(goodImageWarnings(taken(8), metadata(2.4))).toEqual([
      expect.stringMatching(/^8 of 20 good images of bolt are recognised as nut/),
    ]);
  });
});

describe('images that may be no good ones of their class', () => {
  it('are the outliers, and those recognised as another class, the surest first', () => {
    const wrong = image(30, 2, { recognisedAs: 'nut', share: 0.9 });
    const less = image(31, 2, { recognisedAs: 'nut', share: 0.6 });
    const far = image(32, 40, { deviations: 30, recognisedAs: 'nut', share: 0.3 });
    const all = [...ordinary, less, far, wrong];
    expect(misplaced(all).map(({ id }) => id)).toEqual([30, 31, 32]);
    expect(suspects(all).map(({ id }) => id)).toEqual([32, 30, 31]);
  });
});
