/** @file Whatever order a file system lists its entries in, a data set and its fingerprint are the same. */
import type { Dirent } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { Random } from '../../../src/core/random.ts';
import { fileImages } from '../../../src/data/file-images.ts';
import { fingerprint } from '../../../src/data/fingerprint.ts';
import { byCodeUnit } from '../../../src/data/folders.ts';
import { loadDataset } from '../../../src/data/load.ts';
import { listTextures } from '../../../src/data/textures.ts';
import { type Files, withFiles } from '../../helpers/images.ts';

const order = vi.hoisted(() => ({ seed: 0 }));

vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof import('node:fs/promises')>();
  const readdir = async (path: string, options: { withFileTypes: true }): Promise<Dirent[]> => {
    const entries = await real.readdir(path, options);
    return new Random(order.seed, path).sample(entries, entries.length);
  };
  return { ...real, readdir };
});

const files = (...paths: readonly string[]): Files => Object.fromEntries(paths.map((path) => [path, path]));
const sets: Readonly<Record<string, Files>> = {
  mvtec: files(
    ...['a', 'B', 'b-1', '\u00e9'].flatMap((name) =>
      ['train/good/0.png', 'train/good/10.png', 'test/x/9.png', 'test/x1/9.png', 'test/good/1.png'].map(
        (path) => `${name}/${path}`,
      ),
    ),
    'a/ground_truth/x/9_mask.png',
    'B/ground_truth/x1/9_mask.png',
  ),
  plain: files('nut/2.png', 'nut/10.png', 'nut/1.png', 'bolt/1.png', 'Bolts/1.png', 'z/1.png'),
};

describe.each(Object.entries(sets))('the order of %s', (_, content) => {
  it('is that of class, split and path', () =>
    withFiles(content, async (root) => {
      const key = ({ className, split, path }: { className: string; split: string; path: string }) =>
        [className, split === 'train' ? '0' : '1', path].join('\u0000');
      const { classes, samples } = await loadDataset(root);
      const keys = samples.map(key);
      expect(keys).toEqual(keys.toSorted(byCodeUnit));
      expect(classes).toEqual(classes.toSorted(byCodeUnit));
    }));

  it('does not depend on the order the file system has', () =>
    withFiles(content, async (root) => {
      order.seed = 0;
      const expected = await loadDataset(root);
      const print = await fingerprint(expected, fileImages);
      const textures = await listTextures(root);
      await fc.assert(
        fc.asyncProperty(fc.nat(), async (seed) => {
          order.seed = seed;
          const dataset = await loadDataset(root);
          expect(dataset).toEqual(expected);
          expect(await fingerprint(dataset, fileImages)).toBe(print);
          expect(await listTextures(root)).toEqual(textures);
        }),
        { numRuns: 20 },
      );
    }));
});

describe('byCodeUnit', () => {
  it('is a total order that no language changes', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' })), (names) => {
        const sorted = names.toSorted(byCodeUnit);
        expect(sorted).toEqual(names.toSorted());
        expect(names.toReversed().toSorted(byCodeUnit)).toEqual(sorted);
      }),
    );
    expect(['ä', 'z', 'Z', '10', '9'].sort(byCodeUnit)).toEqual(['10', '9', 'Z', 'z', 'ä']);
  });
});
