import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { inspectDataset } from '../../../src/data/inspect.ts';
import { type Files, greyPng, withFiles } from '../../helpers/images.ts';

const black = await greyPng(9, 9, 0);
const files: Files = {
  'nut/train/good/0.png': [40, 30],
  'nut/train/good/1.png': [20, 50],
  'nut/test/good/0.png': [40, 30],
  'nut/test/constructor/0.png': [40, 30],
  'nut/test/constructor/1.png': [40, 30],
  'nut/ground_truth/constructor/0_mask.png': await greyPng(40, 30, 1),
};

describe('inspectDataset', () => {
  it('counts images, measures sizes and finds masks', () =>
    withFiles(files, async (root) => {
      const { layout, classes, total, problems } = await inspectDataset(root);
      expect(layout).toBe('mvtec');
      expect(classes).toEqual({
        nut: {
          train: 2,
          testGood: 1,
          testAnomalous: 2,
          defects: { good: 1, constructor: 2 },
          masks: 1,
          nearDuplicates: [],
          width: { min: 20, max: 40 },
          height: { min: 30, max: 50 },
        },
      });
      expect(total).toEqual({ train: 2, testGood: 1, testAnomalous: 2, masks: 1 });
      expect(problems).toEqual([
        {
          severity: 'warning',
          class: 'nut',
          path: join(root, 'nut/test/constructor/1.png'),
          message: 'anomalous image without a mask; expected ground_truth/constructor/1_mask.png',
        },
      ]);
    }));

  it('reports once that a class has no masks at all', () =>
    withFiles(
      {
        'a/train/good/0.png': [9, 9],
        'a/train/good/1.png': [9, 9],
        'a/test/x/0.png': [9, 9],
        'a/test/x/1.png': [9, 9],
      },
      async (root) => {
        const { problems } = await inspectDataset(root);
        expect(problems).toEqual([
          {
            severity: 'warning',
            class: 'a',
            path: null,
            message: 'no masks, so no pixel metrics; expected ground_truth/x/0_mask.png',
          },
        ]);
      },
    ));

  it('reports broken files, missing training images and empty masks, and goes on', () =>
    withFiles(
      {
        'a/test/x/0.png': '',
        'b/train/good/0.png': '',
        'b/test/x/0.png': [9, 9],
        'b/ground_truth/x/0_mask.png': black,
      },
      async (root) => {
        const { classes, problems } = await inspectDataset(root);
        expect(classes.a).toMatchObject({ train: 0, testAnomalous: 1, width: null, height: null });
        const found = problems.map((problem) => [
          problem.severity,
          problem.class,
          problem.path,
          problem.message,
        ]);
        expect(found).toEqual([
          ['error', 'a', join(root, 'a/test/x/0.png'), 'the file is empty'],
          ['error', 'a', null, 'no training images'],
          ['warning', 'a', null, 'no masks, so no pixel metrics; expected ground_truth/x/0_mask.png'],
          ['error', 'b', join(root, 'b/train/good/0.png'), 'the file is empty'],
          ['error', 'b', null, 'two training images are the least, and 0 can be used'],
          ['warning', 'b', join(root, 'b/ground_truth/x/0_mask.png'), 'the mask is empty'],
        ]);
      },
    ));
});
