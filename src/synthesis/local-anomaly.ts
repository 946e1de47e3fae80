/**
 * @file Local anomalies at image level (CLAD 3.2): a foreign texture, blended into a good part in the shape of Perlin
 * noise. Eq. 2 makes the mask from two Perlin masks m1, m2 and the foreground mf, by p ~ U(0, 1):
 *
 *     p <= alpha:              (m1 AND m2) AND mf
 *     alpha < p <= 2 alpha:    (m1 OR m2) AND mf
 *     otherwise:                m1 AND mf
 *
 * and Eq. 3 (`fuse`) blends. A mask that covers no patch is drawn again, as GLASS does.
 *
 * @example
 * const { mask: foreground } = estimateForeground(photograph);
 * const texture = proceduralTexture(256, new Random(seed, 'texture', index));
 * const anomaly = synthesizeLocalAnomaly(photograph, texture, foreground, new Random(seed, 'local', index));
 */
import { CladError } from '../core/errors.ts';
import type { Random } from '../core/random.ts';
import type { Mask, RgbImage } from '../image/rgb.ts';
import { augmentations, augmentTexture } from './augment.ts';
import { fitTexture } from './fit-texture.ts';
import { type BetaOptions, betaDefaults, drawBeta, fuse, requireSameSize } from './fuse.ts';
import { perlinDefaults, perlinMask } from './perlin.ts';

/** How local anomalies are made. */
export interface LocalAnomalyOptions extends BetaOptions {
  /**
   * Probability of the intersection of two masks, and of their union, in Eq. 2; 0 .. 0.5. At 0 a mask is always one
   * Perlin mask.
   * @default 1 / 3
   */
  readonly alpha: number;
  /**
   * Patches along one side of the image, at most as many as it has pixels.
   * @default 28
   */
  readonly gridSide: number;
  /**
   * Perlin cells along an axis are at most 2 to the power of this: larger gives finer shapes.
   * @default 5
   */
  readonly maxScaleExponent: number;
  /**
   * Augmentations of the texture, drawn from nine without replacement; 0 leaves it as it is.
   * @default 3
   */
  readonly augmentations: number;
  /**
   * Whether anomalies keep to the foreground, where one is given.
   * @default true
   */
  readonly foreground: boolean;
  /**
   * Whether the texture is blended (Eq. 3); otherwise it is laid on opaque, b = 0.
   * @default true
   */
  readonly blend: boolean;
}

/** The paper's values, and GLASS's where it gives none. */
const localAnomalyDefaults: LocalAnomalyOptions = {
  ...betaDefaults,
  alpha: 1 / 3,
  gridSide: 28,
  maxScaleExponent: perlinDefaults.maxScaleExponent,
  augmentations: 3,
  foreground: true,
  blend: true,
};

/** A photograph with a made-up defect, and the truth about it. */
export interface LocalAnomaly {
  /** x+, S x S. */
  readonly image: RgbImage;
  /** m of Eq. 2, S x S; never empty. */
  readonly mask: Mask;
  /** x'', the augmented texture, S x S. */
  readonly texture: RgbImage;
  /** b of Eq. 3: the share of the photograph that shows through. */
  readonly beta: number;
  /** Share of each patch's pixels inside the mask, 0 .. 1; `gridSide^2` values, row by row. */
  readonly coverage: Float32Array;
}

/** Draws before the fallback; a single Perlin mask meets a screw, a seventh of its image, five times in six. */
const tries = 40;

/**
 * Makes one local anomaly. The same arguments and state of `random` give the same pixels.
 *
 * Should 40 masks in a row be empty, which happens on tiny foregrounds, the mask is the foreground within a square
 * of four patches a side around a random pixel of it.
 * @param image - S x S
 * @param texture - any size; scaled to cover the image, and a random part cut out
 * @param foreground - S x S; undefined, or without a pixel inside, where the whole image is meant
 * @throws CladError `OPTION_INVALID`
 */
export function synthesizeLocalAnomaly(
  image: RgbImage,
  texture: RgbImage,
  foreground: Mask | undefined,
  random: Random,
  options: Partial<LocalAnomalyOptions> = {},
): LocalAnomaly {
  const settings = { ...localAnomalyDefaults, ...options };
  requireOptions(settings);
  requireSquare(image, settings.gridSide);
  if (foreground) requireSameSize('foreground', foreground, image);
  const usable = settings.foreground && foreground?.data.includes(1) ? foreground : undefined;
  const { mask, coverage } = drawMask(image.width, usable, random, settings);
  const fitted = fitTexture(texture, image.width, random);
  const augmented = augmentTexture(fitted, random, settings.augmentations);
  const beta = settings.blend ? drawBeta(random, settings) : 0;
  return { image: fuse(image, augmented, mask, beta), mask, texture: augmented, beta, coverage };
}

/**
 * Share of each patch's pixels that are inside a mask. Patches divide the image evenly; where its side is no multiple of theirs, a
 * pixel belongs to the patch that its near edge lies in.
 * @param mask - S x S
 * @param gridSide - patches along one side
 * @returns `gridSide^2` values, 0 .. 1, row by row
 */
export function patchCoverage({ width, data }: Mask, gridSide: number): Float32Array {
  const inside = new Float32Array(gridSide ** 2);
  const area = new Float32Array(gridSide ** 2);
  const patchOf = Uint16Array.from({ length: width }, (_, pixel) => Math.floor((pixel * gridSide) / width));
  for (let row = 0, at = 0; row < width; row++) {
    const first = patchOf[row]! * gridSide;
    for (let column = 0; column < width; column++, at++) {
      const patch = first + patchOf[column]!;
      area[patch]!++;
      if (data[at] !== 0) inside[patch]!++;
    }
  }
  return inside.map((count, patch) => count / area[patch]!);
}

interface Drawn {
  readonly mask: Mask;
  readonly coverage: Float32Array;
}

function drawMask(
  side: number,
  foreground: Mask | undefined,
  random: Random,
  options: LocalAnomalyOptions,
): Drawn {
  for (let attempt = 0; attempt < tries; attempt++) {
    const mask = combinedMask(side, foreground, random, options);
    const coverage = patchCoverage(mask, options.gridSide);
    if (coverage.some((share) => share > 0)) return { mask, coverage };
  }
  const mask = fallbackMask(side, foreground, random, Math.ceil(side / options.gridSide));
  return { mask, coverage: patchCoverage(mask, options.gridSide) };
}

/** Eq. 2. */
function combinedMask(
  side: number,
  foreground: Mask | undefined,
  random: Random,
  { alpha, maxScaleExponent }: LocalAnomalyOptions,
): Mask {
  const mask = perlinMask(side, random, { maxScaleExponent });
  const { data } = mask;
  const p = random.uniform();
  if (p < 2 * alpha) {
    const second = perlinMask(side, random, { maxScaleExponent }).data;
    if (p < alpha) for (let at = 0; at < data.length; at++) data[at]! &= second[at]!;
    else for (let at = 0; at < data.length; at++) data[at]! |= second[at]!;
  }
  if (foreground) for (let at = 0; at < data.length; at++) data[at]! &= foreground.data[at]!;
  return mask;
}

/** The foreground within a square around one of its pixels. */
function fallbackMask(side: number, foreground: Mask | undefined, random: Random, stride: number): Mask {
  const inside = foreground ? foreground.data : new Uint8Array(side * side).fill(1);
  const places: number[] = [];
  for (let at = 0; at < inside.length; at++) if (inside[at] !== 0) places.push(at);
  const centre = random.pick(places);
  const [middleRow, middleColumn] = [Math.floor(centre / side), centre % side];
  const data = new Uint8Array(side * side);
  const reach = 2 * stride;
  for (let row = Math.max(0, middleRow - reach); row < Math.min(side, middleRow + reach); row++) {
    for (
      let column = Math.max(0, middleColumn - reach);
      column < Math.min(side, middleColumn + reach);
      column++
    )
      data[row * side + column] = inside[row * side + column]!;
  }
  return { width: side, height: side, data };
}

function requireOptions(options: LocalAnomalyOptions): void {
  const within = (option: keyof LocalAnomalyOptions, low: number, high: number, whole = false) => {
    const value = Number(options[option]);
    if (value >= low && value <= high && (!whole || Number.isInteger(value))) return;
    const expected = `${whole ? 'a whole number' : 'a number'} from ${low} to ${high}`;
    throw new CladError('OPTION_INVALID', { option, expected, actual: value });
  };
  within('alpha', 0, 0.5);
  within('gridSide', 1, 1024, true);
  within('maxScaleExponent', 0, 10, true);
  within('augmentations', 0, augmentations.length, true);
  within('betaDeviation', 0, 10);
  within('betaLow', 0, 1);
  within('betaHigh', options.betaLow, 1);
  within('betaMean', 0, 1);
}

function requireSquare({ width, height }: RgbImage, gridSide: number): void {
  if (width === height && width >= gridSide) return;
  throw new CladError('OPTION_INVALID', {
    option: 'image',
    expected: `square, its side at least ${gridSide} pixels`,
    actual: `${width} x ${height}`,
  });
}
