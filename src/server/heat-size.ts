/**
 * @file How large the service draws heat maps. They are for people: at the size of a screen a map is drawn in a quarter of a second, at
 * that of a photograph of 49 million pixels it took minutes.
 */
import { CladError } from '../core/errors.ts';
import { heatOver, seenImage, withLegend } from '../detector/heat/heat-image.ts';
import type { DetectorMetadata } from '../detector/metadata.ts';
import type { PredictionWithMap } from '../detector/prediction.ts';
import type { ImageSize } from '../image/limits.ts';
import type { RgbImage } from '../image/rgb.ts';
import { shrink } from '../image/shrink.ts';

/** `display`: the longer side shrunk to that of a screen; `full`: every pixel of the photograph. */
export const heatSizes = ['display', 'full'] as const;
export type HeatSize = (typeof heatSizes)[number];

/** How a heat map is wanted. */
export interface HeatOrder {
  readonly size: HeatSize;
  /** With the scale of its colours in a strip below it. */
  readonly legend: boolean;
}

/** Pixels of the longer side. */
const displaySide = 1024;
/** Pixels of a whole photograph that is drawn at full size, at most. */
const mostAtFullSize = 16e6;

/** @throws MAP_TOO_LARGE for a photograph that is drawn at display size only */
export function requireDrawable({ width, height }: ImageSize, path: string): void {
  if (width * height <= mostAtFullSize) return;
  const limit = mostAtFullSize.toLocaleString('en');
  throw new CladError('MAP_TOO_LARGE', { path, width, height, limit, side: displaySide });
}

/** The heat map over a photograph, or over the middle of it where the detector sees no more. */
export async function drawHeat(
  metadata: DetectorMetadata,
  image: RgbImage,
  prediction: Pick<PredictionWithMap, 'class' | 'threshold' | 'map'>,
  { size, legend }: HeatOrder,
): Promise<RgbImage> {
  const seen = seenImage({ metadata }, image);
  const small = size === 'full' || Math.max(seen.width, seen.height) <= displaySide;
  const heat = heatOver({ metadata }, small ? seen : await shrink(seen, displaySide), prediction);
  return legend ? withLegend({ metadata }, heat, prediction.class) : heat;
}
