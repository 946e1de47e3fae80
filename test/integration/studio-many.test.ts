/** @file Many pictures in the studio, in Chromium, counted and not timed: the page holds those near the window, thumbnails are made of these, and one that is left out has nothing asked for anew. */
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chromiumPath, hasChromium } from '../helpers/browser.ts';
import { type Serving, startListening } from '../helpers/serve.ts';
import { smallPng } from '../helpers/small-png.ts';

const each = 600;
const wait = { timeout: 30_000 };
let folder = '';
let studio: Serving;
let browser: Browser;

const opened = async (): Promise<Page> => {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: 'en' });
  const page = await context.newPage();
  await page.goto(`${studio.url}/#/data/many`);
  await page.locator('.tile').first().waitFor(wait);
  return page;
};
const thumbnails = async () => {
  const found = await readdir(join(folder, 'cache/pictures'), { recursive: true }).catch(() => []);
  return found.filter((name) => name.endsWith('.webp')).length;
};

describe.skipIf(!hasChromium)('1200 pictures in the studio', () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'clad-many-'));
    const png = await smallPng();
    for (const place of ['bolt/train/good', 'bolt/test/crack', 'nut/train/good']) {
      await mkdir(join(folder, 'data/many', place), { recursive: true });
      const count = place === 'bolt/test/crack' ? 40 : each;
      for (let at = 0; at < count; at++)
        await writeFile(join(folder, 'data/many', place, `${String(at).padStart(3, '0')}.png`), png);
    }
    studio = await startListening('studio', folder, '--port', '0', '--no-open');
    browser = await chromium.launch({ executablePath: chromiumPath, args: ['--no-sandbox'] });
  }, 60_000);
  afterAll(() => rm(folder, { recursive: true, force: true }));
  afterAll(() => studio?.stop());
  afterAll(() => browser?.close());

  it('are in the page, and made small, as far as they are near the window', async () => {
    const page = await opened();
    expect(await page.textContent('main')).toContain('1,240 images, 2 products');
    await expect.poll(thumbnails, wait).toBeGreaterThan(10);
    expect(await page.locator('.tile').count()).toBeLessThan(150);
    expect(await thumbnails()).toBeLessThan(150);
    await page.evaluate('scrollTo(0, document.body.scrollHeight)');
    await page.getByRole('button', { name: 'Leave out: nut/train/good/599.png' }).waitFor(wait);
    expect(await page.locator('.tile').count()).toBeLessThan(150);
    // What was flown over is made by nobody.
    expect(await thumbnails()).toBeLessThan(300);
    await page.getByLabel('Kind').selectOption('crack');
    await page.getByRole('link', { name: 'Paint the ground truth: bolt/test/crack/039.png' }).waitFor(wait);
    expect(await page.locator('.tile', { hasText: 'good' }).count()).toBe(0);
    await page.context().close();
  }, 60_000);

  it('are not asked for anew when one is left out, in no tab', async () => {
    const tabs = [await opened(), await opened()];
    const [page, other] = tabs as [Page, Page];
    const asked: string[] = [];
    for (const tab of tabs)
      tab.on('request', (request) => {
        if (!request.url().includes('/picture')) asked.push(`${request.method()} ${request.url()}`);
      });
    await page.getByRole('button', { name: 'Leave out: bolt/train/good/002.png' }).click(wait);
    for (const tab of tabs)
      await tab.getByRole('button', { name: 'Take back: bolt/train/good/002.png' }).waitFor(wait);
    await other.getByRole('button', { name: 'Take back: bolt/train/good/002.png' }).click(wait);
    for (const tab of tabs)
      await tab.getByRole('button', { name: 'Leave out: bolt/train/good/002.png' }).waitFor(wait);
    const post = `POST ${studio.url}/api/datasets/many/exclusions`;
    expect(asked).toEqual([post, post]);
  }, 60_000);
});
