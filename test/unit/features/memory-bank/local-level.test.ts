/** @file The level around a patch: a mean with the weights of a Gaussian, of what is inside alone. */
import { describe, expect, it } from 'vitest';
import { Random } from '../../../../src/core/random.ts';
import {
  levelMatrix,
  levelSigma,
  localLevels,
  turned,
} from '../../../../src/features/memory-bank/local-level.ts';

const grid = { rows: 9, columns: 30 };
const patches = 270;
const drawn = new Random('local level').fillNormal(new Float32Array(patches));

describe('the level around a patch', () => {
  it('is the mean, near patches counting more, by a Gaussian', () => {
    const middle = levelMatrix(30).subarray(15 * 30, 16 * 30);
    expect(middle.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 6);
    expect(middle[15]! / middle[18]!).toBeCloseTo(Math.exp(9 / (2 * levelSigma ** 2)), 4);
    // What a single patch lifts is little of it.
    const speck = new Float32Array(patches);
    speck[4 * 30 + 15] = 1;
    expect(Math.max(...localLevels(speck, grid))).toBeLessThan(0.04);
  });

  it('is that of all where all are alike, at the rim too', () => {
    for (const level of localLevels(new Float32Array(patches).fill(2.5), grid))
      expect(level).toBeCloseTo(2.5, 5);
  });

  it('goes by what is inside alone', () => {
    const inside = Uint8Array.from({ length: patches }, (_, patch) => (patch % 30 < 12 ? 1 : 0));
    const smudged = drawn.map((value, patch) => (inside[patch] === 1 ? value : 99));
    expect(localLevels(smudged, grid, inside)).toEqual(localLevels(drawn, grid, inside));
    for (const [patch, level] of localLevels(new Float32Array(patches).fill(-1), grid, inside).entries())
      if (inside[patch] === 1) expect(level).toBeCloseTo(-1, 5);
  });

  it('has a matrix for columns that is the rows’ one turned', () => {
    const matrix = levelMatrix(7);
    const other = turned(matrix, 7);
    for (let row = 0; row < 7; row++)
      for (let column = 0; column < 7; column++)
        expect(other[row * 7 + column]).toBe(matrix[column * 7 + row]);
  });
});
