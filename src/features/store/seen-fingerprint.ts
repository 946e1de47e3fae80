/** @file What a store knows its images by: what their files hold, and what is seen of them. */
import type { CropModel } from '../../image/roi/crop-model.ts';

/** Without a crop the fingerprint itself, so that features of before keep their key. */
export function seenFingerprint({
  fingerprint,
  crop,
}: {
  readonly fingerprint: string;
  readonly crop?: CropModel | undefined;
}): string {
  return crop ? `${fingerprint} cropped by ${JSON.stringify(crop)}` : fingerprint;
}
