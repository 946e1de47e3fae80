import { describe, expect, it } from 'vitest';
import { resizeToInput } from '../../../../src/features/patches/preprocess.ts';
import { Graph } from '../../../../src/graph/index.ts';
import { floats } from '../../../../src/runtime/engine.ts';
import { nodeEngine } from '../../../../src/runtime/node.ts';

/** Both ways in one graph. */
async function bothWays(shape: readonly [number, number, number], width: number, height: number) {
  const graph = new Graph();
  const image = graph.input('image', 'uint8', ['N', 'H', 'W', 3]);
  graph.output('whole', resizeToInput(image, { width, height }));
  graph.output('bands', resizeToInput(image, { width, height }, true));
  const session = await (await nodeEngine({ threads: 1 })).load(graph.toBytes());
  const data = Uint8Array.from(
    { length: shape[0] * shape[1] * shape[2] * 3 },
    (_, at) => (at * 2654435761) >>> 24,
  );
  const result = await session.run({ image: { dtype: 'uint8', shape: [...shape, 3], data } });
  await session.release();
  return result;
}

describe('a resize in bands of rows', () => {
  it.each([
    ['fewer rows than a band', [1, 90, 130], 40, 64],
    ['exactly a band', [1, 256, 100], 64, 64],
    ['a row more', [1, 257, 100], 64, 48],
    ['whole bands, several images', [3, 512, 80], 48, 64],
    ['bands that overlap', [2, 1000, 70], 32, 96],
    ['one that is enlarged', [1, 300, 20], 48, 640],
  ] as const)('has the numbers of one that sees the whole: %s', async (_, shape, width, height) => {
    const { whole, bands } = await bothWays(shape, width, height);
    expect(bands!.shape).toEqual([shape[0], height, width, 3]);
    expect(floats(bands)).toEqual(floats(whole));
  });
});
