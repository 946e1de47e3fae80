/** @file Ground truth that is painted: it lies where the layout expects it, the data set stays readable, and nothing is written over that the page has not seen. */
import { mkdir, mkdtemp, readdir, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { maskOfRuns } from '../../../src/core/runs.ts';
import { loadDataset } from '../../../src/data/load.ts';
import { decodeMask } from '../../../src/image/mask.ts';
import { Datasets } from '../../../src/studio/datasets.ts';
import { Masks } from '../../../src/studio/masks.ts';
import { Memory } from '../../../src/studio/memory.ts';
import { Workspace } from '../../../src/studio/workspace.ts';

let folder = '';
let memory: Memory;
let masks: Masks;
let datasets: Datasets;

beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'clad-masks-')));
  const workspace = await Workspace.open(folder);
  memory = Memory.open(workspace.database);
  datasets = new Datasets(workspace, memory);
  masks = new Masks(workspace, datasets);
});
afterEach(async () => {
  memory.close();
  await rm(folder, { recursive: true, force: true });
});

const picture = (width: number, height: number, grey = 90) =>
  sharp({ create: { width, height, channels: 3, background: { r: grey, g: grey, b: grey } } });
/** Photographs of 6 x 4 pixels in the data set `d`. */
async function given(...paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    await mkdir(dirname(join(folder, 'data/d', path)), { recursive: true });
    await picture(6, 4)
      .png()
      .toFile(join(folder, 'data/d', path));
  }
}
/** The first seven pixels outside, three inside. */
const runs = [7, 3, 14];
const save = (path: string, more: { seen?: string | null; runs?: number[] } = {}) =>
  masks.save('d', { path, seen: null, runs, ...more });
const mvtec = ['a/train/good/0.png', 'a/test/good/0.png', 'a/test/cut/1.png', 'a/test/dent/1.png'];

describe('painted ground truth', () => {
  it('is a grey PNG as large as its photograph, and its data set has it', async () => {
    await given(...mvtec);
    const before = await masks.view('d', 'a/test/cut/1.png');
    expect(before).toEqual({
      ...{ width: 6, height: 4, files: [], seen: null, runs: null, problem: null, refused: null },
    });
    const view = await save('a/test/cut/1.png');
    expect(view).toMatchObject({ files: ['a/ground_truth/cut/1_mask.png'], runs, problem: null });
    const file = join(folder, 'data/d/a/ground_truth/cut/1_mask.png');
    expect((await decodeMask(file)).data).toEqual(maskOfRuns(runs, 24));
    expect(await sharp(file).metadata()).toMatchObject({ format: 'png', channels: 1, depth: 'uchar' });
    const { images } = await datasets.view('d');
    expect(images.map((image) => image.masks)).toContainEqual(['a/ground_truth/cut/1_mask.png']);
    expect(await readdir(dirname(file))).toEqual(['1_mask.png']);
  });

  it('is loaded, changed, and removed again', async () => {
    await given(...mvtec);
    const first = await save('a/test/cut/1.png');
    const second = await save('a/test/cut/1.png', { seen: first.seen, runs: [0, 24] });
    expect(second).toMatchObject({ runs: [0, 24], files: first.files });
    expect(second.seen).not.toBe(first.seen);
    const gone = await masks.remove('d', { path: 'a/test/cut/1.png', seen: second.seen });
    expect(gone).toMatchObject({ files: [], seen: null });
  });

  it('of LOCO goes with its folder, without which the data set stays readable', async () => {
    const photograph = 'a/test/logical_anomalies/0.png';
    await given('a/train/good/0.png', photograph);
    const { seen } = await save(photograph);
    expect(await masks.remove('d', { path: photograph, seen })).toMatchObject({ files: [] });
    expect(await datasets.view('d')).toMatchObject({ layout: 'mvtec-loco', error: null });
  });

  it('turns with a photograph that its EXIF orientation turns', async () => {
    await given(...mvtec);
    await picture(6, 4)
      .withMetadata({ orientation: 6 })
      .jpeg()
      .toFile(join(folder, 'data/d/a/test/cut/2.jpg'));
    expect(await save('a/test/cut/2.jpg')).toMatchObject({ width: 4, height: 6, runs });
  });

  it.each([
    [
      'LOCO, one of several',
      'mvtec-loco',
      ['a/train/good/0.png', 'a/test/logical_anomalies/0.png'],
      'a/ground_truth/logical_anomalies/0/000.png',
    ],
    [
      'MVTec AD 2',
      'mvtec-ad-2',
      ['a/train/good/0.png', 'a/test_public/bad/0.png'],
      'a/test_public/ground_truth/bad/0_mask.png',
    ],
    ['BTAD', 'btad', ['a/train/ok/0.png', 'a/test/ko/0.bmp.png'], 'a/ground_truth/ko/0.bmp.png'],
  ])('is called as the layout calls it: %s', async (_, layout, files, mask) => {
    await given(...files);
    expect(await save(files[1] as string)).toMatchObject({ files: [mask] });
    expect(await datasets.view('d')).toMatchObject({ layout, error: null });
  });

  it('of defects that are all called bad can be read by runs of before, and when other kinds come', async () => {
    await given('a/train/good/0.png', 'a/test/bad/0.png', 'a/test/bad/1.png');
    expect((await datasets.view('d')).layout).toBe('visa-1cls');
    const { files } = await save('a/test/bad/0.png');
    expect(files).toEqual(['a/ground_truth/bad/0_mask.png']);
    const asBefore = await loadDataset(join(folder, 'data/d'), { layout: 'visa-1cls' });
    expect(asBefore.samples.filter(({ maskPaths }) => maskPaths)).toHaveLength(1);
    await given('a/test/cut/0.png');
    expect(await datasets.view('d')).toMatchObject({ error: null, layout: 'mvtec' });
  });

  it('of VisA keeps VisA’s names', async () => {
    await given('a/train/good/0.png', 'a/test/bad/0.png', 'a/test/bad/1.png', 'a/ground_truth/bad/1.png');
    expect(await save('a/test/bad/0.png')).toMatchObject({ files: ['a/ground_truth/bad/0.png'] });
    expect((await datasets.view('d')).layout).toBe('visa-1cls');
  });

  it('takes the place of one in another format', async () => {
    await given(...mvtec);
    const old = join(folder, 'data/d/a/ground_truth/cut/1_mask.tif');
    await mkdir(dirname(old), { recursive: true });
    await picture(6, 4, 255).tiff().toFile(old);
    const { seen, runs: before } = await masks.view('d', 'a/test/cut/1.png');
    expect(before).toEqual([0, 24]);
    expect(await save('a/test/cut/1.png', { seen })).toMatchObject({
      files: ['a/ground_truth/cut/1_mask.png'],
    });
    expect(await readdir(dirname(old))).toEqual(['1_mask.png']);
  });
});

describe('what is refused', () => {
  const refusal = (work: Promise<unknown>) =>
    work.then(
      () => 'taken',
      ({ code, message }: { readonly code: string; readonly message: string }) => `${code}: ${message}`,
    );

  it('to write over what the page has not seen', async () => {
    await given(...mvtec);
    const { seen } = await save('a/test/cut/1.png');
    expect(await refusal(save('a/test/cut/1.png'))).toMatch(/^MASK_REFUSED: .*has changed since/);
    await save('a/test/cut/1.png', { seen, runs: [0, 24] });
    expect(await refusal(masks.remove('d', { path: 'a/test/cut/1.png', seen }))).toContain('has changed');
  });

  it('to write over one of another size, until it is removed', async () => {
    await given(...mvtec);
    const old = join(folder, 'data/d/a/ground_truth/cut/1_mask.png');
    await mkdir(dirname(old), { recursive: true });
    await picture(12, 8, 255).png().toFile(old);
    const { seen, problem, runs: none } = await masks.view('d', 'a/test/cut/1.png');
    expect([none, problem]).toEqual([
      null,
      expect.stringContaining('12 x 8 pixels, and the photograph 6 x 4'),
    ]);
    expect(await refusal(save('a/test/cut/1.png', { seen }))).toContain('12 x 8');
    await masks.remove('d', { path: 'a/test/cut/1.png', seen });
    expect(await refusal(save('a/test/cut/1.png'))).toBe('taken');
  });

  it.each([
    ['nothing painted', [24], 'nothing is painted'],
    ['another size', [7, 3, 15], 'not the 6 x 4 pixels'],
  ])('%s', async (_, given24, reason) => {
    await given(...mvtec);
    expect(await refusal(save('a/test/cut/1.png', { runs: given24 }))).toContain(reason);
  });

  it('good parts, images in folders, two of one name, several files, other layouts', async () => {
    await given(...mvtec, 'a/test/dent/1.jpg', 'a/test/deep/x/1.png');
    expect(await refusal(save('a/test/good/0.png'))).toContain('good one');
    expect(await refusal(save('a/test/dent/1.png'))).toContain('1.jpg lies beside it');
    expect(await refusal(save('a/test/deep/x/1.png'))).toContain('in folders below it');
    await rm(join(folder, 'data/d'), { recursive: true });
    await given('a/train/good/0.png', 'a/test/logical_anomalies/0.png');
    for (const name of ['000.png', '001.png']) await given(`a/ground_truth/logical_anomalies/0/${name}`);
    const { seen, refused } = await masks.view('d', 'a/test/logical_anomalies/0.png');
    expect(refused).toContain('several files');
    expect(await refusal(save('a/test/logical_anomalies/0.png', { seen }))).toContain('several files');
    const removal = masks.remove('d', { path: 'a/test/logical_anomalies/0.png', seen });
    expect(await refusal(removal)).toContain('several files');
    await rm(join(folder, 'data/d'), { recursive: true });
    await given('a/0.png', 'a/1.png');
    expect(await refusal(save('a/0.png'))).toContain('good one');
  });

  it('what is no image of the data set, and a folder of masks that is a link out of the workspace', async () => {
    await given(...mvtec);
    expect(await refusal(save('../../outside.png'))).toMatch(/^WORKSPACE_OUTSIDE/);
    expect(await refusal(save('a/test/cut/9.png'))).toMatch(/^NOT_THERE/);
    const outside = join(folder, 'elsewhere');
    await mkdir(join(outside, 'cut'), { recursive: true });
    await writeFile(join(outside, 'cut/note.txt'), '');
    await symlink(outside, join(folder, 'data/d/a/ground_truth'));
    expect(await refusal(save('a/test/cut/1.png'))).toMatch(/^WORKSPACE_OUTSIDE/);
    expect(await readdir(join(outside, 'cut'))).toEqual(['note.txt']);
  });
});
