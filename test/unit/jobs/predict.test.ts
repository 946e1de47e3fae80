/** @file What is written of predicted images: names, tables, COCO, masks and raw maps, with a detector that says what it is told to. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, it } from 'vitest';
import { decodeMask } from '../../../src/image/mask.ts';
import { type PredictImagesOptions, predictImages } from '../../../src/jobs/predict.ts';
import { predictTargets } from '../../../src/jobs/predict-targets.ts';
import { withFiles } from '../../helpers/images.ts';
import { madeMetadata } from '../../helpers/made-metadata.ts';
import { toldDetector } from '../../helpers/told-detector.ts';

/** A frame of hot pixels around a cold one, in a map of 4 x 3 over photographs of 40 x 30. */
const map = Float32Array.of(9, 9, 9, 0, 9, -7, 9, 0, 9, 9, 9, 0);
const threshold = { threshold: 3, achievableRate: 0.02, requestedRate: 0.02, count: 50, checkAbove: 2 };

function detector(thresholds: (typeof madeMetadata)['thresholds'] = { 'nut, large': threshold }) {
  const classes = ['bolt', 'nut, large'];
  const geometry = { width: 4, height: 3 };
  const metadata = { ...madeMetadata, classes, geometry, thresholds, display: {} };
  return toldDetector(metadata, { map, score: 9, shares: [0.25, 0.75] });
}

async function predicted(root: string, folders: readonly string[], options: PredictImagesOptions) {
  const targets = await predictTargets(folders.map((each) => join(root, each)));
  const lines = [];
  for await (const line of predictImages(await detector(), targets, undefined, options)) lines.push(line);
  return { targets, lines };
}

const names = async (root: string, ...folders: readonly string[]) =>
  (await predictTargets(folders.map((each) => join(root, each)))).map(({ mapName }) => mapName);

it('keeps folders of equally named images, in one folder or in several', async () => {
  const files = {
    'one/x.png': [8, 8],
    'one/deep/x.png': [8, 8],
    'two/x.png': [8, 8],
    'two/y.jpg': [8, 8],
  } as const;
  await withFiles(files, async (root) => {
    expect(await names(root, 'one')).toEqual(['x.png', 'deep/x.png']);
    // As before, where nothing is named twice.
    expect(await names(root, 'one/deep/x.png', 'two/y.jpg')).toEqual(['x.png', 'y.png']);
    expect(await names(root, 'one', 'two')).toEqual([
      'one/x.png',
      'one/deep/x.png',
      'two/x.png',
      'two/y.png',
    ]);
    expect(await names(root, 'two/x.png', 'two/y.jpg', 'one/deep/x.png')).toEqual([
      'two/x.png',
      'two/y.png',
      'one/deep/x.png',
    ]);
    // The same image twice has one folder only.
    expect(await names(root, 'two/x.png', 'two/x.png')).toEqual(['x.png', 'x-2.png']);
  });
});

it('writes a table, COCO, masks and raw maps', async () => {
  await withFiles({ 'in/a.png': [40, 30], 'in/b, "c".png': [40, 30], 'in/bad.png': 'x' }, async (root) => {
    const at = (name: string) => join(root, name);
    const share = { index: 1, count: 3 };
    const files = {
      csv: at('out/r.csv'),
      coco: at('out/r.json'),
      masks: at('masks'),
      rawMaps: at('raw'),
      share,
    };
    const { lines } = await predicted(root, ['in'], { ...files, rawMapFormat: 'tiff' });
    expect(await readdir(at('out'))).toEqual(['r.csv', 'r.json']);

    const rows = (await readFile(files.csv, 'utf8')).split('\n');
    expect(rows).toHaveLength(5);
    expect(rows[0]).toMatch(/^image,class,class share,.*,score,threshold,margin,verdict,decision,regions,/);
    expect(rows[1]).toContain('/in/a.png,"nut, large",0.75,"nut, large",0.75,9,3,6,anomalous,reject,1,');
    expect(rows[2]).toContain('/in/b, ""c"".png",');
    expect(rows[3]).toMatch(/bad\.png,,+"?.*cannot be decoded/);

    const coco = JSON.parse(await readFile(files.coco, 'utf8'));
    expect(coco.categories.map(({ id, name }: { id: number; name: string }) => [id, name])).toEqual([
      [1, 'bolt'],
      [2, 'nut, large'],
    ]);
    // Every third number, from the second, as those of shard 1 of 3.
    expect(coco.images).toMatchObject([
      { id: 2, file_name: 'a.png', width: 40, height: 30, verdict: 'anomalous' },
      { id: 5, file_name: 'b, "c".png' },
    ]);
    const [first, second] = coco.annotations;
    expect(first).toMatchObject({ id: 2, image_id: 2, category_id: 2, iscrowd: 0, score: 9 });
    expect(second).toMatchObject({ id: 5, image_id: 5 });
    expect(first.bbox).toEqual([0, 0, 31.67, 30]);
    // Less the hole, which reaches less than a pixel of the map, 10 x 10, from the cold one's centre.
    expect(first.area).toBeGreaterThan(26 * 30 - 20 * 20);
    expect(first.area).toBeLessThan(31.67 * 30 - 5 * 5);
    expect(first.segmentation).toHaveLength(1);

    const [line] = lines;
    const mask = await decodeMask(at('masks/a.png'));
    expect([mask.width, mask.height]).toEqual([40, 30]);
    const inside = mask.data.reduce((sum, value) => sum + (value > 0 ? 1 : 0), 0);
    expect(Math.abs(inside - first.area)).toBeLessThan(0.05 * first.area);
    expect([mask.data[15 * 40 + 15], mask.data[15 * 40 + 5], mask.data[15 * 40 + 39]].map(Boolean)).toEqual([
      false,
      true,
      false,
    ]);

    const { rawMap } = line as { rawMap: { path: string; offset: number; step: number } };
    expect(rawMap).toMatchObject({ path: at('raw/a.tif'), offset: -7 });
    const raw = await sharp(rawMap.path)
      .toColourspace('grey16')
      .raw({ depth: 'ushort' })
      .toBuffer({ resolveWithObject: true });
    const samples = new Uint16Array(raw.data.buffer, raw.data.byteOffset, raw.data.length / 2);
    expect([raw.info.width, raw.info.height, samples.length]).toEqual([4, 3, 12]);
    samples.forEach((sample, pixel) => {
      expect(rawMap.offset + rawMap.step * sample).toBeCloseTo(map[pixel]!, 3);
    });
  });
});

it('writes raw maps as NumPy reads them', async () => {
  await withFiles({ 'in/a.png': [40, 30] }, async (root) => {
    await predicted(root, ['in'], { rawMaps: join(root, 'raw') });
    const file = await readFile(join(root, 'raw/a.npy'));
    expect(file.subarray(0, 8)).toEqual(Buffer.from('\x93NUMPY\x01\x00', 'latin1'));
    const head = 10 + file.readUInt16LE(8);
    expect(head % 64).toBe(0);
    expect(file.toString('latin1', 10, head)).toMatch(
      /^\{'descr': '<f4', 'fortran_order': False, 'shape': \(3, 4\), \} *\n$/,
    );
    expect(Array.from(map, (_, at) => file.readFloatLE(head + 4 * at))).toEqual([...map]);
    expect(file).toHaveLength(head + 48);
  });
});

it('writes no mask where no threshold says what is anomalous, and leaves no part of a file', async () => {
  await withFiles({ 'in/a.png': [40, 30], 'in/b.png': [40, 30] }, async (root) => {
    const targets = await predictTargets([join(root, 'in')]);
    const files = { csv: join(root, 'out/r.csv'), coco: join(root, 'out/r.json') };
    const options = { ...files, masks: join(root, 'masks') };
    // Whoever takes the lines stops after the first.
    for await (const line of predictImages(await detector({}), targets, undefined, options)) {
      expect(line).toMatchObject({ mask: null, margin: null, decision: null });
      break;
    }
    expect(await readdir(root)).toEqual(['in', 'out']);
    expect(await readdir(join(root, 'out'))).toEqual([]);
  });
});
