/** @file Which class an image is of, by the means of the teacher's maps over their places. */
import type { MapLevel } from '../../../features/store/extract-maps.ts';
import { mapsOfStored, meanOfPlaces } from '../../../features/store/extract-maps.ts';
import type { MadeStore } from '../../../features/store/made-once.ts';
import { concat, Graph, type Tensor } from '../../../graph/index.ts';
import { type Engine, floats } from '../../../runtime/engine.ts';
import { type ClassCentres, centresOf, type ImageMean } from '../class-centres.ts';

/** Means over the places, of all levels one after another. @param maps - [N, channels, rows, columns] of each level @returns [N, all channels] */
export function pooledMaps(maps: readonly Tensor[]): Tensor {
  return concat(maps.map(meanOfPlaces), 1);
}

/** Where the classes lie: means over the images to learn from. @param levels - by which they are told, the first of what is stored */
export async function pooledCentres(
  engine: Engine,
  { store, index }: Pick<MadeStore, 'store' | 'index'>,
  images: ReadonlySet<number>,
  levels: readonly MapLevel[],
  classes: number,
): Promise<ClassCentres> {
  const graph = new Graph();
  const stored = graph.input('maps', 'float16', [1, index.width]);
  graph.output('means', pooledMaps(mapsOfStored(stored, levels)));
  const session = await engine.load(graph.toBytes());
  const seen: ImageMean[] = [];
  try {
    for (let shard = 0; shard < index.shards.length; shard++) {
      const { images: members, features } = await store.readShard(shard);
      for (const [at, { id, classIndex }] of members.entries()) {
        if (!images.has(id)) continue;
        const data = features.subarray(at * index.width, (at + 1) * index.width);
        const { means } = await session.run({
          maps: { dtype: 'float16', shape: [1, index.width], data },
        });
        seen.push({ classIndex, mean: floats(means) });
      }
    }
  } finally {
    await session.release();
  }
  return centresOf(seen, classes);
}
