/** @file The image score of UniAD and DRAEM: the highest mean over squares of the map, so that a wide defect counts more than one bright pixel. */
import { describe, expect, it } from 'vitest';
import { Graph } from '../../../../../src/graph/index.ts';
import { pooledScore } from '../../../../../src/methods/shared/maps/pooled-score.ts';
import { float32, floats } from '../../../../../src/runtime/engine.ts';
import { nodeEngine } from '../../../../../src/runtime/node.ts';

const [width, height] = [12, 9];

/** Scores of two maps: one pixel of 8 in a corner, and a square of 3 x 3 of 1 in the middle. */
async function scores(pooled: number, topShare = 0): Promise<number[]> {
  const graph = new Graph();
  const map = graph.input('map', 'float32', ['N', height, width]);
  graph.output('score', pooledScore(map, { width, height }, { topShare, pooled }));
  const session = await (await nodeEngine({ threads: 1 })).load(graph.toBytes());
  const data = new Float32Array(2 * height * width);
  data[0] = 8;
  for (let row = 3; row < 6; row++)
    for (let column = 5; column < 8; column++) data[height * width + row * width + column] = 1;
  const { score } = await session.run({ map: float32(data, [2, height, width]) });
  await session.release();
  return Array.from(floats(score));
}

describe('the score of an image', () => {
  it('is the highest pixel without squares, and the highest mean with them', async () => {
    expect(await scores(1)).toEqual([8, 1]);
    const [corner, middle] = await scores(3);
    expect(corner).toBeCloseTo(8 / 9, 5);
    expect(middle).toBeCloseTo(1, 5);
    const [, wide] = await scores(4);
    expect(wide).toBeCloseTo(9 / 16, 5);
  });

  it('has squares no larger than the map, and the mean of the highest where a share is asked for', async () => {
    const [corner, middle] = await scores(100);
    expect(corner).toBeCloseTo(8 / 81, 5);
    expect(middle).toBeCloseTo(9 / 81, 5);
    // Of 10 x 7 squares the highest two: one reaches the corner, and the next has none of it.
    const [two] = await scores(3, 2 / 70);
    expect(two).toBeCloseTo(8 / 9 / 2, 5);
  });
});
