/** @file The constants of a detector's graph that hold the named regions of its classes (named-graph.ts), written and read. */
import { constantOf, dimsOf, float32Constant, float32Values } from '../../graph/constants.ts';
import type { ModelProto } from '../../graph/index.ts';
import type { TensorProto } from '../../graph/onnx.ts';
import { dtypeCode } from '../../graph/tensor.ts';
import { type Grid, mapGrid } from '../../image/geometry.ts';
import type { ImageSize } from '../../image/limits.ts';
import { numberedPixels } from '../../image/roi/named-region.ts';
import {
  type ClassRegions,
  type NamedRegion,
  regionOfInterest,
  topInside,
} from '../../image/roi/region-of-interest.ts';
import { constantNamed, withConstants } from '../bank-entries.ts';

/** Names of the constants. `regions` is how many the class with the most has, at least 1. */
export const namedNames = {
  /** Which patches are inside, uint8 [classes, regions, rows, columns]. */
  patches: 'roi_named_patches',
  /** The number of the region that each pixel of the map belongs to, from 1, 0 in none, uint8 [classes, height, width]. */
  pixels: 'roi_named_pixels',
  /** These numbers, float32 [1, regions, 1, 1]. */
  numbers: 'roi_named_numbers',
  /** Whether the class has a region of this number, uint8 [classes, regions]. */
  there: 'roi_named_there',
  /** Whether it has any, uint8 [classes]. */
  any: 'roi_named_any',
  /** How many of the highest pixels make the score, float32 [classes, regions]; where it is several. */
  top: 'roi_named_top',
  /** What is added to a region's map and score, float32 [classes, regions]. */
  offsets: 'roi_named_offset',
} as const;

/** Map and grid of a detector. */
interface MapShape {
  readonly size: ImageSize;
  readonly grid: Grid;
}

/** Whether a detector's graph has named regions. */
export function hasNamed(model: ModelProto): boolean {
  return constantNamed(model, namedNames.offsets) !== undefined;
}

/**
 * The constants of these regions.
 * @param regions - of each class
 * @param most - how many of the highest pixels make the score of an image that counts as a whole; undefined for the highest alone
 */
export function namedConstants(
  { size, grid }: MapShape,
  regions: ClassRegions,
  most: number | undefined,
): TensorProto[] {
  const perMap = size.width * size.height;
  const perImage = grid.rows * grid.columns;
  const count = regions.length;
  const each = Math.max(1, ...regions.map((region) => region?.named?.length ?? 0));
  const patches = new Uint8Array(count * each * perImage);
  const pixels = new Uint8Array(count * perMap);
  const there = new Uint8Array(count * each);
  const top = new Float32Array(count * each).fill(1);
  for (const [index, region] of regions.entries()) {
    if (!region?.named) continue;
    pixels.set(numberedPixels(region), index * perMap);
    for (const [at, { patches: own, pixels: inside }] of region.named.entries()) {
      const place = index * each + at;
      patches.set(own, place * perImage);
      there[place] = 1;
      if (most !== undefined) top[place] = topInside({ pixels: inside }, most, perMap);
    }
  }
  const bytes = (name: string, dims: readonly number[], data: Uint8Array) =>
    constantOf(name, dtypeCode.uint8, dims, data);
  return [
    bytes(namedNames.patches, [count, each, grid.rows, grid.columns], patches),
    bytes(namedNames.pixels, [count, size.height, size.width], pixels),
    float32Constant(
      namedNames.numbers,
      [1, each, 1, 1],
      Float32Array.from({ length: each }, (_, at) => at + 1),
    ),
    bytes(namedNames.there, [count, each], there),
    bytes(
      namedNames.any,
      [count],
      Uint8Array.from(regions, (region) => (region?.named ? 1 : 0)),
    ),
    ...(most === undefined ? [] : [float32Constant(namedNames.top, [count, each], top)]),
    offsetConstant(
      regions.map((region) => region?.named?.map(({ offset }) => offset) ?? []),
      each,
    ),
  ];
}

function offsetConstant(offsets: readonly (readonly number[])[], each: number): TensorProto {
  const all = new Float32Array(offsets.length * each);
  for (const [index, own] of offsets.entries()) all.set(own, index * each);
  return float32Constant(namedNames.offsets, [offsets.length, each], all);
}

/** The model with these offsets of its classes' regions, in their order; as it is where it has no named regions. */
export function withOffsetsOf(model: ModelProto, offsets: readonly (readonly number[])[]): ModelProto {
  const constant = constantNamed(model, namedNames.offsets);
  if (!constant) return model;
  return withConstants(model, [offsetConstant(offsets, dimsOf(constant)[1] ?? 1)]);
}

/** The named regions of a class in a detector's graph, by numbers, as their names are in its metadata; undefined where it has none. */
export function namedIn(
  model: ModelProto,
  index: number,
  { size, grid }: MapShape,
): readonly NamedRegion[] | undefined {
  const of = (name: string) => constantNamed(model, name);
  const [there, numbers, offsets] = [namedNames.there, namedNames.pixels, namedNames.offsets].map(of);
  const each = (offsets && dimsOf(offsets)[1]) ?? 0;
  const values = offsets && float32Values(offsets);
  const has = there?.rawData?.slice(index * each, (index + 1) * each);
  if (!has?.includes(1) || !numbers?.rawData || !values) return undefined;
  const perMap = size.width * size.height;
  const own = Uint8Array.from(numbers.rawData.slice(index * perMap, (index + 1) * perMap));
  return Array.from(
    has.filter((one) => one === 1),
    (_, at) => {
      const data = own.map((number) => (number === at + 1 ? 1 : 0));
      const { pixels, patches } = regionOfInterest({ ...size, data }, mapGrid(grid));
      return { name: String(at + 1), pixels, patches, offset: values[index * each + at]! };
    },
  );
}
