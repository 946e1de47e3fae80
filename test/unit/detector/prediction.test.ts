/** @file The one result: what a detector says of an image, with an engine that says what it is told to. */
import { describe, expect, it } from 'vitest';
import type { DetectorMetadata } from '../../../src/detector/metadata.ts';
import { judged, sharesInOrder, verdictOf, withRegions } from '../../../src/detector/prediction.ts';
import { madeMetadata } from '../../helpers/made-metadata.ts';
import { squareOf } from '../../helpers/sizes.ts';
import { toldDetector } from '../../helpers/told-detector.ts';

const size = 4;
/** As keys of an object these come in another order, and one of them is no ordinary key. */
const classes = ['10', '2', '__proto__', 'nut'];
/** A hot corner of 2 x 1 pixels. */
const map = Float32Array.from({ length: size * size }, (_, pixel) => (pixel < 2 ? 5 + pixel : 1));

function metadataWith(thresholds: DetectorMetadata['thresholds']): DetectorMetadata {
  return { ...madeMetadata, classes, geometry: squareOf(size), thresholds, display: {} };
}

/** A detector that gives these shares, and the map above, for every image. */
const detectorWith = (shares: readonly number[], thresholds: DetectorMetadata['thresholds']) =>
  toldDetector(metadataWith(thresholds), { map, score: 6, shares });

const image = { width: 40, height: 20, data: new Uint8Array(40 * 20 * 3).fill(90) };
const threshold = { threshold: 3, achievableRate: 0.02, requestedRate: 0.02, count: 50 };

describe('a prediction', () => {
  it('has the class with the most votes, all shares by name, and regions on the image', async () => {
    const detector = await detectorWith([0.125, 0.25, 0, 0.625], { nut: threshold });
    const { map: raw, ...said } = await detector.predict(image);
    expect(raw).toEqual(map);
    expect(said).toEqual({
      class: 'nut',
      classShare: 0.625,
      classShares: Object.fromEntries([
        ['10', 0.125],
        ['2', 0.25],
        ['__proto__', 0],
        ['nut', 0.625],
      ]),
      recognised: null,
      score: 6,
      threshold: 3,
      margin: 3,
      verdict: 'anomalous',
      decision: 'reject',
      regions: [
        {
          ...{ x: 0, y: 0, width: 20, height: 5, area: 100, peak: 6, centroid: { x: 10, y: 2.5 } },
          polygon: expect.any(Array),
        },
      ],
      warnings: [],
    });
    // A line of JSON has all of it.
    expect(JSON.parse(JSON.stringify(said))).toEqual(said);
  });

  it('before calibration has a null threshold and no regions', async () => {
    const detector = await detectorWith([1, 0, 0, 0], {});
    const said = await detector.predict(image);
    expect(said).toMatchObject({ class: '10', threshold: null, verdict: null, regions: [] });
    expect(JSON.parse(JSON.stringify(said))).toMatchObject({ threshold: null, verdict: null });
  });

  it('is the same alone, in a batch, and with its regions found elsewhere', async () => {
    const detector = await detectorWith([0, 0, 0, 1], { nut: threshold });
    const alone = await detector.predict(image);
    expect(await detector.predictAll([image, image])).toEqual([alone, alone]);
    const [raw] = await detector.predictRaw([image]);
    expect(raw).not.toHaveProperty('regions');
    expect(withRegions(detector.metadata, structuredClone(raw!), image)).toEqual(alone);
  });
});

describe('shares', () => {
  it('come back in the order of the classes, whatever their names', async () => {
    const shares = [0.125, 0.25, 0.5, 0.125];
    const detector = await detectorWith(shares, {});
    expect(sharesInOrder(await detector.predict(image), classes)).toEqual(shares);
  });
});

describe('a verdict', () => {
  it('is anomalous above the threshold, not at it, and none without one', () => {
    const map = new Float32Array(100);
    const verdict = (score: number, threshold?: number) =>
      verdictOf({ score, map }, threshold === undefined ? undefined : { threshold });
    expect([verdict(3, 3), verdict(3.001, 3), verdict(3)]).toEqual(['normal', 'anomalous', null]);
  });
  it('is unknown where an anomalous image has hardly a spot that looks like its class', () => {
    const threshold = { threshold: 3, unknownAbove: 1 };
    // Defective nearly everywhere, and but for a tenth.
    const everywhere = new Float32Array(1300).fill(5);
    const nearly = Float32Array.from(everywhere, (value, at) => (at % 10 === 0 ? 0 : value));
    expect(verdictOf({ score: 5, map: everywhere }, threshold)).toBe('unknown');
    expect(verdictOf({ score: 5, map: nearly }, threshold)).toBe('anomalous');
    // What passes is normal, whatever its floor.
    expect(verdictOf({ score: 3, map: everywhere }, threshold)).toBe('normal');
    expect(verdictOf({ score: 5, map: everywhere }, { threshold: 3 })).toBe('anomalous');
  });

  it('comes with a margin and a decision, which has a level more where a second threshold is set', () => {
    const map = new Float32Array(100);
    const said = (score: number, threshold: number, checkAbove?: number) => {
      const { margin, decision } = judged({ score, map }, { threshold, checkAbove });
      return [margin, decision];
    };
    expect([said(3, 4), said(5, 4), said(4, 4)]).toEqual([
      [-1, 'pass'],
      [1, 'reject'],
      [0, 'pass'],
    ]);
    expect([2, 2.5, 4, 4.5].map((score) => said(score, 4, 2)[1])).toEqual([
      'pass',
      'check',
      'check',
      'reject',
    ]);
    // A threshold may be below 0.
    expect(said(-1, -3)).toEqual([2, 'reject']);
    expect(judged({ score: 9, map }, undefined)).toEqual({
      threshold: null,
      margin: null,
      verdict: null,
      decision: null,
    });
  });
});

describe('a detector with thresholds set by hand', () => {
  it('judges by them, in verdict, margin and regions; the one of before does not change', async () => {
    const detector = await detectorWith([0, 0, 0, 1], { nut: threshold });
    const strict = detector.withThresholds({ thresholds: { all: 7, classes: { nut: 5.5 } } });
    const [before, after] = [await detector.predict(image), await strict.predict(image)];
    expect([before.margin, after.margin]).toEqual([3, 0.5]);
    expect([before.regions[0]!.width, after.regions[0]!.width]).toEqual([20, 10]);
    const loose = detector.withThresholds({ thresholds: { all: 7 }, checks: { classes: { nut: 5 } } });
    expect(await loose.predict(image)).toMatchObject({ verdict: 'normal', decision: 'check', regions: [] });
    expect(() => detector.withThresholds({ thresholds: { classes: { cap: 1 } } })).toThrow(/got cap/);
  });
});
