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
 * const texture = proceduralTexture(photograph, new Random(seed, 'texture', index));
 * const anomaly = synthesizeLocalAnomaly(photograph, texture, foreground, new Random(seed, 'local', index));
 */
import { CladError } from '../core/errors.ts';
import type { Random } from '../core/random.ts';
import { type Grid, mapPatches } from '../image/geometry.ts';
import type { ImageSize } from '../image/limits.ts';
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
   * Patches of the image, along each side at most as many as it has pixels.
   * @default 28 x 28
   */
  readonly grid: Grid;
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
  grid: { rows: 28, columns: 28 },
  maxScaleExponent: perlinDefaults.maxScaleExponent,
  augmentations: 3,
  foreground: true,
  blend: true,
};

/** A photograph with a made-up defect, and the truth about it. */
export interface LocalAnomaly {
  /** x+, as large as the photograph. */
  readonly image: RgbImage;
  /** m of Eq. 2, as large; never empty. */
  readonly mask: Mask;
  /** x'', the augmented texture, as large. */
  readonly texture: RgbImage;
  /** b of Eq. 3: the share of the photograph that shows through. */
  readonly beta: number;
  /** Share of each patch's pixels inside the mask, 0 .. 1; one value a patch, row by row. */
  readonly coverage: Float32Array;
}

/** Draws before the fallback; a single Perlin mask meets a screw, a seventh of its image, five times in six. */
const tries = 40;

/**
 * Makes one local anomaly. The same arguments and state of `random` give the same pixels.
 *
 * Should 40 masks in a row be empty, which happens on tiny foregrounds, the mask is the foreground within four
 * patches down and across around a random pixel of it.
 * @param image - at least as many pixels as patches
 * @param texture - any size; scaled to cover the image, and a random part cut out
 * @param foreground - as large as the image; undefined, or without a pixel inside, where the whole image is meant
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
  requirePixels(image, settings.grid);
  if (foreground) requireSameSize('foreground', foreground, image);
  const usable = settings.foreground && foreground?.data.includes(1) ? foreground : undefined;
  const { mask, coverage } = drawMask(image, usable, random, settings);
  const fitted = fitTexture(texture, image, random);
  const augmented = augmentTexture(fitted, random, settings.augmentations);
  const beta = settings.blend ? drawBeta(random, settings) : 0;
  return { image: fuse(image, augmented, mask, beta), mask, texture: augmented, beta, coverage };
}

/**
 * Share of each patch's pixels that are inside a mask. Patches divide the image evenly; where its sides are no multiples of theirs, a
 * pixel belongs to the patch that its near edge lies in.
 * @returns one value a patch of the map, 0 .. 1, row by row
 */
export function patchCoverage({ width, height, data }: Mask, grid: Grid): Float32Array {
  const inside = new Float32Array(mapPatches(grid));
  const area = new Float32Array(mapPatches(grid));
  const columnOf = placesOf(width, grid.columns);
  const rowOf = placesOf(height, grid.rows);
  for (let row = 0, at = 0; row < height; row++) {
    const first = rowOf[row]! * grid.columns;
    for (let column = 0; column < width; column++, at++) {
      const patch = first + columnOf[column]!;
      area[patch]!++;
      if (data[at] !== 0) inside[patch]!++;
    }
  }
  return inside.map((count, patch) => count / area[patch]!);
}

/** Along one side: which patch each pixel belongs to. */
function placesOf(pixels: number, patches: number): Uint16Array {
  return Uint16Array.from({ length: pixels }, (_, pixel) => Math.floor((pixel * patches) / pixels));
}

interface Drawn {
  readonly mask: Mask;
  readonly coverage: Float32Array;
}

function drawMask(
  size: ImageSize,
  foreground: Mask | undefined,
  random: Random,
  options: LocalAnomalyOptions,
): Drawn {
  for (let attempt = 0; attempt < tries; attempt++) {
    const mask = combinedMask(size, foreground, random, options);
    const coverage = patchCoverage(mask, options.grid);
    if (coverage.some((share) => share > 0)) return { mask, coverage };
  }
  const mask = fallbackMask(size, foreground, random, options.grid);
  return { mask, coverage: patchCoverage(mask, options.grid) };
}

/** Eq. 2. */
function combinedMask(
  size: ImageSize,
  foreground: Mask | undefined,
  random: Random,
  { alpha, maxScaleExponent }: LocalAnomalyOptions,
): Mask {
  const mask = perlinMask(size, random, { maxScaleExponent });
  const { data } = mask;
  const p = random.uniform();
  if (p < 2 * alpha) {
    const second = perlinMask(size, random, { maxScaleExponent }).data;
    if (p < alpha) for (let at = 0; at < data.length; at++) data[at]! &= second[at]!;
    else for (let at = 0; at < data.length; at++) data[at]! |= second[at]!;
  }
  if (foreground) for (let at = 0; at < data.length; at++) data[at]! &= foreground.data[at]!;
  return mask;
}

/** The foreground within two patches around one of its pixels. */
function fallbackMask(
  { width, height }: ImageSize,
  foreground: Mask | undefined,
  random: Random,
  grid: Grid,
): Mask {
  const inside = foreground ? foreground.data : new Uint8Array(width * height).fill(1);
  const places: number[] = [];
  for (let at = 0; at < inside.length; at++) if (inside[at] !== 0) places.push(at);
  const centre = random.pick(places);
  const [middleRow, middleColumn] = [Math.floor(centre / width), centre % width];
  const data = new Uint8Array(width * height);
  const down = 2 * Math.ceil(height / grid.rows);
  const across = 2 * Math.ceil(width / grid.columns);
  const right = Math.min(width, middleColumn + across);
  for (let row = Math.max(0, middleRow - down); row < Math.min(height, middleRow + down); row++) {
    for (let column = Math.max(0, middleColumn - across); column < right; column++)
      data[row * width + column] = inside[row * width + column]!;
  }
  return { width, height, data };
}

function requireOptions(options: LocalAnomalyOptions): void {
  const { rows, columns } = options.grid;
  const numbers = { ...options, 'grid.rows': rows, 'grid.columns': columns };
  const within = (option: keyof typeof numbers, low: number, high: number, whole = false) => {
    const value = Number(numbers[option]);
    if (value >= low && value <= high && (!whole || Number.isInteger(value))) return;
    const expected = `${whole ? 'a whole number' : 'a number'} from ${low} to ${high}`;
    throw new CladError('OPTION_INVALID', { option, expected, actual: value });
  };
  within('alpha', 0, 0.5);
  within('grid.rows', 1, 65_535, true);
  within('grid.columns', 1, 65_535, true);
  within('maxScaleExponent', 0, 10, true);
  within('augmentations', 0, augmentations.length, true);
  within('betaDeviation', 0, 10);
  within('betaLow', 0, 1);
  within('betaHigh', options.betaLow, 1);
  within('betaMean', 0, 1);
}

function requirePixels({ width, height }: RgbImage, { rows, columns }: Grid): void {
  if (width >= columns && height >= rows) return;
  throw new CladError('OPTION_INVALID', {
    option: 'image',
    expected: `at least a pixel a patch, ${columns} x ${rows}`,
    actual: `${width} x ${height}`,
  });
}
