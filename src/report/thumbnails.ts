/**
 * @file Small images for the page: photograph, ground truth and heat map of a test image, as WebP in data addresses. Each gets
 * an equal part of a budget; what does not fit is encoded more coarsely, so that a page with many classes stays small.
 */
import sharp from 'sharp';
import { bitsOf } from '../detector/camera/camera.ts';
import { heatOver, seenImage } from '../detector/heat/heat-image.ts';
import type { DetectorMetadata } from '../detector/metadata.ts';
import { failedRegions } from '../detector/roi/named-results.ts';
import { decodeImage } from '../image/decode.ts';
import { resizeNearest } from '../image/resize.ts';
import type { Mask, RgbImage } from '../image/rgb.ts';
import { shrink } from '../image/shrink.ts';
import type { Candidate } from './collect.ts';
import type { EmbeddedImage, Example } from './data.ts';

/** Bytes of a page's images: of test images without their ground truth, of synthetic anomalies, of regions, of good images that stand out. As text a third more. */
export const imageBudget = { examples: 2.5e6, synthesis: 0.6e6, regions: 0.4e6, standingOut: 0.2e6 } as const;
/** Longer side of a thumbnail, pixels: what a card of the page shows on a screen of two dots a pixel, nearly. */
const longestSide = 224;
const attempts = [
  { scale: 1, quality: 78 },
  { scale: 1, quality: 60 },
  { scale: 0.75, quality: 55 },
  { scale: 0.6, quality: 40 },
  { scale: 0.45, quality: 30 },
] as const;

/**
 * Makes an example's images.
 * @param root - the data set's; paths are shown below it
 * @param bytes - for each of its images, about
 */
export async function exampleOf(
  { kind, predicted }: Candidate,
  metadata: DetectorMetadata,
  root: string,
  bytes: number,
): Promise<Example> {
  const { sample, prediction } = predicted;
  const photograph = await shrink(
    seenImage({ metadata }, await decodeImage(sample.path, { bits: bitsOf(metadata) })),
    longestSide,
  );
  return {
    kind,
    path: sample.path.startsWith(root) ? sample.path.slice(root.length).replace(/^[\\/]/, '') : sample.path,
    defect: sample.defect,
    score: prediction.score,
    threshold: prediction.threshold,
    takenFor: prediction.class === sample.className ? null : prediction.class,
    ...(prediction.namedRegions && { failedRegions: failedRegions(prediction.namedRegions) }),
    photograph: await webp(photograph, bytes),
    truth: predicted.mask && sample.anomalous ? await truthImage(predicted.mask, photograph) : null,
    heat: await webp(heatOver({ metadata }, photograph, prediction), bytes),
  };
}

/** An image file, made small. */
export async function embeddedImage(path: string, side: number, bytes: number): Promise<EmbeddedImage> {
  return webp(await shrink(await decodeImage(path), side), bytes);
}

async function truthImage(mask: Mask, { width, height }: RgbImage): Promise<EmbeddedImage> {
  const { data } = resizeNearest(mask, width, height);
  const file = await sharp(
    data.map((value) => (value === 0 ? 0 : 255)),
    { raw: { width, height, channels: 1 } },
  )
    .webp({ lossless: true })
    .toBuffer();
  return { source: address(file), width, height };
}

async function webp({ width, height, data }: RgbImage, bytes: number): Promise<EmbeddedImage> {
  let file = Buffer.alloc(0);
  for (const { scale, quality } of attempts) {
    file = await sharp(data, { raw: { width, height, channels: 3 } })
      .resize({ width: Math.max(1, Math.round(width * scale)) })
      .webp({ quality, smartSubsample: true })
      .toBuffer();
    if (file.length <= bytes) break;
  }
  return { source: address(file), width, height };
}

function address(file: Buffer): string {
  return `data:image/webp;base64,${file.toString('base64')}`;
}
