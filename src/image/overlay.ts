/** @file An anomaly map laid over its photograph, and images side by side. Pure; the same in Node and the browser. */
import { CladError } from '../core/errors.ts';
import { type HeatScale, heatOf, paintOf, requireScale } from './heat-scale.ts';
import type { ImageSize } from './limits.ts';
import type { RgbImage } from './rgb.ts';

/** Outlines are this share of the shorter side wide, at least one pixel. */
const outlineShare = 1 / 400;
const outlineColour = [0, 255, 255] as const;

/**
 * Lays an anomaly map over a photograph; heat and opacity grow with the value.
 * @param map - `size.height * size.width` values, row by row, resized bilinearly to the image
 * @param inside - as `map`; what is positive is outlined in cyan
 * @throws CladError `OPTION_INVALID` when the map has another length, or the scale does not rise
 */
export function heatOverlay(
  image: RgbImage,
  map: Float32Array,
  size: ImageSize,
  scale: HeatScale,
  inside?: Float32Array,
): RgbImage {
  requireMap(map, size);
  requireScale(scale);
  const values = resizeBilinear(map, size, image);
  const data = Uint8Array.from(image.data);
  for (let index = 0; index < values.length; index++) {
    const heat = heatOf(values[index] as number, scale);
    if (heat === 0) continue;
    const { colour, opacity } = paintOf(heat);
    for (let channel = 0; channel < 3; channel++) {
      const at = index * 3 + channel;
      const under = data[at] as number;
      data[at] = Math.round(under + (colour[channel as 0 | 1 | 2] - under) * opacity);
    }
  }
  const overlay = { width: image.width, height: image.height, data };
  if (inside?.some((value) => value > 0)) {
    requireMap(inside, size);
    drawOutline(overlay, resizeBilinear(inside, size, image));
  }
  return overlay;
}

/** Colours the pixels inside that have one outside within the line's width, to any of the four sides. */
function drawOutline({ width, height, data }: RgbImage, values: Float32Array): void {
  const reach = Math.max(1, Math.round(Math.min(width, height) * outlineShare));
  const outside = (row: number, column: number) =>
    row >= 0 && row < height && column >= 0 && column < width && !(values[row * width + column]! > 0);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      if (outside(row, column)) continue;
      let edge = false;
      for (let step = 1; step <= reach && !edge; step++) {
        edge =
          outside(row - step, column) ||
          outside(row + step, column) ||
          outside(row, column - step) ||
          outside(row, column + step);
      }
      if (edge) data.set(outlineColour, (row * width + column) * 3);
    }
  }
}

/** Bilinear with half-pixel centres and clamped borders; not antialiased, since maps are seldom larger than images. */
function resizeBilinear(map: Float32Array, from: ImageSize, { width, height }: ImageSize) {
  const columns = neighbours(from.width, width);
  const rows = neighbours(from.height, height);
  const target = new Float32Array(width * height);
  for (let row = 0; row < height; row++) {
    const [upper, lower, downShare] = rows[row] as Neighbours;
    for (let column = 0; column < width; column++) {
      const [left, right, rightShare] = columns[column] as Neighbours;
      const at = (y: number, x: number) => map[y * from.width + x] as number;
      const above = at(upper, left) + (at(upper, right) - at(upper, left)) * rightShare;
      const below = at(lower, left) + (at(lower, right) - at(lower, left)) * rightShare;
      target[row * width + column] = above + (below - above) * downShare;
    }
  }
  return target;
}

type Neighbours = readonly [lower: number, upper: number, upperShare: number];

function neighbours(from: number, to: number): Neighbours[] {
  return Array.from({ length: to }, (_, index) => {
    const place = Math.min(from - 1, Math.max(0, ((index + 0.5) * from) / to - 0.5));
    const lower = Math.floor(place);
    return [lower, Math.min(from - 1, lower + 1), place - lower];
  });
}

/**
 * Images in a row, aligned at the top, on white.
 * @param gap - pixels between two
 */
export function sideBySide(images: readonly RgbImage[], gap: number): RgbImage {
  const width = images.reduce((sum, image) => sum + image.width, gap * Math.max(0, images.length - 1));
  const height = Math.max(0, ...images.map((image) => image.height));
  const data = new Uint8Array(width * height * 3).fill(255);
  let left = 0;
  for (const image of images) {
    for (let row = 0; row < image.height; row++) {
      const from = row * image.width * 3;
      data.set(image.data.subarray(from, from + image.width * 3), (row * width + left) * 3);
    }
    left += image.width + gap;
  }
  return { width, height, data };
}

function requireMap(map: Float32Array, { width, height }: ImageSize): void {
  if (map.length === width * height) return;
  const expected = `${width} x ${height} values`;
  throw new CladError('OPTION_INVALID', { option: 'map', expected, actual: `${map.length} values` });
}
