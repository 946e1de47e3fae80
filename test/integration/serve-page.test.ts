/** @file The service's own page in a browser: an image is tried, and what went before is gone when the next one fails. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chromiumPath, hasChromium } from '../helpers/browser.ts';
import { copySmallTraining } from '../helpers/common-training.ts';
import { type Serving, startServe } from '../helpers/serve.ts';

let folder = '';
let data = '';
let serving: Serving;
let browser: Browser;
const token = 'a-token-for-this-test';

describe.skipIf(!hasChromium)('the page at /', () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'clad-page-'));
    data = await copySmallTraining(folder, 'parts');
    serving = await startServe(join(folder, 'parts'));
    browser = await chromium.launch({ executablePath: chromiumPath, args: ['--no-sandbox'] });
  }, 180_000);

  afterAll(async () => {
    await browser?.close();
    await serving?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  /** A page that fails the test where its policy or its script stumbles. */
  async function open(url: string): Promise<{ readonly page: Page; readonly trouble: readonly string[] }> {
    const page = await browser.newPage();
    const trouble: string[] = [];
    page.on('console', (message) => trouble.push(message.text()));
    page.on('pageerror', (error) => trouble.push(error.message));
    await page.goto(url);
    return { page, trouble };
  }

  const image = async (kind: string, name: string) => ({
    name,
    mimeType: 'image/png',
    buffer: await readFile(join(data, 'disc/test', kind, '000.png')),
  });

  it('predicts an image, shows where it is anomalous, and clears the result when the next one cannot be predicted', async () => {
    const { page, trouble } = await open(serving.url);
    expect(await page.textContent('#detector')).toBe('parts, version 1');
    const hostile = '<img src=x onerror=document.title=1>.png';
    const blot = await image('blot', hostile);
    const body = new Uint8Array(blot.buffer);
    const answer = await fetch(`${serving.url}/v1/detectors/parts/predict`, { method: 'POST', body });
    const { verdict, score } = (await answer.json()) as { verdict: string; score: number };
    await page.setInputFiles('#image', blot);
    await expect.poll(() => page.textContent('#result'), { timeout: 20_000 }).toContain('score');
    expect(await page.textContent('#result')).toMatch(new RegExp(`^${verdict}<img `));
    expect(await page.textContent('#result')).toContain(`${hostile}: disc, score ${score.toFixed(2)}, `);
    const shown = await page.evaluate(
      `(async () => { const map = document.querySelector('#result img'); await map.decode(); return [map.naturalWidth, map.naturalHeight]; })()`,
    );
    // The photograph has 72 x 64; the scale of the colours stands below.
    const [width, height] = shown as [number, number];
    expect(width).toBe(72);
    expect(height).toBeGreaterThan(64);
    await page.setInputFiles('#image', { name: 'a.txt', mimeType: 'text/plain', buffer: Buffer.from('x') });
    await expect.poll(() => page.textContent('#result'), { timeout: 20_000 }).toContain('cannot be decoded');
    expect(await page.textContent('#result')).not.toMatch(/score|normal|anomalous/);
    expect(await page.locator('#result img').count()).toBe(0);
    expect(await page.title()).toBe('clad');
    // The browser itself notes the answer 422.
    expect(trouble.filter((text) => !text.includes('422'))).toEqual([]);
    await page.close();
  });

  it('asks for the token where one is needed, before it says what is served', async () => {
    const file = join(folder, 'token');
    await writeFile(file, token);
    const guarded = await startServe(`secret=${join(folder, 'parts')}`, '--token-file', file);
    const { page } = await open(guarded.url);
    expect(await page.content()).not.toContain('secret');
    await page.fill('#token', 'wrong');
    await page.dispatchEvent('#token', 'change');
    await expect.poll(() => page.textContent('#result')).toContain('The token is missing or wrong');
    await page.fill('#token', token);
    await page.dispatchEvent('#token', 'change');
    await expect.poll(() => page.textContent('#detector')).toBe('secret, version 1');
    await page.setInputFiles('#image', await image('good', 'good.png'));
    await expect.poll(() => page.textContent('#result'), { timeout: 20_000 }).toMatch(/normal|anomalous/);
    await page.close();
    expect((await guarded.stop()).status).toBe(0);
  });
});
