/** @file The page in a browser: no errors, no requests, no sideways scrolling on a phone, both colour schemes, keyboard. */
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeReport } from '../../../src/report/report.ts';
import { madeReportData } from '../../helpers/report-data.ts';

const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';

describe.skipIf(!existsSync(executablePath))('the page in Chromium', () => {
  let folder = '';
  let address = '';
  let browser: Browser;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'clad-report-'));
    const classes = Array.from({ length: 15 }, (_, index) => `product_with_a_long_name_${index}`);
    address = pathToFileURL(await writeReport(madeReportData({ classes }), folder)).href;
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
  });

  afterAll(async () => {
    await browser?.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function open(width: number, colorScheme: 'light' | 'dark') {
    const page = await browser.newPage({ viewport: { width, height: 800 }, colorScheme });
    const trouble: string[] = [];
    page.on('console', (message) => trouble.push(message.text()));
    page.on('pageerror', (error) => trouble.push(error.message));
    page.on('request', (request) => {
      if (!/^(data:|file:)/.test(request.url())) trouble.push(request.url());
    });
    await page.goto(address);
    return { page, trouble };
  }

  for (const width of [390, 1280]) {
    for (const scheme of ['light', 'dark'] as const) {
      it(`is quiet and fits at ${width} pixels, ${scheme}`, async () => {
        const { page, trouble } = await open(width, scheme);
        // Text of code: the tests are compiled without the names of a browser.
        const wide = await page.evaluate('document.documentElement.scrollWidth');
        const ground = await page.evaluate('getComputedStyle(document.body).backgroundColor');
        expect(trouble).toEqual([]);
        expect(wide).toBe(width);
        expect(ground).toBe(scheme === 'light' ? 'rgb(245, 246, 248)' : 'rgb(15, 19, 25)');
        await page.close();
      });
    }
  }

  it('dims the other classes when one is chosen by keyboard', async () => {
    const { page } = await open(1280, 'light');
    await page.locator('#pick-all').focus();
    await page.keyboard.press('ArrowRight');
    const opacity = (series: string) =>
      page.evaluate(`getComputedStyle(document.querySelector('#curves g.${series}')).opacity`);
    await expect.poll(() => opacity('k1')).toBe('0.1');
    expect(await opacity('k0')).toBe('1');
    await page.close();
  });
});
