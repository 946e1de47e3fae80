/** @file The constants of a detector's graph that hold the regions of interest of its classes (roi-graph.ts), written and read. Small: a byte a pixel of the map and a class. */
import { constantOf, dimsOf, float32Constant, float32Values, int64Values } from '../../graph/constants.ts';
import type { ModelProto } from '../../graph/index.ts';
import type { TensorProto } from '../../graph/onnx.ts';
import { dtypeCode } from '../../graph/tensor.ts';
import type { Grid } from '../../image/geometry.ts';
import type { ImageSize } from '../../image/limits.ts';
import { type ClassRegions, regionOfInterest, topInside } from '../../image/roi/region-of-interest.ts';
import { constantNamed, withConstants } from '../bank-entries.ts';
import { wholeNames } from '../heat/whole-scores.ts';
import { namedIn } from './named-constants.ts';
import { partNumbers, partOfRow, partRow } from './part-graph.ts';
import { votingInside } from './voters.ts';

/** Names of the constants. */
export const roiNames = {
  /** Which patches are inside, uint8 [classes, patches]. */
  patches: 'roi_patches',
  /** Which patches of those that vote tell the class, uint8 [classes, voters] (voters.ts). */
  votes: 'roi_votes',
  /** Which pixels of the map are, uint8 [classes, height, width]. */
  pixels: 'roi_pixels',
  /** Whether all of the image is, uint8 [classes]: such a class has the numbers that it would have without regions, to the last bit. */
  whole: 'roi_whole',
  /** How many of the highest pixels make the image's score, float32 [classes]; where it is several. */
  top: 'roi_top',
  /** Numbers from 0 to as many as make it where all of the image counts, float32 [1, most]; likewise. */
  ranks: 'roi_ranks',
  /** Whether the region follows the part, uint8 [classes]; this and the rest only where some class's does. */
  follows: 'roi_follows',
  /** What finds it, float32 [classes, partNumbers]. */
  part: 'roi_part',
} as const;

/** Names of the matrices of detector/heat/anomaly-map.ts. */
const [mapRows, mapColumns] = ['map_rows', 'map_columns'];

/** Map and grid by a graph's matrices. @throws Error where it has none */
export function mapShape(model: ModelProto): { readonly size: ImageSize; readonly grid: Grid } {
  const down = constantNamed(model, mapRows!);
  if (!down) throw new Error('the graph makes no map of patches');
  const [height = 0, rows = 0] = dimsOf(down);
  const [width = 0, columns = 0] = dimsOf(constantNamed(model, mapColumns!) ?? down);
  const [wholeDown, wholeAcross] = [wholeNames.down, wholeNames.across].map((name) =>
    constantNamed(model, name),
  );
  const whole = wholeDown &&
    wholeAcross && { rows: dimsOf(wholeDown)[1] ?? 0, columns: dimsOf(wholeAcross)[1] ?? 0 };
  return { size: { width, height }, grid: { rows, columns, ...(whole && { whole }) } };
}

/** Whether a detector's graph has regions of interest. */
export function hasRegions(model: ModelProto): boolean {
  return constantNamed(model, roiNames.patches) !== undefined;
}

/** The model, whose graph has regions, with these. @param regions - of each class */
export function withRegionConstants(model: ModelProto, regions: ClassRegions): ModelProto {
  const changed = [...regionConstants(model, regions, topOf(model)), ...partConstants(regions)];
  return withConstants(model, changed);
}

/** Whether a detector's graph finds parts. */
export function findsParts(model: ModelProto): boolean {
  return constantNamed(model, roiNames.part) !== undefined;
}

/** What finds the parts of the classes whose region follows them. */
export function partConstants(regions: ClassRegions): TensorProto[] {
  const count = regions.length;
  const follows = Uint8Array.from(regions, (region) => (region?.follows ? 1 : 0));
  const rows = Float32Array.from(regions.flatMap((region) => partRow(region?.follows)));
  return [
    constantOf(roiNames.follows, dtypeCode.uint8, [count], follows),
    float32Constant(roiNames.part, [count, partNumbers], rows),
  ];
}

/** Highest pixels that make the score where all of the image counts; undefined where it is the highest alone, or not of the map. */
function topOf(model: ModelProto): number | undefined {
  const ranks = constantNamed(model, roiNames.ranks);
  return ranks && dimsOf(ranks)[1];
}

/** The constants of these regions. @param top - see `topOf` */
export function regionConstants(
  model: ModelProto,
  regions: ClassRegions,
  top: number | undefined,
): TensorProto[] {
  const { size, grid } = mapShape(model);
  const [perMap, perImage] = [size.width * size.height, grid.rows * grid.columns];
  const patches = new Uint8Array(regions.length * perImage).fill(1);
  const pixels = new Uint8Array(regions.length * perMap).fill(1);
  const voters = votersOf(model, perImage);
  const votes = new Uint8Array(regions.length * voters.length).fill(1);
  for (const [index, region] of regions.entries()) {
    if (!region) continue;
    patches.set(region.patches.subarray(0, perImage), index * perImage);
    pixels.set(region.pixels, index * perMap);
    votes.set(votingInside(region, grid, voters), index * voters.length);
  }
  const bytes = (name: string, dims: readonly number[], data: Uint8Array) =>
    constantOf(name, dtypeCode.uint8, dims, data);
  const count = regions.length;
  return [
    bytes(roiNames.patches, [count, perImage], patches),
    bytes(roiNames.votes, [count, voters.length], votes),
    bytes(roiNames.pixels, [count, size.height, size.width], pixels),
    bytes(
      roiNames.whole,
      [count],
      Uint8Array.from(regions, (region) => (region ? 0 : 1)),
    ),
    ...(top === undefined
      ? []
      : [
          float32Constant(
            roiNames.top,
            [count],
            Float32Array.from(regions, (region) => (region ? topInside(region, top, perMap) : top)),
          ),
          float32Constant(
            roiNames.ranks,
            [1, top],
            Float32Array.from({ length: top }, (_, rank) => rank),
          ),
        ]),
  ];
}

/** Numbers of the patches that vote: all, where the graph does not say. */
function votersOf(model: ModelProto, perImage: number): readonly number[] {
  const some = constantNamed(model, 'voters');
  return (some && int64Values(some)) ?? Array.from({ length: perImage }, (_, patch) => patch);
}

/** The regions in a detector's graph, class by class; undefined where it has none of any class. */
export function regionsIn(model: ModelProto): ClassRegions | undefined {
  const [whole, pixels] = [roiNames.whole, roiNames.pixels].map((name) => constantNamed(model, name));
  if (!whole?.rawData || !pixels?.rawData) return undefined;
  const { size, grid } = mapShape(model);
  const perMap = size.width * size.height;
  const all = Uint8Array.from(pixels.rawData);
  const follows = constantNamed(model, roiNames.follows)?.rawData;
  const parts = constantNamed(model, roiNames.part);
  const rows = parts && float32Values(parts);
  return Array.from(whole.rawData, (isWhole, index) => {
    if (isWhole === 1) return undefined;
    const data = all.slice(index * perMap, (index + 1) * perMap);
    const named = namedIn(model, index, { size, grid });
    const region = { ...regionOfInterest({ ...size, data }, grid), ...(named && { named }) };
    if (!rows || follows?.[index] !== 1) return region;
    const count = rows.length / whole.rawData!.length;
    return { ...region, follows: partOfRow(rows.subarray(index * count, (index + 1) * count)) };
  });
}
