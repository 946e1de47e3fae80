/** @file Anomaly maps against resizing and blurring in plain loops. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../../../src/core/random.ts';
import { anomalyMap, imageScore, mapMatrix } from '../../../../src/detector/heat/anomaly-map.ts';
import { runGraph } from '../../../helpers/run-graph.ts';
import { squareGrid, squareOf } from '../../../helpers/sizes.ts';

/** Bilinear with half-pixel centres, clamped at the border. */
function upsample(scores: number[][], size: number): number[][] {
  const grid = scores.length;
  const at = (pixel: number) => {
    const place = Math.min(grid - 1, Math.max(0, ((pixel + 0.5) * grid) / size - 0.5));
    const low = Math.floor(place);
    return { low, high: Math.min(grid - 1, low + 1), share: place - low };
  };
  return Array.from({ length: size }, (_, y) =>
    Array.from({ length: size }, (_, x) => {
      const [row, column] = [at(y), at(x)];
      const along = (line: number[]) =>
        line[column.low]! * (1 - column.share) + line[column.high]! * column.share;
      return along(scores[row.low]!) * (1 - row.share) + along(scores[row.high]!) * row.share;
    }),
  );
}

/** Gaussian along rows, then along columns, cut off at 4 sigma, d c b a | a b c d at the edges. */
function blur(map: number[][], sigma: number): number[][] {
  if (sigma === 0) return map;
  const radius = Math.floor(4 * sigma + 0.5);
  const taps = Array.from({ length: 2 * radius + 1 }, (_, tap) =>
    Math.exp(-((tap - radius) ** 2) / (2 * sigma * sigma)),
  );
  const total = taps.reduce((sum, tap) => sum + tap, 0);
  const line = (values: number[]) =>
    values.map((_, centre) => {
      let sum = 0;
      taps.forEach((tap, offset) => {
        let index = centre + offset - radius;
        while (index < 0 || index >= values.length) {
          if (index < 0) index = -index - 1;
          if (index >= values.length) index = 2 * values.length - 1 - index;
        }
        sum += (tap / total) * values[index]!;
      });
      return sum;
    });
  const turn = (rows: number[][]) => rows[0]!.map((_, column) => rows.map((row) => row[column]!));
  return turn(turn(map.map(line)).map(line));
}

function scoresOf(grid: number, seed: number): number[][] {
  const random = new Random('scores', seed);
  return Array.from({ length: grid }, () => Array.from({ length: grid }, () => random.normal(0, 3)));
}

describe('the anomaly map', () => {
  it.each([
    [28, 224, 4],
    [7, 56, 4],
    [7, 50, 2.5],
    [5, 33, 0],
    [1, 9, 1],
    [6, 6, 1],
    [3, 12, 10],
  ])(
    'of %d x %d patches at %d pixels, sigma %d, is resized bilinearly and blurred',
    async (grid, size, sigma) => {
      const images = [scoresOf(grid, 1), scoresOf(grid, 2)];
      const { map } = await runGraph(
        { scores: { data: images.flat(2), shape: [2 * grid * grid] } },
        (_, { scores }) => ({
          map: anomalyMap(scores!, squareGrid(grid), { ...squareOf(size), blurSigma: sigma }),
        }),
      );
      expect(map!.shape).toEqual([2, size, size]);
      const expected = images.flatMap((scores) => blur(upsample(scores, size), sigma)).flat();
      const worst = map!.data.reduce((high, value, at) => Math.max(high, Math.abs(value - expected[at]!)), 0);
      expect(worst).toBeLessThan(1e-4);
    },
  );

  it('is made by a matrix whose rows add up to one, so that a constant stays what it is', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 80 }),
        fc.double({ min: 0, max: 12, noNaN: true }),
        (grid, size, blurSigma) => {
          const matrix = mapMatrix(grid, size, blurSigma);
          expect(matrix).toHaveLength(size * grid);
          for (let pixel = 0; pixel < size; pixel++) {
            const row = matrix.subarray(pixel * grid, (pixel + 1) * grid);
            expect(row.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
            expect(row.every((value) => value >= 0)).toBe(true);
          }
        },
      ),
    );
  });

  it('has one matrix for rows and one for columns: turned over, it is the map of the scores turned over', async () => {
    for (const [rows, columns, height, width, blurSigma] of [
      [4, 7, 32, 56, 3],
      [5, 3, 33, 64, 0],
      [1, 6, 9, 50, 2],
    ] as const) {
      const random = new Random('scores', rows, columns);
      const scores = Array.from({ length: 2 * rows * columns }, () => random.normal());
      const over = turnedOver(scores, rows, columns);
      const { map, turned } = await runGraph(
        { scores: { data: scores, shape: [scores.length] }, over: { data: over, shape: [over.length] } },
        (_, given) => ({
          map: anomalyMap(given.scores!, { rows, columns }, { width, height, blurSigma }),
          turned: anomalyMap(
            given.over!,
            { rows: columns, columns: rows },
            { width: height, height: width, blurSigma },
          ),
        }),
      );
      expect(map!.shape).toEqual([2, height, width]);
      turnedOver(Array.from(map!.data), height, width).forEach((value, at) => {
        expect(turned!.data[at]).toBeCloseTo(value, 4);
      });
      // Every row of the map is blurred from rows of the scores alone, as a line by itself is.
      const [down, across] = [mapMatrix(rows, height, blurSigma), mapMatrix(columns, width, blurSigma)];
      const [y, x] = [height >> 1, width >> 2];
      let expected = 0;
      for (let row = 0; row < rows; row++)
        for (let column = 0; column < columns; column++)
          expected += down[y * rows + row]! * scores[row * columns + column]! * across[x * columns + column]!;
      expect(map!.data[y * width + x]).toBeCloseTo(expected, 4);
    }
  });

  it('mirrored is the map of mirrored scores', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 60 }),
        fc.double({ min: 0, max: 6, noNaN: true }),
        (grid, size, blurSigma) => {
          const matrix = mapMatrix(grid, size, blurSigma);
          matrix.forEach((value, at) => {
            expect(value).toBeCloseTo(matrix[matrix.length - 1 - at]!, 5);
          });
        },
      ),
    );
  });
});

/** Images of so many rows and columns, each with its rows as columns. */
function turnedOver(values: readonly number[], rows: number, columns: number): number[] {
  const size = rows * columns;
  return values.map((_, at) => {
    const [image, place] = [Math.floor(at / size), at % size];
    return values[image * size + (place % rows) * columns + Math.floor(place / rows)]!;
  });
}

describe('the score of an image', () => {
  const size = 10;
  const random = new Random('pixels');
  const images = [0, 1, 2].map((image) => Array.from({ length: size * size }, () => random.normal(image, 2)));

  it.each([
    [0, 1],
    [0.001, 1],
    [0.02, 2],
    [0.25, 25],
    [1, 100],
  ])('at a top share of %d is the mean of the %d highest pixels', async (topShare, count) => {
    const { score } = await runGraph(
      { map: { data: images.flat(), shape: [3, size, size] } },
      (_, { map }) => ({
        score: imageScore(map!, squareOf(size), topShare),
      }),
    );
    expect(score!.shape).toEqual([3]);
    images.forEach((pixels, image) => {
      const top = pixels.toSorted((a, b) => b - a).slice(0, count);
      const expected = top.reduce((sum, value) => sum + value, 0) / count;
      expect(score!.data[image]).toBeCloseTo(expected, 4);
    });
  });
});
