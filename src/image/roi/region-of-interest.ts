/**
 * @file A region of interest as the program computes with it: which pixels of the anomaly map, and which patches of the grid, are inside. A patch is inside where any
 * of its pixels is, so that no pixel inside goes unseen. Pure.
 */
import { mapped } from '../../core/arrays.ts';
import { maskOfRuns, runsOf } from '../../core/runs.ts';
import { type Grid, mapPatches, patchCount } from '../geometry.ts';
import type { ImageSize } from '../limits.ts';
import type { Mask } from '../rgb.ts';
import type { PartModel } from './part-model.ts';

/** What of a class's images is looked at; of a class without a region there is none. */
export interface RegionOfInterest {
  /** [height, width] of the anomaly map: 1 inside, 0 outside. */
  readonly pixels: Uint8Array;
  /** [rows, columns] of the grid, likewise; behind them all patches of the whole made small, where it is seen, as what is outside is painted over there. */
  readonly patches: Uint8Array;
  /** Numbers of the patches inside, rising; at least one. */
  readonly positions: readonly number[];
  /** What finds the part, where the region follows it: an image is then looked at where this region and its part are. */
  readonly follows?: PartModel | undefined;
  /** What it is made up of, where its parts have thresholds of their own. */
  readonly named?: readonly NamedRegion[] | undefined;
}

/** A part of a class's region that has a name and a threshold of its own (named-region.ts); its patches are those of the map alone. */
export interface NamedRegion extends Pick<RegionOfInterest, 'pixels' | 'patches'> {
  readonly name: string;
  /**
   * Added to its score and to the map's values in it, so that one threshold holds for all regions of the class: its own threshold is the class's less this.
   * In the map's units; added in float32.
   */
  readonly offset: number;
}

/** The region of each class, by its index; undefined where all of the image counts. */
export type ClassRegions = readonly (RegionOfInterest | undefined)[];

/** Regions of the images that a detector is made from. */
export interface Regions {
  /** Of each class. One that follows the part is only what the regions of its images lie within. */
  readonly ofClasses: ClassRegions;
  /** Of a training image whose class's region follows the part, by the image's number. */
  readonly ofImage?: ((id: number) => RegionOfInterest) | undefined;
  /** The cells of the same (part-model.ts): all of them where no part was found, so that nothing is learnt of the image, but it is seen as a whole. */
  readonly cellsOf?: ((id: number) => Uint8Array | undefined) | undefined;
  /** The pixels of the same, [height, width]. */
  readonly seenOf?: ((id: number) => Uint8Array | undefined) | undefined;
  /** Of an image of a class whose region follows the part, what is inside in the mean. */
  readonly shareOf?: ((classIndex: number) => number | undefined) | undefined;
}

/** Where an image is looked at; undefined for all of it. @param id - number of the training image */
export function regionOfImage(
  regions: Regions | undefined,
  classIndex: number,
  id: number,
): RegionOfInterest | undefined {
  const region = regions?.ofClasses[classIndex];
  return region?.follows ? regions?.ofImage?.(id) : region;
}

/** The region that a mask of the anomaly map's size draws. @param mask - with at least one pixel inside */
export function regionOfInterest(mask: Mask, grid: Grid): RegionOfInterest {
  const { width, height, data } = mask;
  const pixels = mapped(Uint8Array, data, (value) => (value === 0 ? 0 : 1));
  const patches = new Uint8Array(patchCount(grid)).fill(1, mapPatches(grid));
  for (let row = 0, at = 0; row < height; row++) {
    const first = Math.floor((row * grid.rows) / height) * grid.columns;
    for (let column = 0; column < width; column++, at++)
      if (pixels[at] !== 0) patches[first + Math.floor((column * grid.columns) / width)] = 1;
  }
  const positions = Array.from(patches.keys()).filter((patch) => patches[patch] !== 0);
  return { pixels, patches, positions };
}

/** The same as a file has it: lengths of runs outside and inside, in turn. */
export function regionRuns({ pixels }: Pick<RegionOfInterest, 'pixels'>): number[] {
  return runsOf(pixels);
}

/** The region of such runs; undefined where they are not of a map of this size, or nothing is inside. */
export function regionFromRuns(
  runs: readonly number[],
  { width, height }: ImageSize,
  grid: Grid,
): RegionOfInterest | undefined {
  const data = maskOfRuns(runs, width * height);
  return data?.includes(1) ? regionOfInterest({ width, height, data }, grid) : undefined;
}

/** The values of a map inside a region, or the map itself where there is none. */
export function insideValues(
  map: Float32Array,
  region: Pick<RegionOfInterest, 'pixels'> | undefined,
): Float32Array {
  return region ? map.filter((_, pixel) => region.pixels[pixel] !== 0) : map;
}

/** The values of an image's patches that are inside, or all where there is no region. */
export function insideOf(
  values: Float32Array,
  region: Pick<RegionOfInterest, 'patches'> | undefined,
): Float32Array {
  return region ? values.filter((_, patch) => region.patches[patch] !== 0) : values;
}

/** How many patches of an image of a class are looked at. */
export function patchesInside(region: RegionOfInterest | undefined, grid: Grid): number {
  return region ? region.positions.length : patchCount(grid);
}

/** The number of the patch that is the so-many-th inside. */
export function patchAt(region: RegionOfInterest | undefined, number: number): number {
  return region ? region.positions[number]! : number;
}

/** Share of the map that is inside, 0 .. 1. */
export function shareInside({ pixels }: Pick<RegionOfInterest, 'pixels'>): number {
  return pixels.reduce((sum, inside) => sum + inside, 0) / pixels.length;
}

/**
 * How many of a region's highest pixels make its score: the same share as of the whole map's, at least one.
 * @param top - of the whole map's
 * @param perMap - pixels of the map
 */
export function topInside({ pixels }: Pick<RegionOfInterest, 'pixels'>, top: number, perMap: number): number {
  const inside = pixels.reduce((sum, each) => sum + each, 0);
  return Math.max(1, Math.round((top * inside) / perMap));
}

/** The region as a mask of the anomaly map. */
export function maskOfRegion(
  region: Pick<RegionOfInterest, 'pixels'> | undefined,
  { width, height }: ImageSize,
): Mask | undefined {
  return region && { width, height, data: region.pixels };
}

/**
 * Where an anomaly is drawn: on the foreground inside the region, or on all of the region where that is nothing.
 * @param part - the foreground, where it is told
 * @param options - of the synthesis
 * @returns the place, and the options that keep to it where there is a region
 */
export function drawnWithin<Options extends { readonly foreground?: boolean | undefined }>(
  part: Mask | undefined,
  region: Mask | undefined,
  options: Options,
): { readonly foreground: Mask | undefined; readonly options: Options } {
  if (!region?.data.includes(1)) return { foreground: part, options };
  const data = part && region.data.map((inside, pixel) => inside & part.data[pixel]!);
  const foreground = data?.includes(1) ? { ...region, data } : region;
  return { foreground, options: { ...options, foreground: true } };
}

/** What else a key of what is learnt has where there are regions; nothing where there are none, so that what was made before keeps its key. */
export function regionKey(regions: Regions | undefined): string[] {
  if (!regions) return [];
  const text = regions.ofClasses.map(
    (region) => region && (region.follows ? [regionRuns(region), region.follows] : regionRuns(region)),
  );
  return [JSON.stringify(text)];
}

/** All of the image, as a region. */
export function wholeRegion({ width, height }: ImageSize, grid: Grid): RegionOfInterest {
  return regionOfInterest({ width, height, data: new Uint8Array(width * height).fill(1) }, grid);
}
