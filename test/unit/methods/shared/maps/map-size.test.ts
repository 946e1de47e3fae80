/** @file The size of stored maps: the root mean square over the images to learn from, of all shards. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { rootMeanSquare, rootMeanSquares } from '../../../../../src/methods/shared/maps/map-size.ts';
import { nodeEngine } from '../../../../../src/runtime/node.ts';
import { makeStore } from '../../../../helpers/made-store.ts';

it('is of the images to learn from alone, and never 0', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'clad-map-size-'));
  try {
    const made = await makeStore(folder, {
      width: 3,
      gridSide: 1,
      classes: ['a'],
      shards: [2, 2],
      rowOf: ({ id }) => [id, 2 * id, -2 * id],
    });
    const engine = await nodeEngine({ threads: 1 });
    // Means of squares are 3 id^2.
    expect(await rootMeanSquare(engine, made, new Set([1, 3]))).toBeCloseTo(Math.sqrt((3 + 27) / 2), 5);
    expect(await rootMeanSquare(engine, made, new Set([2]))).toBeCloseTo(Math.sqrt(12), 5);
    expect(await rootMeanSquare(engine, made, new Set([0]))).toBe(1e-6);
    // Of a level of one number, and of one of two.
    const [first, second] = await rootMeanSquares(engine, made, new Set([1, 3]), [1, 2]);
    expect(first).toBeCloseTo(Math.sqrt((1 + 9) / 2), 5);
    expect(second).toBeCloseTo(2 * Math.sqrt((1 + 9) / 2), 5);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
