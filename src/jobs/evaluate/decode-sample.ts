/** @file A test sample as it is measured: the photograph, and its ground truth in the place and size of the anomaly map. */
import type { Sample } from '../../data/dataset.ts';
import { bitsOf } from '../../detector/camera/camera.ts';
import type { DetectorMetadata } from '../../detector/metadata.ts';
import { inputMask } from '../../features/patches/input-image.ts';
import { decodeImage } from '../../image/decode.ts';
import { decodeMasks } from '../../image/mask.ts';
import type { Mask, RgbImage } from '../../image/rgb.ts';

/**
 * @returns `mask`: of the map's size; null where the sample has none
 * @throws CladError `FILE_UNREADABLE`, `IMAGE_INVALID` or `IMAGE_BITS`
 */
export async function decodeSample(
  { path, maskPaths }: Sample,
  { geometry, camera }: Pick<DetectorMetadata, 'geometry' | 'camera'>,
): Promise<{ readonly image: RgbImage; readonly mask: Mask | null }> {
  const image = await decodeImage(path, { bits: bitsOf({ camera }) });
  return { image, mask: maskPaths ? inputMask(await decodeMasks(maskPaths), geometry) : null };
}
