/**
 * @file How the distances of a class's normal patches vary where a large input is seen in tiles: by how near the rim of the image they lie, and from image to image
 * (docs/decisions/0061-the-rim-and-the-level-of-tiles.md). Of a hundred thousand patches the few in the corners, of which the memory has few, would else
 * be the highest of every image; and an image that is a little farther from all of the memory than others would hide what is small in it.
 */
import { RunningMoments } from '../../core/moments.ts';
import { innerZone, rimZones } from '../../image/rim.ts';

/** Of one class. */
export interface RimSpread {
  /** Mean and standard deviation of the distances, by zone (image/rim.ts), [rimZones]. */
  readonly means: readonly number[];
  readonly deviations: readonly number[];
  /** The highest mean over an image of what is measured by them: as much of an image's own mean is taken off its patches, and what is above it stays. */
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
 * @param images - good images of the class, at least one
 * @param zones - of each patch, [patches]
 */
export function rimSpread(images: readonly ImageDistances[], zones: ArrayLike<number>): RimSpread {
  const values = Array.from({ length: rimZones }, (): number[] => []);
  const all = new RunningMoments();
  for (const image of images)
    for (const [patch, distance] of counted(image)) values[zones[patch]!]!.push(distance);
  const spreads = values.map((own) => {
    const moments = new RunningMoments();
    const typed = Float32Array.from(own);
    moments.add(typed);
    all.add(typed);
    return own.length < fewest ? undefined : moments.spread();
  });
  const inner = spreads[innerZone] ?? all.spread();
  // A rim is forgiven more, never less: what is quiet there, as an empty belt is, would else make much of little.
  const means = spreads.map((own) => Math.max(own?.mean ?? inner.mean, inner.mean));
  const deviations = spreads.map((own) => Math.max(own?.deviation ?? inner.deviation, inner.deviation));
  const levels = images.map((image) => {
    let [sum, count] = [0, 0];
    for (const [patch, distance] of counted(image)) {
      const zone = zones[patch]!;
      sum += (distance - means[zone]!) / deviations[zone]!;
      count++;
    }
    return count === 0 ? 0 : sum / count;
  });
  return { means, deviations, level: Math.max(...levels) };
}

/** The patches that count. */
function* counted({
  distances,
  inside,
}: ImageDistances): Generator<readonly [patch: number, distance: number]> {
  for (const [patch, distance] of distances.entries()) if (inside?.[patch] !== 0) yield [patch, distance];
}
