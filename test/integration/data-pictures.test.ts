/** @file `clad data list` and `clad data collect` as their users run them: a data set listed, its pictures scattered, and built again. */
import { lstat, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import type { PictureList } from '../../src/data/picture-list.ts';
import { resizeNearest, resizePixels } from '../../src/image/resize.ts';
import type { Collection } from '../../src/jobs/pictures/collect.ts';
import { clad, type Ended } from '../helpers/clad.ts';
import { encoded, type Files, withFiles, writeFiles } from '../helpers/images.ts';
import { mpdd } from '../helpers/miniatures.ts';
import { drawPart } from '../helpers/parts.ts';
import { expectComplaint, expectRefused } from '../helpers/refused.ts';

const folder = 'bracket_black';

/** Runs `use` with a data set, and the list of it. */
async function withList(use: (root: string, list: string) => Promise<void>, more: Files = {}): Promise<void> {
  await withFiles(more, async (root) => {
    const data = join(root, 'data');
    await writeFiles(data, await mpdd());
    const list = join(root, 'list.json');
    const listed = await clad('data', 'list', data, '--out', list, '--about', 'a test');
    expect({ status: listed.status, stdout: listed.stdout }).toEqual({ status: 0, stdout: '' });
    await use(root, list);
  });
}

const collect = (root: string, list: string, ...more: readonly string[]): Promise<Ended> =>
  clad('data', 'collect', list, join(root, 'data'), '--out', join(root, 'built'), '--json', ...more);

describe('clad data collect', () => {
  it('builds the listed data set of links, with its fingerprint, and does nothing the second time', () =>
    withList(async (root, list) => {
      const { status, stdout } = await collect(root, list);
      expect(status).toBe(0);
      const made = JSON.parse(stdout) as Collection;
      expect(made).toMatchObject({
        pictures: 7,
        found: { file: 7, pixels: 0, scaled: 0, name: 0 },
        missing: [],
      });
      const { fingerprint } = JSON.parse(await readFile(list, 'utf8')) as PictureList;
      expect(made.fingerprint).toEqual({ value: fingerprint, same: true });
      const link = join(root, 'built', folder, 'train/good/000.png');
      const before = await lstat(link);
      expect(before.isSymbolicLink()).toBe(true);
      const again = await collect(root, list);
      expect(JSON.parse(again.stdout)).toEqual(made);
      expect((await lstat(link)).ino).toBe(before.ino);
    }));

  it('finds pictures under other names, in other folders and formats, and copies them', () =>
    withList(async (root, list) => {
      const at = (path: string) => join(root, 'data', folder, path);
      await mkdir(join(root, 'data/elsewhere'));
      await rename(at('train/good/001.png'), join(root, 'data/elsewhere/renamed.png'));
      const webp = await sharp(at('train/good/002.png')).webp({ lossless: true }).toBuffer();
      await rm(at('train/good/002.png'));
      await writeFile(join(root, 'data/elsewhere/002.webp'), webp);
      const { status, stdout } = await collect(root, list, '--copy');
      expect(status).toBe(0);
      const made = JSON.parse(stdout) as Collection;
      expect(made.found).toEqual({ file: 6, pixels: 1, scaled: 0, name: 0 });
      // A file is another one.
      expect(made.fingerprint?.same).toBe(false);
      expect((await readdir(join(root, 'built', folder, 'train/good'))).sort()).toEqual([
        '000.png',
        '001.png',
        '002.webp',
        '003.png',
      ]);
      expect((await lstat(join(root, 'built', folder, 'train/good/001.png'))).isFile()).toBe(true);
    }));

  it('makes copies of links of before where these are asked for', () =>
    withList(async (root, list) => {
      const built = join(root, 'built', folder, 'train/good/001.png');
      await collect(root, list);
      expect((await lstat(built)).isSymbolicLink()).toBe(true);
      await collect(root, list, '--copy');
      expect((await lstat(built)).isFile()).toBe(true);
    }));

  it('names and counts what is missing and what differs, builds the rest, and goes on with further folders', () =>
    withList(async (root, list) => {
      const at = (path: string) => join(root, 'data', folder, path);
      await mkdir(join(root, 'later'));
      await rename(at('train/good/001.png'), join(root, 'later/found.png'));
      const original = await readFile(at('test/hole/000.png'));
      await writeFile(at('test/hole/000.png'), await encoded(drawPart('disc', 77).image));
      const ended = await collect(root, list);
      expectComplaint(ended, /2 of 7 pictures are missing or differ/);
      const made = JSON.parse(ended.stdout) as Collection;
      expect(made.missing).toEqual([`${folder}/train/good/001.png`]);
      expect(made.differing).toEqual([
        { picture: `${folder}/test/hole/000.png`, path: at('test/hole/000.png') },
      ]);
      expect(made.fingerprint).toBeNull();
      await writeFile(join(root, 'later/hole.png'), original);
      const built = ['--out', join(root, 'built'), '--json'];
      const whole = await clad('data', 'collect', list, join(root, 'data'), join(root, 'later'), ...built);
      expect(JSON.parse(whole.stdout)).toMatchObject({
        missing: [],
        differing: [],
        fingerprint: { same: true },
      });
      expect(whole.status).toBe(0);
    }));

  it('has a picture once where the very file is found after another was taken by name', () =>
    withList(async (root, list) => {
      const hole = join(root, 'data', folder, 'test/hole');
      await mkdir(join(root, 'later'));
      await rename(join(hole, '000.png'), join(root, 'later/hole.png'));
      await writeFile(
        join(hole, '000.webp'),
        await sharp(await encoded(drawPart('disc', 77).image))
          .webp()
          .toBuffer(),
      );
      await collect(root, list, '--by-name');
      expect(await readdir(join(root, 'built', folder, 'test/hole'))).toEqual(['000.webp']);
      const built = ['--out', join(root, 'built'), '--json'];
      const { stdout } = await clad(
        'data',
        'collect',
        list,
        join(root, 'data'),
        join(root, 'later'),
        ...built,
      );
      expect((JSON.parse(stdout) as Collection).fingerprint?.same).toBe(true);
      expect(await readdir(join(root, 'built', folder, 'test/hole'))).toEqual(['000.png']);
    }));

  it('makes originals small where the list says so, and takes others by name when asked', () =>
    withFiles({}, async (root) => {
      const files: Record<string, Buffer> = {};
      const small: Record<string, Buffer> = {};
      for (let number = 0; number < 3; number++) {
        const { image } = drawPart('disc', number);
        files[`cap/train/good/${number}.png`] = await encoded(image);
        small[`cap/train/good/${number}.png`] = await encoded(resizePixels(image, 36, 32));
      }
      const { image, mask } = drawPart('disc', 9, true);
      const { width, height } = image;
      const grey = (data: Uint8Array, width: number, height: number) =>
        sharp(data, { raw: { width, height, channels: 1 } })
          .png()
          .toBuffer();
      const nearest = resizeNearest({ width, height, data: mask as Uint8Array }, 36, 32);
      files['cap/test/blot/9.png'] = await encoded(image);
      small['cap/test/blot/9.png'] = await encoded(drawPart('disc', 10).image);
      files['cap/ground_truth/blot/9_mask.png'] = await grey(mask as Uint8Array, width, height);
      small['cap/ground_truth/blot/9_mask.png'] = await grey(nearest.data, 36, 32);
      // In a set without folders of splits the stem alone may say which is meant; in one with them it does not.
      const { image: flat } = drawPart('disc', 12);
      files['flat/unique.png'] = await encoded(flat);
      small['cap/train/good/unique.png'] = await encoded(resizePixels(flat, 36, 32));
      small['cap/test/good/9.png'] = await encoded(drawPart('disc', 13).image);
      await writeFiles(join(root, 'data'), files);
      await writeFiles(join(root, 'small'), small);
      const list = join(root, 'list.json');
      const origins = join(root, 'origins.yaml');
      await writeFile(origins, 'cap:\n  source: drawn\n  shorterSide: 32\n');
      await clad('data', 'list', join(root, 'small'), '--out', list, '--origins', origins);
      const first = await collect(root, list);
      expect(first.status).toBe(2);
      const made = JSON.parse(first.stdout) as Collection;
      expect(made.found).toEqual({ file: 0, pixels: 0, scaled: 5, name: 0 });
      expect(made.missing).toEqual(['cap/test/good/9.png']);
      expect(made.differing.map(({ picture }) => picture)).toEqual(['cap/test/blot/9.png']);
      const named = await collect(root, list, '--by-name');
      expect(JSON.parse(named.stdout)).toMatchObject({
        found: { name: 1 },
        missing: ['cap/test/good/9.png'],
      });
      const taken = await sharp(join(root, 'built/cap/test/blot/9.png')).metadata();
      expect([taken.width, taken.height]).toEqual([36, 32]);
    }));

  it('refuses a folder that is not its own, and a list that is none', () =>
    withList(
      async (root, list) => {
        expectRefused(
          await clad('data', 'collect', list, join(root, 'data'), '--out', join(root, 'mine')),
          /mine: the folder holds files that `clad data collect of this list` did not write/,
        );
        const file = join(root, 'list.yaml');
        await writeFile(file, 'a: list');
        expectRefused(
          await clad('data', 'collect', file, join(root, 'data'), '--out', join(root, 'new')),
          /list\.yaml: it is no JSON .* Give a list that `clad data list` wrote/,
        );
        await expect(lstat(join(root, 'new'))).rejects.toThrow(/ENOENT/);
      },
      { 'mine/photo.png': [20, 20] },
    ));
});
