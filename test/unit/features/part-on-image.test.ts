import { expect, it } from 'vitest';
import { fileImages } from '../../../src/data/file-images.ts';
import { partOnImage } from '../../../src/features/patches/part-on-image.ts';
import type { RgbImage } from '../../../src/image/rgb.ts';
import { wholeRange } from '../../../src/image/samples.ts';
import { croppedImages } from '../../../src/jobs/crop/cropped-images.ts';

const geometry = { width: 64, height: 64 };
/** A dark square on light ground. */
const seen: RgbImage = {
  width: 64,
  height: 64,
  data: Uint8Array.from({ length: 64 * 64 * 3 }, (_, at) => {
    const pixel = Math.floor(at / 3);
    const [x, y] = [pixel % 64, Math.floor(pixel / 64)];
    return x >= 20 && x < 44 && y >= 20 && y < 44 ? 30 : 220;
  }),
};

function memory() {
  const kept = new Map<string, unknown>();
  return {
    remembered<T>(key: string, _: number, make: () => T): T {
      if (!kept.has(key)) kept.set(key, make());
      return kept.get(key) as T;
    },
  };
}

it('estimates the part once where what was made is remembered, however the bits are said, and anew for another geometry', () => {
  const images = memory();
  let asked = 0;
  const input = () => {
    asked++;
    return seen;
  };
  const first = partOnImage(images, { path: 'a.png', bits: undefined, geometry }, input);
  expect(first.mask.data[32 * 64 + 32]).toBe(1);
  expect(first.mask.data[0]).toBe(0);
  expect(partOnImage(images, { path: 'a.png', bits: wholeRange, geometry }, input)).toBe(first);
  expect(asked).toBe(1);
  partOnImage(images, { path: 'b.png', bits: undefined, geometry }, input);
  partOnImage(
    images,
    {
      path: 'a.png',
      bits: undefined,
      geometry: { width: 64, height: 64, resizeTo: { width: 80, height: 80 } },
    },
    input,
  );
  expect(asked).toBe(3);
});

it('estimates it each time where files may change, and of crops, which are other pixels', () => {
  let asked = 0;
  const input = () => {
    asked++;
    return seen;
  };
  const as = { path: 'a.png', bits: undefined, geometry };
  expect(partOnImage({}, as, input)).toEqual(partOnImage(fileImages, as, input));
  const cropped = croppedImages({ ...fileImages, ...memory() }, new Map());
  partOnImage(cropped, as, input);
  partOnImage(cropped, as, input);
  expect(asked).toBe(4);
});
