/**
 * @file Where the part is in a photograph (mf of CLAD Eq. 2, which the paper does not define), and whether a class's
 * estimates can be trusted.
 *
 * The background is what is connected to the image's border and looks like it: distance, in smoothed OKLab, to the
 * border's median colour, cut where Otsu's criterion splits the distances best. Gaps and specks go by morphology.
 * That is right for parts laid on a plain ground and meaningless on a surface that fills the image, so a class
 * uses it only if its images agree (`foregroundIsStable`); otherwise the whole image is foreground.
 *
 * Limits: a hole that shows the ground counts as part; so does a dark shadow beside it. Both only let a few synthetic
 * anomalies reach the ground next to the part.
 */
import { quantile } from '../core/arrays.ts';
import type { Mask, RgbImage } from '../image/rgb.ts';
import { close, connectedToBorder, grow, invert, open, withoutSmallParts } from './morphology.ts';
import { type LabImage, smooth, toOklab } from './oklab.ts';

/** One image's foreground, and what tells whether there is one. Distances are in hundredths of OKLab's unit. */
export interface ForegroundEstimate {
  /** Of the image's size; 1 where the part is. */
  readonly mask: Mask;
  /** Share of the image that is foreground, 0 .. 1. */
  readonly fraction: number;
  /** Share of the border's frame that is like the background, 0 .. 1. */
  readonly borderBackground: number;
  /** Distance to the border's median within which three quarters of the frame lie. */
  readonly borderSpread: number;
  /** Mean distance of the foreground to the border's median; 0 without a foreground. */
  readonly contrast: number;
  /** Share of the distances' variance that the split explains, 0 .. 1: an even spread gives 0.75, two levels 1. */
  readonly separation: number;
}

/** Whether a class's foregrounds are used, and why. */
export interface ForegroundDecision {
  readonly accepted: boolean;
  /** A clause for people, with the number that decided. */
  readonly reason: string;
}

/** Estimates the foreground of one image of any size; about 20 ms at 224 x 224. */
export function estimateForeground(image: RgbImage): ForegroundEstimate {
  const { width, height } = image;
  const shorter = Math.min(width, height);
  const frame = framePixels(width, height, Math.max(1, Math.round(shorter / 56)));
  const distance = distanceToBorder(image, frame, Math.max(1, Math.round(shorter / 224)));
  const { threshold, separation } = otsu(distance);
  const like = new Uint8Array(distance.length);
  for (let at = 0; at < like.length; at++) like[at] = distance[at]! <= threshold ? 1 : 0;
  const rough = invert(connectedToBorder({ width, height, data: like }));
  const reach = Math.max(1, Math.round(shorter / 112));
  const tidy = withoutSmallParts(open(close(rough, reach), reach), 0.1);
  // The smoothing has drawn the part's own edge out; one pixel more keeps all of it inside.
  const mask = grow(tidy, 1);
  let [inside, sum] = [0, 0];
  for (let at = 0; at < distance.length; at++) {
    inside += mask.data[at]!;
    sum += mask.data[at]! * distance[at]!;
  }
  const border = frame.map((at) => distance[at]!);
  return {
    mask,
    fraction: inside / distance.length,
    borderBackground: border.filter((value) => value <= threshold).length / border.length,
    borderSpread: quantile(border, 0.75),
    contrast: inside === 0 ? 0 : sum / inside,
    separation,
  };
}

/** What a class has to show; measured on plain-ground parts (all far inside) and on surfaces (all far outside). */
const demands = {
  /** Images, below which nothing can be called stable. */
  images: 3,
  /** Of the frame, in nine of ten images: a part may leave the image on a short stretch, like a handle. */
  borderBackground: 0.85,
  /** Spread of the border's colours against the part's distance from it. */
  borderSpread: 0.25,
  /** Hundredths of OKLab's unit; about 2 can just be seen. */
  contrast: 5,
  /** What distances without any gap between two groups reach. */
  separation: 0.75,
  smallest: 0.005,
  largest: 0.95,
  /** Range of nine of ten fractions over their median. */
  fractionRange: 0.6,
} as const;

/**
 * Decides for a class from its images' estimates.
 * @param estimates - of images of good parts, spread over the class; 10 to 30 are enough
 */
export function foregroundIsStable(
  estimates: readonly Omit<ForegroundEstimate, 'mask'>[],
): ForegroundDecision {
  const refused = (reason: string): ForegroundDecision => ({ accepted: false, reason });
  const over = (rank: number, value: (estimate: Omit<ForegroundEstimate, 'mask'>) => number) =>
    quantile(estimates.map(value), rank);
  if (estimates.length < demands.images)
    return refused(`too few images to tell (${estimates.length} of at least ${demands.images})`);
  const background = over(0.1, ({ borderBackground }) => borderBackground);
  if (background < demands.borderBackground)
    return refused(`the border is not all background (only ${percent(background)} of it)`);
  const spread = over(0.9, ({ borderSpread, contrast }) => borderSpread / Math.max(contrast, 1e-6));
  if (spread > demands.borderSpread)
    return refused(`the background is not uniform (it varies by ${percent(spread)} of the part's contrast)`);
  const contrast = over(0.1, (estimate) => estimate.contrast);
  if (contrast < demands.contrast)
    return refused(`the part hardly differs from the border (distance ${contrast.toFixed(1)})`);
  const separation = over(0.5, (estimate) => estimate.separation);
  if (separation < demands.separation)
    return refused(`part and background do not separate (${percent(separation)} of the variance explained)`);
  const fraction = over(0.5, (estimate) => estimate.fraction);
  if (fraction < demands.smallest || fraction > demands.largest)
    return refused(`the part would cover ${percent(fraction)} of the image`);
  const range = over(0.95, (estimate) => estimate.fraction) - over(0.05, (estimate) => estimate.fraction);
  if (range > demands.fractionRange * fraction)
    return refused(`the part's size is not stable (median ${percent(fraction)}, range ${percent(range)})`);
  return {
    accepted: true,
    reason: `plain background, part covers ${percent(fraction)} +- ${percent(range / 2)}`,
  };
}

/** Every pixel's distance to the frame's median colour, after smoothing. */
function distanceToBorder(image: RgbImage, frame: readonly number[], radius: number): Float32Array {
  const { width, height, planes }: LabImage = toOklab(image);
  const [lightness, greenRed, blueYellow] = planes.map((plane) => smooth(plane, width, height, radius)) as [
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  const centre = (plane: Float32Array) =>
    quantile(
      frame.map((at) => plane[at]!),
      0.5,
    );
  const [centreL, centreA, centreB] = [centre(lightness), centre(greenRed), centre(blueYellow)];
  const distance = new Float32Array(width * height);
  for (let at = 0; at < distance.length; at++) {
    const l = lightness[at]! - centreL;
    const a = greenRed[at]! - centreA;
    const b = blueYellow[at]! - centreB;
    distance[at] = Math.sqrt(l * l + a * a + b * b);
  }
  return distance;
}

/** Places of the pixels at most `thickness` from the edge. */
function framePixels(width: number, height: number, thickness: number): number[] {
  const places: number[] = [];
  for (let row = 0; row < height; row++) {
    const whole = row < thickness || row >= height - thickness;
    for (let column = 0; column < width; column++) {
      // Between the frame's two sides there is nothing to take.
      if (!whole && column === thickness) column = Math.max(column, width - thickness);
      places.push(row * width + column);
    }
  }
  return places;
}

/**
 * Otsu's split of a histogram of 256 bins from 0 to the largest value (IEEE Trans. SMC 9(1), 1979): the one with the
 * largest variance between the two groups.
 * @param values - 0 or above
 */
function otsu(values: Float32Array): { readonly threshold: number; readonly separation: number } {
  const highest = values.reduce((most, value) => Math.max(most, value), 0);
  if (highest === 0) return { threshold: 0, separation: 0 };
  const histogram = new Uint32Array(256);
  for (let at = 0; at < values.length; at++)
    histogram[Math.min(255, Math.floor((values[at]! / highest) * 256))]!++;
  let [mean, square] = [0, 0];
  for (let bin = 0; bin < 256; bin++) {
    mean += (histogram[bin]! * bin) / values.length;
    square += (histogram[bin]! * bin * bin) / values.length;
  }
  let [share, sum, between, last] = [0, 0, 0, 0];
  for (let bin = 0; bin < 255; bin++) {
    share += histogram[bin]! / values.length;
    sum += (histogram[bin]! * bin) / values.length;
    if (histogram[bin] === 0 || share >= 1) continue;
    const gained = (mean * share - sum) ** 2 / (share * (1 - share));
    if (gained > between) [between, last] = [gained, bin];
  }
  const variance = square - mean * mean;
  return {
    threshold: ((last + 1) / 256) * highest,
    separation: variance > 1e-9 ? Math.min(1, between / variance) : 0,
  };
}

function percent(share: number): string {
  return `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`;
}
