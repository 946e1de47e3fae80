/** @file Thresholds of named regions among those of classes, and what they make of a detector's metadata. */
import { describe, expect, it } from 'vitest';
import { splitByRegion } from '../../../../src/detector/thresholds/region-numbers.ts';
import { withSetThresholds } from '../../../../src/detector/thresholds/set-thresholds.ts';
import { madeMetadata } from '../../../helpers/made-metadata.ts';

const named = ['rim', 'base'].map((name, at) => ({ name, share: 0.1, runs: [], offset: at }));
const metadata = {
  ...madeMetadata,
  classes: ['bolt', 'bolt/rim', 'Münze'],
  thresholds: {
    bolt: { threshold: 4, achievableRate: 0.05, requestedRate: 0.02, count: 19, unknownAbove: 1 },
  },
  regionsOfInterest: { bolt: { share: 0.2, runs: [], named }, Münze: { share: 0.2, runs: [], named } },
};
const split = (classes: Record<string, number>) =>
  splitByRegion({ all: 7, classes }, metadata, '--threshold');

describe('splitByRegion', () => {
  it('parts regions from classes; a class of the whole name goes first, and accents may be composed or not', () => {
    const { numbers, regions } = split({
      bolt: 1,
      'bolt/rim': 2,
      'bolt/base': 3,
      'Mu\u0308nze/rim': 4,
      nut: 5,
    });
    expect(numbers).toEqual({ all: 7, classes: { bolt: 1, 'bolt/rim': 2, nut: 5 } });
    expect(regions).toEqual(
      new Map([
        ['bolt', new Map([['base', 3]])],
        ['Münze', new Map([['rim', 4]])],
      ]),
    );
    expect(splitByRegion(undefined, metadata, '--threshold')).toEqual({
      numbers: undefined,
      regions: new Map(),
    });
  });

  it('refuses a region that the class has not', () => {
    expect(() => split({ 'bolt/top': 1 })).toThrow('(bolt/rim, bolt/base)');
  });
});

describe('withSetThresholds', () => {
  it('moves one region, leaves the others, and knows nothing of the rate any more', () => {
    const set = withSetThresholds(metadata, { regions: new Map([['bolt', new Map([['base', 1.5]])]]) });
    expect(set.regionsOfInterest!.bolt!.named!.map(({ offset }) => offset)).toEqual([0, 2.5]);
    expect(set.regionsOfInterest!.Münze).toBe(metadata.regionsOfInterest.Münze);
    // The map of the region is 1.5 higher than it was, and so may its floor be.
    expect(set.thresholds.bolt).toMatchObject({
      threshold: 4,
      achievableRate: 1,
      count: 0,
      given: true,
      unknownAbove: 2.5,
    });
  });

  it('moves all with the class, but for one that is set besides', () => {
    const regions = new Map([['bolt', new Map([['rim', 9]])]]);
    const set = withSetThresholds(metadata, { thresholds: new Map([['bolt', 6]]), regions });
    const thresholds = set.regionsOfInterest!.bolt!.named!.map(({ offset }) => 6 - offset);
    expect(thresholds).toEqual([9, 5]);
  });

  it('refuses a region of a class without a threshold, and has no regions where the detector has none', () => {
    const regions = new Map([['Münze', new Map([['rim', 9]])]]);
    expect(() => withSetThresholds(metadata, { regions })).toThrow('Münze has none, so set that first');
    expect(withSetThresholds(madeMetadata, {})).toEqual({
      thresholds: madeMetadata.thresholds,
      display: madeMetadata.display,
    });
  });
});
