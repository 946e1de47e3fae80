import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  forgetImages,
  isRemembered,
  rememberImages,
  remembersAll,
} from '../../../src/jobs/remembered-images.ts';

const hashes = (count: number, name: string) =>
  Array.from({ length: count }, (_, at) => createHash('sha256').update(`${name} ${at}`).digest('hex'));

describe('rememberImages', () => {
  it('recognises every image it was given, and no other', () => {
    const [trained, others] = [hashes(817, 'trained'), hashes(5000, 'other')];
    const kept = rememberImages(trained);
    expect(kept.images).toBe(817);
    expect(Buffer.from(kept.pixels, 'base64')).toHaveLength(817 * 8);
    expect(trained.every(isRemembered(kept))).toBe(true);
    expect(others.filter(isRemembered(kept))).toEqual([]);
    expect(remembersAll(kept)).toBe(true);
    // The order of the images is nobody's business.
    expect(rememberImages(trained.toReversed())).toEqual(kept);
  });

  it('adds to what was remembered, each image once', () => {
    const [first, second] = [hashes(30, 'first'), hashes(20, 'second')];
    const both = rememberImages([...second, ...first.slice(0, 5)], rememberImages(first));
    expect(both).toEqual(rememberImages([...first, ...second]));
  });

  it('forgets what has left, and nothing else', () => {
    const [first, second] = [hashes(30, 'first'), hashes(20, 'second')];
    const left = forgetImages(rememberImages([...first, ...second]), [...second, ...hashes(5, 'never')]);
    expect(left).toEqual(rememberImages(first));
    expect(forgetImages(undefined, second)).toBeUndefined();
  });

  it('stays small for very many images, of which it knows a part', () => {
    const trained = hashes(100_000, 'many');
    const kept = rememberImages(trained);
    expect(kept.images).toBe(100_000);
    expect(kept.pixels.length).toBeLessThan(710_000);
    expect(trained.filter(isRemembered(kept))).toHaveLength(65_536);
    expect(remembersAll(kept)).toBe(false);
  });

  it('recognises nothing for a file without the list', () => {
    expect(remembersAll(undefined)).toBe(false);
    expect(hashes(3, 'trained').some(isRemembered(undefined))).toBe(false);
  });
});
