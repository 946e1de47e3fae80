/** @file Golden images: what is kept of them, and when a machine counts as saying the same. */
import { describe, expect, it } from 'vitest';
import { testPatterns } from '../../../../src/demo/test-patterns.ts';
import {
  compareGolden,
  goldenImage,
  goldenKey,
  parseGolden,
  summaryOf,
} from '../../../../src/detector/self-test/golden.ts';
import { encodePng } from '../../../../src/image/encode.ts';
import { squareOf } from '../../../helpers/sizes.ts';

const side = 20;
const map = Float32Array.from(
  { length: side * side },
  (_, pixel) => (pixel % side) + 100 * Math.floor(pixel / side),
);
const told = { classes: ['bolt', 'cap'], geometry: squareOf(side) };
const prediction = {
  class: 'cap',
  regions: [],
  warnings: [],
  classShare: 0.75,
  classShares: { bolt: 0.25, cap: 0.75 },
  recognised: null,
  score: 1500,
  threshold: 2,
  margin: 1498,
  verdict: 'anomalous',
  decision: 'reject',
  map,
} as const;
const kept = goldenImage('drawn', 'AAAA', prediction, told);

describe('summaryOf', () => {
  it('has the extremes, the mean, and the means of 8 x 8 parts', () => {
    const { low, mean, high, cells } = summaryOf(map, squareOf(side));
    expect([low, mean, high]).toEqual([0, 959.5, 1919]);
    expect(cells.length).toBe(64);
    // Columns 0 to 2 of rows 0 to 2, and columns 18, 19 of rows 18, 19.
    expect(cells[0]).toBeCloseTo(101, 4);
    expect(cells[63]).toBeCloseTo(1868.5, 3);
  });
});

it('the summary of a map that is no square has as many parts across as down', () => {
  const [width, height] = [24, 16];
  const wide = Float32Array.from({ length: width * height }, (_, pixel) => pixel % width);
  const { cells } = summaryOf(wide, { width, height });
  expect(cells.slice(0, 8)).toEqual([1, 4, 7, 10, 13, 16, 19, 22]);
  expect(cells.slice(56)).toEqual(cells.slice(0, 8));
});

describe('compareGolden', () => {
  it('accepts the same, and differences within the tolerance', () => {
    expect(compareGolden(kept, prediction, 1e-6, told)).toEqual({
      score: 0,
      map: 0,
      shares: 0,
      within: true,
    });
    const nearly = { ...prediction, score: 1501, classShares: { bolt: 0.249, cap: 0.751 } };
    expect(compareGolden(kept, nearly, 0.001, told)).toMatchObject({ within: true });
    expect(compareGolden(kept, nearly, 0.0005, told)).toMatchObject({ within: false });
  });

  it('refuses another score, another map, another class, and NaN', () => {
    const within = (changed: Partial<typeof prediction> | Record<string, unknown>) =>
      compareGolden(kept, { ...prediction, ...changed }, 0.001, told).within;
    expect(within({ score: 1510 })).toBe(false);
    expect(within({ map: map.map((value, pixel) => (pixel === 0 ? 200 : value)) })).toBe(false);
    expect(within({ classShares: { bolt: 0.75, cap: 0.25 } })).toBe(false);
    expect(within({ classShares: { cap: 0.75 } })).toBe(false);
    expect(within({ score: Number.NaN })).toBe(false);
    expect(within({ map: map.map(() => Number.NaN) })).toBe(false);
  });
});

describe('parseGolden', () => {
  const golden = { format: 3, device: 'cpu', tolerance: 0.001, images: [kept] };
  const entries = (value: unknown) => ({ [goldenKey]: JSON.stringify(value) });

  it('reads what was written', () => {
    expect(parseGolden(entries(golden), 'm.onnx')).toEqual(golden);
  });

  it('reports where there are none, or no usable ones', () => {
    const refusal = (metadata: Record<string, string>) => {
      try {
        return parseGolden(metadata, 'm.onnx');
      } catch (error) {
        return error;
      }
    };
    expect(refusal({})).toMatchObject({ code: 'GOLDEN_MISSING', message: expect.stringContaining('m.onnx') });
    expect(refusal({ [goldenKey]: '{' })).toMatchObject({ code: 'DETECTOR_INVALID' });
    expect(refusal(entries({ ...golden, images: [] }))).toMatchObject({
      code: 'DETECTOR_INVALID',
      message: expect.stringContaining('images'),
    });
  });
});

describe('testPatterns', () => {
  it('are the same each time, differ in size, and are small as files', async () => {
    const [first, second] = [testPatterns(), testPatterns()];
    for (const [name, { data }] of Object.entries(first))
      expect(Buffer.from(second[name as 'part'].data).equals(data)).toBe(true);
    const files = await Promise.all(Object.values(first).map(encodePng));
    expect(files.reduce((sum, { length }) => sum + length, 0)).toBeLessThan(30_000);
    expect(
      new Set(Object.values(first).map(({ width, height }) => `${width} x ${height}`)).size,
    ).toBeGreaterThan(1);
  });
});
