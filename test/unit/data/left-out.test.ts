import { execFileSync } from 'node:child_process';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readRegular } from '../../../src/core/files.ts';
import { imagesBelow } from '../../../src/data/folders.ts';
import {
  describeLeftOut,
  type LeftOut,
  leftOutBriefly,
  summariseLeftOut,
} from '../../../src/data/left-out.ts';
import { loadDataset } from '../../../src/data/load.ts';
import { listTextures } from '../../../src/data/textures.ts';
import { examineImages } from '../../../src/data/verify-images.ts';
import { predictTargets } from '../../../src/jobs/predict-targets.ts';
import { encoded, type Files, noise, withFiles } from '../../helpers/images.ts';
import { animatedPng, paged } from '../../helpers/pages.ts';

const png = await encoded(noise(9, 9));
const jpeg = await encoded(noise(9, 9), 'jpeg');

const lines = (root: string, leftOut: readonly LeftOut[]) =>
  leftOut.map(({ path, reason }) => `${relative(root, path)}: ${reason}`).sort();

describe('a folder that is searched', () => {
  it('names what nobody can open, as its name is no text', async (context) =>
    withFiles({ 'ok.png': png, 'a \ufffd that is meant.png': png }, async (root) => {
      const odd = (name: string) => Buffer.concat([Buffer.from(`${root}/`), Buffer.from(name, 'latin1')]);
      try {
        await writeFile(odd('gr\xfcn.png'), png);
      } catch {
        context.skip('this file system takes text alone');
      }
      await mkdir(odd('ord\xe9'));
      const { images, leftOut } = await imagesBelow(root);
      expect(images).toHaveLength(2);
      expect(leftOut.map(({ reason }) => reason)).toEqual(Array(2).fill('its name is not UTF-8'));
    }));

  it('gives images by their content, and names the reason for every other file', async () =>
    withFiles(
      {
        'a.jfif': jpeg,
        'b.JPE': jpeg,
        c: png,
        'd.dat': await encoded(noise(9, 9), 'webp'),
        'e.png': '',
        'f.gif': 'GIF89a......',
        'g.heic': '\0\0\0\x18ftypheic',
        'h.pgm': 'P5\n2 2\n255\n1234',
        'i.txt': 'Made on Monday',
        'j.nef': 'II*\0........',
        k: '',
        '.hidden': 'x',
        'Thumbs.db': 'x',
        'desktop.ini': 'x',
        '@eaDir/1.png': png,
        'void/.keep': '',
      },
      async (root) => {
        const { images, leftOut } = await imagesBelow(root);
        expect(images.map((path) => relative(root, path))).toEqual([
          'a.jfif',
          'b.JPE',
          'c',
          'd.dat',
          'e.png',
        ]);
        expect(lines(root, leftOut)).toEqual([
          'f.gif: GIF is not read',
          'g.heic: HEIC is not read',
          'h.pgm: PGM is not read',
          'i.txt: no image',
          'j.nef: camera raw is not read',
          'k: empty file',
          'void: empty folder',
        ]);
      },
    ));

  it('is entered once, and links that lead nowhere or in a circle are named', () =>
    withFiles({ 'a/0.png': png, 'a/b/1.png': png, 'real/2.png': png }, async (root) => {
      await symlink('..', join(root, 'a/b/up'));
      await symlink('/nowhere/share', join(root, 'a/share'));
      await symlink('/nowhere/1.png', join(root, 'a/broken.png'));
      await symlink('self', join(root, 'a/self'));
      await symlink('../real', join(root, 'a/c'));
      const { images, leftOut } = await imagesBelow(root);
      // A broken link in an image's place is met as a broken image.
      expect(images.map((path) => relative(root, path))).toEqual([
        'a/0.png',
        'a/broken.png',
        'a/b/1.png',
        'a/c/2.png',
      ]);
      expect(lines(root, leftOut)).toEqual([
        'a/b/up: link that leads in a circle',
        'a/self: link that leads in a circle',
        'a/share: link that leads nowhere',
        'real: folder that is read already, by a link',
      ]);
    }));

  it('may hold pipes and devices of any name: none is opened', () =>
    withFiles({ 'a/0.png': png }, async (root) => {
      const pipe = join(root, 'a/x.png');
      execFileSync('mkfifo', [pipe, join(root, 'a/y')]);
      await symlink('/dev/zero', join(root, 'a/zero.png'));
      await symlink('x.png', join(root, 'a/link.png'));
      const { images, leftOut } = await imagesBelow(root);
      expect(images).toEqual([join(root, 'a/0.png')]);
      expect(lines(root, leftOut)).toEqual([
        'a/link.png: named pipe, not a file',
        'a/x.png: named pipe, not a file',
        'a/y: named pipe, not a file',
        'a/zero.png: device, not a file',
      ]);
      await expect(readRegular(pipe)).rejects.toMatchObject({ code: 'FILE_UNREADABLE' });
      await expect(readRegular(pipe)).rejects.toThrow('it is a named pipe, not a file');
    }));

  it('is reported to predict and to textures alike', () =>
    withFiles({ '0.png': png, 'a.gif': 'GIF89a' }, async (root) => {
      const leftOut: LeftOut[] = [];
      await predictTargets([root], (entry) => leftOut.push(entry));
      await listTextures(root, (entry) => leftOut.push(entry));
      const entry = { path: join(root, 'a.gif'), reason: 'GIF is not read' };
      expect(leftOut).toEqual([entry, entry]);
    }));
});

describe('a data set', () => {
  const leftOutOf = (files: Files, change?: (root: string) => Promise<void>) =>
    withFiles(files, async (root) => {
      await change?.(root);
      const { samples, leftOut } = await loadDataset(root);
      return { samples: samples.length, leftOut: lines(root, leftOut) };
    });

  it('in the layout of MVTec AD names every file that is no sample', async () => {
    const { samples, leftOut } = await leftOutOf(
      {
        'license.txt': 'Yours',
        'a/readme.txt': 'Mine',
        'a/0.png': png,
        'a/train/good/0.png': png,
        'a/train/good/1.heic': '\0\0\0\x18ftypheic',
        'a/train/notes.txt': 'None',
        'a/test/good/0.png': png,
        'a/test/bent/0.png': png,
        'a/ground_truth/bent/0_mask.png': png,
        'a/ground_truth/bent/notes.txt': 'None',
        'a/more/good/0.png': png,
      },
      async (root) => {
        await symlink('/nowhere', join(root, 'b'));
        await symlink('/nowhere', join(root, 'a/test/share'));
        // Where nothing is read, nobody wants the whole disk searched.
        await symlink('/', join(root, 'a/disk'));
      },
    );
    expect(samples).toBe(3);
    expect(leftOut).toEqual([
      'a/0.png: image where the layout has none',
      'a/disk: link that leads in a circle',
      'a/ground_truth/bent/notes.txt: no image',
      'a/more/good/0.png: image where the layout has none',
      'a/readme.txt: no image',
      'a/test/share: link that leads nowhere',
      'a/train/good/1.heic: HEIC is not read',
      'a/train/notes.txt: no image',
      'b: link that leads nowhere',
      'license.txt: no image',
    ]);
  });

  it('does not follow links out of a layout that has no place for them', () =>
    withFiles({ 'big/0.png': png, 'set/a/train/good/0.png': png }, async (root) => {
      await symlink('../../big', join(root, 'set/a/more'));
      const { leftOut } = await loadDataset(join(root, 'set'));
      expect(lines(join(root, 'set'), leftOut)).toEqual(['a/more: link to a folder that is not read']);
    }));

  it('may have folders that are links, read under more than one name', () =>
    withFiles({ 'pool/0.png': png, 'pool/1.txt': 'x', 'set/c/0.png': png }, async (root) => {
      await symlink('../pool', join(root, 'set/a'));
      await symlink('../pool', join(root, 'set/b'));
      const { samples, leftOut } = await loadDataset(join(root, 'set'));
      expect(samples.map(({ className }) => className)).toEqual(['a', 'b', 'c']);
      expect(lines(join(root, 'set'), leftOut)).toEqual(['a/1.txt: no image']);
    }));

  it('in the layout of VisA names images that the table does not list', async () => {
    const heading = 'object,split,label,image,mask\n';
    const images = 'nut/Data/Images/Normal';
    const row = `nut,train,normal,${images}/0.JPG,\n`;
    const files: Files = {
      [`${images}/0.JPG`]: jpeg,
      [`${images}/1.JPG`]: jpeg,
      'nut/image_anno.csv': 'image',
      'split_csv/1cls.csv': heading + row,
      'split_csv/2cls_highshot.csv': heading,
    };
    expect(await leftOutOf(files)).toEqual({
      samples: 1,
      leftOut: [
        'nut/Data/Images/Normal/1.JPG: image that is not in split_csv/1cls.csv',
        'nut/image_anno.csv: no image',
      ],
    });
    await withFiles(files, async (root) => {
      execFileSync('rm', [join(root, images, '0.JPG')]);
      execFileSync('mkfifo', [join(root, images, '0.JPG')]);
      await expect(loadDataset(root)).rejects.toThrow(/line 2: .*0\.JPG is no file/);
      execFileSync('rm', [join(root, 'split_csv/1cls.csv')]);
      execFileSync('mkfifo', [join(root, 'split_csv/1cls.csv')]);
      await expect(loadDataset(root)).rejects.toThrow(/1cls\.csv: .*named pipe/);
    });
  });

  it('names what was left out where no image remains', async () => {
    const heic = '\0\0\0\x18ftypheic';
    const refusal = (files: Files) =>
      withFiles(files, (root) => loadDataset(root).catch((error: unknown) => (error as Error).message));
    expect(await refusal({ 'a/0.heic': heic, 'a/1.heic': heic })).toMatch(
      /images that are needed are missing.*; left out there: HEIC is not read \(2\)\.$/,
    );
    expect(await refusal({ 'a/0.heic': heic, 'b/0.png': png, 'b/0.gif': 'GIF89a' })).toMatch(
      /^Class a has no images: .*; left out there: HEIC is not read \(1\)\. Add some/,
    );
  });

  it('names pages and frames after the first, of images and masks', async () =>
    withFiles(
      {
        'a/train/good/0.webp': await paged('webp', 3),
        'a/train/good/1.png': await animatedPng(4, true),
        'a/train/good/2.png': png,
        'a/test/bent/0.png': png,
        'a/ground_truth/bent/0_mask.tif': await paged('tiff', 2),
      },
      async (root) => {
        const { broken, laterPages } = await examineImages(await loadDataset(root));
        expect(broken).toEqual([]);
        const pages = laterPages.map(({ path, count }) => [relative(root, path), count]);
        expect(pages).toEqual([
          ['a/train/good/0.webp', 2],
          ['a/train/good/1.png', 3],
          ['a/ground_truth/bent/0_mask.tif', 1],
        ]);
        expect(summariseLeftOut(laterPages)).toMatchObject({
          total: 6,
          reasons: [{ reason: 'pages or frames after the first', count: 6 }],
        });
      },
    ));
});

describe('the summary of what was left out', () => {
  const entry = (name: string, reason: string, count?: number): LeftOut =>
    count === undefined ? { path: join('/set', name), reason } : { path: join('/set', name), reason, count };
  const leftOut = [
    entry('b.gif', 'GIF'),
    entry('x.txt', 'text'),
    ...['e', 'd', 'c', 'a'].map((name) => entry(`${name}.gif`, 'GIF')),
    entry('p.tif', 'pages', 9),
  ];

  it('counts by reason, most first, each with a few names', () => {
    expect(describeLeftOut(summariseLeftOut(leftOut), '/set')).toEqual([
      'Left out: 15',
      '  pages (9): p.tif',
      '  GIF (5): a.gif, b.gif, c.gif and 2 more',
      '  text (1): x.txt',
    ]);
    expect(describeLeftOut(summariseLeftOut(leftOut), '/se')[3]).toBe('  text (1): /set/x.txt');
    expect(leftOutBriefly(leftOut)).toBe('; left out there: pages (9), GIF (5), text (1)');
  });

  it('is empty where nothing was left out', () => {
    expect(summariseLeftOut([])).toEqual({ total: 0, reasons: [] });
    expect(describeLeftOut(summariseLeftOut([]))).toEqual([]);
    expect(leftOutBriefly([])).toBe('');
  });
});
