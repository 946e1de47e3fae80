/** @file Miniatures of published data sets, as their archives unpack, of images that can be trained on. */
import { encode as encodeBmp } from 'fast-bmp';
import sharp from 'sharp';
import type { RgbImage } from '../../src/image/rgb.ts';
import { encoded, type Files } from './images.ts';
import { drawPart } from './parts.ts';

/** A part's photograph, and its mask: of a good one all black. */
interface Part {
  readonly image: RgbImage;
  readonly mask: Uint8Array;
}

function part(number: number, defect = false): Part {
  const { image, mask = new Uint8Array(image.width * image.height) } = drawPart('disc', number, defect);
  return { image, mask };
}

function maskPng({ image: { width, height }, mask }: Part): Promise<Buffer> {
  const raw = { width, height, channels: 1 as const };
  return sharp(mask, { raw }).toColourspace('b-w').png().toBuffer();
}

function bmp({ width, height, data }: RgbImage): Uint8Array {
  return encodeBmp({ width, height, bitsPerPixel: 24, channels: 3, components: 3, data });
}

function maskBmp({ image: { width, height }, mask }: Part): Uint8Array {
  return encodeBmp({ width, height, bitsPerPixel: 8, channels: 1, components: 1, data: mask });
}

/** Several, each under a name made of its number. */
async function several<T>(
  count: number,
  nameOf: (number: number) => string,
  contentOf: (number: number) => T | Promise<T>,
): Promise<Record<string, T>> {
  const files: Record<string, T> = {};
  for (let number = 0; number < count; number++) files[nameOf(number)] = await contentOf(number);
  return files;
}

const padded = (number: number, digits: number) => String(number).padStart(digits, '0');

export async function mvtecAd2(): Promise<Files> {
  const bad = part(0, true);
  return {
    ...(await several(
      4,
      (number) => `can/train/good/${padded(number, 3)}_regular.png`,
      (number) => encoded(part(number).image),
    )),
    'can/validation/good/100_regular.png': await encoded(part(10).image),
    'can/test_public/good/200_regular.png': await encoded(part(11).image),
    'can/test_public/bad/300_overexposed.png': await encoded(bad.image),
    'can/test_public/ground_truth/bad/300_overexposed_mask.png': await maskPng(bad),
    'can/test_private/400_regular.png': await encoded(part(12).image),
    'can/test_private_mixed/500_mixed.png': await encoded(part(13).image),
    'license.txt': 'CC BY-NC-SA 4.0',
  };
}

export async function btad(): Promise<Files> {
  const bad = part(0, true);
  const other = part(5, true);
  return {
    ...(await several(
      4,
      (number) => `01/train/ok/${padded(number, 4)}.bmp`,
      (number) => bmp(part(number).image),
    )),
    '01/test/ok/0400.bmp': bmp(part(10).image),
    '01/test/ko/0500.bmp': bmp(bad.image),
    '01/ground_truth/ko/0500.png': await maskPng(bad),
    '02/train/ok/0000.png': await encoded(part(20).image),
    '02/train/ok/0001.png': await encoded(part(21).image),
    '02/test/ko/0003.png': await encoded(other.image),
    '02/ground_truth/ko/0003.bmp': maskBmp(other),
  };
}

export async function mpdd(): Promise<Files> {
  const bad = part(0, true);
  return {
    ...(await several(
      4,
      (number) => `bracket_black/train/good/${padded(number, 3)}.png`,
      (number) => encoded(part(number).image),
    )),
    'bracket_black/test/good/000.png': await encoded(part(10).image),
    'bracket_black/test/hole/000.png': await encoded(bad.image),
    'bracket_black/ground_truth/hole/000_mask.png': await maskPng(bad),
  };
}

/** One entry of a list of Real-IAD. */
interface RealIadEntry {
  readonly category: string;
  readonly anomaly_class: string;
  readonly image_path: string;
  readonly mask_path: string | null;
}

/** A list of Real-IAD's, as text. */
export function realIadList(
  train: readonly RealIadEntry[],
  test: readonly RealIadEntry[],
  prefix = 'audiojack/',
): string {
  return JSON.stringify({ meta: { normal_class: 'OK', prefix }, train, test });
}

/** A good one, of one of the five sides. */
export function realIadGood(number: number, side: number): RealIadEntry {
  const sample = `S${padded(number, 4)}`;
  const image_path = `OK/${sample}/audiojack_${padded(number, 4)}_OK_C${side}_2023.jpg`;
  return { category: 'audiojack', anomaly_class: 'OK', image_path, mask_path: null };
}

/** @param size - of the folder of images */
export async function realIad(size = '1024'): Promise<Files> {
  const defective = 'NG/BX/S0009/audiojack_0009_NG_BX_C1_2023';
  const bad = part(0, true);
  const train = [realIadGood(1, 1), realIadGood(1, 2), realIadGood(2, 1), realIadGood(2, 2)];
  const tested = realIadGood(3, 1);
  const entry = {
    category: 'audiojack',
    anomaly_class: 'BX',
    image_path: `${defective}.jpg`,
    mask_path: `${defective}.png`,
  };
  const folder = `realiad_${size}/audiojack`;
  const images: Record<string, Uint8Array> = {};
  for (const [index, { image_path }] of [...train, tested].entries())
    images[`${folder}/${image_path}`] = await encoded(part(index).image, 'jpeg');
  return {
    ...images,
    [`${folder}/${defective}.jpg`]: await encoded(bad.image, 'jpeg'),
    [`${folder}/${defective}.png`]: await maskPng(bad),
    [`${folder}/OK/S0007/audiojack_0007_OK_C1_2023.jpg`]: await encoded(part(30).image, 'jpeg'),
    'realiad_jsons/realiad_jsons/audiojack.json': realIadList(train, [tested, entry]),
    'realiad_jsons/realiad_jsons/zipper.json': realIadList([], [], 'zipper/'),
    'realiad_jsons/realiad_jsons_sv/audiojack.json': realIadList(train.slice(0, 1), [entry]),
  };
}

/** @param items - folders of two surfaces each; every fifth has a defect on the second one */
export async function kolektorSdd(items = 10): Promise<Files> {
  const files: Record<string, Uint8Array> = {};
  for (let item = 1; item <= items; item++)
    for (const surface of [0, 1]) {
      const made = part(2 * item + surface, surface === 1 && item % 5 === 0);
      const stem = `kos${padded(item, 2)}/Part${surface}`;
      files[`${stem}.jpg`] = await encoded(made.image, 'jpeg');
      files[`${stem}_label.bmp`] = maskBmp(made);
    }
  return files;
}

export async function kolektorSdd2(): Promise<Files> {
  const files: Record<string, Uint8Array> = {};
  const add = async (stem: string, made: Part) => {
    files[`${stem}.png`] = await encoded(made.image);
    files[`${stem}_GT.png`] = await maskPng(made);
  };
  for (let number = 0; number < 4; number++) await add(`train/1000${number}`, part(number));
  await add('train/10004', part(4, true));
  await add('test/20000', part(20));
  await add('test/20001', part(21, true));
  return { ...files, 'train/10003 (copy).png': await encoded(part(3).image) };
}

export async function dagm(): Promise<Files> {
  const bad = part(0, true);
  const rows = (lines: readonly string[]) => ['1', ...lines, ''].join('\r\n');
  return {
    ...(await several(
      4,
      (number) => `Class1/Train/057${number}.PNG`,
      (number) => encoded(part(number).image),
    )),
    'Class1/Train/0580.PNG': await encoded(bad.image),
    'Class1/Train/Label/0580_label.PNG': await maskPng(bad),
    'Class1/Train/Label/Labels.txt': rows([
      ...[0, 1, 2, 3].map((number) => `${number + 1}\t0\t057${number}.PNG\t0\t0`),
      '5\t1\t0580.PNG\t0\t0580_label.PNG',
    ]),
    'Class1/Test/0001.PNG': await encoded(part(10).image),
    'Class1/Test/0002.PNG': await encoded(bad.image),
    'Class1/Test/Label/0002_label.PNG': await maskPng(bad),
    'Class1/Test/Label/Labels.txt': `\ufeff${rows(['1\t0\t0001.PNG\t0\t0', '2\t1\t0002.PNG\t0\t0002_label.PNG'])}`,
  };
}
