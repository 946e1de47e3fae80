/** @file Photographs of two made-up products, drawn by code with some variation, and the same with a defect. */
import { join } from 'node:path';
import sharp from 'sharp';
import { Random } from '../../src/core/random.ts';
import type { RgbImage } from '../../src/image/rgb.ts';
import { encoded, writeFiles } from './images.ts';

export const products = ['disc', 'weave'] as const;
export type Product = (typeof products)[number];

export interface DrawnPart {
  readonly image: RgbImage;
  /** 255 inside the defect; absent for a good part. */
  readonly mask?: Uint8Array;
}

/** Draws a part; the same number gives the same pixels. Sizes differ from class to class. */
export function drawPart(product: Product, number: number, defect = false): DrawnPart {
  const random = new Random('part', product, number, defect ? 1 : 0);
  const [width, height] = product === 'disc' ? [72, 64] : [80, 80];
  const light = random.uniform(0.92, 1.08);
  const centre = [width / 2 + random.uniform(-2, 2), height / 2 + random.uniform(-2, 2)] as const;
  const phase = random.uniform(0, 8);
  const data = new Uint8Array(width * height * 3);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at += 3) {
      const inside = Math.hypot(x - centre[0], y - centre[1]) < 22;
      const thread = Math.sin(((x + phase) * Math.PI) / 4) * Math.sin(((y + phase) * Math.PI) / 4);
      const colour =
        product === 'disc'
          ? inside
            ? [180, 175, 160]
            : [40, 45, 60]
          : [110 + 50 * thread, 90 + 40 * thread, 60];
      for (const channel of [0, 1, 2]) {
        const value = (colour[channel] as number) * light + random.uniform(-6, 6);
        data[at + channel] = Math.max(0, Math.min(255, Math.round(value)));
      }
    }
  }
  const image = { width, height, data };
  return defect ? { image, mask: scratch(image, random, centre) } : { image };
}

/** Paints a red blot near the middle; gives its mask. */
function scratch({ width, height, data }: RgbImage, random: Random, [x0, y0]: readonly [number, number]) {
  const mask = new Uint8Array(width * height);
  const [left, top] = [Math.round(x0 - random.integer(12)), Math.round(y0 - random.integer(12))];
  for (let y = top; y < top + 12; y++) {
    for (let x = left; x < left + 14; x++) {
      mask[y * width + x] = 255;
      data.set([230, 20, 30], (y * width + x) * 3);
    }
  }
  return mask;
}

export interface PartsOptions {
  /** Good training images of each class. @default 10 */
  readonly training?: number;
  /** Good test images of each class. @default 3 */
  readonly good?: number;
  /** Classes with defective test images, three each. @default both */
  readonly defective?: readonly Product[];
}

/** Writes a data set in the MVTec layout. */
export async function writeParts(root: string, options: PartsOptions = {}): Promise<void> {
  const { training = 10, good = 3, defective = products } = options;
  const files: Record<string, Uint8Array> = {};
  const name = (number: number) => `${String(number).padStart(3, '0')}`;
  for (const product of products) {
    for (let number = 0; number < training; number++)
      files[`${product}/train/good/${name(number)}.png`] = await encoded(drawPart(product, number).image);
    for (let number = 0; number < good; number++)
      files[`${product}/test/good/${name(number)}.png`] = await encoded(
        drawPart(product, 500 + number).image,
      );
    for (let number = 0; number < (defective.includes(product) ? 3 : 0); number++) {
      const { image, mask } = drawPart(product, number, true);
      files[`${product}/test/blot/${name(number)}.png`] = await encoded(image);
      files[join(product, 'ground_truth', 'blot', `${name(number)}_mask.png`)] = await sharp(mask, {
        raw: { width: image.width, height: image.height, channels: 1 },
      })
        .toColourspace('b-w')
        .png()
        .toBuffer();
    }
  }
  await writeFiles(root, files);
}
