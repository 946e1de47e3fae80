/** @file What the pages compute by themselves: where dropped files belong, and what a moved threshold makes of test images. */
import { describe, expect, it } from 'vitest';
import type { ResultImage, ResultsView } from '../../../src/studio/api.ts';
import { isAlarm, pairsOf } from '../../../studio/src/compare/paired.ts';
import { isImage, judgedPlace, placeOf, Renamed } from '../../../studio/src/data/place.ts';
import { costOf, countsOf, judgementOf, markFor } from '../../../studio/src/results/judged.ts';

describe('placeOf', () => {
  it.each([
    ['mvtec/bolt/train/good/1.png', { product: 'bolt', place: 'train', kind: 'good', file: '1.png' }],
    ['bolt/test/crack/a.JPG', { product: 'bolt', place: 'test', kind: 'crack', file: 'a.JPG' }],
    [
      'bolt/ground_truth/crack/a_mask.png',
      { product: 'bolt', place: 'mask', kind: 'crack', file: 'a_mask.png' },
    ],
    ['bolt/train/bad/1.png', undefined],
    ['train/good/1.png', undefined],
    ['bolt/1.png', undefined],
  ])('%s', (path, place) => {
    expect(placeOf(path)).toEqual(place);
  });
  it.each([
    ['good/1.png', { product: '', place: 'train', kind: 'good', file: '1.png' }],
    ['photos/bolt/OK/1.png', { product: 'bolt', place: 'train', kind: 'good', file: '1.png' }],
    ['bolt/bad/1.png', { product: 'bolt', place: 'test', kind: 'bad', file: '1.png' }],
    ['bolt/No_Good/1.png', { product: 'bolt', place: 'test', kind: 'No_Good', file: '1.png' }],
    ['bolt/1.png', undefined],
    ['1.png', undefined],
  ])('by what folders say of parts, %s', (path, place) => {
    expect(judgedPlace(path)).toEqual(place);
  });
  it('what systems put beside files is passed over', () => {
    expect(['a/b.png', '__MACOSX/a/b.png', 'a/.b.png', 'a/b.txt'].map(isImage)).toEqual([
      true,
      false,
      false,
      false,
    ]);
  });
});

it('ground truth is called after its image, where that got another name', () => {
  const renamed = new Renamed();
  const image = { product: 'bolt', place: 'test', kind: 'crack', file: '0.jpg' } as const;
  renamed.note(image, 'bolt/test/crack/0-2.jpg');
  renamed.note({ ...image, file: '1.jpg' }, 'bolt/test/crack/1.jpg');
  const mask = (file: string, kind = 'crack') => renamed.maskOf({ ...image, place: 'mask', kind, file }).file;
  expect([mask('0_mask.png'), mask('0.png'), mask('1_mask.png'), mask('0_mask.png', 'dent')]).toEqual([
    ...['0-2_mask.png', '0-2_mask.png', '1_mask.png', '0_mask.png'],
  ]);
  expect(renamed.maskOf(image)).toBe(image);
});

describe('a moved threshold', () => {
  const of = (score: number, anomalous: boolean, recognisedAs = 'bolt'): ResultImage => ({
    ...{ path: 'x', product: 'bolt', kind: 'k', verdict: null, truth: false },
    ...{ score, anomalous, recognisedAs },
  });
  const images = [of(1, false), of(3, false), of(2, true), of(5, true), of(9, true, 'nut')];
  it('counts images at it as normal, and those that are taken for the product alone', () => {
    const { falseAlarms, misses } = costOf(images, 'bolt', 2);
    expect([falseAlarms?.count, falseAlarms?.of, misses?.count, misses?.of]).toEqual([1, 2, 1, 2]);
    expect(costOf(images, 'nut', 9).falseAlarms).toBeNull();
  });
  it('judges an image by the product that it is taken for', () => {
    const judged = images.map((image) => judgementOf(image, { bolt: 2, nut: 10 }));
    expect(judged).toEqual(['pass', 'falseAlarm', 'miss', 'hit', 'miss']);
  });
});

describe('two detectors on the same images', () => {
  const of = (path: string, score: number, anomalous: boolean): ResultImage => ({
    ...{ path, product: 'bolt', kind: 'k', verdict: null, truth: false, recognisedAs: 'bolt' },
    ...{ score, anomalous },
  });
  const results = (threshold: number, images: readonly ResultImage[], dataset = 'parts'): ResultsView => ({
    ...{
      key: 'k',
      created: '',
      dataset,
      geometry: { width: 8, height: 8 },
      thresholds: { bolt: threshold },
      images,
    },
  });
  const first = results(3, [of('a', 1, false), of('b', 2, false), of('c', 4, true), of('d', 9, true)]);
  // Ten times the scores: what counts is how far they are from the good ones, and the threshold from these.
  const second = results(30, [of('d', 90, true), of('c', 25, true), of('b', 20, false), of('e', 1, false)]);
  it('are paired by path, different verdicts first, then the farther apart on their own scales', () => {
    const pairs = pairsOf(first, second);
    expect(pairs.map(({ path, isSplit }) => [path, isSplit])).toEqual([
      ...[
        ['c', true],
        ['d', false],
        ['b', false],
      ],
    ]);
    expect(pairs[0]?.sides.map(({ index }) => index)).toEqual([2, 1]);
    expect(pairsOf(first, results(3, first.images, 'others'))).toEqual([]);
    expect(pairsOf(first, first).map(({ distance }) => distance)).toEqual([0, 0, 0, 0]);
  });
  it('have a scale where the threshold is below the good images: the side of it', () => {
    const low = results(0, first.images);
    expect(first.images.every((image) => isAlarm(image, low))).toBe(true);
    for (const { distance } of pairsOf(low, first)) expect(Number.isFinite(distance)).toBe(true);
  });
  it('are counted over all products, and what may be wrong follows from the verdict', () => {
    expect(countsOf(first.images, { bolt: 1.5 })).toEqual({
      ...{ falseAlarms: 1, good: 2, misses: 0, defective: 2 },
    });
    expect((['pass', 'hit', 'miss', 'falseAlarm'] as const).map(markFor)).toEqual([
      ...['missed', 'false-alarm', 'missed', 'false-alarm'],
    ]);
  });
});
