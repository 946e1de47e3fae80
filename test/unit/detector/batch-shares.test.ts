/** @file An image's shares are the same to the last digit alone and among others, so that a service may predict together what came together. */
import { expect, it } from 'vitest';
import { Random } from '../../../src/core/random.ts';
import type { Graph, Tensor } from '../../../src/graph/index.ts';
import { sharesOfCentres } from '../../../src/methods/shared/class-centres.ts';
import { sharesOfVotes, weighedVotes } from '../../../src/methods/shared/patch-model.ts';
import { runGraph } from '../../helpers/run-graph.ts';

const [images, patches, width, classes] = [8, 196, 24, 3];
const random = new Random('shares');

type Build = (graph: Graph, rows: Tensor) => Tensor;

async function expectSame(columns: number, build: Build): Promise<void> {
  const data = Float32Array.from({ length: images * patches * columns }, () => random.uniform(0, 1));
  const sharesOf = async (from: number, to: number) => {
    const rows = {
      data: data.subarray(from * patches * columns, to * patches * columns),
      shape: [(to - from) * patches, columns],
    };
    const { shares } = await runGraph({ rows }, (graph, { rows }) => ({ shares: build(graph, rows!) }));
    return shares!.data;
  };
  const together = await sharesOf(0, images);
  const alone: number[] = [];
  for (let image = 0; image < images; image++) alone.push(...(await sharesOf(image, image + 1)));
  expect(together).toEqual(alone);
  for (let image = 0; image < images; image++)
    expect(alone.slice(image * classes, (image + 1) * classes).reduce((a, b) => a + b)).toBeCloseTo(1, 5);
}

it('class shares of votes are the same alone and in a batch, and add up to one', () =>
  expectSame(classes, (_, votes) => sharesOfVotes(votes, patches, classes)));

it('class shares of centres are the same alone and in a batch, and add up to one', () => {
  const centres = Float32Array.from({ length: classes * width }, () => random.uniform(0, 1));
  return expectSame(width, (graph, features) =>
    sharesOfCentres(graph, features, patches, { centres, spread: 0.5, classes, width }),
  );
});

it("class shares of votes are each class's part of an image's votes", async () => {
  const votes = { data: [3, 1, 0, 0, 0, 2, 1, 1, 4, 0, 0, 0], shape: [4, 3] };
  const { shares } = await runGraph({ votes }, (_, { votes }) => ({ shares: sharesOfVotes(votes!, 2, 3) }));
  const expected = [3 / 6, 1 / 6, 2 / 6, 1 / 6, 1 / 6, 4 / 6];
  shares!.data.forEach((share, at) => {
    expect(share).toBeCloseTo(expected[at]!, 6);
  });
});

it('class shares of centres fall with the distance of the mean patch, in units of the spread', async () => {
  const centres = Float32Array.of(0, 0, 3, 0, 0, 4);
  // Means of two patches: (1, 0) and (0, 4).
  const rows = { data: [0, 1, 2, -1, 0, 3, 0, 5], shape: [4, 2] };
  const { shares } = await runGraph({ rows }, (graph, { rows }) => ({
    shares: sharesOfCentres(graph, rows!, 2, { centres, spread: 2, classes: 3, width: 2 }),
  }));
  const expected = [
    [1, 2, Math.hypot(1, 4)],
    [4, 5, 0],
  ].flatMap((distances) => {
    const weights = distances.map((distance) => Math.exp(-distance / 2));
    const total = weights.reduce((sum, each) => sum + each, 0);
    return weights.map((each) => each / total);
  });
  shares!.data.forEach((share, at) => {
    expect(share).toBeCloseTo(expected[at]!, 4);
  });
});

it('class shares of patches without a nearest class still add up to one', async () => {
  const distances = { data: [2, 2, 2, 1, 5, 3, 7, 7, 4], shape: [3, 3] };
  const { votes } = await runGraph({ distances }, (_, { distances }) => ({
    votes: weighedVotes(distances!, 3),
  }));
  // Each row votes for its nearest, by how much further away the next one is.
  const rows = [0, 1, 2].map((row) => votes!.data.slice(row * 3, row * 3 + 3));
  expect(rows[0]!.reduce((sum, each) => sum + each)).toBeGreaterThan(0);
  expect(rows[0]!.reduce((sum, each) => sum + each)).toBeLessThan(1e-5);
  [
    [2, 0, 0],
    [0, 0, 3],
  ].forEach((expected, row) => {
    expected.forEach((each, at) => {
      expect(rows[row + 1]![at]).toBeCloseTo(each, 4);
    });
  });
});
