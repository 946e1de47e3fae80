/** @file Texture sources, class foregrounds and the images of `clad data synthesize`, on tiny data sets. */
import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command } from 'commander';
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { declare } from '../../../src/cli/data.ts';
import { diskStorage } from '../../../src/core/disk-storage.ts';
import { Random } from '../../../src/core/random.ts';
import type { Sample } from '../../../src/data/dataset.ts';
import { byClass } from '../../../src/data/dataset.ts';
import { fileImages } from '../../../src/data/file-images.ts';
import { loadDataset } from '../../../src/data/load.ts';
import { classForegrounds, evenly } from '../../../src/features/patches/class-foreground.ts';
import { inputImage, inputMask } from '../../../src/features/patches/input-image.ts';
import { resizeToInput } from '../../../src/features/patches/preprocess.ts';
import { writeSynthesisImages } from '../../../src/features/store/synthesis-images.ts';
import { proceduralTextures, textureFolder } from '../../../src/features/store/texture-source.ts';
import { decodeImage } from '../../../src/image/decode.ts';
import { toMap } from '../../../src/image/geometry.ts';
import { resizePixels } from '../../../src/image/resize.ts';
import type { RgbImage } from '../../../src/image/rgb.ts';
import { encoded, noise, withFiles } from '../../helpers/images.ts';
import { runGraph } from '../../helpers/run-graph.ts';
import { squareOf } from '../../helpers/sizes.ts';

/** A dark square on a light ground. */
function part(seed: number): RgbImage {
  const random = new Random(seed);
  const data = Uint8Array.from({ length: 64 * 64 * 3 }, () => 220 + random.integer(6));
  const [top, left] = [18 + random.integer(8), 18 + random.integer(8)];
  for (let row = top; row < top + 24; row++) data.fill(50, (row * 64 + left) * 3, (row * 64 + left + 24) * 3);
  return { width: 64, height: 64, data };
}

async function products(): Promise<Record<string, Uint8Array>> {
  const files: Record<string, Uint8Array> = {};
  for (let index = 0; index < 4; index++) {
    files[`data/part/train/good/${index}.png`] = await encoded(part(index));
    files[`data/surface/train/good/${index}.png`] = await encoded(noise(50, 70, index));
  }
  return files;
}

describe('inputImage', () => {
  it.each([
    [squareOf(32), 61, 40],
    [{ ...squareOf(32), resizeTo: squareOf(37) }, 50, 70],
    [{ width: 40, height: 24 }, 61, 40],
    [{ width: 20, height: 36, resizeTo: { width: 27, height: 36 } }, 50, 70],
  ])('agrees with the graph away from the border for %j', async (geometry, width, height) => {
    const image = noise(width, height, 4);
    const { y } = await runGraph({ x: { data: image.data, shape: [1, height, width, 3] } }, (_, { x }) => ({
      y: resizeToInput(x!, geometry),
    }));
    const ours = inputImage(image, geometry);
    expect([ours.width, ours.height]).toEqual([geometry.width, geometry.height]);
    expect(y!.shape).toEqual([1, geometry.height, geometry.width, 3]);
    for (const [at, value] of ours.data.entries()) {
      const pixel = Math.floor(at / 3);
      const [row, column] = [Math.floor(pixel / geometry.width), pixel % geometry.width];
      const toEnd = Math.min(geometry.height - 1 - row, geometry.width - 1 - column);
      if (Math.min(row, column, toEnd) > 0)
        expect(Math.abs(value - (y!.data[at] as number))).toBeLessThan(0.51);
    }
  });

  it('resizes to a square and cuts the middle out', () => {
    const image = noise(33, 80, 2);
    const { data } = resizePixels(image, 29, 29);
    const cut = inputImage(image, { ...squareOf(24), resizeTo: squareOf(29) });
    for (let row = 0; row < 24; row++) {
      const from = ((row + 2) * 29 + 2) * 3;
      expect(cut.data.subarray(row * 72, row * 72 + 72)).toEqual(data.subarray(from, from + 72));
    }
  });

  it('refuses a resize below the crop', () => {
    expect(() => inputImage(noise(9, 9), { ...squareOf(8), resizeTo: squareOf(7) })).toThrow(
      /at least the input size 8/,
    );
  });
});

describe('inputMask', () => {
  it('of a drawn rectangle lies where the geometry says that it does, and nowhere else', () => {
    const side = fc.integer({ min: 8, max: 60 });
    const share = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(
        fc.record({ width: side, height: side }),
        fc.record({ width: fc.integer({ min: 0, max: 20 }), height: fc.integer({ min: 0, max: 20 }) }),
        fc.record({ width: fc.integer({ min: 60, max: 200 }), height: fc.integer({ min: 60, max: 200 }) }),
        fc.tuple(share, share, share, share),
        (input, more, image, [left, top, across, down]) => {
          // An even remainder, so that both sides of the cut are alike.
          const resizeTo = { width: input.width + 2 * more.width, height: input.height + 2 * more.height };
          const geometry = { ...input, resizeTo };
          const [x, y] = [Math.floor(left * image.width), Math.floor(top * image.height)];
          const width = 1 + Math.floor(across * (image.width - x));
          const height = 1 + Math.floor(down * (image.height - y));
          const data = new Uint8Array(image.width * image.height);
          for (let row = y; row < y + height; row++)
            data.fill(1, row * image.width + x, row * image.width + x + width);
          const mask = inputMask({ ...image, data }, geometry);
          expect([mask.width, mask.height]).toEqual([input.width, input.height]);
          const expected = toMap(geometry, image, { x, y, width, height });
          const pixels = [...mask.data.keys()].filter((pixel) => mask.data[pixel] === 1);
          const columns = pixels.map((pixel) => pixel % input.width);
          const rows = pixels.map((pixel) => Math.floor(pixel / input.width));
          // What is seen is rounded to whole pixels of the photograph, which may move an edge by one of the map's.
          if (expected === undefined) {
            const toEdge = pixels.map((_, at) =>
              Math.min(columns[at]!, rows[at]!, input.width - 1 - columns[at]!, input.height - 1 - rows[at]!),
            );
            expect(Math.max(0, ...toEdge)).toBeLessThan(2);
            return;
          }
          if (pixels.length === 0) return;
          expect(Math.min(...columns)).toBeGreaterThanOrEqual(expected.x - 1);
          expect(Math.max(...columns)).toBeLessThanOrEqual(expected.x + expected.width);
          expect(Math.min(...rows)).toBeGreaterThanOrEqual(expected.y - 1);
          expect(Math.max(...rows)).toBeLessThanOrEqual(expected.y + expected.height);
          // Pixels of the middle are nearest to themselves.
          const inner = { x: expected.x + 2, y: expected.y + 2 };
          for (let row = inner.y; row < expected.y + expected.height - 2; row++)
            for (let column = inner.x; column < expected.x + expected.width - 2; column++)
              expect(mask.data[row * input.width + column]).toBe(1);
        },
      ),
    );
  });
});

describe('textureFolder', () => {
  it('scales textures, caches within its bound, and does not depend on earlier draws', () =>
    withFiles({ 'a.png': [40, 60], 'b.jpg': [90, 30], 'c.png': [20, 20] }, async (root) => {
      const paths = ['a.png', 'b.jpg', 'c.png'].map((name) => join(root, name));
      const [large, small] = [
        textureFolder(paths, fileImages),
        textureFolder(paths, fileImages, { cacheBytes: 0 }),
      ];
      expect(large.description).toBe('3 texture images');
      const drawn = await Promise.all(
        Array.from({ length: 12 }, (_, seed) => large.texture(new Random(seed), squareOf(16))),
      );
      expect(new Set(drawn).size).toBe(3);
      for (const { width, height } of drawn) expect(Math.min(width, height)).toBe(16);
      for (let seed = 11; seed >= 0; seed--) {
        const again = await small.texture(new Random(seed), squareOf(16));
        expect(again).toEqual(drawn[seed]);
        expect(again).not.toBe(drawn[seed]);
      }
      await rm(paths[0] as string);
      expect(await large.texture({ pick: () => paths[0] } as unknown as Random, squareOf(16))).toBe(
        drawn.find(({ width, height }) => width === 16 && height === 24),
      );
    }));

  it('names a broken file, and can be used afterwards', () =>
    withFiles({ 'a.png': 'no image' }, async (root) => {
      const source = textureFolder([join(root, 'a.png')], fileImages);
      for (let time = 0; time < 2; time++)
        await expect(source.texture(new Random(1), squareOf(16))).rejects.toThrow(
          /a\.png: cannot be decoded/,
        );
    }));

  it('needs a texture', () => {
    expect(() => textureFolder([], fileImages)).toThrow(/at least one image/);
  });
});

describe('classForegrounds', () => {
  it('decides for each class that is trained', async () =>
    withFiles(await products(), async (root) => {
      const { samples } = await loadDataset(join(root, 'data'));
      const done: number[] = [];
      const decisions = await classForegrounds(samples, squareOf(64), fileImages, {
        onProgress: ({ done: count }) => done.push(count),
      });
      expect(decisions).toEqual({
        part: { accepted: true, reason: expect.stringMatching(/part covers 1\d %/) },
        surface: { accepted: false, reason: expect.any(String) },
      });
      expect(done).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    }));
});

describe('evenly and byClass', () => {
  it('choose positions spread over the list', () => {
    expect(evenly([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], 4)).toEqual([0, 2, 5, 7]);
    expect(evenly([1, 2], 5)).toEqual([1, 2]);
    expect(evenly([], 5)).toEqual([]);
  });

  it('keep the order of the list', () => {
    const items = ['b', 'a', 'b'].map((className, index) => ({ className, index }));
    expect([...byClass(items)].map(([name, of]) => [name, of.map(({ index }) => index)])).toEqual([
      ['b', [0, 2]],
      ['a', [1]],
    ]);
  });
});

describe('writeSynthesisImages', () => {
  it('writes a file a class, five images a row, the same for the same seed', async () =>
    withFiles(await products(), async (root) => {
      const { samples } = await loadDataset(join(root, 'data'));
      const write = (folder: string, seed: number, of: readonly Sample[] = samples) =>
        writeSynthesisImages({
          samples: of,
          images: fileImages,
          foregrounds: { part: { accepted: true, reason: '' } },
          textures: proceduralTextures(),
          geometry: squareOf(32),
          seed,
          folder: diskStorage(join(root, folder)),
        });
      const written = await write('one', 1);
      expect(written.map(({ className, rows }) => [className, rows.length])).toEqual([
        ['part', 4],
        ['surface', 4],
      ]);
      const image = await decodeImage(written[0]!.path);
      expect([image.width, image.height]).toEqual([5 * 32 + 4 * 4, 4 * 32 + 3 * 4]);
      for (const { rows } of written)
        for (const { maskFraction, patches } of rows) {
          expect(maskFraction).toBeGreaterThan(0);
          expect(patches).toBeGreaterThan(0);
        }
      const [again, other] = [await write('two', 1), await write('three', 2)];
      expect(await decodeImage(again[0]!.path)).toEqual(image);
      expect(await decodeImage(other[0]!.path)).not.toEqual(image);
      // The photograph itself comes first in the row.
      const photograph = inputImage(await decodeImage(samples[0]!.path), squareOf(32));
      expect([...image.data.subarray(0, 96)]).toEqual([...photograph.data.subarray(0, 96)]);
      expect(await write('four', 1, [])).toEqual([]);
    }));
});

describe('clad data synthesize', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  async function clad(...flags: readonly string[]): Promise<{ stdout: string; stderr: string }> {
    const said = { stdout: '', stderr: '' };
    for (const stream of ['stdout', 'stderr'] as const)
      vi.spyOn(process[stream], 'write').mockImplementation((text) => {
        said[stream] += String(text);
        return true;
      });
    const program = new Command('clad').exitOverride();
    declare(program.command('data'));
    await program.parseAsync(['data', 'synthesize', ...flags], { from: 'user' });
    return said;
  }

  it('draws, and prints its decisions and that the generator was used', async () =>
    withFiles(await products(), async (root) => {
      const [data, out] = [join(root, 'data'), join(root, 'out')];
      const { stdout, stderr } = await clad(data, '--out', out, '--count', '2', '--size', '64');
      expect(stdout).toMatch(/^part {5}anomalies on the part: plain background/);
      expect(stdout).toMatch(/surface {2}anomalies anywhere: /);
      expect(stdout).toContain('4 anomalies drawn');
      expect(stderr).toContain('no --textures given');
      expect((await readdir(out)).sort()).toEqual(['part.png', 'surface.png']);
    }));

  it('prints one JSON document', async () =>
    withFiles({ ...(await products()), 'textures/deep/a.png': [30, 40] }, async (root) => {
      const flags = ['--out', join(root, 'out'), '--textures', join(root, 'textures'), '--json'];
      const { stdout, stderr } = await clad(join(root, 'data'), ...flags, '--count', '1', '--seed', '3');
      const document = JSON.parse(stdout);
      expect(document).toMatchObject({ seed: 3, size: 256, textures: '1 texture image' });
      expect(document.classes.part.foreground.accepted).toBe(true);
      expect(document.classes.part.rows).toHaveLength(1);
      expect(stderr).toBe('');
    }));

  it.each([
    [['--count', '0'], /--count to be a whole number from 1 to 1000, got 0/],
    [['--seed', 'x'], /--seed/],
    [['--textures', 'nowhere'], /nowhere: no such file or folder/],
  ])('refuses %j', async (flags, message) =>
    withFiles(await products(), async (root) => {
      await expect(clad(join(root, 'data'), '--out', join(root, 'out'), ...flags)).rejects.toThrow(message);
    }),
  );

  it('does not write into the data set, nor over a file', async () =>
    withFiles(await products(), async (root) => {
      const data = join(root, 'data');
      await expect(clad(data, '--out', join(data, 'samples'))).rejects.toThrow(/outside the data set/);
      const file = join(root, 'a file');
      await writeFile(file, '');
      await expect(clad(data, '--out', file)).rejects.toThrow(/expected a folder, this is a file/);
    }));
});
