/** @file Sliders of the report and of `clad tradeoff --html` in a browser: what they show is what `tradeOffAt` counts, and the command they copy does it. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ScoredImage, tradeOffAt } from '../../src/evaluation/trade-off.ts';
import type { ClassTradeOff } from '../../src/jobs/trade-off/class-trade-off.ts';
import type { TradeOffDocument } from '../../src/jobs/trade-off/trade-off.ts';
import { shareText } from '../../src/report/words.ts';
import { chromiumPath, hasChromium } from '../helpers/browser.ts';
import { clad } from '../helpers/clad.ts';
import { copySmallTraining } from '../helpers/common-training.ts';

let folder = '';
let data = '';
let run = '';
let browser: Browser;
let held: TradeOffDocument;
let tested: TradeOffDocument;

const at = (name: string) => join(folder, name);
const numbers = (images: readonly ScoredImage[]) => images.map(({ score }) => score);
const scoresOf = ({ scores }: ClassTradeOff) => ({
  good: numbers(scores.good),
  defective: numbers(scores.defective),
});

describe.skipIf(!hasChromium)('sliders of thresholds', () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'clad-thresholds-'));
    data = await copySmallTraining(folder, 'parts');
    run = at('parts');
    const tradeOff = async (...args: readonly string[]) =>
      JSON.parse((await clad('tradeoff', run, ...args, '--json')).stdout) as TradeOffDocument;
    held = await tradeOff('--html', at('held.html'));
    tested = await tradeOff(data);
    expect((await clad('evaluate', run, '--report', at('report'))).status).toBe(0);
    browser = await chromium.launch({
      executablePath: chromiumPath,
      args: ['--no-sandbox', '--disable-gpu'],
    });
  }, 180_000);

  afterAll(async () => {
    await browser?.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function open(name: string, options: { javaScriptEnabled?: boolean } = {}) {
    const context = await browser.newContext({
      ...options,
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    const page = await context.newPage();
    const trouble: string[] = [];
    page.on('console', (message) => trouble.push(message.text()));
    page.on('pageerror', (error) => trouble.push(error.message));
    page.on('request', (request) => {
      if (!/^(data:|file:)/.test(request.url())) trouble.push(request.url());
    });
    await page.goto(pathToFileURL(at(name)).href);
    return { page, trouble };
  }

  const card = (page: Page, index: number) => page.locator(`.tuned[data-class="${index}"]`);

  /** Sees that a card shows what the threshold does. */
  async function expectCounts(page: Page, index: number, each: ClassTradeOff, threshold: number) {
    const { falseAlarms, misses } = tradeOffAt(threshold, scoresOf(each));
    const own = card(page, index);
    await expect.poll(() => own.locator('[data-alarms]').textContent()).toBe(shareText(falseAlarms));
    // Where no alarm comes or goes, only the misses show that the page has drawn again.
    await expect.poll(() => own.locator('[data-misses]').textContent()).toBe(shareText(misses));
    expect(await own.locator('[data-summary]').textContent()).toContain(
      `false alarms ${falseAlarms!.count} of ${falseAlarms!.of}`,
    );
    const wrong = await own.locator('rect.good.wrong title').allTextContents();
    const inBars = wrong.map((text) => Number.parseInt(text, 10)).reduce((sum, count) => sum + count, 0);
    expect(inBars).toBe(falseAlarms!.count);
    const rows = (await page.evaluate(
      `[...document.querySelectorAll('.tuned[data-class="${index}"] [data-around] tr')].map((row) => [row.className, row.children[0].textContent])`,
    )) as [decision: string, score: string][];
    for (const [decision, score] of rows)
      expect([decision, score]).toEqual([Number(score) > threshold ? 'reject' : 'pass', score]);
    return rows;
  }

  for (const [name, document] of [
    ['held.html', () => held],
    ['report/index.html', () => tested],
  ] as const)
    it(`counts at every position as tradeOffAt does: ${name}`, async () => {
      const { page, trouble } = await open(name);
      const { classes } = document();
      for (const [index, each] of classes.entries()) {
        const now = each.points.find(({ why }) => why.includes('now'))!.threshold;
        const slide = card(page, index).locator('[data-slide]');
        const number = card(page, index).locator('[data-number]');
        expect(await number.inputValue()).toBe(String(now));
        await expectCounts(page, index, each, now);
        // By keyboard, a step at a time: each lets one score more or less pass.
        const start = Number(await slide.inputValue());
        await slide.focus();
        for (const key of ['ArrowLeft', 'ArrowLeft', 'ArrowLeft']) await page.keyboard.press(key);
        expect(Number(await slide.inputValue())).toBe(Math.max(0, start - 3));
        const moved = Number(await number.inputValue());
        expect(moved).toBeLessThan(now);
        const rows = await expectCounts(page, index, each, moved);
        const scores = scoresOf(each);
        const passing = [...scores.good, ...scores.defective].filter((score) => score <= moved).length;
        expect(rows.filter(([decision]) => decision === 'pass')).toHaveLength(Math.min(5, passing));
        // A number of one's own, and the ends.
        await number.fill('1e9');
        await expectCounts(page, index, each, 1e9);
        expect(await slide.inputValue()).toBe(await slide.getAttribute('max'));
        await page.keyboard.press('Tab');
        await slide.focus();
        await page.keyboard.press('Home');
        await expectCounts(page, index, each, Number(await number.inputValue()));
        // Back at the start it is the threshold of now, and nothing is to be set.
        await card(page, index).locator('[data-reset]').click();
        expect(await number.inputValue()).toBe(String(now));
        expect(await page.locator('[data-command]').isVisible()).toBe(false);
      }
      expect(trouble).toEqual([]);
      await page.context().close();
    }, 60_000);

  it('says which thumbnails pass and fail', async () => {
    const { page } = await open('report/index.html');
    const badges = page.locator('[data-badge="0"]');
    expect(await badges.count()).toBeGreaterThan(0);
    const shown = () =>
      badges.evaluateAll((all) =>
        all.map((each) => [Number(each.getAttribute('data-score')), each.textContent]),
      );
    const number = card(page, 0).locator('[data-number]');
    const lowest = Math.min(...(await shown()).map(([score]) => score as number));
    for (const threshold of [lowest - 1, lowest, 1e6]) {
      await number.fill(String(threshold));
      await expect
        .poll(shown)
        .toEqual(
          (await shown()).map(([score]) => [score, (score as number) > threshold ? 'reject' : 'pass']),
        );
    }
    await page.context().close();
  });

  it('copies one command for all that was moved, and the command does it', async () => {
    const { page } = await open('report/index.html');
    const chosen: number[] = [];
    for (const index of [0, 1]) {
      await card(page, index).locator('[data-slide]').focus();
      await page.keyboard.press('PageDown');
      chosen.push(Number(await card(page, index).locator('[data-number]').inputValue()));
    }
    await page.locator('[data-copy]').click();
    await expect.poll(() => page.locator('[data-status]').textContent()).toBe('Copied.');
    const command = await page.evaluate('navigator.clipboard.readText()');
    const [first, second] = tested.classes.map((each) => each.class);
    expect(command).toBe(
      `clad calibrate ${run} --threshold ${first}=${chosen[0]} --threshold ${second}=${chosen[1]} --out line.onnx`,
    );
    // Its words are paths without a space: they may be taken apart so.
    const words = String(command).split(' ').slice(1);
    words[words.length - 1] = at(words.at(-1)!);
    expect((await clad(...words)).status).toBe(0);
    const after = JSON.parse(
      (await clad('tradeoff', at('line.onnx'), data, '--json')).stdout,
    ) as TradeOffDocument;
    for (const [index, each] of after.classes.entries()) {
      expect(each.threshold).toBe(chosen[index]);
      const { why: _, ...now } = each.points.find(({ why }) => why.includes('now'))!;
      expect(now).toEqual(tradeOffAt(chosen[index]!, scoresOf(tested.classes[index]!)));
    }
    await page.locator('[data-reset-all]').click();
    expect(await page.locator('[data-command]').isVisible()).toBe(false);
    await page.context().close();
  }, 60_000);

  it('shows the table without script, and no slider', async () => {
    for (const name of ['held.html', 'report/index.html']) {
      const { page } = await open(name, { javaScriptEnabled: false });
      expect(await page.locator('[data-slide]').first().isVisible()).toBe(false);
      expect(await page.getByRole('heading', { name: 'Thresholds worth a look' }).first().isVisible()).toBe(
        true,
      );
      expect(await page.locator('[data-command]').isVisible()).toBe(false);
      await page.context().close();
    }
    expect(await readFile(at('held.html'), 'utf8')).toContain('SYNTHETIC');
  });

  it('runs no script but its own', async () => {
    const { page } = await open('held.html');
    await page.evaluate(`(() => {
      const script = document.createElement('script');
      script.textContent = 'document.title = "broken into"';
      document.body.append(script);
    })()`);
    expect(await page.title()).toBe('False alarms against misses');
    await page.context().close();
  });
});
