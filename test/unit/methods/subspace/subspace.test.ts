/** @file SubspaceAD against PyTorch (tools/make-untrained-golden.py) and against covariances written out in loops. */
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { describe, expect, it } from 'vitest';
import { diskStorage } from '../../../../src/core/disk-storage.ts';
import { Random } from '../../../../src/core/random.ts';
import {
  type FittedSubspaces,
  fitSubspaces,
  subspaceOf,
} from '../../../../src/methods/subspace/fit-subspaces.ts';
import { readSubspaces, writeSubspaces } from '../../../../src/methods/subspace/subspace-file.ts';
import { subspaceModel } from '../../../../src/methods/subspace/subspace-model.ts';
import { middleBlocks } from '../../../../src/methods/subspace/subspace-options.ts';
import { nodeEngine } from '../../../../src/runtime/node.ts';
import { makeStore, withFolder } from '../../../helpers/made-store.ts';
import { runGraph } from '../../../helpers/run-graph.ts';
import { patchesOfImage, places, untrained, untrainedStore, width } from '../../../helpers/untrained.ts';

const engine = await nodeEngine({ threads: 1 });
const { classes, images, explained } = untrained;
const options = { seed: 0, subspace: { explained, components: null, folds: 5 } };

const fitted = await withFolder(async (folder) =>
  fitSubspaces(engine, await untrainedStore(folder), options),
);

/** Scores and shares of images, one after another. */
async function said(of: FittedSubspaces, rows: readonly Float32Array[], own?: number) {
  const data = rows.flatMap((each) => [...each]);
  const { score, shares } = await runGraph(
    { x: { data, shape: [data.length / width, width] } },
    (graph, { x }) => {
      const id = own === undefined ? undefined : graph.constant('own', [own], [1], 'int64');
      const found = subspaceModel(of)(graph, x!, places, id);
      return { score: found.score, shares: found.shares };
    },
  );
  return { score: score!.data, shares: shares!.data };
}

const queries = classes.map((own) => patchesOfImage(`${own} query`, own));

describe('the subspace of a class', () => {
  it('has as many components as hold the share of the variance, as PyTorch counts them', () => {
    for (const [at, name] of classes.entries()) {
      expect(fitted.whole[at]!.components).toBe(untrained.subspaces[name]!.count);
      expect(fitted.whole[at]!.explained).toBeCloseTo(untrained.subspaces[name]!.explained, 5);
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
    expect(wide.whole[0]!.components).toBe(Math.min(6, fitted.whole[0]!.components));
    const few = await withFolder(async (folder) => fitSubspaces(engine, await untrainedStore(folder), six));
    expect(few.whole[0]!.components).toBe(8);
    const kept = few.whole[0]!;
    const [a, b] = [wide.whole[0]!, kept];
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

describe('while thresholds are set', () => {
  it('an image is judged by a subspace of the images of other folds', async () => {
    const [id, own] = [6, classes[0]!];
    const number = (image: number) => Math.floor(image / classes.length);
    const rest = Array.from({ length: images }, (_, at) => at * classes.length).filter(
      (image) => fitted.foldOf[image] !== fitted.foldOf[id],
    );
    expect(rest.length).toBe(images - images / 5);
    const rows = rest.flatMap((image) => {
      const data = patchesOfImage(`${own} ${number(image)}`, own);
      return Array.from({ length: places }, (_, place) => [
        ...data.subarray(place * width, (place + 1) * width),
      ]);
    });
    const mean = Array.from(
      { length: width },
      (_, axis) => rows.reduce((sum, row) => sum + row[axis]!, 0) / rows.length,
    );
    const moved = new Matrix(rows.map((row) => row.map((value, axis) => value - mean[axis]!)));
    const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(
      moved.transpose().mmul(moved).div(rows.length),
      { assumeSymmetric: true },
    );
    const order = realEigenvalues
      .map((_, at) => at)
      .sort((a, b) => realEigenvalues[b]! - realEigenvalues[a]!);
    const basis = eigenvectorMatrix.subMatrixColumn(order.slice(0, fitted.whole[0]!.components));
    const image = patchesOfImage(`${own} ${number(id)}`, own);
    const centred = new Matrix(
      Array.from({ length: places }, (_, place) =>
        Array.from({ length: width }, (_, axis) => image[place * width + axis]! - mean[axis]!),
      ),
    );
    const left = centred.clone().sub(centred.mmul(basis).mmul(basis.transpose()));
    const { score } = await said(fitted, [image], id);
    score.forEach((value, place) => {
      expect(value).toBeCloseTo(
        left.getRow(place).reduce((sum, each) => sum + each * each, 0),
        3,
      );
    });
    // What has seen it leaves less of it.
    const total = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);
    expect(total(score)).toBeGreaterThan(total((await said(fitted, [image])).score));
  });

  it('no image has a say that stands alone in its class: it is refused with a sentence', () =>
    withFolder(async (folder) => {
      const alone = await makeStore(folder, {
        width: 2,
        gridSide: 1,
        classes: ['nut', 'bolt'],
        shards: [3],
        rowOf: ({ id }) => [id, 1],
      });
      await expect(fitSubspaces(engine, alone, options)).rejects.toThrow(
        /good images of class bolt to be two at least.*, got 1/,
      );
    }));
});

describe('what is fitted', () => {
  it('is read again as it was written, and not for another key', () =>
    withFolder(async (folder) => {
      const storage = diskStorage(folder);
      await writeSubspaces(storage, 'one', fitted);
      expect(await readSubspaces(storage, 'other')).toBeUndefined();
      const read = (await readSubspaces(storage, 'one'))!;
      expect(read.whole.map(({ components }) => components)).toEqual(
        fitted.whole.map(({ components }) => components),
      );
      expect(read.folds).toHaveLength(fitted.folds.length);
      expect((await said(read, queries)).score).toEqual((await said(fitted, queries)).score);
      expect((await said(read, [queries[0]!], 3)).score).toEqual(
        (await said(fitted, [queries[0]!], 3)).score,
      );
    }));

  it('takes the components of a fold from those of all images', async () => {
    const random = new Random('covariance');
    const half = Array.from({ length: 12 }, () => Array.from({ length: 12 }, () => random.normal()));
    const squared = new Matrix(half).transpose().mmul(new Matrix(half));
    const covariance = Float64Array.from(squared.to1DArray());
    const wanted = { explained: 0.99, components: 5 };
    const moments = { mean: new Float32Array(12), covariance };
    const first = await subspaceOf(engine, moments, wanted, new Random('a'));
    const start = { wanted: 5, components: first.components };
    const again = await subspaceOf(engine, moments, wanted, new Random('b'), start);
    again.own.matrix.forEach((value, at) => {
      expect(value).toBeCloseTo(first.own.matrix[at]!, 4);
    });
  });
});

it('takes the published blocks of a transformer, and those as deep of any other', () => {
  expect(middleBlocks(12)).toEqual([8, 9]);
  expect(middleBlocks(24)).toEqual([14, 15, 16, 17, 18]);
  expect(middleBlocks(40)).toEqual([23, 24, 25, 26, 27, 28, 29]);
  expect(middleBlocks(32)).toEqual([19, 20, 21, 22, 23, 24]);
  expect(middleBlocks(2)).toEqual([2]);
});
