/**
 * @file How the distances of a class's normal patches vary where a large input is seen in tiles: by how near the rim of the image they lie, and from image to image
 * (docs/decisions/0061-the-rim-and-the-level-of-tiles.md). Of a hundred thousand patches the few in the corners, of which the memory has few, would else
 * be the highest of every image; and an image that is a little farther from all of the memory than others would hide what is small in it.
 */
import { RunningMoments } from '../../core/moments.ts';
import { type Grid, mapPatches } from '../../image/geometry.ts';
import { innerZone, rimZones } from '../../image/rim.ts';
import { localLevels } from './local-level.ts';

/** Of one class. */
export interface RimSpread {
  /** Mean and standard deviation of the distances, by zone (image/rim.ts), [rimZones]. */
  readonly means: readonly number[];
  readonly deviations: readonly number[];
  /**
   * The highest mean of an image of what is measured by them; where the whole is seen beside, the highest level around a patch (local-level.ts). As much of
   * its own is taken off an image's patches, and what is above it stays.
   */
  readonly level: number;
}

/** Distances of the patches of one good image, its own entries left out. */
export interface ImageDistances {
  /** [patches] */
  readonly distances: Float32Array;
  /** Which of them count, [patches], 1 or 0; all where absent. */
  readonly inside?: Uint8Array | undefined;
}

/** Fewer values of a zone tell nothing. */
const fewest = 12;

/**
 * How high good images reach by the whole, of what they reach by the tiles: more adds its noise to what tiles tell, less hides what the whole alone tells
 * (docs/decisions/0069-the-whole-beside-tiles.md).
 */
const reachOfWhole = 0.6;

/** What of an image is measured. */
export interface SeenPatches {
  /** Of each patch, [patches] (image/rim.ts). */
  readonly zones: ArrayLike<number>;
  readonly grid: Grid;
  /** Share of the highest patches that makes an image's score. */
  readonly topShare: number;
}

/** @param all - good images of the class, at least one */
export function rimSpread(all: readonly ImageDistances[], seen: SeenPatches): RimSpread {
  const { zones, grid } = seen;
  const found = (grid.whole ? [0, 1] : [0]).map((block) => zonesSpread(all, zones, block * rimZones));
  const means = found.flatMap((each) => each.means);
  const deviations = found.flatMap((each) => each.deviations);
  const measure = (distance: number, patch: number) =>
    (distance - means[zones[patch]!]!) / deviations[zones[patch]!]!;
  if (!grid.whole) {
    const levels = all.map((image) => {
      let [sum, count] = [0, 0];
      for (const [patch, distance] of counted(image)) {
        sum += measure(distance, patch);
        count++;
      }
      return count === 0 ? 0 : sum / count;
    });
    return { means, deviations, level: Math.max(...levels) };
  }
  const fine = mapPatches(grid);
  // Of an image in which no part was found, or none within the region, no tile is inside.
  const images = all.filter(({ inside }) => inside?.subarray(0, fine).includes(1) !== false);
  const measured = images.map(({ distances, inside }) => ({ inside, scores: distances.map(measure) }));
  const ofTiles = measured.map(({ scores, inside }) => {
    const own = scores.subarray(0, fine);
    const isInside = (_: number, patch: number) => inside?.[patch] !== 0;
    const around = localLevels(own, grid, inside).filter(isInside);
    return { around, scores: own.filter(isInside) };
  });
  const level = ofTiles.reduce(
    (most, { around }) => around.reduce((each, value) => Math.max(each, value), most),
    ofTiles.length === 0 ? 0 : Number.NEGATIVE_INFINITY,
  );
  const [high, highOfWhole] = [
    ofTiles.map(({ scores, around }) =>
      peak(
        scores.map((score, at) => score - Math.min(around[at]!, level)),
        seen,
      ),
    ),
    measured.map(({ scores }) => peak(scores.subarray(fine), seen)),
  ].map(mean);
  const ratio = highOfWhole! / (high! * reachOfWhole);
  const scale = Number.isFinite(ratio) && ratio > 0 ? ratio : 1;
  return { means, deviations: deviations.map((own, zone) => (zone < rimZones ? own : own * scale)), level };
}

/** Means and deviations of the zones of one of the grids, whose numbers begin at `first`. */
function zonesSpread(images: readonly ImageDistances[], zones: ArrayLike<number>, first: number) {
  const values = Array.from({ length: rimZones }, (): number[] => []);
  const all = new RunningMoments();
  for (const image of images)
    for (const [patch, distance] of counted(image)) values[zones[patch]! - first]?.push(distance);
  const spreads = values.map((own) => {
    const moments = new RunningMoments();
    const typed = Float32Array.from(own);
    moments.add(typed);
    all.add(typed);
    return own.length < fewest ? undefined : moments.spread();
  });
  const inner = spreads[innerZone] ?? all.spread();
  // A rim is forgiven more, never less: what is quiet there, as an empty belt is, would else make much of little.
  return {
    means: spreads.map((own) => Math.max(own?.mean ?? inner.mean, inner.mean)),
    deviations: spreads.map((own) => Math.max(own?.deviation ?? inner.deviation, inner.deviation)),
  };
}

/** The mean of an image's highest patches, as its score is one. */
function peak(scores: Float32Array, { topShare }: SeenPatches): number {
  const count = Math.max(1, Math.round(topShare * scores.length));
  return mean([...scores.slice().sort().slice(-count)]);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The patches that count. */
function* counted({
  distances,
  inside,
}: ImageDistances): Generator<readonly [patch: number, distance: number]> {
  for (const [patch, distance] of distances.entries()) if (inside?.[patch] !== 0) yield [patch, distance];
}
