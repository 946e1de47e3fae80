/** @file A sealed JSON text is read as it was written, or not at all. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openSealed, sealedJson } from '../../../src/core/sealed-json.ts';

const content = { key: 'k', images: [{ id: 3, path: 'Größe/1.png' }], share: 0.25, none: null };

describe('JSON with a checksum', () => {
  it('is JSON, and is read as it was written', () => {
    for (const indent of [true, false]) {
      const text = sealedJson(content, indent);
      expect(openSealed(text)).toEqual(content);
      expect(JSON.parse(text)).toEqual({ crc32: expect.stringMatching(/^[0-9a-f]{8}$/), ...content });
      expect(text.includes('\n')).toBe(indent);
    }
  });

  it('gives back any content', () =>
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1 }),
        fc.boolean(),
        (value, indent) => {
          const plain = JSON.parse(JSON.stringify(value)) as object;
          expect(openSealed(sealedJson(value, indent))).toEqual(plain);
        },
      ),
    ));

  it('is refused with any one bit changed', () => {
    for (const indent of [true, false]) {
      const bytes = Buffer.from(sealedJson(content, indent));
      for (let bit = 0; bit < 8 * bytes.length; bit++) {
        const damaged = Buffer.from(bytes);
        damaged[bit >> 3]! ^= 1 << (bit & 7);
        expect(openSealed(damaged.toString()), `bit ${bit}`).toBeUndefined();
      }
      for (let length = 0; length < bytes.length; length++)
        expect(openSealed(bytes.toString('utf8', 0, length))).toBeUndefined();
    }
  });

  it('is refused where it never had a checksum', () => {
    for (const text of ['', '{}', '{', 'null', JSON.stringify(content)])
      expect(openSealed(text)).toBeUndefined();
  });
});
