/** @file A picture's shares are the same to the last digit alone and among others, so that a service may judge together what came together. */
import { expect, it } from 'vitest';
import { Random } from '../../../src/core/random.ts';
import { sharesOfCentres } from '../../../src/detector/class-centres.ts';
import { sharesOfVotes } from '../../../src/detector/patch-model.ts';
import type { Graph, Tensor } from '../../../src/graph/index.ts';
import { runGraph } from '../../helpers/run-graph.ts';

const [pictures, patches, width, classes] = [8, 196, 24, 3];
const random = new Random('shares');

type Build = (graph: Graph, rows: Tensor) => Tensor;

async function expectSame(columns: number, build: Build): Promise<void> {
  const data = Float32Array.from({ length: pictures * patches * columns }, () => random.uniform(0, 1));
  const sharesOf = async (from: number, to: number) => {
    const rows = {
      data: data.subarray(from * patches * columns, to * patches * columns),
      shape: [(to - from) * patches, columns],
    };
    const { shares } = await runGraph({ rows }, (graph, { rows }) => ({ shares: build(graph, rows!) }));
    return shares!.data;
  };
  const together = await sharesOf(0, pictures);
  const alone: number[] = [];
  for (let picture = 0; picture < pictures; picture++) alone.push(...(await sharesOf(picture, picture + 1)));
  expect(together).toEqual(alone);
  for (let picture = 0; picture < pictures; picture++)
    expect(alone.slice(picture * classes, (picture + 1) * classes).reduce((a, b) => a + b)).toBeCloseTo(1, 5);
}

it('of votes', () => expectSame(classes, (_, votes) => sharesOfVotes(votes, patches, classes)));

it('of centres', () => {
  const centres = Float32Array.from({ length: classes * width }, () => random.uniform(0, 1));
  return expectSame(width, (graph, features) =>
    sharesOfCentres(graph, features, patches, { centres, spread: 0.5, classes, width }),
  );
});
