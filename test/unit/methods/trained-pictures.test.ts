import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { DetectorMetadata } from '../../../src/detector/metadata.ts';
import { knowsTrained, trainedOn, trainedPictures } from '../../../src/methods/trained-pictures.ts';

const hashes = (count: number, name: string) =>
  Array.from({ length: count }, (_, at) => createHash('sha256').update(`${name} ${at}`).digest('hex'));
const file = (trained?: DetectorMetadata['trained']) => ({ trained }) as DetectorMetadata;

describe('trainedPictures', () => {
  it('knows every picture that was trained on, and no other', () => {
    const [trained, others] = [hashes(817, 'trained'), hashes(5000, 'other')];
    const kept = trainedPictures(trained);
    expect(kept.images).toBe(817);
    expect(Buffer.from(kept.pixels, 'base64')).toHaveLength(817 * 8);
    const isTrained = trainedOn(file(kept));
    expect(trained.every(isTrained)).toBe(true);
    expect(others.filter(isTrained)).toEqual([]);
    expect(knowsTrained(file(kept))).toBe(true);
    // The order of the pictures is nobody's business.
    expect(trainedPictures(trained.toReversed())).toEqual(kept);
  });

  it('stays small for very many pictures, of which it knows a part', () => {
    const trained = hashes(100_000, 'many');
    const kept = trainedPictures(trained);
    expect(kept.pixels.length).toBeLessThan(710_000);
    expect(trained.filter(trainedOn(file(kept)))).toHaveLength(65_536);
    expect(knowsTrained(file(kept))).toBe(false);
  });

  it('knows nothing of a file that does not say', () => {
    expect(knowsTrained(file())).toBe(false);
    expect(hashes(3, 'trained').some(trainedOn(file()))).toBe(false);
  });
});
