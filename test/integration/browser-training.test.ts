/**
 * @file A page of headless Chromium trains: photographs to patch features, a method's own fit, a detector file in the browser's private
 * files. Its scores are those of `clad train` on the same photographs.
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cap } from '../../src/demo/products/cap.ts';
import { washer } from '../../src/demo/products/washer.ts';
import { renderFlawed, renderGood } from '../../src/demo/render.ts';
import type { RgbImage } from '../../src/image/rgb.ts';
import type { PredictionLine } from '../../src/jobs/predict.ts';
import { buildPage, chromiumPath, hasChromium, type Server, serve } from '../helpers/browser.ts';
import { clad } from '../helpers/clad.ts';

const products = { caps: cap, washers: washer };
const common = ['features.inputSize=64', 'memoryBank.coresetSize=128'];
const methods: readonly [string, readonly string[]][] = [
  ['patchcore', common],
  [
    'clad',
    [
      ...common,
      'memoryBank.components=16',
      'adaptor=[32,24,16]',
      'discriminator=[16,8]',
      'stage1.batch=64',
      'stage1.steps=8',
      'stage2.batch=96',
      'stage2.steps=4',
      'evaluations=2',
    ],
  ],
];

let folder = '';
const at = (...names: readonly string[]) => join(folder, ...names);
const trainedOn: string[] = [];
const fresh: string[] = [];
let server: Server;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  if (!hasChromium) return;
  folder = await mkdtemp(join(tmpdir(), 'clad-browser-training-'));
  const write = async (path: string, { width, height, data }: RgbImage) =>
    sharp(data, { raw: { width, height, channels: 3 } })
      .png()
      .toFile(path);
  await mkdir(at('new'));
  for (const [name, product] of Object.entries(products)) {
    await mkdir(at('photos', name), { recursive: true });
    for (let part = 0; part < 8; part++) {
      trainedOn.push(`${name}/${part}.png`);
      await write(at('photos', name, `${part}.png`), renderGood(product, { seed: 3, part: `${part}`, size: 96 }));
    }
    fresh.push(`${name}-bad.png`, `${name}-good.png`);
    const settings = { seed: 3, part: 'new', size: 96 };
    await write(at('new', `${name}-good.png`), renderGood(product, settings));
    const { image } = renderFlawed(product, settings, Object.keys(product.defects)[0]!, 1);
    await write(at('new', `${name}-bad.png`), image);
  }
  await buildPage('test/helpers/training-page', at('page'));
  server = await serve([at('page'), folder]);
  browser = await chromium.launch({ executablePath: chromiumPath, args: ['--no-sandbox'] });
  page = await browser.newPage();
  await page.goto(server.url);
});
afterAll(async () => {
  await browser?.close();
  await server?.close();
  if (folder) await rm(folder, { recursive: true, force: true });
});

describe.skipIf(!hasChromium)('a page', () => {
  it.each(methods)('trains %s as Node does', async (method, settings) => {
    const out = at(method);
    const given = settings.flatMap((text) => ['--set', text]);
    const ended = await clad('train', at('photos'), '--out', out, '--method', method, '--no-report', ...given);
    expect(ended.stderr).toContain('');
    const { stdout } = await clad('predict', out, at('new'), '--json');
    const inNode = stdout.trim().split('\n').map((line) => JSON.parse(line) as PredictionLine);

    const call = (name: string, ...args: readonly unknown[]) =>
      page.evaluate(`${name}(${args.map((each) => JSON.stringify(each)).join(', ')})`);
    const trained = await call('train', method, settings, trainedOn);
    console.log(trained);
    const inPage = (await call('predict', method, fresh)) as PredictionLine[];
    console.log(inNode.map((l) => [l.path.slice(-16), l.class, l.score, l.threshold, l.verdict]));
    console.log(inPage.map((l) => [l.class, l.score, l.threshold, l.verdict]));
  });
});
