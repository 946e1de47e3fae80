/**
 * @file The studio as people use it, in Chromium: demo data, a look at them, a training that survives a page that is loaded again and a server that is killed, a
 * threshold that is moved and saved, the file taken away, a false alarm that is learnt from, a camera; and the numbers on the screen are those of the command line.
 */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readDetector } from '../../src/detector/file-checksum.ts';
import type { EvaluationDocument } from '../../src/jobs/evaluate/evaluate.ts';
import { methods } from '../../src/methods/registry.ts';
import { barriers, chromiumPath, hasChromium } from '../helpers/browser.ts';
import { clad } from '../helpers/clad.ts';
import { sameInGerman } from '../helpers/read-texts.ts';
import { type Serving, startListening } from '../helpers/serve.ts';

let folder = '';
let studio: Serving;
let browser: Browser;
let page: Page;
const trouble: string[] = [];
/** Two products, few and small: the whole journey is to take less than a minute. */
const small = { classes: ['washer', 'woven_cloth'], size: 96, train: 6, testGood: 2, testAnomalous: 3 };
const wait = { timeout: 90_000 };
/** Pictures for people who want to look: a folder in CLAD_SHOTS. */
const shot = async (name: string) => {
  if (process.env.CLAD_SHOTS)
    await page.screenshot({ path: join(process.env.CLAD_SHOTS, `${name}.png`), fullPage: true });
};

describe.skipIf(!hasChromium)('clad studio in a browser', () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'clad-studio-'));
    studio = await startListening('studio', join(folder, 'work'), '--port', '0', '--no-open');
    // A camera that Chromium draws, and no question whether it may be used.
    const camera = ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'];
    browser = await chromium.launch({ executablePath: chromiumPath, args: ['--no-sandbox', ...camera] });
    page = await (
      await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: 'en' })
    ).newPage();
    page.on('console', (message) => {
      // The browser itself notes refusals, and a server that is not there.
      if (!/ERR_CONNECTION|ERR_INCOMPLETE|ERR_EMPTY|status of 4/.test(message.text()))
        trouble.push(message.text());
    });
    page.on('pageerror', (error) => trouble.push(error.message));
    // The button's own data take a minute to draw; the same job with less.
    await page.route('**/api/jobs', async (route) => {
      const sent = route.request().postDataJSON() as { readonly kind?: string } | null;
      if (sent?.kind !== 'demo') return route.continue();
      return route.continue({ postData: JSON.stringify({ ...sent, ...small }) });
    });
  }, 120_000);

  // Each by itself, the last one first, so that it is known what does not end.
  afterAll(() => rm(folder, { recursive: true, force: true }));
  afterAll(async () => {
    await studio?.stop();
  });
  afterAll(() => browser?.close());

  it('draws demo data from the empty page, checks them, and leaves an image out', async () => {
    await page.goto(studio.url);
    await page.getByRole('button', { name: 'Begin with drawn demo parts' }).click(wait);
    const tile = page.getByRole('button', { name: 'Leave out: washer/train/good/000.png', exact: true });
    await tile.click(wait);
    await page.getByRole('button', { name: 'Take back: washer/train/good/000.png' }).waitFor(wait);
    await expect.poll(() => page.textContent('main'), wait).not.toContain('Not checked yet');
    expect(await page.textContent('main')).toContain(
      '22 images, 2 products: 12 to learn from, 4 good and 6 defective',
    );
    expect(await barriers(page)).toEqual([]);
    await shot('data');
  }, 120_000);

  it('meets hostile names with a sentence, and takes the rest', async () => {
    await page.getByRole('button', { name: 'Add photographs' }).click();
    const photograph = await readFile(join(folder, 'work/data/demo/washer/train/good/001.png'));
    const file = (name: string) => ({ name, mimeType: 'image/png', buffer: photograph });
    const hostile = '<img src=x onerror=document.title=1>.png';
    await page.setInputFiles('input[data-files]', [file(hostile), file('more.png')]);
    await page.getByLabel('Product', { exact: true }).last().fill('../up');
    expect(await page.textContent('dialog')).toContain('it has a slash in it');
    await page.getByLabel('Product', { exact: true }).last().fill('washer');
    await page.getByRole('button', { name: 'Add them' }).click();
    await page.getByRole('button', { name: 'Close' }).last().waitFor(wait);
    expect(await page.textContent('dialog')).toContain(`${hostile}: The name`);
    expect(await page.textContent('dialog')).toContain('1 image added.');
    await page.getByRole('button', { name: 'Close' }).last().click();
    // A copy of another: what the check says of it stands on it.
    await page.locator('.tile', { hasText: 'more.png' }).getByText('copy', { exact: true }).waitFor(wait);
    await page.getByRole('button', { name: 'Leave out: washer/train/good/more.png' }).click();
    expect(await page.title()).toContain('studio');
  }, 120_000);

  it('draws a region of interest by the keyboard alone', async () => {
    const press = async (...keys: readonly (readonly [key: string, times: number])[]) => {
      for (const [key, times] of keys)
        for (let turn = 0; turn < times; turn++) await page.keyboard.press(key);
    };
    await page.getByRole('link', { name: 'Region of interest of washer' }).click(wait);
    await page.getByRole('application').focus();
    await press(['Shift+ArrowLeft', 9], ['Shift+ArrowUp', 9], ['Space', 1]);
    await press(['Shift+ArrowRight', 12], ['Shift+ArrowDown', 12], ['Space', 1]);
    expect(await barriers(page)).toEqual([]);
    await shot('region');
    const saved = async () => {
      await page.getByRole('button', { name: 'Save', exact: true }).click();
      await page.getByText('Saved as regions/demo/washer.yaml').waitFor(wait);
      const text = await readFile(join(folder, 'work/regions/demo/washer.yaml'), 'utf8');
      // Before them stands the size of the photograph.
      return [...text.matchAll(/\d+/g)].map(Number).slice(-4);
    };
    const [left = 0, top = 0, width = 0, height = 0] = await saved();
    // One corner goes in by two pixels, and a step back and forth; then all of it by the mouse.
    await page.getByLabel('Move shapes and corners').check();
    await page.getByRole('application').focus();
    await press(['PageDown', 1], ['Space', 1], ['Alt+ArrowRight', 2], ['Alt+ArrowDown', 2]);
    await page.getByText('Corner 1 of shape 1 is held').waitFor(wait);
    await press(['Space', 1], ['Control+z', 1], ['Control+y', 1]);
    expect(await saved()).toEqual([left + 2, top + 2, width - 2, height - 2]);
    await page.evaluate("document.querySelector('.paper').scrollIntoView({ block: 'center' })");
    const paper = await page.getByRole('application').boundingBox();
    await page.mouse.move((paper?.x ?? 0) + (paper?.width ?? 0) / 2, (paper?.y ?? 0) + 150);
    await page.mouse.down();
    await page.mouse.move((paper?.x ?? 0) + (paper?.width ?? 0) / 2 + 900, (paper?.y ?? 0) + 150, {
      steps: 3,
    });
    await page.mouse.up();
    // As far as the photograph goes.
    expect(await saved()).toEqual([96 - (width - 2), top + 2, width - 2, height - 2]);
    await page.getByRole('link', { name: 'Back to the images' }).click();
    await page
      .locator('[data-layer="region"]')
      .first()
      .waitFor({ state: 'attached', ...wait });
  }, 120_000);

  it('trains on through a page that is loaded again and a server that is killed', async () => {
    await page.getByRole('link', { name: 'Train on it' }).click();
    await page.getByText('2 images are left out').waitFor(wait);
    await page.getByText('All options').click();
    await page.getByLabel('features.inputSize').fill('64');
    await page.getByLabel('features.inputSize').blur();
    await page.getByText('Time', { exact: true }).waitFor(wait);
    await page.getByLabel('Find small defects').check();
    await page.getByLabel('Smallest defect').fill('6');
    await page.getByLabel('Smallest defect').blur();
    await page.getByText('Photographs of 96 x 96 pixels are seen at').waitFor(wait);
    expect(await barriers(page)).toEqual([]);
    // What is drawn would lie elsewhere in each crop.
    expect(await page.getByLabel('Crop to the part').isDisabled()).toBe(true);
    await page.getByLabel('Find small defects').uncheck();
    await shot('train-form');
    await page.getByRole('button', { name: 'Start training' }).click();
    const card = page.locator('article', { hasText: 'demo-1' });
    await card.getByText(/\/\d+ images/).waitFor(wait);
    await page.reload();
    await card.getByText('running').waitFor(wait);
    await shot('training');
    const { port } = new URL(studio.url);
    studio.child.kill('SIGKILL');
    await studio.ended;
    await page.getByText('cannot be reached').waitFor(wait);
    studio = await startListening('studio', join(folder, 'work'), '--port', port, '--no-open');
    await card.getByText('done', { exact: true }).waitFor(wait);
    expect(await card.locator('code').textContent()).toMatch(
      /^clad train data\/demo --out runs\/demo-1 .* --set features\.inputSize=64 --roi washer=regions\/demo\/washer.yaml --exclude data\/demo\/washer/,
    );
    expect(await barriers(page)).toEqual([]);
    const config = await readFile(join(folder, 'work/runs/demo-1/config.json'), 'utf8');
    expect(
      Object.keys((JSON.parse(config) as { readonly regionsOfInterest: object }).regionsOfInterest),
    ).toEqual(['washer']);
    await card.getByRole('link', { name: 'See the results' }).click();
  }, 240_000);

  it('paints the ground truth of a defect, by touch on a phone, and pixels are counted with it', async () => {
    const run = join(folder, 'work/runs/demo-1');
    const before = JSON.parse(await readFile(join(run, 'evaluation.json'), 'utf8')) as EvaluationDocument;
    await page.setViewportSize({ width: 360, height: 740 });
    await page.goto(`${studio.url}/#/data/demo`);
    await page
      .getByRole('link', { name: /^Paint the ground truth: washer/ })
      .first()
      .click(wait);
    await page.getByRole('button', { name: 'Clear all' }).click(wait);
    await page.evaluate("document.querySelector('.paper').scrollIntoView({ block: 'center' })");
    const box = await page.locator('.paper canvas').boundingBox();
    const session = await page.context().newCDPSession(page);
    const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', ...points: readonly number[][]) =>
      session.send('Input.dispatchTouchEvent', {
        type,
        touchPoints: points.map(([x = 0, y = 0], id) => ({ id, x: (box?.x ?? 0) + x, y: (box?.y ?? 0) + y })),
      });
    await touch('touchStart', [60, 60]);
    for (const far of [80, 100, 120]) await touch('touchMove', [far, far]);
    await touch('touchEnd');
    expect(await barriers(page)).toEqual([]);
    await shot('mask-phone');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('Saved as data/demo/washer/ground_truth/').waitFor(wait);
    const { stdout } = await clad('evaluate', run, '--json');
    const after = JSON.parse(stdout) as EvaluationDocument;
    expect(after.classes.washer?.pixelAuroc).not.toBe(before.classes.washer?.pixelAuroc);
    expect(after.classes.washer?.imageAuroc).toBe(before.classes.washer?.imageAuroc);
    expect(after.classes.woven_cloth).toEqual(before.classes.woven_cloth);
    await page.setViewportSize({ width: 1280, height: 900 });
    await page.goto(`${studio.url}/#/results/demo-1`);
  }, 120_000);

  it('moves a threshold, saves it as a new version, and hands the file over', async () => {
    const evaluated = await clad('evaluate', join(folder, 'work/runs/demo-1'), '--json');
    const before = JSON.parse(evaluated.stdout) as EvaluationDocument;
    const table = page.locator('table');
    await table.waitFor(wait);
    for (const [name, record] of Object.entries(before.classes))
      expect(await table.locator('tr', { hasText: name }).textContent()).toContain(
        record.imageAuroc?.toFixed(3),
      );
    await page.getByRole('combobox', { name: 'Product' }).first().selectOption('washer');
    const slider = page.getByRole('slider', { name: 'Threshold of washer' });
    await slider.focus();
    await page.keyboard.press('Home');
    await page.locator('.cost').getByText('2 of 2').waitFor(wait);
    expect(await page.locator('.cost').textContent()).toContain('0 of 3');
    await page.locator('.tile img[data-over="heat"]').first().waitFor(wait);
    expect(await barriers(page)).toEqual([]);
    await shot('results');
    await page.getByText('The moved threshold is in none of these files').waitFor(wait);
    await page.getByRole('button', { name: 'Save as a new version' }).click();
    await page.getByText('Saved as detectors/demo-1-v2.onnx').waitFor(wait);
    expect(await page.getByText('The moved threshold is in none of these files').count()).toBe(0);
    expect(await page.getByRole('combobox', { name: 'Version' }).inputValue()).toBe('demo-1-v2.onnx');
    // The list is asked for again once the version is there.
    await page.locator('.versions').getByText('demo-1-v2.onnx').waitFor(wait);
    const downloading = page.waitForEvent('download');
    await page.locator('.versions a[download="demo-1-v2.onnx"]').click();
    const download = await downloading;
    expect(download.suggestedFilename()).toBe('demo-1-v2.onnx');
    const file = join(folder, 'downloaded.onnx');
    await download.saveAs(file);
    expect((await readFile(file)).equals(await readFile(join(folder, 'work/detectors/demo-1-v2.onnx')))).toBe(
      true,
    );
    const { stdout } = await clad('evaluate', file, join(folder, 'work/data/demo'), '--json');
    const { washer } = (JSON.parse(stdout) as EvaluationDocument).classes;
    expect([washer?.falseAlarmRate, washer?.missRate]).toEqual([1, 0]);
  }, 180_000);

  it('learns from a false alarm that is marked, shows before and after, and both side by side', async () => {
    const washers = page.locator('.tile.falseAlarm', { hasText: 'washer · good' });
    await washers
      .getByRole('button', { name: /^This was a false alarm/ })
      .first()
      .click(wait);
    await page.getByRole('button', { name: /^Marked: false alarm/ }).waitFor(wait);
    const command = page.locator('section[aria-labelledby="marks"] code');
    expect(await command.textContent()).toMatch(
      /^clad update runs\/demo-1 --false-alarm data\/demo\/washer\/test\/good\/\d+\.png$/,
    );
    await page.getByRole('button', { name: 'Learn from them' }).click();
    await page.locator('.before-after').waitFor(wait);
    const learnt = page.locator('section[aria-labelledby="learnt"]');
    expect(await learnt.textContent()).toContain('1 false alarm joined the good images: version 2');
    await page.locator('.before-after img[data-over="heat"]').nth(1).waitFor(wait);
    expect(await barriers(page)).toEqual([]);
    await shot('learnt');
    const model = join(folder, 'work/runs/demo-1/model.onnx');
    const { history } = readDetector(await readFile(model), model).metadata;
    expect(history?.map(({ action }) => action)).toEqual(['false-alarm']);
    await learnt.getByRole('link', { name: 'See all images side by side' }).click();
    await page.getByText('10 test images that both have seen').waitFor(wait);
    await page.locator('.pair img[data-over="heat"]').nth(1).waitFor(wait);
    expect(await barriers(page)).toEqual([]);
    await shot('side-by-side');
  }, 180_000);

  it('watches with a camera, and films good parts into a data set', async () => {
    await page.getByRole('link', { name: 'Line', exact: true }).click();
    await page.getByRole('button', { name: 'Start the camera' }).click();
    await page.locator('.board img[data-over="heat"]').waitFor(wait);
    expect(await page.locator('.board .verdict').textContent()).toMatch(/Pass|Reject|Unknown part/);
    await expect.poll(() => page.locator('.last li').count(), wait).toBeGreaterThan(1);
    // What cannot be judged does not leave the verdict of before on the board.
    const json = { error: { code: 'IMAGE_INVALID', message: 'The frame is broken.' } };
    await page.route('**/api/line*', (route) => route.fulfill({ status: 422, json }));
    await page.locator('.board.off', { hasText: 'Not judged' }).waitFor(wait);
    await page.unroute('**/api/line*');
    await page.locator('.board img[data-over="heat"]').waitFor(wait);
    const capture = page.locator('section[aria-labelledby="capture"]');
    await capture.getByLabel('Data set').selectOption('A new data set');
    await capture.getByLabel('Name of the new data set').fill('filmed');
    await capture.getByLabel('Product').fill('ball');
    await capture.getByRole('button', { name: 'Hold to film' }).click();
    await capture.getByText('1 picture of ball added to filmed.').waitFor(wait);
    expect(await barriers(page)).toEqual([]);
    await shot('line');
    await page.getByRole('button', { name: 'Stop the camera' }).click();
    expect(await readdir(join(folder, 'work/data/filmed/ball/train/good'))).toHaveLength(1);
    await capture.getByRole('link', { name: 'See them' }).click();
    await page.getByRole('button', { name: 'Leave out: ball/train/good/' }).waitFor(wait);
    await page.goto(`${studio.url}/#/results/demo-1`);
    await page.locator('.tile').first().waitFor(wait);
  }, 120_000);

  it('says nothing in English where it is German', async () => {
    // Names of people's things, of the field and of options, which are the same in every language.
    const names = [
      ...['clad', 'studio', 'demo', 'demo-1', 'filmed', 'ball', 'washer', 'woven_cloth', 'MB', 'GB'],
      ...['AUPRO', 'AUROC'],
      ...['anom.', 'Version', 'Backbone', 'AdamW.', 'cpu', 'webgpu', 'cuda', 'builtin', 'Detektor', 'Drift'],
      ...[...methods.values()].flatMap(({ name, presets }) => [name, ...Object.keys(presets)]),
    ];
    const isName = (text: string) =>
      names.includes(text) || /^[\w./-]*[._/\d][\w./-]*$|^[\d.,]+ ([MG]B|· \w+)$/.test(text);
    const found: string[] = [];
    for (const [place, sign] of [
      ['data/demo', '.tile'],
      ['train/demo', '.options'],
      ['results', 'main a'],
      ['results/demo-1', '.tile'],
      ['compare/demo-1', '.fields'],
      ['line/demo-1', '.board'],
      ['watch/new', 'form'],
    ] as const) {
      await page.goto(`${studio.url}/#/${place}`);
      const isThere = () =>
        page
          .locator(sign)
          .first()
          .waitFor({ ...wait, state: 'attached' });
      const same = await sameInGerman(page, isThere);
      // Choices of options, and kinds of defects, are names as well.
      const values = await page
        .locator('.option option, .option label, fieldset legend, select option')
        .allTextContents();
      found.push(
        ...same.filter((text) => !isName(text) && !values.includes(text)).map((text) => `${place}: ${text}`),
      );
    }
    await page.getByLabel('Sprache').selectOption('en');
    expect(found).toEqual([]);
    await page.goto(`${studio.url}/#/results/demo-1`);
    await page.locator('.tile').first().waitFor(wait);
  }, 120_000);

  it('shows an image with its ground truth, on a phone too, and nothing went wrong on the way', async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.getByLabel('Show').selectOption('defective');
    await page.locator('.tile .picture').first().click();
    const dialog = page.locator('dialog');
    await dialog.locator('img[data-over="truth"]').waitFor(wait);
    await dialog.getByRole('button', { name: 'Larger' }).click();
    expect(await barriers(page)).toEqual([]);
    await shot('viewer-phone');
    const beyond = 'document.documentElement.scrollWidth - innerWidth';
    expect(await page.evaluate(beyond)).toBe(0);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await shot('results-phone');
    expect(trouble).toEqual([]);
  }, 60_000);
});

describe.skipIf(!hasChromium)('clad studio with a token, in a browser', () => {
  it('asks for it, opens, and listens once', async () => {
    const own = await mkdtemp(join(tmpdir(), 'clad-studio-token-'));
    await writeFile(join(own, 'token'), 'a-token-for-this-test');
    const guarded = await startListening(
      ...['studio', join(own, 'work'), '--port', '0', '--no-open', '--token-file', join(own, 'token')],
    );
    const visitor = await chromium.launch({ executablePath: chromiumPath, args: ['--no-sandbox'] });
    try {
      const tab = await (await visitor.newContext({ locale: 'en' })).newPage();
      let streams = 0;
      tab.on('response', (answer) => {
        if (answer.url().endsWith('/api/events') && answer.ok()) streams++;
      });
      await tab.goto(guarded.url);
      await tab.getByLabel('Token', { exact: true }).fill('another-token-of-this');
      await tab.getByRole('button', { name: 'Open the studio' }).click();
      await tab.getByRole('alert').waitFor();
      await tab.getByLabel('Token', { exact: true }).fill('a-token-for-this-test');
      await tab.getByRole('button', { name: 'Open the studio' }).click();
      await tab.getByRole('button', { name: 'Begin with drawn demo parts' }).waitFor();
      // The next try of before it was said would come within two seconds.
      await tab.waitForTimeout(2500);
      expect(streams).toBe(1);
      const seen = (hidden: boolean) =>
        tab.evaluate(`Object.defineProperty(document, 'hidden', { value: ${hidden}, configurable: true });
          document.dispatchEvent(new Event('visibilitychange'))`);
      const closed = tab.waitForEvent('requestfailed', (request) => request.url().endsWith('/api/events'));
      await seen(true);
      await closed;
      await seen(false);
      await expect.poll(() => streams).toBe(2);
      expect(await tab.textContent('body')).not.toContain('cannot be reached');
    } finally {
      await visitor.close();
      await guarded.stop();
      await rm(own, { recursive: true, force: true });
    }
  }, 60_000);
});
