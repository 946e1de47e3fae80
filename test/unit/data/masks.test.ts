import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fileImages } from '../../../src/data/file-images.ts';
import { fingerprint } from '../../../src/data/fingerprint.ts';
import { inspectDataset } from '../../../src/data/inspect.ts';
import { loadDataset } from '../../../src/data/load.ts';
import { type Files, greyPng, withFiles } from '../../helpers/images.ts';
import { empty, refusal } from '../../helpers/layouts.ts';

const mvtec = ['nut/train/good/000.png', 'nut/test/broken/000.png', 'nut/test/broken/001.png'];

describe('a mask that nearly has the right name', () => {
  it.each([
    '000.png',
    '000-mask.png',
    '000_Mask.png',
    '0_mask.png',
    '000_gt.png',
    'mask_000.png',
    '000_mask_.png',
  ])('%s is refused with the name that was expected, and its image', async (name) => {
    expect(await refusal(empty(...mvtec, `nut/ground_truth/broken/${name}`))).toBe(
      `MASK_UNMATCHED nut/ground_truth/broken/${name}: this mask has no image (that of nut/test/broken/000.png, which has none, would be called 000_mask.png). Rename it if it is meant${name === '000.png' ? ', or read masks named as their images with --layout visa-1cls' : ''}.`,
    );
  });

  it('is refused as a mask without an image, where the image has its mask already', async () => {
    expect(
      await refusal(
        empty(...mvtec, 'nut/ground_truth/broken/000_mask.png', 'nut/ground_truth/broken/000.png'),
      ),
    ).toMatch(
      /broken\/000\.png: this mask has no image \(expected nut\/test\/broken\/000\.\*\)\. Add the image/,
    );
  });

  it('in VisA reorganised is refused with its name without a suffix', async () => {
    const visa = ['a/train/good/0.png', 'a/test/bad/1.JPG', 'a/ground_truth/bad/1-label.png'];
    expect(await refusal(empty(...visa))).toMatch(
      /that of a\/test\/bad\/1\.JPG, .* would be called 1\.png\)\./,
    );
  });

  it('is refused with the folder to rename, where that nearly has the right name', async () => {
    expect(await refusal(empty(...mvtec, 'nut/ground_truth/Broken/000_mask.png'))).toBe(
      'MASK_UNMATCHED nut/ground_truth/Broken/000_mask.png: this mask has no image (the images are in nut/test/broken, and their masks are looked for in ground_truth/broken). Rename the folder nut/ground_truth/Broken.',
    );
  });

  it('is refused beside the folders of defects, with its right place', async () => {
    expect(
      await refusal(empty(...mvtec, 'nut/ground_truth/000_mask.png', 'nut/ground_truth/001_mask.png')),
    ).toMatch(
      /^MASK_UNMATCHED nut\/ground_truth\/000_mask\.png: this mask, as 1 more in its folder, has no image \(.* ground_truth\/<defect>, .*\)\. Move it/,
    );
  });
});

describe('an anomalous image without a mask', () => {
  const photographs: Files = {
    'nut/train/good/000.png': [9, 9],
    'nut/train/good/001.png': [9, 9],
    'nut/test/broken/000.png': [9, 9],
    'nut/test/broken/001.png': [9, 9],
  };
  const messages = (more: Files) =>
    withFiles({ ...photographs, ...more }, async (root) => {
      const { problems } = await inspectDataset(root);
      return problems.map(({ path, message }) => `${path === null ? '-' : relative(root, path)}: ${message}`);
    });

  it('is reported with the name that was expected, and what lies there instead', async () => {
    const mask = await greyPng(9, 9, 255);
    expect(
      await messages({
        'nut/ground_truth/broken/001_mask.png': mask,
        'nut/ground_truth/broken/000_mask.gif': 'GIF',
      }),
    ).toEqual([
      'nut/test/broken/000.png: anomalous image without a mask; expected ground_truth/broken/000_mask.png, found ground_truth/broken/000_mask.gif',
    ]);
  });

  it('is reported once where no image has a mask, with a folder that may hold them', async () => {
    expect(await messages({ 'nut/Masks/broken/000.png': 'x' })).toEqual([
      '-: no masks, so no pixel metrics; expected ground_truth/broken/000_mask.png; there is a folder Masks',
    ]);
    expect(await messages({ 'nut/Ground Truth/broken/000.png': 'x' })).toEqual([
      '-: no masks, so no pixel metrics; expected ground_truth/broken/000_mask.png; there is a folder Ground Truth',
    ]);
  });
});

describe('MVTec LOCO', () => {
  const loco = [
    'box/train/good/000.png',
    'box/validation/good/000.png',
    'box/validation/good/001.png',
    'box/test/good/000.png',
    'box/test/logical_anomalies/000.png',
    'box/test/structural_anomalies/000.png',
    'box/ground_truth/logical_anomalies/000/000.png',
    'box/ground_truth/logical_anomalies/000/001.png',
    'box/ground_truth/structural_anomalies/000/000.png',
  ];

  it('is recognised, with all the masks of an image', () =>
    withFiles(empty(...loco), async (root) => {
      const { layout, samples } = await loadDataset(root);
      expect(layout).toBe('mvtec-loco');
      const own = samples.filter(({ split }) => split === 'test');
      const masks = own.map(({ defect, maskPaths = [] }) => [
        defect,
        ...maskPaths.map((path) => relative(root, path)),
      ]);
      expect(masks).toEqual([
        ['good'],
        [
          'logical_anomalies',
          'box/ground_truth/logical_anomalies/000/000.png',
          'box/ground_truth/logical_anomalies/000/001.png',
        ],
        ['structural_anomalies', 'box/ground_truth/structural_anomalies/000/000.png'],
      ]);
    }));

  it('does not train on validation/good, and says so', () =>
    withFiles(empty(...loco), async (root) => {
      const { samples, asides } = await loadDataset(root);
      expect(samples.filter(({ split }) => split === 'train')).toHaveLength(1);
      expect(asides).toMatchObject([
        {
          className: 'box',
          path: join(root, 'box/validation'),
          message: expect.stringMatching(/^2 images for validation, neither/),
        },
      ]);
    }));

  it('may have other names of defects, and masks of one file beside', () =>
    withFiles(
      empty(...mvtec, 'nut/ground_truth/broken/000/7.png', 'nut/ground_truth/broken/001_mask.png'),
      async (root) => {
        const { layout, samples } = await loadDataset(root);
        expect(layout).toBe('mvtec-loco');
        expect(
          samples.flatMap(({ maskPaths = [] }) => maskPaths.map((path) => relative(root, path))),
        ).toEqual(['nut/ground_truth/broken/000/7.png', 'nut/ground_truth/broken/001_mask.png']);
      },
    ));

  it('is refused where a folder of masks is empty, has no image, or a file beside it', async () => {
    const without = 'box/ground_truth/logical_anomalies/001/000.png';
    expect(await refusal(empty(...loco, without))).toMatch(
      /^MASK_UNMATCHED box\/ground_truth\/logical_anomalies\/001: .*expected box\/test\/logical_anomalies\/001\.\*/,
    );
    expect(await refusal(empty(...loco, 'box/ground_truth/logical_anomalies/000_mask.png'))).toMatch(
      /^LAYOUT_UNCLEAR .*000_mask\.png and 000 are masks of one image/,
    );
    const notes = loco.filter((path) => !path.includes('structural_anomalies/000/'));
    expect(await refusal(empty(...notes, 'box/ground_truth/structural_anomalies/000/notes.txt'))).toMatch(
      /^LAYOUT_UNCLEAR box\/ground_truth\/structural_anomalies\/000: .*it holds no mask/,
    );
  });

  it('has a fingerprint that every mask changes', () =>
    withFiles(empty(...loco), async (root) => {
      const dataset = await loadDataset(root);
      const fewer = dataset.samples.map((sample) =>
        sample.maskPaths ? { ...sample, maskPaths: sample.maskPaths.slice(0, 1) } : sample,
      );
      expect(await fingerprint({ ...dataset, samples: fewer }, fileImages)).not.toBe(
        await fingerprint(dataset, fileImages),
      );
    }));
});

describe('masks of good images', () => {
  it('are reported as not read', () =>
    withFiles(
      empty(...mvtec, 'nut/test/good/000.png', 'nut/ground_truth/good/000_mask.png'),
      async (root) => {
        const { asides } = await loadDataset(root);
        expect(asides?.map(({ message }) => message)).toEqual([
          'one image not read: every pixel of a good image counts as normal',
        ]);
      },
    ));
});
