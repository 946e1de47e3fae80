import { relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadDataset } from '../../../src/data/load.ts';
import { describeReadAsOne, foldersReadAsOne } from '../../../src/data/nested.ts';
import { withFiles } from '../../helpers/images.ts';
import { empty } from '../../helpers/layouts.ts';

async function samplesOf(...paths: readonly string[]): Promise<string[]> {
  return withFiles(empty(...paths), async (root) => {
    const { samples } = await loadDataset(root);
    return samples.map(({ className, split, defect, path }) =>
      [className, split, defect, relative(root, path)].join(' '),
    );
  });
}

async function refusal(...paths: readonly string[]): Promise<string> {
  return withFiles(empty(...paths), async (root) => {
    const error: unknown = await loadDataset(root).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'LAYOUT_UNCLEAR' });
    return (error as Error).message.replaceAll(`${root}/`, '');
  });
}

describe("folders in a class's folder", () => {
  it('are read as the class, at any depth, beside images too', async () => {
    expect(
      await samplesOf(
        'bottle/week1/0.png',
        'bottle/week2/camera-a/0.png',
        'bottle/1.png',
        'cap/ok/0.png',
        'nut/ok_1/0.png',
        'nut/ok_2/0.png',
      ),
    ).toEqual([
      'bottle train good bottle/1.png',
      'bottle train good bottle/week1/0.png',
      'bottle train good bottle/week2/camera-a/0.png',
      'cap train good cap/ok/0.png',
      'nut train good nut/ok_1/0.png',
      'nut train good nut/ok_2/0.png',
    ]);
  });

  it.each([
    'bad',
    'NG',
    'n.i.O.',
    'notOK',
    'not good',
    'badParts_2',
    'defects-2024',
    'Anomalies',
    'rejected',
    'scratched',
    'test',
    'train',
    'ground_truth',
    'masks',
  ])('are refused when one is called %s', async (name) => {
    const message = await refusal('bottle/week1/0.png', `bottle/week2/${name}/0.png`);
    expect(message).toMatch(/^bottle\/week2\/.*: cannot tell.*its name says that not only good parts/);
    expect(message).toContain(`week2/${name}: `);
    expect(message).toMatch(/Keep good parts alone.*or rename.*train\/good/);
  });

  it.each(['week-1', 'camera_a', 'testbench', 'flawless', 'stainless', 'label 2', '2024-05-01', 'valve'])(
    'are read when one is called %s',
    async (name) => {
      expect(await samplesOf(`bottle/${name}/0.png`)).toHaveLength(1);
    },
  );

  it('are refused when one is called good and what is beside it is not', async () => {
    expect(await refusal('bottle/good/0.png', 'bottle/bent/0.png')).toMatch(
      /^bottle\/good: .*beside it lies bent, which is not called so/,
    );
    expect(await refusal('bottle/good/0.png', 'bottle/1.png')).toMatch(
      /^bottle\/good: .*beside it lies 1\.png/,
    );
  });

  it('are refused by name where the data set lies one folder deeper', async () => {
    expect(await refusal('mvtec/bottle/train/good/0.png', 'mvtec/bottle/test/bent/0.png')).toMatch(
      /^mvtec\/bottle\/(test|train): /,
    );
  });
});

describe('folders within the layout of MVTec AD', () => {
  const bottle = ['bottle/train/good/0.png', 'bottle/test/good/0.png', 'bottle/test/bent/0.png'];

  it('are read where there are no masks', async () => {
    expect(
      await samplesOf(
        ...bottle,
        'bottle/train/good/week1/0.png',
        'bottle/test/good/a/b/0.png',
        'bottle/test/bent/line-2/0.png',
      ),
    ).toEqual([
      'bottle train good bottle/train/good/0.png',
      'bottle train good bottle/train/good/week1/0.png',
      'bottle test bent bottle/test/bent/0.png',
      'bottle test bent bottle/test/bent/line-2/0.png',
      'bottle test good bottle/test/good/0.png',
      'bottle test good bottle/test/good/a/b/0.png',
    ]);
  });

  it('are refused where the masks of their images would not be found', async () => {
    const masks = 'bottle/ground_truth/bent/0_mask.png';
    expect(await refusal(...bottle, masks, 'bottle/test/bent/line-2/1.png')).toMatch(
      /^bottle\/test\/bent\/line-2: .*masks in bottle\/ground_truth\/bent.*Put the images directly/,
    );
  });

  it('are refused when their names contradict their place', async () => {
    expect(await refusal(...bottle, 'bottle/test/bent/good/1.png')).toMatch(
      /^bottle\/test\/bent\/good: .*good ones/,
    );
    expect(await refusal(...bottle, 'bottle/test/good/ng/1.png')).toMatch(
      /^bottle\/test\/good\/ng: .*not only good/,
    );
    expect(await refusal(...bottle, 'bottle/train/good/bad/1.png')).toMatch(/^bottle\/train\/good\/bad: /);
  });
});

describe('foldersReadAsOne', () => {
  it('names the folders that were read as one, and no others', () =>
    withFiles(
      empty('bottle/b/0.png', 'bottle/a/0.png', 'bottle/a/1.png', 'bottle/2.png', 'cap/ok/0.png'),
      async (root) => {
        const merged = foldersReadAsOne(await loadDataset(root));
        expect(merged).toEqual([
          { class: 'bottle', split: 'train', defect: 'good', folders: ['bottle', 'bottle/a', 'bottle/b'] },
        ]);
        expect(merged.map(describeReadAsOne)).toEqual([
          'bottle: the images of 3 folders are read as one: bottle, bottle/a, bottle/b',
        ]);
      },
    ));
});
