/** @file Checksums of a file and of the images in it, taken of pieces of any length. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { checksumOf, crc32 } from '../../../../src/core/crc32.ts';
import { PartChecksums } from '../../../../src/features/store/part-checksums.ts';

it('are those of the whole and of each image, however the bytes come', () => {
  const cases = fc.record({
    images: fc.integer({ min: 1, max: 5 }),
    imageBytes: fc.integer({ min: 1, max: 9 }),
    after: fc.uint8Array({ maxLength: 12 }),
    cuts: fc.array(fc.nat({ max: 57 }), { maxLength: 6 }),
  });
  fc.assert(
    fc.property(cases, ({ images, imageBytes, after, cuts }) => {
      const bytes = Uint8Array.from({ length: images * imageBytes + after.length }, (_, at) => at * 37 + 1);
      bytes.set(after, images * imageBytes);
      const checksums = new PartChecksums(images, imageBytes);
      const ends = [...cuts.filter((cut) => cut < bytes.length).sort((a, b) => a - b), bytes.length];
      let start = 0;
      for (const end of ends) {
        checksums.add(bytes.subarray(start, end));
        start = end;
      }
      expect(checksums.whole).toBe(checksumOf(bytes));
      expect([...checksums.images]).toEqual(
        Array.from({ length: images }, (_, image) =>
          crc32(bytes.subarray(image * imageBytes, (image + 1) * imageBytes)),
        ),
      );
    }),
  );
});
