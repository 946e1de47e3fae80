/**
 * @file The newcomer: a folder of twenty good JPEGs of one object and nothing else, the backbone that comes with the program, and a scribble
 * on one more photograph. Fewer steps and a smaller memory bank than the default, for the time a test may take.
 */
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cap } from '../../src/demo/products/cap.ts';
import { renderGood } from '../../src/demo/render.ts';
import { Detector } from '../../src/detector/detector.ts';
import { decodeImage } from '../../src/image/decode.ts';
import type { PredictionLine } from '../../src/jobs/predict.ts';
import { nodeEngine } from '../../src/runtime/node.ts';
import { clad, type Ended } from '../helpers/clad.ts';

const size = 320;
/** Where the pen goes, and the box around it. */
const scribble = 'M 130 150 l 22 14 l -18 8 l 26 10';
const box = { left: 126, top: 146, right: 164, bottom: 186 };

let folder = '';
let trained: Ended;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clad-newcomer-'));
  const photographs = join(folder, 'caps');
  const fresh = join(folder, 'new');
  await Promise.all([photographs, fresh].map((path) => mkdir(path)));
  const jpeg = (part: number) => {
    const { width, height, data } = renderGood(cap, { seed: 5, part: `newcomer/${part}`, size });
    return sharp(data, { raw: { width, height, channels: 3 } }).jpeg({ quality: 88 });
  };
  for (let part = 0; part < 20; part++)
    await jpeg(part).toFile(join(photographs, `IMG_${String(part).padStart(4, '0')}.jpg`));
  await jpeg(20).toFile(join(fresh, 'good.jpg'));
  const pen = `<svg width="${size}" height="${size}"><path d="${scribble}" fill="none" stroke="#1b2a6b" stroke-width="2.5"/></svg>`;
  await sharp(await jpeg(20).toBuffer())
    .composite([{ input: Buffer.from(pen) }])
    .jpeg({ quality: 88 })
    .toFile(join(fresh, 'scribbled.jpg'));
  const settings = [
    'stage1.steps=60',
    'stage1.batch=512',
    'stage2.steps=30',
    'stage2.batch=512',
    'memoryBank.coresetSize=1024',
  ];
  trained = await clad(
    'train',
    photographs,
    '--out',
    join(folder, 'run'),
    ...settings.flatMap((text) => ['--set', text]),
  );
}, 240_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

describe('twenty JPEGs of one object', () => {
  it('train one class that is named after the folder', () => {
    expect(trained.stderr).toMatch(/Backbone: builtin/);
    expect(trained.stdout).toMatch(/caps: anomalous above/);
    expect(trained.status).toBe(0);
  });

  it('give a scribble a higher score than a good part', async () => {
    const { stdout, status } = await clad('predict', join(folder, 'run'), join(folder, 'new'), '--json');
    expect(status).toBe(0);
    const [good, scribbled] = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as PredictionLine);
    expect(scribbled).toMatchObject({ verdict: 'anomalous', class: 'caps' });
    // With twenty photographs one good part in twenty may be a false alarm, so the verdict on it is not asked.
    expect(good?.class).toBe('caps');
    expect(scribbled!.score! - good!.score!).toBeGreaterThan(1);
  });

  it('give a heat map that is hot at the scribble', async () => {
    const model = join(folder, 'run', 'model.onnx');
    const detector = await Detector.fromBytes(await nodeEngine({ threads: 2 }), await readFile(model), model);
    const { map } = await detector.predict(await decodeImage(join(folder, 'new', 'scribbled.jpg')));
    await detector.release();
    const side = detector.metadata.geometry.width;
    const hottest = map.indexOf(map.reduce((most, value) => Math.max(most, value)));
    const scale = size / side;
    const [x, y] = [((hottest % side) + 0.5) * scale, (Math.floor(hottest / side) + 0.5) * scale];
    const margin = 8;
    expect(x).toBeGreaterThan(box.left - margin);
    expect(x).toBeLessThan(box.right + margin);
    expect(y).toBeGreaterThan(box.top - margin);
    expect(y).toBeLessThan(box.bottom + margin);
  });
});
