/** @file A test sample as it is measured: the photograph, and its ground truth in the place and size of the anomaly map. */
import type { Sample } from '../../data/dataset.ts';
import { bitsOf } from '../../detector/camera/camera.ts';
import type { DetectorMetadata } from '../../detector/metadata.ts';
import { inputMask } from '../../features/patches/input-picture.ts';
import { decodeImage } from '../../image/decode.ts';
import { decodeMasks } from '../../image/mask.ts';
import type { RgbImage } from '../../image/rgb.ts';

/**
 * @returns `mask`: [S, S], 0 where normal; null where the sample has none
 * @throws CladError `FILE_UNREADABLE`, `IMAGE_INVALID` or `IMAGE_BITS`
 */
export async function decodeSample(
  { path, maskPaths }: Sample,
  { geometry: { size, resizeTo }, camera }: Pick<DetectorMetadata, 'geometry' | 'camera'>,
): Promise<{ readonly image: RgbImage; readonly mask: Uint8Array | null }> {
  const geometry = { size, resizeTo: resizeTo ?? undefined };
  const image = await decodeImage(path, { bits: bitsOf({ camera }) });
  return { image, mask: maskPaths ? inputMask(await decodeMasks(maskPaths), geometry).data : null };
}
