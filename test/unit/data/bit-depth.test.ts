/** @file What decides how 16-bit files are read, case by case; test/hostile/bit-depth.test.ts draws cameras at random. */
import { describe, expect, it } from 'vitest';
import { chooseBits, type FileDepth, trainingBits } from '../../../src/data/bit-depth.ts';
import { inspectDataset } from '../../../src/data/inspect.ts';
import { loadDataset } from '../../../src/data/load.ts';
import { examineImages, verifyImages } from '../../../src/data/verify-images.ts';
import { rangeOf } from '../../../src/image/samples.ts';
import { deepFile, deepImage, encoded, noise, withFiles } from '../../helpers/images.ts';

/** A file with values up to one, all kinds of values below it. */
function file(
  largest: number,
  more: { className?: string; multiple?: number; from?: number } = {},
): FileDepth {
  const { className = 'bolt', multiple = 1, from = 0 } = more;
  const steps = Math.floor((largest - from) / multiple);
  const values = Uint16Array.from(
    { length: 400 },
    (_, at) => from + Math.round((steps * at) / 399) * multiple,
  );
  return { path: `/${className}/${largest}.png`, className, depth: 16, range: rangeOf(values) };
}
const eight: FileDepth = { path: '/bolt/8.png', className: 'bolt', depth: 8 };
const many = (largest: number, more = {}) => Array.from({ length: 20 }, () => file(largest, more));

describe('files of 16 bits', () => {
  it.each([
    [255, 8],
    [1023, 10],
    [600, 10],
    [4095, 12],
    [2048, 12],
    [16_383, 14],
    [9000, 14],
  ])('with values up to %i are read as %i bits, with a message', (largest, bits) => {
    const choice = chooseBits(many(largest));
    expect(choice.bits).toBe(bits);
    expect(choice.note).toMatch(
      new RegExp(`^20 16-bit files with values up to ${largest}: read as ${bits} bits .*--bits`),
    );
  });

  it.each([65_535, 40_000, 16_384])(
    'with values up to %i are read as 16 bits without a message',
    (largest) => {
      expect(chooseBits(many(largest))).toEqual({ bits: 16 });
    },
  );

  it('are read by the range of all: a dark one among others is read as they are', () => {
    expect(chooseBits([...many(4095), file(300)]).bits).toBe(12);
    expect(chooseBits([...many(65_535), file(5000)])).toEqual({ bits: 16 });
  });

  it('that are left-aligned and bright are read as 16 bits', () => {
    expect(chooseBits(many(65_520, { multiple: 16 }))).toEqual({ bits: 16 });
  });

  it.each<[string, readonly FileDepth[], RegExp]>([
    ['too dark to tell', many(1500), /values go up to 1500 only/],
    ['black', many(0), /values go up to 0 only/],
    ['left-aligned and dark', many(4080, { multiple: 16 }), /multiples of 16.*upper end/],
    [
      'of two cameras in two classes',
      [...many(4095), ...many(65_535, { className: 'nut' })],
      /up to 4095 in bolt, and up to 65535 in nut/,
    ],
    [
      'of two cameras in one class',
      [...many(65_535), file(4000)],
      /in 1 of 21 files only to 4000 \(\/bolt\/4000\.png\)/,
    ],
    ['around the middle, as signed numbers', many(34_000, { from: 31_000 }), /between 31000 and 34000/],
    ['turned over', many(65_535, { from: 61_440 }), /between 61440 and 65535/],
    ['beside files of 8 bits', [...many(4095), eight], /bolt has files of 8 bits as well/],
  ])('that are %s are refused until --bits is given', (_, files, reason) => {
    expect(() => chooseBits(files)).toThrow(reason);
    expect(() => chooseBits(files)).toThrow(expect.objectContaining({ code: 'BITS_UNCLEAR', kind: 'input' }));
    expect(() => chooseBits(files)).toThrow(/Say it with --bits: 8, 10, 12 or 14 .* or 16/);
    expect(chooseBits(files, 16).bits).toBe(16);
  });

  it('with a time stamp of the highest value drawn into them are refused until --bits is given', () => {
    const stamped = Uint16Array.from({ length: 500 }, (_, at) => (at < 480 ? at * 8 : 65_535));
    const files = [{ ...file(1), range: rangeOf(stamped) }];
    expect(() => chooseBits(files)).toThrow(/up to 4095, and a few are 65535 without any between/);
  });

  it('that are black and white are not taken for two cameras', () => {
    const drawing = { ...file(1), range: rangeOf(Uint16Array.of(0, 65_535, 0, 65_535)) };
    expect(chooseBits([drawing])).toEqual({ bits: 16 });
  });

  it('that --bits leaves with few grey levels have a warning', () => {
    expect(chooseBits(many(4095), 16).note).toMatch(/read as 16 bits a sample, as --bits says: 16 of 256/);
    expect(chooseBits(many(4095), 12).note).toBeUndefined();
  });

  it('of the full range beside 8-bit files are read as 16 bits', () => {
    expect(chooseBits([...many(65_535), eight])).toEqual({ bits: 16 });
  });

  it('are missing: the bits are those of --bits, or 16', () => {
    expect(chooseBits([eight])).toEqual({ bits: 16 });
    expect(chooseBits([eight], 12)).toEqual({ bits: 12 });
  });
});

describe('a folder of files', () => {
  it('is examined while it is read, with the statistics of each image', async () => {
    const files = {
      'bolt/a.png': await deepImage(noise(20, 10), 12),
      'bolt/b.png': await encoded(noise(20, 10)),
    };
    await withFiles(files, async (root) => {
      const dataset = await loadDataset(root, { layout: 'plain' });
      const { seen } = await examineImages(dataset, { bits: 12 });
      const [deep, shallow] = dataset.samples.map(({ path }) => seen.get(path)!);
      expect(deep!.source).toEqual({ depth: 16, bits: 12 });
      expect(shallow).toEqual({ look: deep!.look, source: { depth: 8, bits: 8 } });
    });
  });

  it('with values beyond the given bits has broken images', async () => {
    const bright = Uint16Array.from({ length: 200 }, (_, at) => at * 100);
    await withFiles(
      { 'bolt/a.png': await deepFile(bright, 20, 10), 'bolt/b.png': [20, 10] },
      async (root) => {
        const dataset = await loadDataset(root, { layout: 'plain' });
        await expect(verifyImages(dataset, { bits: 12 })).rejects.toThrow(
          /1 of 2 images cannot be used.*\n.*a\.png: its values go up to 19900, and 12 bits hold 4095 at most/,
        );
        const { dataset: left } = await verifyImages(dataset, { bits: 16 });
        expect(left.samples).toHaveLength(2);
      },
    );
  });

  it('is reported by inspect as train would read it', async () => {
    const twelve = await deepImage(noise(20, 10), 12);
    const folder = { 'bolt/a.png': twelve, 'bolt/b.png': await deepImage(noise(22, 10), 12) };
    const problemsOf = (files: Readonly<Record<string, Uint8Array | readonly [number, number]>>) =>
      withFiles(files, async (root) => (await inspectDataset(root, { layout: 'plain' })).problems);
    expect(await problemsOf(folder)).toEqual([
      expect.objectContaining({
        severity: 'warning',
        class: 'bolt',
        message: expect.stringMatching(/read as 12/),
      }),
    ]);
    expect(await problemsOf({ ...folder, 'bolt/c.png': [20, 10] })).toEqual([
      expect.objectContaining({ severity: 'error', message: expect.stringMatching(/--bits/) }),
    ]);
    expect(await problemsOf({ 'bolt/a.png': [20, 10], 'bolt/b.png': [22, 10] })).toEqual([]);
  });

  it('of images nearly black has a warning, whatever the cause', async () => {
    const dark = (width: number) =>
      encoded({ ...noise(width, 10), data: noise(width, 10).data.map((value) => value >> 4) });
    const files = {
      'bolt/a.png': await dark(20),
      'bolt/b.png': await dark(22),
      'nut/a.png': [20, 10],
      'nut/b.png': [22, 10],
    } as const;
    await withFiles(files, async (root) => {
      expect((await inspectDataset(root, { layout: 'plain' })).problems).toEqual([
        expect.objectContaining({
          severity: 'warning',
          class: 'bolt',
          message: expect.stringMatching(/nearly black: .* not brighter than 1\d of 255/),
        }),
      ]);
    });
  });

  it('is read the same way for the images of the synthesis', async () => {
    const files = {
      'bolt/a.png': await deepImage(noise(20, 10), 12),
      'bolt/b.tif': await deepFile(
        Uint16Array.from({ length: 200 }, (_, at) => at * 10),
        20,
        10,
        'tiff',
      ),
      'nut/a.png': [20, 10] as const,
      'nut/b.png': [20, 10] as const,
    };
    await withFiles(files, async (root) => {
      const dataset = await loadDataset(root, { layout: 'plain' });
      expect(await trainingBits(dataset, undefined)).toMatchObject({ bits: 12 });
    });
  });
});
