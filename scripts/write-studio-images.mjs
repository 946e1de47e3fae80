/**
 * Goes the whole way through the studio in Chromium, on drawn products, and writes the pictures of docs/studio.md: docs/images/studio-*.webp.
 * A page is shown as it is, nothing is painted over. Takes some minutes.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import sharp from 'sharp';
import { build, preview } from 'vite';
import { setup } from './setup.mjs';

const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
if (!existsSync(executablePath)) {
  console.log(
    `There is no Chromium at ${executablePath}, so the pictures of docs/studio.md stay as they are. Install it (apt-get install chromium), or name it in CHROMIUM.`,
  );
  process.exit(0);
}
setup();

const root = fileURLToPath(new URL('..', import.meta.url));
const images = join(root, 'docs/images');
/** Bytes of a picture, at most: they lie in the repository. */
const mostBytes = 60_000;
/** Drawn in the place of the button's demo, as it need not take so long. */
const demo = {
  ...{ classes: ['washer', 'woven_cloth', 'bottle_cap'], size: 256 },
  ...{ train: 12, testGood: 5, testAnomalous: 5 },
};
const wait = { timeout: 1_200_000 };
const desk = { width: 1200, height: 760 };
const phone = { width: 390, height: 780 };

const folder = mkdtempSync(join(tmpdir(), 'clad-studio-images-'));
const work = join(folder, 'parts');
const data = join(work, 'data/demo');
const studio = spawn('node', [join(root, 'dist/cli/main.js'), 'studio', work, '--port', '0', '--no-open'], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
const browsers = [];
try {
  const url = await addressOf(studio);
  const first = await openBrowser();
  const page = await openPage(first, desk);
  await page.route('**/api/jobs', (route) => {
    const sent = route.request().postDataJSON();
    return sent?.kind === 'demo'
      ? route.continue({ postData: JSON.stringify({ ...sent, ...demo }) })
      : route.continue();
  });

  await page.goto(url);
  await page.getByRole('button', { name: 'Begin with drawn demo parts' }).waitFor(wait);
  await write(page, 'empty');
  await page.getByRole('button', { name: 'Begin with drawn demo parts' }).click();
  await page.getByRole('button', { name: 'Leave out: bottle_cap/train/good/003.png' }).click(wait);

  await page.getByRole('link', { name: 'Region of interest of washer' }).click();
  await drawRegion(page);
  await write(page, 'region');
  page.once('dialog', (dialog) => dialog.accept());

  await page.getByRole('link', { name: 'Train', exact: true }).click();
  await page.getByText('Time', { exact: true }).waitFor(wait);
  await page.getByRole('button', { name: 'Start training' }).click();
  const card = page.locator('article', { hasText: 'demo-1' }).first();
  await card.getByText(/patch features/).waitFor(wait);
  await write(page, 'train');
  await card.getByRole('link', { name: 'See the results' }).click(wait);

  await page.locator('table').waitFor(wait);
  await page.getByRole('combobox', { name: 'Product' }).first().selectOption('woven_cloth');
  const slider = page.getByRole('slider', { name: 'Threshold of woven_cloth' });
  await slider.focus();
  for (let step = 0; step < 25; step++) await page.keyboard.press('ArrowLeft');
  await top(page, '#thresholds');
  await write(page, 'threshold');
  await page.getByRole('button', { name: 'Save as a new version' }).click();
  await page.locator('.versions').getByText('demo-1-v2.onnx').waitFor(wait);

  await page.emulateMedia({ colorScheme: 'dark' });
  await top(page, '#gallery');
  await page.locator('.tile img[data-over="heat"]').nth(5).waitFor(wait);
  await pictures(page);
  await write(page, 'results-dark');
  await page.emulateMedia({ colorScheme: 'light' });

  // With the lowest threshold all good parts are false alarms; the one with the lowest score is plausible as a good part.
  await slider.focus();
  await page.keyboard.press('Home');
  await page.getByLabel('Show').selectOption('falseAlarms');
  const wrong = page.locator('.tile.falseAlarm', { hasText: 'woven_cloth · good' });
  await wrong
    .getByRole('button', { name: /^This was a false alarm/ })
    .last()
    .click(wait);
  await page.getByRole('button', { name: /^Marked: false alarm/ }).waitFor(wait);
  await page.getByRole('button', { name: 'Learn from them' }).click();
  await page.locator('.before-after img[data-over="heat"]').nth(1).waitFor(wait);
  await top(page, 'section[aria-labelledby="learnt"]');
  await write(page, 'marks');

  await top(page, '.versions');
  await write(page, 'hand-over');

  await page.goto(`${url}/#/data/demo`);
  await page.locator('.tile').first().waitFor(wait);
  await pictures(page);
  await write(page, 'data');

  await line(url);
  await teach();
} finally {
  for (const each of browsers) await each.close();
  const ended = new Promise((resolve) => studio.once('exit', resolve));
  studio.kill('SIGTERM');
  await ended;
  rmSync(folder, { recursive: true, force: true });
}

/** A phone whose camera sees a part with a defect. */
async function line(url) {
  const page = await openPage(await openBrowser(defective('washer')), phone, 'dark');
  await page.goto(`${url}/#/line`);
  await page.getByRole('button', { name: 'Start the camera' }).click(wait);
  await page.locator('.board img[data-over="heat"]').waitFor(wait);
  await page.waitForTimeout(3000);
  await write(page, 'line-phone');
}

/** The page that needs no server, on another. */
async function teach() {
  const site = {
    root: join(root, 'examples/teach'),
    configFile: join(root, 'examples/browser/vite.config.mjs'),
  };
  const outDir = join(folder, 'teach');
  await build({ ...site, logLevel: 'error', build: { outDir, emptyOutDir: true } });
  const server = await preview({ ...site, build: { outDir }, preview: { port: 0, host: '127.0.0.1' } });
  const page = await openPage(await openBrowser(), phone);
  await page.goto(`${server.resolvedUrls.local[0]}?settings=features.inputSize=128`);
  await page.fill('.product .name', 'bottle_cap');
  await page.locator('.product input[type="file"]').setInputFiles(filesIn('bottle_cap/train/good'));
  await page.getByRole('button', { name: 'Teach', exact: true }).click();
  await page.getByText('Download model.onnx').and(page.locator(':not([disabled])')).waitFor(wait);
  await page.locator('.watch input[type="file"]').setInputFiles(defective('bottle_cap'));
  await page.locator('.board.anomalous, .board.normal').waitFor(wait);
  await top(page, '.watch');
  await write(page, 'teach-phone');
  await server.close();
}

async function addressOf({ stdout }) {
  for await (const text of stdout) {
    const [, url] = / on (http:\S+)\n/.exec(String(text)) ?? [];
    if (url) return url;
  }
  throw new Error('clad studio ended before it listened');
}

/** @param photograph - that its camera sees */
async function openBrowser(photograph) {
  const args = ['--no-sandbox', '--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'];
  if (photograph !== undefined) {
    const film = join(folder, 'film.mjpeg');
    writeFileSync(film, await sharp(photograph).resize(640, 640).jpeg({ quality: 95 }).toBuffer());
    args.push(`--use-file-for-fake-video-capture=${film}`);
  }
  const browser = await chromium.launch({ executablePath, args });
  browsers.push(browser);
  return browser;
}

async function openPage(browser, viewport, colorScheme = 'light') {
  const context = await browser.newContext({ viewport, colorScheme, locale: 'en', permissions: ['camera'] });
  return context.newPage();
}

function filesIn(below) {
  return readdirSync(join(data, below)).map((name) => join(data, below, name));
}

/** The first test image with a defect. */
function defective(product) {
  const kinds = readdirSync(join(data, product, 'test')).filter((name) => name !== 'good');
  return filesIn(`${product}/test/${kinds[0]}`)[0];
}

async function drawRegion(page) {
  const paper = page.getByRole('application');
  await paper.waitFor(wait);
  await page.waitForTimeout(1000);
  const { x, y, width, height } = await paper.boundingBox();
  const at = (across, down) => [x + width / 2 + across * height, y + height / 2 + down * height];
  const drag = async (from, to) => {
    await page.mouse.move(...from);
    await page.mouse.down();
    await page.mouse.move(...to, { steps: 4 });
    await page.mouse.up();
  };
  await drag(at(-0.42, -0.42), at(0.42, 0.42));
  await page.getByLabel('What is drawn').selectOption('ignore');
  await drag(at(-0.12, -0.12), at(0.12, 0.12));
  await page.getByLabel('Move shapes and corners').check();
  await drag(at(0.42, 0.42), at(0.36, 0.38));
}

/** Scrolls until an element is below the bar. */
async function top(page, selector) {
  const element = page.locator(selector).first();
  await element.waitFor(wait);
  await element.evaluate((found) => {
    const bar = document.querySelector('.top')?.getBoundingClientRect().height ?? 0;
    scrollBy(0, found.getBoundingClientRect().top - bar - 12);
  });
  await page.waitForTimeout(800);
}

/** Until the pictures that are seen are there. */
function pictures(page) {
  return page.waitForFunction(() =>
    [...document.querySelectorAll('img')]
      .filter((image) => image.getBoundingClientRect().top < innerHeight)
      .every((image) => image.complete && image.naturalWidth > 0),
  );
}

async function write(page, name) {
  await page.waitForTimeout(400);
  const shot = await page.screenshot();
  const path = join(images, `studio-${name}.webp`);
  for (let quality = 85; ; quality -= 10) {
    await sharp(shot).webp({ quality, effort: 6, smartSubsample: true }).toFile(path);
    if (statSync(path).size <= mostBytes || quality < 40) break;
  }
  console.log(`docs/images/studio-${name}.webp, ${Math.round(statSync(path).size / 1000)} kB`);
}
