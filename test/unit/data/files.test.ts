import { cp, rename, symlink, writeFile } from 'node:fs/promises';
import { basename, join, posix, win32 } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mapConcurrently } from '../../../src/data/concurrency.ts';
import { pathBelow } from '../../../src/data/dataset.ts';
import { fileImages } from '../../../src/data/file-images.ts';
import { fingerprint } from '../../../src/data/fingerprint.ts';
import { imagesBelow, isImageName, isInside, stemOf } from '../../../src/data/folders.ts';
import { loadDataset } from '../../../src/data/load.ts';
import { listTextures } from '../../../src/data/textures.ts';
import { withFiles } from '../../helpers/images.ts';

describe('imagesBelow', () => {
  it('visits every folder once, wherever links lead', () =>
    withFiles({ 'a/0.png': 'x', 'a/b/1.png': 'x', 'a/b/notes.txt': 'x' }, async (root) => {
      await symlink('..', join(root, 'a/b/up'));
      await symlink('.', join(root, 'a/same'));
      const { images, folders } = await imagesBelow(join(root, 'a'));
      expect(images).toEqual([join(root, 'a/0.png'), join(root, 'a/b/1.png')]);
      expect(folders).toEqual([join(root, 'a/b')]);
    }));
});

describe('pathBelow', () => {
  const parts = fc.array(fc.constantFrom('a', 'b', 'a\\b', 'ä.png', ' '), { maxLength: 4 });

  it('is what each system says, with slashes', () => {
    fc.assert(
      fc.property(parts, parts, (root, path) => {
        const [from, to] = [root, path].map((each) => `/${each.join('/')}`) as [string, string];
        expect(pathBelow(from, to)).toBe(posix.relative(from, to));
        const [there, file] = [root, path].map((each) => `C:\\${each.join('\\')}`) as [string, string];
        expect(pathBelow(there, file)).toBe(win32.relative(there, file).replaceAll('\\', '/'));
      }),
    );
  });
});

describe('isInside', () => {
  it('knows what lies below a folder, also below the root', () =>
    withFiles({ 'a/0.png': 'x' }, async (root) => {
      expect(await isInside(join(root, 'a', 'new'), join(root, 'a'))).toBe(true);
      expect(await isInside(join(root, 'ab'), join(root, 'a'))).toBe(false);
      expect(await isInside(root, '/')).toBe(true);
    }));
});

describe('the order of samples', () => {
  it('is that of the fingerprint, for every Unicode form of file names', async () => {
    const names = ['\u00e9', 'z', 'e', '\u00fc-1'];
    const order = (form: 'NFC' | 'NFD') =>
      withFiles(
        Object.fromEntries(names.map((name) => [`nut/${name.normalize(form)}.png`, name])),
        async (root) => {
          const { samples } = await loadDataset(root);
          return samples.map(({ path }) => basename(path).normalize('NFC'));
        },
      );
    expect(await order('NFD')).toEqual(await order('NFC'));
  });
});

describe('fingerprint', () => {
  const files = {
    'set/nut/train/good/0.png': 'one',
    'set/nut/test/bent/0.png': 'two',
    'set/nut/ground_truth/bent/0_mask.png': 'three',
  };
  const of = async (root: string) => fingerprint(await loadDataset(root), fileImages);

  it('stays when the folder is copied or moved', () =>
    withFiles(files, async (root) => {
      const before = await of(join(root, 'set'));
      await cp(join(root, 'set'), join(root, 'copy'), { recursive: true });
      await rename(join(root, 'set'), join(root, 'moved'));
      expect(before).toMatch(/^[0-9a-f]{64}$/);
      expect(await of(join(root, 'copy'))).toBe(before);
      expect(await of(join(root, 'moved'))).toBe(before);
    }));

  it.each([
    ['an image', (root: string) => writeFile(join(root, 'nut/train/good/0.png'), 'oNe')],
    ['a mask', (root: string) => writeFile(join(root, 'nut/ground_truth/bent/0_mask.png'), 'thrEe')],
    [
      'a name',
      (root: string) => rename(join(root, 'nut/train/good/0.png'), join(root, 'nut/train/good/1.png')),
    ],
    ['a label', (root: string) => rename(join(root, 'nut/test/bent'), join(root, 'nut/test/good'))],
    ['a class', (root: string) => rename(join(root, 'nut'), join(root, 'bolt'))],
  ])('changes with %s', (what, change) =>
    withFiles(files, async (folder) => {
      const root = join(folder, 'set');
      const before = await of(root);
      if (what === 'a label') await rename(join(root, 'nut/ground_truth'), join(root, 'nut/gone'));
      await change(root);
      expect(await of(root)).not.toBe(before);
    }),
  );

  it('names a file that cannot be read', () =>
    withFiles(files, async (root) => {
      const dataset = await loadDataset(join(root, 'set'));
      await rename(join(root, 'set/nut/test'), join(root, 'set/nut/gone'));
      await expect(fingerprint(dataset, fileImages)).rejects.toMatchObject({ code: 'FILE_UNREADABLE' });
      await expect(fingerprint(dataset, fileImages)).rejects.toThrow('nut/test/bent/0.png');
    }));
});

describe('mapConcurrently', () => {
  const tick = () => new Promise<void>((resolve) => setImmediate(resolve));

  it('keeps the order of the list and the limit', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(3), { maxLength: 12 }),
        fc.integer({ min: 1, max: 5 }),
        async (waits, limit) => {
          let running = 0;
          let most = 0;
          const results = await mapConcurrently(waits, limit, async (wait, index) => {
            most = Math.max(most, ++running);
            for (let round = 0; round < wait; round++) await tick();
            running--;
            return `${index}:${wait}`;
          });
          expect(results).toEqual(waits.map((wait, index) => `${index}:${wait}`));
          expect(most).toBeLessThanOrEqual(limit);
        },
      ),
      { numRuns: 30 },
    ));

  it('starts nothing more after the first error', async () => {
    const begun: number[] = [];
    const work = mapConcurrently([0, 1, 2, 3, 4, 5], 2, async (item) => {
      begun.push(item);
      await tick();
      if (item === 1) throw new Error('one');
    });
    await expect(work).rejects.toThrow('one');
    for (let round = 0; round < 10; round++) await tick();
    expect(begun.length).toBeLessThanOrEqual(3);
  });

  it.each([0, -1, 1.5, Number.NaN])('refuses a limit of %d', async (concurrency) => {
    await expect(mapConcurrently([1], concurrency, async () => 1)).rejects.toThrow(/concurrency.*at least 1/);
  });
});

describe('names', () => {
  it('are recognised as images by their ending in upper or lower case', () => {
    for (const name of ['a.png', 'a.JPG', 'a.b.Jpeg', 'a.webp', 'a.bmp', 'a.TIF', 'a.tiff'])
      expect(isImageName(name)).toBe(true);
    for (const name of ['a.gif', 'png', 'a.png.txt', 'a']) expect(isImageName(name)).toBe(false);
  });

  it('have a stem up to the last dot', () => {
    expect(stemOf('a.b.png')).toBe('a.b');
    expect(stemOf('a')).toBe('a');
  });
});

describe('listTextures', () => {
  it('finds images at any depth', () =>
    withFiles({ 'b.png': '', 'a/2.jpg': '', 'a/deep/1.jpg': '', 'a/notes.txt': '' }, async (root) => {
      expect((await listTextures(root)).map((path) => basename(path))).toEqual(['2.jpg', '1.jpg', 'b.png']);
    }));

  it('refuses a folder without images, and a missing one', () =>
    withFiles({ 'a/notes.txt': '' }, async (root) => {
      await expect(listTextures(root)).rejects.toMatchObject({ code: 'DATASET_EMPTY' });
      await expect(listTextures(join(root, 'b'))).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
      await expect(listTextures(join(root, 'a/notes.txt'))).rejects.toMatchObject({
        code: 'FOLDER_EXPECTED',
      });
    }));
});
