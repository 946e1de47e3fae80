/**
 * @file The page that teaches, as people use it, in Chromium with a camera that is played: products filmed and chosen, taught, watched, a threshold moved, the
 * file taken away and loaded again; on a phone and on a desk, light and dark, by keyboard, in two languages. Nothing but the page's own files is asked for.
 */
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { washer } from '../../src/demo/products/washer.ts';
import { renderGood } from '../../src/demo/render.ts';
import { readDetector } from '../../src/detector/file-checksum.ts';
import type { RgbImage } from '../../src/image/rgb.ts';
import type { PredictionLine } from '../../src/jobs/predict.ts';
import {
  barriers,
  buildPage,
  chromiumPath,
  hasChromium,
  isolation,
  type Server,
  serve,
} from '../helpers/browser.ts';
import { clad } from '../helpers/clad.ts';

let folder = '';
const at = (...names: readonly string[]) => join(folder, ...names);
const good: string[] = [];
let server: Server;
let browser: Browser;
let page: Page;
const trouble: string[] = [];
/** What the page says of a bad part, in both languages. */
let bad: readonly [english: string, german: string] = ['', ''];
const wait = { timeout: 120_000 };
/** Small, so that a test takes seconds. */
const address = () => `${server.url}?settings=features.inputSize=64+memoryBank.coresetSize=128`;

/** Pictures for people who want to look: a folder in CLAD_SHOTS. */
const shot = async (name: string, from = page) => {
  if (process.env.CLAD_SHOTS)
    await from.screenshot({ path: join(process.env.CLAD_SHOTS, `${name}.png`), fullPage: true });
};

async function open(options: BrowserContextOptions): Promise<Page> {
  const opened = await (await browser.newContext(options)).newPage();
  opened.on('console', (message) => {
    // What Chromium itself says where there is no graphics card.
    if (message.text() !== 'No available adapters.') trouble.push(message.text());
  });
  opened.on('pageerror', (error) => trouble.push(error.message));
  opened.on('request', (request) => {
    if (!/^(blob|data):/.test(request.url()) && !request.url().startsWith(server.url))
      trouble.push(request.url());
  });
  await opened.goto(address());
  return opened;
}

async function write(path: string, { width, height, data }: RgbImage): Promise<void> {
  await sharp(data, { raw: { width, height, channels: 3 } })
    .png()
    .toFile(path);
}

/** With a blot that nobody overlooks, at however few pixels. */
function painted({ width, height, data }: RgbImage): RgbImage {
  const marked = Uint8Array.from(data);
  for (let row = 56; row < 76; row++)
    for (let column = 20; column < 40; column++) marked.set([230, 20, 200], 3 * (row * width + column));
  return { width, height, data: marked };
}

/** The file that the page gives. */
async function downloaded(name: string) {
  const [download] = await Promise.all([page.waitForEvent('download'), page.click('#download')]);
  expect(download.suggestedFilename()).toBe('model.onnx');
  await mkdir(at(name), { recursive: true });
  const path = at(name, 'model.onnx');
  await download.saveAs(path);
  return readDetector(await readFile(path), path).metadata;
}

const text = (selector: string, from = page) => from.textContent(selector);
const fits = (from: Page) => from.evaluate('document.documentElement.scrollWidth - innerWidth');

beforeAll(async () => {
  if (!hasChromium) return;
  folder = await mkdtemp(join(tmpdir(), 'clad-teach-page-'));
  await mkdir(at('washers'));
  for (let part = 0; part < 6; part++) {
    good.push(at('washers', `${part}.png`));
    await write(good[part]!, renderGood(washer, { seed: 3, part: `${part}`, size: 128 }));
  }
  await write(at('bad.png'), painted(renderGood(washer, { seed: 3, part: 'new', size: 128 })));
  await mkdir(at('other'));
  await write(at('other', '0.png'), renderGood(washer, { seed: 3, part: 'other', size: 128 }));
  await buildPage('examples/teach', at('page'));
  server = await serve([at('page')], isolation);
  const args = ['--no-sandbox', '--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'];
  browser = await chromium.launch({ executablePath: chromiumPath, args });
  page = await open({ viewport: { width: 1280, height: 900 }, locale: 'en-GB', acceptDownloads: true });
}, 120_000);

afterAll(async () => {
  await browser?.close();
  await server?.close();
  if (folder) await rm(folder, { recursive: true, force: true });
});

describe.skipIf(!hasChromium)('the page that teaches', () => {
  it('takes pictures from a camera that is held, by mouse and by keyboard, and from files', {
    timeout: 60_000,
  }, async () => {
    expect(await text('#state')).toBe(
      'Product 1 has 0 pictures; at least 5 are needed, and 20 or more teach well.',
    );
    expect(await page.isDisabled('#teach')).toBe(true);
    await page.fill('.product .name', 'scene');
    await page.click('#camera');
    const hold = page.locator('#hold');
    await hold.scrollIntoViewIfNeeded();
    const count = async () => Number(await text('#hold-count'));
    await expect
      .poll(() => page.evaluate("document.querySelector('#video').videoWidth"), wait)
      .toBeGreaterThan(0);
    await hold.hover();
    await page.mouse.down();
    await expect.poll(count, wait).toBeGreaterThanOrEqual(3);
    await page.mouse.up();
    await expect.poll(() => page.locator('#hold.held').count(), wait).toBe(0);
    const held = await count();
    await hold.focus();
    await page.keyboard.down(' ');
    await expect.poll(count, wait).toBeGreaterThanOrEqual(held + 3);
    await page.keyboard.up(' ');
    await expect.poll(() => page.locator('#hold.held').count(), wait).toBe(0);
    const taken = await count();
    await page.waitForTimeout(600);
    expect(await count()).toBe(taken);
    expect(await text('#state')).toMatch(
      /^\d pictures of scene\. Ready to teach\.$|^\d\d pictures of scene\. /,
    );
    await page.click('#camera');
    // A second product, of files; what is no picture is passed over, and a picture can be taken out.
    await page.click('#add-product');
    await page.keyboard.type('washer');
    const second = page.locator('.product').nth(1);
    await second.locator('.files').setInputFiles([...good, at('page', 'index.html')]);
    expect(await second.locator('.count').textContent()).toBe('6 pictures');
    await second.getByRole('button', { name: 'Remove 5.png' }).click();
    expect(await second.locator('.count').textContent()).toBe('5 pictures');
    await second.locator('.files').setInputFiles(good[5]!);
    // Of another folder, with a name that is taken: odd pictures are told by their names.
    await second.locator('.files').setInputFiles(at('other', '0.png'));
    await second.getByRole('button', { name: 'Remove 0-2.png' }).click();
    expect(await second.locator('.count').textContent()).toBe('6 pictures');
    expect(await text('#state')).toMatch(/^\d+ pictures of 2 products\. Ready to teach\.$/);
    expect(await barriers(page)).toEqual([]);
  });

  it('stops when it is told to, and teaches', { timeout: 240_000 }, async () => {
    await page.click('#teach');
    await expect.poll(() => text('#state'), wait).toMatch(/^Step \d+ of \d+: /);
    await page.click('#cancel');
    await expect.poll(() => text('#state')).toMatch(/Ready to teach\.$/);
    expect(await page.isHidden('#trouble')).toBe(true);
    await expect.poll(() => page.workers().length).toBe(0);
    await page.click('#teach');
    await expect.poll(() => text('#state'), wait).toMatch(/of \d+: .*; about \d+ s left in all$/);
    await shot('teach-working');
    await expect.poll(() => text('#state'), wait).toMatch(/^Taught in \d+ s: scene, washer\. \d+\.\d MB\.$/);
    expect(await downloaded('first')).toMatchObject({ classes: ['scene', 'washer'] });
  });

  it('checks a picture, and says what the commands say of it', { timeout: 240_000 }, async () => {
    const { stdout } = await clad('predict', at('first'), at('bad.png'), '--json');
    const line = JSON.parse(stdout) as PredictionLine;
    // Of so few pixels a blot may be all that there is to see.
    expect(line.verdict).toMatch(/^(anomalous|unknown)$/);
    bad = line.verdict === 'unknown' ? ['Unknown part', 'Unbekanntes Teil'] : ['Defect', 'Fehler'];
    await page.setInputFiles('#image-file', at('bad.png'));
    await expect.poll(() => text('#verdict .word'), wait).toBe(bad[0]);
    expect(await text('#what')).toBe('washer');
    expect(await text('#score')).toBe(line.score.toFixed(2));
    expect(await text('#threshold-value')).toBe(line.threshold!.toFixed(2));
    expect(await page.locator('#boxes i').count()).toBe(line.regions.length);
    // To be read from two metres: letters of a tenth of the board's width.
    const size = await page.evaluate(
      "parseFloat(getComputedStyle(document.querySelector('#verdict')).fontSize)",
    );
    expect(size).toBeGreaterThan(100);
    const { width } = (await page.locator('#layers').boundingBox())!;
    expect(width).toBeGreaterThan(500);
    await shot('teach-defect');
    expect(await barriers(page)).toEqual([]);
  });

  it('moves the threshold by keyboard, into the file, and back', { timeout: 240_000 }, async () => {
    const learnt = await text('#threshold-value');
    await page.focus('#threshold');
    await page.keyboard.press('End');
    await expect.poll(() => text('#verdict .word'), wait).toBe('Good');
    await expect.poll(() => page.isVisible('#threshold-back'), wait).toBe(true);
    const { thresholds } = await downloaded('moved');
    expect(thresholds.washer).toMatchObject({ given: true });
    expect(thresholds.washer!.threshold.toFixed(2)).toBe(await text('#threshold-value'));
    expect(thresholds.scene!.given).toBeUndefined();
    await page.click('#threshold-back');
    await expect.poll(() => text('#verdict .word'), wait).toBe(bad[0]);
    expect(await text('#threshold-value')).toBe(learnt);
  });

  it('loads a file again, and watches with the camera', { timeout: 240_000 }, async () => {
    await page.reload();
    await page.setInputFiles('#model-file', at('moved', 'model.onnx'));
    await expect.poll(() => text('#state'), wait).toMatch(/^Loaded: scene, washer\. \d+\.\d MB\.$/);
    await page.click('#camera');
    await expect.poll(() => text('#what'), wait).toBe('scene');
    await expect.poll(() => text('#verdict .word'), wait).toMatch(/^(Good|Defect)$/);
    await expect.poll(() => text('#speed'), wait).toMatch(/^\d+\.\d pictures a second$/);
    await shot('teach-live');
    await page.click('#camera');
    await expect.poll(() => text('#verdict .word')).toBe('No result');
    // A picture chosen right after the camera keeps its verdict, also once the camera's last wait is over.
    await page.setInputFiles('#image-file', at('bad.png'));
    await page.waitForTimeout(2_500);
    await expect.poll(() => text('#verdict .word'), wait).toMatch(/^(Good|Defect|Unknown part)$/);
    expect(await page.evaluate("document.querySelector('#video').srcObject")).toBeNull();
    await page.setInputFiles('#model-file', at('bad.png'));
    await expect.poll(() => text('#trouble'), wait).toMatch(/^bad\.png: /);
    expect(await page.isDisabled('#download')).toBe(true);
  });

  it('fits a phone of 360 pixels, in German and in the dark', { timeout: 240_000 }, async () => {
    const phone = await open({
      viewport: { width: 360, height: 740 },
      locale: 'de-DE',
      colorScheme: 'dark',
      hasTouch: true,
      isMobile: true,
    });
    expect(await text('#add-product', phone)).toBe('Produkt hinzufügen');
    expect(await fits(phone)).toBe(0);
    await phone.fill('.product .name', 'Unterlegscheibe mit einem sehr langen Namen');
    await phone.locator('.product .files').setInputFiles(good);
    await phone.click('#camera');
    await expect.poll(() => phone.isVisible('#hold'), wait).toBe(true);
    expect(await fits(phone)).toBe(0);
    await phone.click('#camera');
    await phone.setInputFiles('#model-file', at('first', 'model.onnx'));
    await expect.poll(() => text('#state', phone), wait).toMatch(/^Geladen: /);
    await phone.setInputFiles('#image-file', at('bad.png'));
    await expect.poll(() => text('#verdict .word', phone), wait).toBe(bad[1]);
    expect(await fits(phone)).toBe(0);
    expect(await barriers(phone)).toEqual([]);
    await shot('teach-phone', phone);
    await phone.selectOption('#language', 'en');
    expect(await text('#verdict .word', phone)).toBe(bad[0]);
    expect(await text('#add-product', phone)).toBe('Add a product');
    await phone.close();
    expect(trouble).toEqual([]);
  });
});
