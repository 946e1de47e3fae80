/** @file How large the numbers of stored maps are: their root mean square over the images to learn from. */
import type { MadeStore } from '../../../features/store/made-once.ts';
import { cast, Graph, mean, square } from '../../../graph/index.ts';
import { type Engine, floats } from '../../../runtime/engine.ts';

/** @param images - numbers of the images to learn from @returns above 0 */
export async function rootMeanSquare(
  engine: Engine,
  { store, index }: Pick<MadeStore, 'store' | 'index'>,
  images: ReadonlySet<number>,
): Promise<number> {
  const graph = new Graph();
  const shape = [1, index.width];
  graph.output('square', mean(square(cast(graph.input('maps', 'float16', shape), 'float32'))));
  const session = await engine.load(graph.toBytes());
  let [sum, count] = [0, 0];
  try {
    for (let shard = 0; shard < index.shards.length; shard++) {
      const { images: members, features } = await store.readShard(shard);
      for (const [at, { id }] of members.entries()) {
        if (!images.has(id)) continue;
        const data = features.subarray(at * index.width, (at + 1) * index.width);
        const result = await session.run({ maps: { dtype: 'float16', shape, data } });
        sum += floats(result.square)[0] as number;
        count++;
      }
    }
  } finally {
    await session.release();
  }
  return Math.max(Math.sqrt(sum / Math.max(1, count)), 1e-6);
}
