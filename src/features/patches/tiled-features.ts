/**
 * @file Patch features of an input that is seen tile by tile, as nodes of a graph: a loop in which the backbone sees one tile of every image, so that the
 * memory it takes is that of a tile, however many there are. What is behind it sees one large grid of patches, and nothing of tiles. Where the whole is seen too, made as
 * small as a tile, it is the loop's last turn, so that there is one backbone; its patches stand behind the others of the image.
 */
import {
  add,
  equal,
  gather,
  loop,
  reshape,
  resizeLinear,
  sliceBetween,
  type Tensor,
  transpose,
  where,
} from '../../graph/index.ts';
import type { ImageSize } from '../../image/limits.ts';
import { mirroredPlaces, type PlacedTiles } from '../../image/tiles.ts';

/**
 * @param input - [N, 3, H, W]
 * @param featuresOf - of a tile [N, 3, height, width], float32 [N * patches, C]
 * @returns float32 [N * patches of the grid, C], image by image
 */
export function featuresOfTiles(
  input: Tensor,
  { width, height }: ImageSize,
  placed: PlacedTiles,
  featuresOf: (tile: Tensor) => Tensor,
): Tensor {
  const { graph } = input;
  const { mirrored, corners, patches, taken, places, order } = placed.grid.whole ? andWhole(placed) : placed;
  const tiles = corners.length;
  const constant = (name: string, values: readonly number[], shape: readonly number[]) =>
    graph.constant(name, values, shape, 'int64');
  const left = constant(
    'tile_left',
    corners.map(({ x }) => x),
    [tiles, 1],
  );
  const top = constant(
    'tile_top',
    corners.map(({ y }) => y),
    [tiles, 1],
  );
  const across = constant('tile_width', [width], [1]);
  const down = constant('tile_height', [height], [1]);
  const placesOf = constant('tile_patches', places, [tiles, taken]);
  const rows = withMirrored(input, 2, mirrored.down, 'mirrored_rows');
  const whole = withMirrored(rows, 3, mirrored.across, 'mirrored_columns');
  const small = placed.grid.whole && resizeLinear(input, [2, 3], [height, width], { antialias: true });
  // As state, not by its name: whatever copies the nodes behind an image (a region of interest) finds it among the loop's inputs.
  const seen: Record<string, Tensor> = { input: whole, ...(small && { small }) };
  const { outputs } = loop(graph, graph.scalar(tiles, 'int64'), seen, (_, turn, state) => {
    const rows = cut(state.input!, 2, gather(top, turn), down, height);
    const tile = cut(rows, 3, gather(left, turn), across, width);
    const isWhole = () => equal(turn, graph.scalar(tiles - 1, 'int64'));
    const features = featuresOf(state.small ? where(isWhole(), state.small, tile) : tile);
    const images = reshape(features, [-1, patches, features.shape[1] as number], 'N');
    return { state, outputs: { found: gather(images, gather(placesOf, turn), 1) } };
  });
  // [tiles, N, taken, C]
  const stacked = outputs.found as Tensor;
  const channels = stacked.shape[3] as number;
  const ofImages = reshape(transpose(stacked, [1, 0, 2, 3]), [-1, tiles * taken, channels], 'N');
  const ordered = gather(ofImages, constant('tile_order', order, [order.length]), 1);
  return reshape(ordered, [-1, channels], 'patches');
}

/** One more turn, of which all patches are taken: then as many are taken of each, in the place of what is over any. */
function andWhole({ mirrored, corners, grid, patches, taken, places, order }: PlacedTiles): PlacedTiles {
  const tiles = corners.length;
  const all = Array.from({ length: patches }, (_, patch) => patch);
  return {
    mirrored,
    corners: [...corners, { x: 0, y: 0 }],
    grid,
    patches,
    taken: patches,
    places: [
      ...corners.flatMap((_, tile) =>
        all.map((at) => (at < taken ? places[tile * taken + at]! : (places[tile * taken] ?? 0))),
      ),
      ...all,
    ],
    order: [
      ...order.map((place) => Math.floor(place / taken) * patches + (place % taken)),
      ...all.map((patch) => tiles * patches + patch),
    ],
  };
}

/** The same with pixels mirrored at both ends of an axis. */
function withMirrored(x: Tensor, axis: number, mirrored: number, name: string): Tensor {
  if (mirrored === 0) return x;
  const places = mirroredPlaces(x.shape[axis] as number, mirrored);
  return gather(x, x.graph.constant(name, places, [places.length], 'int64'), axis);
}

/** A stretch of an axis from a place that only the running graph knows. @param length - int64 [1], `size` */
function cut(x: Tensor, axis: number, start: Tensor, length: Tensor, size: number): Tensor {
  return sliceBetween(x, axis, start, add(start, length), size);
}
