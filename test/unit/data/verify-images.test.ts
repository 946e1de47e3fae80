import { rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ProgressEvent } from '../../../src/core/progress.ts';
import { loadDataset } from '../../../src/data/load.ts';
import { examineImages, verifyImages } from '../../../src/data/verify-images.ts';
import { encoded, type Files, greyPng, noise, withFiles } from '../../helpers/images.ts';

const whole = await encoded(noise(40, 30));
const doubled = await encoded(noise(40, 30, 99));
const jpeg = await encoded(noise(40, 30), 'jpeg');

const sound: Files = {
  'nut/train/good/0.png': [40, 30],
  'nut/train/good/1.jpg': [64, 20],
  'nut/test/good/0.png': [40, 30],
  'nut/test/bent/0.png': [40, 30],
  'nut/ground_truth/bent/0_mask.png': await greyPng(40, 30, 255),
};
const turned = await greyPng(30, 40, 255);
const black = await greyPng(40, 30, 0);
const broken: Files = {
  ...sound,
  'nut/train/good/2.png': '',
  'nut/train/good/3.png': whole.subarray(0, whole.length >> 1),
  'nut/train/good/4.jpg': jpeg.subarray(0, jpeg.length - 2),
  'nut/train/good/5.png': 'not an image',
};

/** The error's message, paths from the root. */
async function refusal(root: string, work: Promise<unknown>): Promise<string> {
  const error: unknown = await work.catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ name: 'CladError', kind: 'input' });
  const { code, message } = error as { code: string; message: string };
  return `${code} ${message}`.replaceAll(`${root}/`, '');
}

describe('verifyImages', () => {
  it('passes a sound data set unchanged, of differing sizes and formats', () =>
    withFiles(sound, async (root) => {
      const dataset = await loadDataset(root);
      const examination = await verifyImages(dataset);
      expect(examination.dataset).toEqual(dataset);
      expect(examination.broken).toEqual([]);
      expect(examination.sizes.get(join(root, 'nut/train/good/1.jpg'))).toEqual({ width: 64, height: 20 });
    }));

  it('lists every broken, empty and truncated image in one error', () =>
    withFiles(broken, async (root) => {
      const message = await refusal(root, verifyImages(await loadDataset(root)));
      expect(message).toMatch(/^IMAGES_BROKEN 4 of 8 images cannot be used\. .*--skip-broken:\n/);
      expect(message.split('\n').slice(1)).toEqual([
        '  nut/train/good/2.png: the file is empty',
        '  nut/train/good/3.png: the file is truncated',
        expect.stringMatching(/^ {2}nut\/train\/good\/4\.jpg: \S/),
        '  nut/train/good/5.png: it is not PNG, JPEG, WebP, BMP or TIFF',
      ]);
    }));

  it('refuses an image of two classes or with two labels; leaves all its copies out where asked to, down to an empty class', () =>
    withFiles(
      {
        ...sound,
        'bolt/train/good/0.png': [40, 30],
        'bolt/train/good/1.png': doubled,
        'nut/train/good/2.png': doubled,
      },
      async (root) => {
        const dataset = await loadDataset(root);
        expect(await refusal(root, verifyImages(dataset))).toMatch(
          /^IMAGES_CONTRADICT .*: bolt\/train\/good\/1\.png \(bolt\) = nut\/train\/good\/2\.png \(nut\)\. Expected one class/,
        );
        const left = await verifyImages(dataset, { skipBroken: true });
        expect(left.contradictions.map(({ samples }) => samples.length)).toEqual([2]);
        expect(left.dataset.samples).toHaveLength(dataset.samples.length - 2);
        // What is not looked at contradicts nothing.
        expect((await verifyImages(dataset, { splits: ['test'] })).contradictions).toEqual([]);
        await rm(join(root, 'bolt/train/good/0.png'));
        const message = await refusal(root, verifyImages(await loadDataset(root), { skipBroken: true }));
        expect(message).toMatch(/^CLASS_EMPTY Class bolt has no training images/);
      },
    ));

  it('lists a file that has gone and a link that leads nowhere', () =>
    withFiles(sound, async (root) => {
      await symlink(join(root, 'nowhere.png'), join(root, 'nut/train/good/9.png'));
      const dataset = await loadDataset(root);
      await rm(join(root, 'nut/test/good/0.png'));
      const message = await refusal(root, verifyImages(dataset));
      expect(message).toMatch(/nut\/train\/good\/9\.png: ENOENT/);
      expect(message).toMatch(/nut\/test\/good\/0\.png: ENOENT/);
    }));

  it('refuses a mask of another size than its image, naming both files and sizes', () =>
    withFiles({ ...sound, 'nut/ground_truth/bent/0_mask.png': turned }, async (root) => {
      const message = await refusal(root, verifyImages(await loadDataset(root)));
      expect(message).toContain(
        'nut/ground_truth/bent/0_mask.png: the mask is 30 x 40 pixels, its image nut/test/bent/0.png 40 x 30',
      );
    }));

  it('lists a broken mask by its own name', () =>
    withFiles({ ...sound, 'nut/ground_truth/bent/0_mask.png': '' }, async (root) => {
      const message = await refusal(root, verifyImages(await loadDataset(root)));
      expect(message).toContain('1 of 4 images');
      expect(message).toContain('nut/ground_truth/bent/0_mask.png: the file is empty');
    }));

  it('leaves broken samples out when asked, and says which', () =>
    withFiles(broken, async (root) => {
      const dataset = await loadDataset(root);
      const kept = await verifyImages(dataset, { skipBroken: true });
      expect(kept.broken.map(({ path }) => path)).toEqual(
        ['2.png', '3.png', '4.jpg', '5.png'].map((name) => join(root, 'nut/train/good', name)),
      );
      expect(kept.dataset.samples).toHaveLength(dataset.samples.length - 4);
      await expect(verifyImages(kept.dataset)).resolves.toMatchObject({ broken: [] });
    }));

  it('refuses to leave out all training images of a class, or of all', () =>
    withFiles({ ...sound, 'bolt/train/good/0.png': '' }, async (root) => {
      const work = verifyImages(await loadDataset(root), { skipBroken: true });
      expect(await refusal(root, work)).toMatch(/^CLASS_EMPTY Class bolt has no training images/);
      const bolt = verifyImages(await loadDataset(join(root, 'bolt')), { skipBroken: true });
      expect(await refusal(root, bolt)).toMatch(/^DATASET_NO_TRAINING/);
    }));

  it('accepts a class that had no training images before', () =>
    withFiles({ ...sound, 'cap/test/x/0.png': [9, 9], 'cap/test/x/1.png': '' }, async (root) => {
      const dataset = await loadDataset(root, { requireTraining: false });
      const kept = await verifyImages(dataset, { skipBroken: true });
      expect(kept.broken.map(({ path }) => path)).toEqual([join(root, 'cap/test/x/1.png')]);
    }));

  it('looks only at the splits it is given, and counts only them', () =>
    withFiles(broken, async (root) => {
      const dataset = await loadDataset(root);
      await expect(verifyImages(dataset, { splits: ['test'] })).resolves.toMatchObject({
        dataset,
        broken: [],
      });
      expect(await refusal(root, verifyImages(dataset, { splits: ['train'] }))).toContain('4 of 6 images');
    }));
});

describe('examineImages', () => {
  it('reports progress to the end, one image at a time', () =>
    withFiles(sound, async (root) => {
      const events: ProgressEvent[] = [];
      await examineImages(await loadDataset(root), { onProgress: (event) => events.push(event) });
      expect(events.map(({ done, total, unit }) => `${done}/${total} ${unit}`)).toEqual(
        [1, 2, 3, 4].map((done) => `${done}/4 images`),
      );
    }));

  it('finds masks without a pixel inside', () =>
    withFiles({ ...sound, 'nut/ground_truth/bent/0_mask.png': black }, async (root) => {
      const { emptyMasks, broken: none } = await examineImages(await loadDataset(root));
      expect(emptyMasks).toEqual([join(root, 'nut/ground_truth/bent/0_mask.png')]);
      expect(none).toEqual([]);
    }));

  it('finds the same whatever is decoded at once', () =>
    withFiles(broken, async (root) => {
      const dataset = await loadDataset(root);
      const alone = await examineImages(dataset, { concurrency: 1 });
      expect(await examineImages(dataset, { concurrency: 7 })).toEqual(alone);
      await expect(examineImages(dataset, { concurrency: 0 })).rejects.toMatchObject({
        code: 'OPTION_INVALID',
      });
    }));
});
