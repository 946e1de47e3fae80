/** @file How large the numbers of stored maps are: their root mean square over the images to learn from. */
import type { MadeStore } from '../../../features/store/made-once.ts';
import { cast, Graph, mean, slice, square } from '../../../graph/index.ts';
import { type Engine, floats } from '../../../runtime/engine.ts';

/** Of all numbers. @param images - numbers of the images to learn from @returns above 0 */
export async function rootMeanSquare(
  engine: Engine,
  made: Pick<MadeStore, 'store' | 'index'>,
  images: ReadonlySet<number>,
): Promise<number> {
  const [size = 1] = await rootMeanSquares(engine, made, images, [made.index.width]);
  return size;
}

/** Of each part of what is stored of an image. @param widths - numbers of the parts, one after another */
export async function rootMeanSquares(
  engine: Engine,
  { store, index }: Pick<MadeStore, 'store' | 'index'>,
  images: ReadonlySet<number>,
  widths: readonly number[],
): Promise<number[]> {
  const graph = new Graph();
  const shape = [1, index.width];
  const squares = square(cast(graph.input('maps', 'float16', shape), 'float32'));
  let start = 0;
  for (const [part, width] of widths.entries()) {
    graph.output(`square${part}`, mean(slice(squares, 1, start, start + width)));
    start += width;
  }
  const session = await engine.load(graph.toBytes());
  const sums = widths.map(() => 0);
  let count = 0;
  try {
    for (let shard = 0; shard < index.shards.length; shard++) {
      const { images: members, features } = await store.readShard(shard);
      for (const [at, { id }] of members.entries()) {
        if (!images.has(id)) continue;
        const data = features.subarray(at * index.width, (at + 1) * index.width);
        const result = await session.run({ maps: { dtype: 'float16', shape, data } });
        for (const part of widths.keys()) sums[part]! += floats(result[`square${part}`])[0] as number;
        count++;
      }
    }
  } finally {
    await session.release();
  }
  return sums.map((sum) => Math.max(Math.sqrt(sum / Math.max(1, count)), 1e-6));
}
