/** @file Batches of whole maps: every image once a pass, the same for the same step however steps are asked for, and learning from a split alone. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { halvesToFloats } from '../../../../../src/core/half.ts';
import { MapBatches } from '../../../../../src/methods/shared/maps/map-batches.ts';
import { pooledCentres } from '../../../../../src/methods/shared/maps/pooled-classes.ts';
import { nodeEngine } from '../../../../../src/runtime/node.ts';
import { type MadeStore, makeStore } from '../../../../helpers/made-store.ts';

let folder = '';
let made: MadeStore;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clad-maps-'));
  made = await makeStore(folder, {
    width: 12,
    gridSide: 1,
    classes: ['a', 'b'],
    shards: [3, 4],
    // The number of the image in its first place; else a level of 2 channels by 2 x 2, and one of 4 by 1 x 1.
    rowOf: ({ id }) => Array.from({ length: 12 }, (_, at) => (at === 0 ? id : at + 10 * (id % 2))),
  });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const ids = [0, 1, 3, 4, 6];

/** The numbers of the images of some steps. */
async function imagesOf(batches: MapBatches, from: number, steps: number): Promise<number[][]> {
  const { maps } = await batches.batches(from, steps);
  expect(maps).toMatchObject({ dtype: 'float16', shape: [steps, 2, 12] });
  const values = halvesToFloats(maps!.data as Uint16Array);
  return Array.from({ length: steps }, (_, step) => [values[step * 24]!, values[step * 24 + 12]!]);
}

describe('batches of maps', () => {
  it('go over the images to learn from, each once a pass', async () => {
    const batches = new MapBatches(made, new Set(ids), 2, 0);
    expect(batches.stepsPerEpoch).toBe(3);
    const all = (await imagesOf(batches, 0, 10)).flat();
    for (let pass = 0; pass < 4; pass++) expect(all.slice(5 * pass, 5 * pass + 5).sort()).toEqual(ids);
    expect(all.slice(0, 5)).not.toEqual(all.slice(5, 10));
  });

  it('are the same for the same step, also for a training that begins there, and others for another seed', async () => {
    const all = await imagesOf(new MapBatches(made, ids, 2, 0), 0, 9);
    const resumed = new MapBatches(made, ids, 2, 0);
    expect(await imagesOf(resumed, 4, 3)).toEqual(all.slice(4, 7));
    expect(await imagesOf(resumed, 1, 2)).toEqual(all.slice(1, 3));
    expect(await imagesOf(new MapBatches(made, ids, 2, 1), 0, 9)).not.toEqual(all);
  });
});

describe('the centres of the classes', () => {
  it('are the means of the pooled maps of the images to learn from', async () => {
    const levels = [
      { channels: 2, rows: 2, columns: 2 },
      { channels: 4, rows: 1, columns: 1 },
    ];
    const { centres, width, spread } = await pooledCentres(
      await nodeEngine({ threads: 1 }),
      made,
      new Set([0, 2, 1]),
      levels,
      2,
    );
    expect(width).toBe(6);
    // Image 0 has 0, 1, 2, 3 in its first channel, image 2 has 2, 1, 2, 3; image 1 alone is of the other class.
    const expected = [1.75, 5.5, 8, 9, 10, 11, (1 + 11 + 12 + 13) / 4, 15.5, 18, 19, 20, 21];
    expected.forEach((value, at) => {
      expect(centres[at]).toBeCloseTo(value, 4);
    });
    expect(spread).toBeCloseTo((0.25 + 0.25 + 0) / 3, 4);
  });
});
