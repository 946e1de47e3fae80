/** @file How many entries and rows are wanted, and of which classes. */
import { describe, expect, it } from 'vitest';
import { halvesToFloats } from '../../../../src/core/half.ts';
import { Random } from '../../../../src/core/random.ts';
import { entryCount, withEveryClass } from '../../../../src/features/memory-bank/choose-entries.ts';
import { drawLocal, planNormal } from '../../../../src/features/store/sample-rows.ts';
import { cladPresets as presets } from '../../../../src/methods/clad/clad-options.ts';
import { makeStore, withFolder } from '../../../helpers/made-store.ts';

describe('the number of entries', () => {
  it.each([
    [50, 0.1, 1000, 50],
    [1_000_000, 0.1, 1000, 100],
    [5, 0, 3, 3],
    [5, 0, 30, 5],
    [9, 0.001, 10, 1],
  ])(
    'for a size of %d and a share of %f of %d patches is %d',
    (coresetSize, coresetShare, patches, wanted) => {
      expect(entryCount({ ...presets.fast.memoryBank, coresetSize, coresetShare }, patches)).toBe(wanted);
    },
  );
});

describe('a class whose patches all lie near those of another', () => {
  const classes = Uint16Array.of(0, 0, 0, 1, 1, 2, 2);

  it('has one entry, in the place of the one chosen last', () => {
    expect([...withEveryClass(Uint32Array.of(4, 1, 0, 2), classes)]).toEqual([4, 1, 0, 5]);
    // The last is its class's only one; the one before it is not.
    expect([...withEveryClass(Uint32Array.of(1, 0, 2, 4), classes)]).toEqual([1, 0, 5, 4]);
    expect([...withEveryClass(Uint32Array.of(1, 0, 2), classes)]).toEqual([1, 5, 3]);
  });

  it('gets nothing where it has entries already, or where there are fewer entries than classes', () => {
    const all = Uint32Array.of(5, 0, 3, 2);
    expect(withEveryClass(all, classes)).toEqual(all);
    expect([...withEveryClass(Uint32Array.of(3), classes)]).toEqual([3]);
  });
});

describe('rows of classes of which one is small', () => {
  const perImage = 4;
  /** How many rows of each class a plan takes: of one image of the first, of nine of the second. */
  const taken = (count: number) =>
    withFolder(async (folder) => {
      const made = await makeStore(folder, {
        width: 1,
        gridSide: 2,
        classes: ['bolt', 'nut'],
        shards: [5, 13],
        rowOf: ({ id }) => [id],
      });
      // Even ids are bolts: of them image 4 alone, of the nuts all nine.
      const images = new Set([4, 1, 3, 5, 7, 9, 11, 13, 15, 17]);
      const plan = await planNormal({ ...made, images }, count, new Random('plan'));
      const ids = plan.flatMap((rows, shard) => rows.map((row) => 5 * shard + Math.floor(row / perImage)));
      expect(new Set(plan.flatMap((rows, shard) => rows.map((row) => `${shard} ${row}`))).size).toBe(
        ids.length,
      );
      expect(ids.every((id) => images.has(id))).toBe(true);
      return [ids.filter((id) => id % 2 === 0).length, ids.filter((id) => id % 2 === 1).length];
    });

  it('are as many of each while there are enough, then all of the small one', async () => {
    expect(await taken(2)).toEqual([1, 1]);
    expect(await taken(2 * perImage)).toEqual([perImage, perImage]);
    expect(await taken(6 * perImage)).toEqual([perImage, 5 * perImage]);
    expect(await taken(1000)).toEqual([perImage, 9 * perImage]);
  });
});

describe('rows of classes with regions of interest', () => {
  it('are of patches inside alone, and as many as there are', () =>
    withFolder(async (folder) => {
      const made = await makeStore(folder, {
        width: 1,
        gridSide: 3,
        classes: ['bolt', 'nut'],
        shards: [2, 2],
        localOf: () => [0, 4, 8].map((position) => ({ position, coverage: 1 })),
        rowOf: ({ position, local }) => [position + (local ? 100 : 0)],
      });
      const region = {
        pixels: new Uint8Array(9),
        patches: Uint8Array.of(0, 0, 0, 0, 1, 1, 0, 0, 0),
        positions: [4, 5],
      };
      const source = { ...made, regions: { ofClasses: [region, undefined] } };
      const plan = await planNormal(source, 1000, new Random('plan'));
      // Of a shard the first image is a bolt, the second a nut.
      const nut = [9, 10, 11, 12, 13, 14, 15, 16, 17];
      expect(plan).toEqual([
        [4, 5, ...nut],
        [4, 5, ...nut],
      ]);
      const local = halvesToFloats(await drawLocal(source, 1000, new Random('local')));
      expect([...local].sort((a, b) => a - b)).toEqual([100, 100, 104, 104, 104, 104, 108, 108]);
    }));
});
