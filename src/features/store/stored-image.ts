/** @file The patch features of single images of a store, by their numbers, in any order: shards hold them in one of chance, and a whole shard is large. */
import type { FeatureStore, StoreIndex } from './store.ts';

/** Where an image lies: a part, and its place among the images there. */
type Place = readonly [part: string, number: number];

/**
 * Reads them; where they lie is found out the first time.
 * @returns halves [patches, width] of an image
 * @throws STORE_DAMAGED where the store has not the image any more, or not as it was written
 */
export function imageReader(
  store: FeatureStore,
  index: Pick<StoreIndex, 'shards'>,
): (id: number) => Promise<Uint16Array> {
  let places: Promise<ReadonlyMap<number, Place>> | undefined;
  return async (id) => {
    places ??= placesOf(store, index);
    const place = (await places).get(id);
    if (!place) throw new RangeError(`The store has no image ${id}.`);
    return store.readImage(...place);
  };
}

async function placesOf(
  store: FeatureStore,
  { shards }: Pick<StoreIndex, 'shards'>,
): Promise<ReadonlyMap<number, Place>> {
  const places = new Map<number, Place>();
  for (const shard of shards.keys())
    for (const part of store.partsOf(shard)) {
      const { images } = await store.readPartIndex(part);
      for (const [number, { id }] of images.entries()) places.set(id, [part, number]);
    }
  return places;
}
