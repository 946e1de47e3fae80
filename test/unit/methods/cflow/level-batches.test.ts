/** @file Batches of one level's patches: each patch once a pass with its own place, the same for the same step however steps are asked for. */
import { describe, expect, it } from 'vitest';
import { cflowPresets } from '../../../../src/methods/cflow/cflow-options.ts';
import { flowsOf } from '../../../../src/methods/cflow/flow.ts';
import { LevelBatches } from '../../../../src/methods/cflow/level-batches.ts';

const levels = [
  { channels: 3, rows: 2, columns: 4 },
  { channels: 5, rows: 2, columns: 3 },
];
const flows = flowsOf(levels, cflowPresets.fast.flow, 0);
const width = 3 * 8 + 5 * 6;

/** Six images; a stored value is told by its image, channel and place. */
const passes = {
  images: 6,
  imageAt: async (place: number) =>
    Uint16Array.from({ length: width }, (_, at) => 1000 * (place % 6) + (at < 24 ? at : at - 24)),
};
const deep = (batch: number, images: number, seed = 0) =>
  new LevelBatches(passes, flows[1]!, 24, { batch, images, seed });

/** Image, place and whether the features are those of both, of each patch. */
async function patchesOf(batches: LevelBatches, from: number, steps: number) {
  const { patches, places } = await batches.batches(from, steps);
  const [, batch, channels] = patches!.shape as [number, number, number];
  expect(patches!.shape).toEqual([steps, batch, 5]);
  expect(places!.shape).toEqual([steps, batch]);
  return Array.from({ length: steps * batch }, (_, row) => {
    const values = Array.from((patches!.data as Uint16Array).subarray(row * channels, (row + 1) * channels));
    const place = Number(places!.data[row]);
    const image = Math.floor(values[0]! / 1000);
    expect(values).toEqual([0, 1, 2, 3, 4].map((channel) => 1000 * image + 6 * channel + place));
    return `${image} ${place}`;
  });
}

describe('batches of a level', () => {
  it('have each patch once a pass, images after images', async () => {
    // Three images of six places are two steps of nine.
    const batches = deep(9, 3);
    expect(batches.stepsPerEpoch).toBe(4);
    const all = await patchesOf(batches, 0, 8);
    const expected = (images: number[]) =>
      images.flatMap((image) => [0, 1, 2, 3, 4, 5].map((place) => `${image} ${place}`));
    expect(all.slice(0, 18).sort()).toEqual(expected([0, 1, 2]));
    expect(all.slice(18, 36).sort()).toEqual(expected([3, 4, 5]));
    expect(all.slice(36, 72).sort()).toEqual(expected([0, 1, 2, 3, 4, 5]));
    expect(all.slice(0, 18)).not.toEqual(all.slice(36, 54));
  });

  it('are the same for the same step, and others for another seed', async () => {
    const all = await patchesOf(deep(8, 4), 0, 9);
    expect(await patchesOf(deep(8, 4), 5, 3)).toEqual(all.slice(40, 64));
    expect(await patchesOf(deep(8, 4), 2, 1)).toEqual(all.slice(16, 24));
    expect(await patchesOf(deep(8, 4, 1), 0, 9)).not.toEqual(all);
  });

  it('take more images than asked for where these have too few patches', async () => {
    const batches = deep(16, 1);
    expect(batches.stepsPerEpoch).toBe(2);
    const images = new Set((await patchesOf(batches, 0, 1)).map((patch) => patch[0]));
    expect([...images].sort()).toEqual(['0', '1', '2']);
  });
});
