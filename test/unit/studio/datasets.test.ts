/** @file Images that come into a data set: none is lost, none makes the others unreadable, and of images that are alike one stays. */
import { mkdir, mkdtemp, readdir, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { loadDataset } from '../../../src/data/load.ts';
import type { UploadQuery } from '../../../src/studio/api.ts';
import { flagsOf } from '../../../src/studio/dataset-images.ts';
import { Datasets } from '../../../src/studio/datasets.ts';
import { type KeptInspection, Memory } from '../../../src/studio/memory.ts';
import { Workspace } from '../../../src/studio/workspace.ts';

/** The same function, counted. */
vi.mock(import('../../../src/data/load.ts'), async (original) => {
  const { loadDataset, ...others } = await original();
  return { ...others, loadDataset: vi.fn(loadDataset) };
});

let folder = '';
let memory: Memory;
let datasets: Datasets;

beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'clad-datasets-')));
  const workspace = await Workspace.open(folder);
  memory = Memory.open(workspace.database);
  datasets = new Datasets(workspace, memory);
});
afterEach(async () => {
  memory.close();
  await rm(folder, { recursive: true, force: true });
});

const png = (red: number) =>
  sharp({ create: { width: 8, height: 8, channels: 3, background: { r: red, g: 0, b: 0 } } })
    .png()
    .toBuffer();
const take = (query: Partial<UploadQuery>, bytes: Uint8Array) =>
  datasets.take('parts', { product: 'bolt', place: 'train', kind: 'good', file: '0.png', ...query }, bytes);

describe('images of one name', () => {
  it('are all kept, also where they come at once', async () => {
    const reds = [10, 20, 30, 40, 50];
    const taken = await Promise.all(reds.map(async (red) => take({}, await png(red))));
    expect(new Set(taken.map(({ path }) => path)).size).toBe(5);
    expect(await readdir(join(folder, 'data/parts/bolt/train/good'))).toHaveLength(5);
    expect(await take({}, await png(30))).toMatchObject({ known: true });
  });
});

describe('defects', () => {
  it('may all be called bad, with ground truth or without', async () => {
    await take({}, await png(1));
    await take({ place: 'test', kind: 'bad' }, await png(2));
    await take({ place: 'test', kind: 'bad', file: '1.png' }, await png(3));
    await take({ place: 'mask', kind: 'bad', file: '1.png' }, await png(255));
    const view = await datasets.view('parts');
    expect(view).toMatchObject({ error: null, layout: 'mvtec' });
    expect(view.images).toHaveLength(3);
    await take({ file: '9.png' }, await png(4));
  });
  it.each(['ok', 'Good', 'logical_anomalies', 'Label'])('cannot be called %s', async (kind) => {
    await expect(take({ place: 'test', kind }, await png(1))).rejects.toThrow('cannot be used as a name');
  });
});

describe('ground truth', () => {
  it('belongs to an image that is there, and is called after it', async () => {
    await take({}, await png(1));
    const mask = { place: 'mask', kind: 'crack' } as const;
    await expect(take({ ...mask, file: '7_mask.png' }, await png(255))).rejects.toThrow('an image 7');
    await take({ place: 'test', kind: 'crack', file: '7.png' }, await png(2));
    expect(await take({ ...mask, file: '7_mask.png' }, await png(255))).toMatchObject({
      path: 'bolt/ground_truth/crack/7_mask.png',
    });
    expect(await take({ ...mask, file: '7.png' }, await png(255))).toMatchObject({ known: true });
    await expect(take({ ...mask, file: '7.png' }, await png(254))).rejects.toThrow('another ground truth');
    expect(await datasets.view('parts')).toMatchObject({ error: null });
  });
});

it('images of another layout are refused', async () => {
  await mkdir(join(folder, 'data/parts/bolt/train/ok'), { recursive: true });
  await sharp(await png(1)).toFile(join(folder, 'data/parts/bolt/train/ok/0.png'));
  await expect(take({}, await png(1))).rejects.toThrow('has the layout');
});

it('of images that are alike one stays, unless one is tested with', () => {
  const found = {
    ...{ root: '/d', problems: [], oddSizes: {}, classes: { bolt: { nearDuplicates: [['/d/3', '/d/4']] } } },
    copies: [{ paths: ['/d/1', '/d/2'] }],
  } as unknown as KeptInspection;
  const stays = (of: (paths: readonly string[]) => string | undefined) =>
    [...flagsOf(found, of)].filter(([, flags]) => flags.some((flag) => flag.stays)).map(([path]) => path);
  expect(stays((paths) => paths[0])).toEqual(['1', '3']);
  expect(stays(() => undefined)).toEqual([]);
  expect(flagsOf(found, () => undefined).get('2')).toEqual([
    { kind: 'copy', severity: 'warning', message: 'the same pixels as 1' },
  ]);
});

describe('an image that is left out', () => {
  beforeEach(async () => {
    for (const red of [1, 2, 3]) await take({ file: `${red}.png` }, await png(red));
  });

  it('does not have the folder read anew, and is told with those whose remarks change', async () => {
    const root = join(folder, 'data/parts');
    const [first, second, third] = [1, 2, 3].map((name) => `bolt/train/good/${name}.png`) as [
      string,
      string,
      string,
    ];
    memory.keepInspection('parts', 3, {
      ...{ root, problems: [], oddSizes: {}, total: { train: 3, testGood: 0, testAnomalous: 0 } },
      ...{ copies: [{ paths: [join(root, first), join(root, third)] }], classes: {} },
    } as unknown as KeptInspection);
    const { images } = await datasets.view('parts');
    const reads = vi.mocked(loadDataset).mock.calls.length;
    const [other] = await datasets.exclude('parts', [second], true);
    expect(other).toMatchObject({ path: second, excluded: true });
    // Of the two that are alike, the other one stays now.
    const told = await datasets.exclude('parts', [first], true);
    expect(told.map(({ path, excluded, flags }) => [path, excluded, flags[0]?.stays])).toEqual([
      [first, true, undefined],
      [third, false, true],
    ]);
    expect(await datasets.exclude('parts', [first], true)).toEqual([]);
    expect(vi.mocked(loadDataset).mock.calls.length).toBe(reads);
    // What was told is what a page would be given that asks anew.
    const now = new Map(images.map((image) => [image.path, image]));
    for (const image of [other, ...told]) if (image) now.set(image.path, image);
    expect([...now.values()]).toEqual((await datasets.view('parts')).images);
  });

  it('is found where it came since the folder was read, and refused where it is none', async () => {
    await datasets.view('parts');
    await take({ file: '9.png' }, await png(9));
    expect(await datasets.exclude('parts', ['bolt/train/good/9.png'], true)).toHaveLength(1);
    await expect(datasets.exclude('parts', ['bolt/train/good/8.png'], true)).rejects.toThrow(
      'no training image bolt/train/good/8.png',
    );
  });
});
