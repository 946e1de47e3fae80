/** @file The page of thresholds in Chromium where names are hostile, and classes lack a threshold, defects, or everything. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { classTradeOff } from '../../../../src/jobs/trade-off/class-trade-off.ts';
import { tradeOffPage, tradeOffSvg } from '../../../../src/report/trade-off-page.ts';
import { chromiumPath, hasChromium } from '../../../helpers/browser.ts';

const hostile = `</script><img src=x onerror="document.title='broken into'">'"&<!--`;
const scored = (scores: readonly number[]) =>
  scores.map((score) => ({ path: `/photos/${hostile}/${score}.png`, score }));
const threshold = {
  ...{ threshold: 3, achievableRate: 0.02, requestedRate: 0.02, count: 49 },
  checkAbove: 2,
};
const made = (images: readonly number[]) => ({ source: 'synthetic', images: scored(images) }) as const;
const held = (images: readonly number[]) => ({ source: 'held-out', images: scored(images) }) as const;
const document = {
  run: `runs/${hostile}`,
  data: null,
  confidence: 0.95,
  classes: [
    classTradeOff(hostile, threshold, { good: held([1, 2.5, 3, 3.5]), defects: made([2.75, 4, 9]) }),
    classTradeOff('no threshold', undefined, { good: held([1, 2]), defects: made([]) }),
    classTradeOff('defects alone', threshold, { good: held([]), defects: made([2, 4]) }),
    classTradeOff('nothing', undefined, { good: held([]), defects: made([]) }),
  ],
};

describe.skipIf(!hasChromium)('the page of thresholds in Chromium', () => {
  let folder = '';
  let browser: Browser;
  let page: Page;
  const trouble: string[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'clad-thresholds-'));
    await writeFile(join(folder, 'page.html'), tradeOffPage(document));
    browser = await chromium.launch({
      executablePath: chromiumPath,
      args: ['--no-sandbox', '--disable-gpu'],
    });
    page = await browser.newPage({ viewport: { width: 360, height: 800 } });
    page.on('console', (message) => trouble.push(message.text()));
    page.on('pageerror', (error) => trouble.push(error.message));
    await page.goto(pathToFileURL(join(folder, 'page.html')).href);
  });

  afterAll(async () => {
    await browser?.close();
    await rm(folder, { recursive: true, force: true });
  });

  const card = (index: number) => page.locator(`.tuned[data-class="${index}"]`);
  const set = async (index: number, value: string) => {
    await card(index).locator('[data-number]').fill(value);
    await expect
      .poll(() => card(index).locator('[data-summary]').textContent())
      .toContain(` threshold ${value}`);
    return card(index).locator('[data-summary]').textContent();
  };

  it('shows hostile names as text, and quotes them in the command', async () => {
    expect(await set(0, '2.6')).toBe(' threshold 2.6 (now 3): false alarms 2 of 4, misses 0 of 3 SYNTHETIC');
    const around = await card(0).locator('[data-around] tr').allTextContents();
    expect(around).toHaveLength(7);
    expect(around.at(-2)).toBe('2.5checkgood2.5.png');
    const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
    expect(await page.locator('[data-command-text]').textContent()).toBe(
      `clad calibrate ${quoted(document.run)} --threshold ${quoted(`${hostile}=2.6`)} --out line.onnx`,
    );
    expect(await page.title()).toBe('False alarms against misses');
    expect(await page.locator('img').count()).toBe(0);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);
    await page.locator('[data-reset-all]').click();
  });

  it('says what it can where something is not known', async () => {
    expect(await set(1, '1.5')).toBe(' threshold 1.5 (none is set): false alarms 1 of 2');
    expect(await card(1).locator('[data-misses]').textContent()).toBe('–');
    expect(await set(2, '5')).toBe(' threshold 5 (now 3): misses 2 of 2 SYNTHETIC');
    expect(await card(3).count()).toBe(0);
    expect(await page.getByText('No good images. No defects.').count()).toBe(1);
    // A field that is left without a number shows the threshold again.
    await card(2).locator('[data-number]').fill('');
    await page.keyboard.press('Tab');
    expect(await card(2).locator('[data-number]').inputValue()).toBe('5');
    expect(trouble).toEqual([]);
  });

  it('is charts alone as SVG', () => {
    const svg = tradeOffSvg(document);
    expect(svg.match(/<svg x="0"/g)).toHaveLength(3);
    expect(svg).not.toMatch(/<img|<script|NaN|undefined/);
  });
});
