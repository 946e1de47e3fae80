/** @file The part on a photograph as the backbone sees it, asked for by whatever draws anomalies on it. */
import type { ImageAccess } from '../../data/image-access.ts';
import type { Geometry } from '../../image/geometry.ts';
import type { RgbImage } from '../../image/rgb.ts';
import { type SampleBits, wholeRange } from '../../image/samples.ts';
import { estimateForeground, type ForegroundEstimate } from '../../synthesis/foreground.ts';

/** Which photograph it is, and how it is seen. */
export interface SeenAs {
  readonly path: string;
  readonly bits: SampleBits | undefined;
  readonly geometry: Geometry;
}

/**
 * Where the part is; estimated once, where the access remembers what was made of its images.
 * @param images - that the photograph came from
 * @param input - the photograph as the backbone sees it; asked only where it is needed
 */
export function partOnImage(
  images: Pick<ImageAccess, 'remembered'>,
  { path, bits, geometry }: SeenAs,
  input: () => RgbImage,
): ForegroundEstimate {
  const estimate = () => estimateForeground(input());
  if (!images.remembered) return estimate();
  const key = `part ${bits ?? wholeRange} ${JSON.stringify(geometry)} ${path}`;
  return images.remembered(key, geometry.width * geometry.height, estimate);
}
