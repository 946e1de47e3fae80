/** @file Regions of interest that are drawn in a page: the file is what clad train takes, comes back as it was drawn, and is not written over unseen. */
import { mkdir, mkdtemp, readdir, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { askedRegions } from '../../../src/cli/roi-flags.ts';
import type { DrawnShape } from '../../../src/studio/api.ts';
import { Datasets } from '../../../src/studio/datasets.ts';
import { definitionOf, regionProblem, shapesOf } from '../../../src/studio/drawn-regions.ts';
import { Memory } from '../../../src/studio/memory.ts';
import { Regions } from '../../../src/studio/regions.ts';
import { Workspace } from '../../../src/studio/workspace.ts';

let folder = '';
let memory: Memory;
let datasets: Datasets;
let regions: Regions;

beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'clad-regions-')));
  const workspace = await Workspace.open(folder);
  memory = Memory.open(workspace.database);
  datasets = new Datasets(workspace, memory);
  regions = new Regions(workspace, datasets);
  await photograph('bolt/train/good/0.png', 60, 40);
  await photograph('bolt/train/good/1.png', 120, 80);
  await photograph('bolt/train/good/2.png', 40, 60);
});
afterEach(async () => {
  memory.close();
  await rm(folder, { recursive: true, force: true });
});

async function photograph(path: string, width: number, height: number): Promise<void> {
  const file = join(folder, 'data/d', path);
  await mkdir(dirname(file), { recursive: true });
  await sharp({ create: { width, height, channels: 3, background: '#777' } })
    .png()
    .toFile(file);
}

const box = (x: number, name = '', ignore = false): DrawnShape => ({
  ...{ name, ignore, shape: { rectangle: [x, 10, 20, 20] } },
});
const image = 'bolt/train/good/0.png';
const save = (shapes: readonly DrawnShape[], seen: string | null = null, product = 'bolt') =>
  regions.save('d', { product, image, seen, shapes: [...shapes] });
const drawn = async () => (await regions.drawn(await datasets.view('d'))).bolt;
const file = () => join(folder, 'regions/d/bolt.yaml');

describe('a region that is drawn', () => {
  it('is a file that clad train takes, with names, thresholds of their own, and what is ignored', async () => {
    const shapes = [box(0, 'head'), box(30, 'thread'), box(5, 'head', true), box(35, '', true)];
    const view = await save(shapes);
    expect(view).toMatchObject({ file: 'regions/d/bolt.yaml', width: 60, height: 40, problem: null });
    expect(await readFile(file(), 'utf8')).toMatch(
      /^# Drawn in clad studio on "bolt\/train\/good\/0.png"\.\n/,
    );
    const rectangle = (x: number) => [{ rectangle: [x, 10, 20, 20] }];
    expect(await askedRegions([`bolt=${file()}`])).toEqual({
      bolt: {
        reference: '60x40',
        regions: [
          { name: 'head', inside: rectangle(0), ignore: rectangle(5) },
          { name: 'thread', inside: rectangle(30) },
        ],
        ignore: rectangle(35),
      },
    });
    expect(await regions.definitions('d', ['bolt', 'nut'])).toEqual(await askedRegions([`bolt=${file()}`]));
  });

  it('of a product with an equals sign in its name is found by the command that is shown', async () => {
    const image = 'm=4/train/good/0.png';
    await photograph(image, 60, 40);
    await regions.save('d', { product: 'm=4', image, seen: null, shapes: [box(0)] });
    const path = join(folder, 'regions/d/m=4.yaml');
    expect(await askedRegions([`m=4=${path}`])).toEqual(await regions.definitions('d', ['m=4']));
  });

  it('comes back, on a photograph of another size too, and says where it cannot', async () => {
    const polygon: DrawnShape = {
      ...{
        name: '',
        ignore: false,
        shape: {
          polygon: [
            [1, 1],
            [50, 2],
            [30, 30],
          ],
        },
      },
    };
    const { seen } = await save([polygon, box(4, '', true)]);
    expect(await regions.view('d', 'bolt', image)).toMatchObject({
      seen,
      shapes: [polygon, box(4, '', true)],
    });
    const { shapes } = await regions.view('d', 'bolt', 'bolt/train/good/1.png');
    expect(shapes[1]).toMatchObject({ shape: { rectangle: [8, 20, 40, 40] } });
    const turned = await regions.view('d', 'bolt', 'bolt/train/good/2.png');
    expect(turned).toMatchObject({ shapes: [], problem: expect.stringContaining('other proportions') });
    expect(await drawn()).toMatchObject({ width: 60, shapes: [polygon, {}] });
    await regions.remove('d', { product: 'bolt', image, seen });
    expect(await readdir(join(folder, 'regions/d'))).toEqual([]);
    expect(await regions.definitions('d', ['bolt'])).toEqual({});
  });

  it.each([
    ['of masks', 'inside: [{ mask: x.png }]', 'it has masks'],
    ['that is damaged', 'inside: [{ circle: 3 }]', 'rectangle'],
    ['that is no YAML', '{', 'YAML'],
  ])('is not shown from a file %s, which stays as it is', async (_, text, reason) => {
    await mkdir(dirname(file()), { recursive: true });
    await writeFile(file(), text);
    const { problem, shapes, seen } = await regions.view('d', 'bolt', image);
    expect([shapes, seen === null]).toEqual([[], false]);
    if (reason !== 'YAML') expect(problem).toContain(reason);
    expect(problem).not.toBe(null);
    await expect(save([box(0)], seen)).rejects.toThrow('is as it was');
    expect(await readFile(file(), 'utf8')).toBe(text);
    expect(await drawn()).toMatchObject({ shapes: [] });
  });
});

describe('what is refused', () => {
  const refusal = (work: Promise<unknown>) =>
    work.then(
      () => 'taken',
      ({ code, message }: { readonly code: string; readonly message: string }) => `${code}: ${message}`,
    );
  it('what a training would refuse, and what makes no region', async () => {
    const crossed: DrawnShape = {
      ...{
        name: '',
        ignore: false,
        shape: {
          polygon: [
            [0, 0],
            [50, 30],
            [50, 0],
            [0, 30],
          ],
        },
      },
    };
    expect(await refusal(save([crossed]))).toMatch(/^ROI_INVALID: .*crosses itself/);
    expect(await refusal(save([box(0, 'a'), box(10, 'b')]))).toContain('overlap');
    expect(await refusal(save([box(50)]))).toContain('outside of the reference');
    expect(await refusal(save([box(0, '<b>')]))).toMatch(/^OPTION_INVALID/);
    expect(await refusal(save([box(0, 'a'), box(30)]))).toMatch(/^REGION_REFUSED: .*others none/);
    expect(await refusal(save([box(0), box(5, 'a', true)]))).toContain('that there is not');
    expect(await readdir(join(folder, 'regions'))).toEqual([]);
  });
  it('to write over what the page has not seen, and names that lead away', async () => {
    const { seen } = await save([box(0)]);
    expect(await refusal(save([box(1)]))).toMatch(/^REGION_REFUSED: .*has changed since/);
    expect(await refusal(save([box(1)], seen))).toBe('taken');
    expect(await refusal(save([box(1)], null, '../x'))).toMatch(/^NAME_UNUSABLE/);
    await rm(join(folder, 'regions/d'), { recursive: true });
    await symlink(tmpdir(), join(folder, 'regions/d'));
    expect(await refusal(save([box(1)]))).toMatch(/^WORKSPACE_OUTSIDE/);
  });
});

it('shapes come back from their definition, those of a region together', () => {
  const shape = fc.record({
    name: fc.constantFrom('a', 'b'),
    ignore: fc.boolean(),
    shape: fc.constant({ rectangle: [1, 2, 3, 4] as [number, number, number, number] }),
  });
  const key = (all: readonly DrawnShape[] = []) => all.map((each) => JSON.stringify(each)).sort();
  fc.assert(
    fc.property(fc.array(shape, { minLength: 1, maxLength: 8 }), (shapes) => {
      fc.pre(regionProblem(shapes) === undefined);
      expect(key(shapesOf(definitionOf(shapes, { width: 9, height: 9 }), [1, 1]))).toEqual(key(shapes));
    }),
  );
});
