import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/core/random.ts';
import { pageCount } from '../../../src/image/pages.ts';
import { encoded, noise, withFiles } from '../../helpers/images.ts';
import { animatedPng, paged } from '../../helpers/pages.ts';

const pagesOf = (bytes: Uint8Array) => withFiles({ file: bytes }, (root) => pageCount(join(root, 'file')));

describe('pageCount', () => {
  it('counts pages of a TIFF and frames of a WebP', async () => {
    expect(await pagesOf(await paged('tiff', 3))).toBe(3);
    expect(await pagesOf(await paged('webp', 4))).toBe(4);
  });

  it('counts frames of a PNG, the image itself among them or not', async () => {
    expect(await pagesOf(await animatedPng(5, true))).toBe(5);
    expect(await pagesOf(await animatedPng(5, false))).toBe(6);
    expect(await pagesOf(await animatedPng(1, true))).toBe(1);
  });

  it.each(['png', 'jpeg', 'webp', 'tiff'] as const)('is one for a single %s', async (format) => {
    expect(await pagesOf(await encoded(noise(9, 9), format))).toBe(1);
  });

  it('is one for a missing file and one that is no image, and returns for damaged ones', async () => {
    expect(await pageCount('/nowhere/1.png')).toBe(1);
    expect(await pageCount('/dev/zero')).toBe(1);
    expect(await pagesOf(Buffer.from('no image'))).toBe(1);
    const random = new Random('pages');
    const files = [await paged('tiff', 3), await animatedPng(5, true)];
    for (let round = 0; round < 40; round++) {
      const bytes = Buffer.from(random.pick(files));
      for (let hit = 0; hit < 8; hit++) bytes[8 + random.integer(bytes.length - 8)] = random.integer(256);
      expect(await pagesOf(bytes)).toBeGreaterThanOrEqual(1);
    }
  });
});
