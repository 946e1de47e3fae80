/**
 * @file Defects of a known size and contrast, for asking what a detector still finds: a blob or a scratch of a foreign texture. Unlike a local anomaly of the training
 * (local-anomaly.ts) it is as good as one piece of exactly so many pixels, and as far from what it lies on as is asked, so that products can be compared.
 *
 * Contrast is the root mean square difference in grey values between what was there and what is, over pixels and channels: a texture t is laid on a photograph x
 * with the share w = contrast / rms(t - x), or whole where it differs by less than that.
 */
import type { Random } from '../core/random.ts';
import type { ImageSize } from '../image/limits.ts';
import type { Mask, RgbImage } from '../image/rgb.ts';

/** Where a defect is, and how much of each pixel it covers. */
export interface DefectShape {
  /** Pixels, from the upper left, row by row. */
  readonly places: Uint32Array;
  /** Of each place, 0..1: less than 1 along the rim, as a lens draws it. */
  readonly cover: Float32Array;
}

/** A defect is at most so many times as long as wide. */
const longest = 4;
/** And at least about so many pixels wide, so that it does not fall to pieces. */
const thinnest = 2.5;
/** Waves along the rim, and how high each is as a share of the radius. */
const waves = 5;
const waveHeight = 0.18;

/**
 * Draws the shape of a defect around a place: round to four times as long as wide, turned anyhow, its rim uneven. Of what it would cover only what is allowed is taken,
 * and as much more around it.
 * @param diameter - of the disc of the same area, pixels; at least 1
 * @param allowed - with at least one pixel inside
 */
export function drawShape(
  { width, height }: ImageSize,
  diameter: number,
  allowed: Mask | undefined,
  random: Random,
): DefectShape {
  const centre = placeInside({ width, height }, allowed, random);
  const [middleX, middleY] = [centre % width, Math.floor(centre / width)];
  const stretch = Math.sqrt(Math.min(longest ** random.uniform(), Math.max(1, (diameter / thinnest) ** 2)));
  const angle = random.uniform(0, Math.PI);
  const [cosine, sine] = [Math.cos(angle), Math.sin(angle)];
  const phases = Array.from({ length: waves }, () => random.uniform(0, 2 * Math.PI));
  const heights = phases.map(() => random.uniform(0, waveHeight));
  const rim = (around: number) =>
    heights.reduce((sum, high, wave) => sum + high * Math.cos((wave + 1) * around + phases[wave]!), 1);
  /** How far out a pixel is, the rim being at the same value all around. */
  const outness = (x: number, y: number) => {
    const along = (cosine * (x - middleX) + sine * (y - middleY)) / stretch;
    const across = (cosine * (y - middleY) - sine * (x - middleX)) * stretch;
    return Math.hypot(along, across) / Math.max(0.2, rim(Math.atan2(across, along)));
  };
  const wanted = Math.max(1, Math.round((Math.PI / 4) * diameter ** 2));
  // A rim may be cut off on one side; more than this far out nothing is needed unless hardly anything is allowed.
  const reach = Math.ceil(2 * longest * diameter) + 2;
  const near: { place: number; out: number }[] = [];
  for (let y = Math.max(0, middleY - reach); y < Math.min(height, middleY + reach + 1); y++)
    for (let x = Math.max(0, middleX - reach); x < Math.min(width, middleX + reach + 1); x++) {
      const place = y * width + x;
      if (allowed?.data[place] !== 0) near.push({ place, out: outness(x, y) });
    }
  const taken = near.sort((a, b) => a.out - b.out || a.place - b.place).slice(0, wanted);
  return softened(
    { width, height },
    taken.map(({ place }) => place),
  );
}

function placeInside({ width, height }: ImageSize, allowed: Mask | undefined, random: Random): number {
  if (!allowed) return random.integer(width * height);
  let count = 0;
  for (const inside of allowed.data) if (inside !== 0) count++;
  let left = random.integer(count);
  return allowed.data.findIndex((inside) => inside !== 0 && left-- === 0);
}

/** The shape with a rim that is one pixel soft: what the mean over 3 x 3 pixels leaves of it. */
function softened({ width, height }: ImageSize, places: readonly number[]): DefectShape {
  const inside = new Set(places);
  const cover = places.map((place) => {
    const [x, y] = [place % width, Math.floor(place / width)];
    let [count, of] = [0, 0];
    for (let row = Math.max(0, y - 1); row < Math.min(height, y + 2); row++)
      for (let column = Math.max(0, x - 1); column < Math.min(width, x + 2); column++) {
        of++;
        if (inside.has(row * width + column)) count++;
      }
    return count / of;
  });
  return { places: Uint32Array.from(places), cover: Float32Array.from(cover) };
}

/**
 * How far a texture is from what lies under a shape: root mean square of the differences, grey values.
 * @param texture - as large as the image
 */
export function differenceUnder(image: RgbImage, texture: RgbImage, { places, cover }: DefectShape): number {
  let [sum, of] = [0, 0];
  for (const [index, place] of places.entries()) {
    const share = cover[index]! ** 2;
    for (let channel = 0; channel < 3; channel++)
      sum += share * (texture.data[3 * place + channel]! - image.data[3 * place + channel]!) ** 2;
    of += 3 * share;
  }
  return Math.sqrt(sum / of);
}

/**
 * Lays a texture on an image.
 * @param texture - as large as the image
 * @param contrast - wanted, grey values
 * @returns the image, and the contrast that it has: a lower one where the texture differs by less
 */
export function withDefect(
  image: RgbImage,
  texture: RgbImage,
  shape: DefectShape,
  contrast: number,
): { readonly image: RgbImage; readonly contrast: number } {
  const difference = differenceUnder(image, texture, shape);
  const share = difference <= contrast ? 1 : contrast / difference;
  const data = image.data.slice();
  for (const [index, place] of shape.places.entries()) {
    const weight = share * shape.cover[index]!;
    for (let at = 3 * place; at < 3 * place + 3; at++)
      data[at] = image.data[at]! + weight * (texture.data[at]! - image.data[at]!) + 0.5;
  }
  return { image: { width: image.width, height: image.height, data }, contrast: share * difference };
}
