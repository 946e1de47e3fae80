/** @file Parts of a shard, made by several machines, as the one shard that one machine would have made. */
import { joined } from '../../core/arrays.ts';
import type { Shard, ShardIndex } from './store.ts';

/** What the rows of parts are when they stand as in one shard. */
export function joinedIndex(parts: readonly ShardIndex[]): ShardIndex {
  let before = 0;
  const image = parts.flatMap((part) => {
    const own = part.local.image.map((each) => before + each);
    before += part.images.length;
    return own;
  });
  return {
    key: (parts[0] as ShardIndex).key,
    images: parts.flatMap(({ images }) => images),
    local: {
      image,
      position: parts.flatMap(({ local }) => local.position),
      coverage: parts.flatMap(({ local }) => local.coverage),
    },
  };
}

/** The rows of parts in the order that they have in a whole shard. @param imageLength - halves of one image */
export function joinedShard(parts: readonly Shard[], imageLength: number): Shard {
  const normal = (part: Shard) => part.images.length * imageLength;
  return {
    ...joinedIndex(parts),
    features: joined(Uint16Array, [
      ...parts.map((part) => part.features.subarray(0, normal(part))),
      ...parts.map((part) => part.features.subarray(normal(part))),
    ]),
  };
}
