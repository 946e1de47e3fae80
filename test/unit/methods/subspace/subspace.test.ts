/** @file SubspaceAD against PyTorch (tools/make-untrained-golden.py). */
import { describe, expect, it } from 'vitest';
import { diskStorage } from '../../../../src/core/disk-storage.ts';
import { type FittedSubspaces, fitSubspaces } from '../../../../src/methods/subspace/fit-subspaces.ts';
import { readSubspaces, writeSubspaces } from '../../../../src/methods/subspace/subspace-file.ts';
import { subspaceModel } from '../../../../src/methods/subspace/subspace-model.ts';
import { middleBlocks } from '../../../../src/methods/subspace/subspace-options.ts';
import { nodeEngine } from '../../../../src/runtime/node.ts';
import { makeStore, withFolder } from '../../../helpers/made-store.ts';
import { runGraph } from '../../../helpers/run-graph.ts';
import { patchesOfImage, places, untrained, untrainedStore, width } from '../../../helpers/untrained.ts';

const engine = await nodeEngine({ threads: 1 });
const { classes, explained } = untrained;
const options = { seed: 0, subspace: { explained, components: null } };

const fitted = await withFolder(async (folder) =>
  fitSubspaces(engine, await untrainedStore(folder), options),
);

/** Scores and shares of images, one after another. */
async function said(of: FittedSubspaces, rows: readonly Float32Array[]) {
  const data = rows.flatMap((each) => [...each]);
  const { score, shares } = await runGraph(
    { x: { data, shape: [data.length / width, width] } },
    (graph, { x }) => {
      const found = subspaceModel(of)(graph, x!, places);
      return { score: found.score, shares: found.shares };
    },
  );
  return { score: score!.data, shares: shares!.data };
}

const queries = classes.map((own) => patchesOfImage(`${own} query`, own));

describe('the subspace of a class', () => {
  it('has as many components as hold the share of the variance, as PyTorch counts them', () => {
    for (const [at, name] of classes.entries()) {
      expect(fitted.subspaces[at]!.components).toBe(untrained.subspaces[name]!.count);
      expect(fitted.subspaces[at]!.explained).toBeCloseTo(untrained.subspaces[name]!.explained, 5);
    }
  });

  it('leaves of a patch what PyTorch leaves of it; each image is measured by its own class', async () => {
    const { score, shares } = await said(fitted, queries);
    classes.forEach((name, at) => {
      untrained.subspaces[name]!.residuals.forEach((expected, place) => {
        expect(score[at * places + place]).toBeCloseTo(expected, 4);
      });
      expect(shares[at * classes.length + at]).toBeGreaterThan(0.5);
    });
    // Not one bit otherwise alone than among others.
    const alone = await said(fitted, [queries[1]!]);
    expect(alone.score).toEqual(score.slice(places));
  });

  it('is found by iterations as by a full decomposition', async () => {
    const limited = { ...options, subspace: { ...options.subspace, components: 6 } };
    const wide = await withFolder(async (folder) =>
      fitSubspaces(engine, await untrainedStore(folder), limited),
    );
    const six = { ...options, subspace: { ...options.subspace, explained: 1, components: 8 } };
    expect(wide.subspaces[0]!.components).toBe(Math.min(6, fitted.subspaces[0]!.components));
    const few = await withFolder(async (folder) => fitSubspaces(engine, await untrainedStore(folder), six));
    expect(few.subspaces[0]!.components).toBe(8);
    const kept = few.subspaces[0]!;
    const [a, b] = [wide.subspaces[0]!, kept];
    for (let axis = 0; axis < a.components; axis++) {
      const product = Array.from({ length: width }, (_, row) => row).reduce(
        (sum, row) => sum + a.matrix[row * a.components + axis]! * b.matrix[row * b.components + axis]!,
        0,
      );
      expect(product).toBeCloseTo(1, 4);
    }
  });

  it('of patches that are all the same leaves nothing of such a patch', () =>
    withFolder(async (folder) => {
      const same = await makeStore(folder, {
        width: 4,
        gridSide: 2,
        classes: ['plain'],
        shards: [3],
        rowOf: () => [1, 2, 3, 4],
      });
      const found = await fitSubspaces(engine, same, options);
      const { score } = await runGraph(
        { x: { data: [1, 2, 3, 4, 1, 2, 3, 5], shape: [2, 4] } },
        (graph, { x }) => ({
          score: subspaceModel(found)(graph, x!, 2).score,
        }),
      );
      expect(score!.data[0]).toBeCloseTo(0, 6);
      expect(score!.data.every(Number.isFinite)).toBe(true);
    }));
});

it('of a class without images is refused with a sentence', () =>
  withFolder(async (folder) => {
    const made = await makeStore(folder, {
      width: 2,
      gridSide: 1,
      classes: ['nut', 'bolt'],
      shards: [3],
      rowOf: ({ id }) => [id, 1],
    });
    const nuts = { ...made, images: new Set([0, 2]) };
    await expect(fitSubspaces(engine, nuts, options)).rejects.toThrow(
      /good images of class bolt to be one at least that is not held out, got 0/,
    );
  }));

describe('what is fitted', () => {
  it('is read again as it was written, and not for another key', () =>
    withFolder(async (folder) => {
      const storage = diskStorage(folder);
      await writeSubspaces(storage, 'one', fitted);
      expect(await readSubspaces(storage, 'other')).toBeUndefined();
      const read = (await readSubspaces(storage, 'one'))!;
      expect(read.subspaces.map(({ explained: share }) => share)).toEqual(
        fitted.subspaces.map(({ explained: share }) => share),
      );
      expect((await said(read, queries)).score).toEqual((await said(fitted, queries)).score);
    }));
});

it('takes the published blocks of a transformer, and those as deep of any other', () => {
  expect(middleBlocks(12)).toEqual([8, 9]);
  expect(middleBlocks(24)).toEqual([14, 15, 16, 17, 18]);
  expect(middleBlocks(40)).toEqual([23, 24, 25, 26, 27, 28, 29]);
  expect(middleBlocks(32)).toEqual([19, 20, 21, 22, 23, 24]);
  expect(middleBlocks(2)).toEqual([2]);
});
