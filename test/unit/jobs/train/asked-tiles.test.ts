import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Sample } from '../../../../src/data/dataset.ts';
import { sizeOf } from '../../../../src/image/size-option.ts';
import { type AskedTiles, withTileSize, withTiles } from '../../../../src/jobs/train/asked-tiles.ts';
import { cladPresets } from '../../../../src/methods/clad/clad-options.ts';
import { tinyBackbone } from '../../../helpers/tiny-backbone.ts';

let folder = '';
const options = cladPresets.instant!;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clad-tiles-'));
  const blank = (width: number, height: number) =>
    sharp({ create: { width, height, channels: 3, background: 'grey' } }).jpeg();
  await blank(4000, 3000).toFile(join(folder, 'large.jpg'));
  // As a phone writes it: on its side, to be turned.
  await blank(3000, 4000).withMetadata({ orientation: 6 }).toFile(join(folder, 'turned.jpg'));
  await blank(500, 500).toFile(join(folder, 'square.jpg'));
  await blank(300, 225).toFile(join(folder, 'small.jpg'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

const sampleOf = (className: string, file: string): Sample => ({
  path: join(folder, file),
  className,
  split: 'train',
  anomalous: false,
  defect: 'good',
});

async function settled(asked: AskedTiles, files: Readonly<Record<string, string>> = { part: 'large.jpg' }) {
  const samples = Object.entries(files).map(([className, file]) => sampleOf(className, file));
  const notes: string[] = [];
  const { features, score } = await withTiles(
    withTileSize(options, asked),
    asked,
    samples,
    tinyBackbone(),
    (text) => notes.push(text),
  );
  const { width, height } = sizeOf(features.inputSize);
  const pixels = score.topShare * width * height;
  return { inputSize: features.inputSize, tile: features.tile, pixels, notes: notes.join(' ') };
}

describe('tiles that are asked for', () => {
  it('give the smallest defect a patch and a half', async () => {
    const { notes, pixels: _, ...found } = await settled({ tiles: 'auto', smallestDefect: 40 });
    expect(found).toEqual({ inputSize: '1200x912', tile: 320 });
    expect(notes).toMatch(
      /4000 x 3000 pixels are seen at 1200 x 912, in 4 x 5 tiles of 320 pixels: a defect of 40 pixels has 12 there/,
    );
    expect(notes).toMatch(/about 20 times as long/);
  });

  it('take 1 % of the longer side where no defect is said, and photographs as they are turned', async () => {
    const [asStored, turned] = [
      await settled({ tiles: 'auto' }),
      await settled({ tiles: 'auto' }, { part: 'turned.jpg' }),
    ];
    expect(asStored).toMatchObject({ inputSize: '1200x912', tile: 320 });
    expect(turned).toEqual(asStored);
  });

  it('are a grid of them, or of a size of their own, or of a stated input', async () => {
    const ofGrid = await settled({ tiles: { rows: 2, columns: 3 } });
    expect(ofGrid).toMatchObject({ inputSize: '768x512', tile: 320 });
    expect(ofGrid.notes).toMatch(/in 2 x 3 tiles of 320 pixels/);
    expect(await settled({ tiles: 512 })).toMatchObject({ inputSize: '4000x3008', tile: 512 });
    expect(await settled({ tiles: 512, inputSize: '1600x1200' })).toMatchObject({
      inputSize: '1600x1200',
      tile: 512,
    });
  });

  it('leave the number of pixels that make an image anomalous', async () => {
    const { inputSize, pixels } = await settled({ tiles: 'auto' });
    expect(inputSize).toBe('1200x912');
    expect(pixels).toBeCloseTo(options.score.topShare * 320 * 320, 6);
  });

  it('are left out where one would hold all', async () => {
    const {
      notes,
      pixels: _,
      ...found
    } = await settled({ tiles: 'auto', smallestDefect: 12 }, { part: 'small.jpg' });
    expect(found).toEqual({ inputSize: 320, tile: null });
    expect(notes).toMatch(/one tile: /);
    const both = await settled({ tiles: 'auto', smallestDefect: 12, whole: true }, { part: 'small.jpg' });
    expect(both.notes).toMatch(/one tile, so there is no whole to be seen beside it: /);
  });

  it('go by the class of the largest photographs, and say what is squeezed', async () => {
    const found = await settled({ tiles: 'auto', smallestDefect: 40 }, { a: 'square.jpg', b: 'large.jpg' });
    expect(found.inputSize).toBe('1200x912');
    expect(found.notes).toMatch(/Photographs of a have another shape than those of b/);
  });

  it('see the whole photograph, also where a preset cuts its middle out', async () => {
    const asked = { tiles: 'auto', smallestDefect: 40 } as const;
    const samples = [sampleOf('part', 'large.jpg'), sampleOf('gone', 'gone.jpg')];
    const notes: string[] = [];
    const cut = withTileSize(cladPresets.paper!, asked);
    const { features } = await withTiles(cut, asked, samples, tinyBackbone(), (text) => notes.push(text));
    expect(features.resizeTo).toBeNull();
    expect(notes.join()).toMatch(/nothing is cut off/);
  });

  it('are refused where they would be too many, and of methods that have none', async () => {
    await expect(settled({ tiles: { rows: 40, columns: 40 } })).rejects.toThrow(/at most 8192 pixels a side/);
    const { features: _, ...others } = options;
    expect(() => withTileSize(others, { tiles: 'auto' })).toThrow(/--tiles to be left out/);
  });
});
