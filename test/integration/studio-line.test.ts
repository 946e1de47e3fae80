/**
 * @file The line page of the studio as people use it: a folder that is watched through a closed page, a killed server and a drive that goes away; judgements that are marked there and
 * learnt from; a camera whose process hangs; two tabs. Numbers are those of the command line, and the journal is one of `clad watch`.
 */
import { execFileSync } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readdir, realpath, rename, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Journal } from '../../src/jobs/watch/journal.ts';
import { barriers, chromiumPath, hasChromium } from '../helpers/browser.ts';
import { clad } from '../helpers/clad.ts';
import { copySmallTraining } from '../helpers/common-training.ts';
import { full } from '../helpers/full.ts';
import { type Serving, startListening } from '../helpers/serve.ts';

let folder = '';
let data = '';
let incoming = '';
let studio: Serving;
let browser: Browser;
let page: Page;
const trouble: string[] = [];
const wait = { timeout: 60_000 };
const work = () => join(folder, 'work');
const start = (port = '0') =>
  startListening('studio', work(), '--port', port, '--no-open', '--watch-folder', join(folder, 'allowed'));
/** Pictures for people who want to look: a folder in CLAD_SHOTS. */
const shot = async (name: string, of = page) => {
  if (process.env.CLAD_SHOTS)
    await of.screenshot({ path: join(process.env.CLAD_SHOTS, `${name}.png`), fullPage: true });
};
const comes = (from: string, name: string) => copyFile(join(data, from), join(incoming, name));

// A minute, most of it waiting: its parts are tested without a browser in test/unit/studio and in studio-server.test.ts.
describe.skipIf(!hasChromium || !full)('the line page of clad studio', () => {
  beforeAll(async () => {
    folder = await realpath(await mkdtemp(join(tmpdir(), 'clad-studio-line-')));
    incoming = join(folder, 'allowed/incoming');
    await mkdir(incoming, { recursive: true });
    await mkdir(join(work(), 'runs'), { recursive: true });
    data = await copySmallTraining(join(work(), 'runs'), 'parts');
    studio = await start();
    const camera = ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'];
    browser = await chromium.launch({ executablePath: chromiumPath, args: ['--no-sandbox', ...camera] });
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: 'en' });
    page = await context.newPage();
    page.on('console', (message) => {
      if (!/ERR_CONNECTION|ERR_INCOMPLETE|ERR_EMPTY|status of [45]/.test(message.text()))
        trouble.push(message.text());
    });
    page.on('pageerror', (error) => trouble.push(error.message));
  }, 120_000);

  // Each by itself, the last one first, so that it is known what does not end.
  afterAll(() => rm(folder, { recursive: true, force: true }));
  afterAll(async () => {
    await studio?.stop();
  });
  afterAll(() => browser?.close());

  it('watches a folder that it may watch, each file once, as the command line judges it', async () => {
    await symlink(join(data, 'disc'), join(folder, 'allowed/out'));
    await page.goto(`${studio.url}/#/line`);
    await page.getByRole('link', { name: 'Watch a folder' }).click(wait);
    for (const [asked, answer] of [
      [join(folder, 'elsewhere'), 'it lies elsewhere'],
      [join(folder, 'allowed/out'), 'it lies elsewhere'],
      ['runs', "runs/ is the studio's own"],
      ['.', 'it is the workspace itself'],
      [join(folder, 'allowed/none'), 'no such file or folder'],
    ] as const) {
      await page.getByLabel('Folder', { exact: true }).fill(asked);
      await page.getByRole('button', { name: 'Watch it' }).click();
      await page.getByRole('alert').getByText(answer).waitFor(wait);
    }
    expect(await barriers(page)).toEqual([]);
    await shot('watch-new');
    await page.getByLabel('Folder', { exact: true }).fill(incoming);
    await page.getByRole('button', { name: 'Watch it' }).click();
    await page.getByText('Nothing judged yet').waitFor(wait);
    await comes('disc/test/good/000.png', 'a.png');
    await page.locator('.board.pass img.watched').waitFor(wait);
    // A link out of the folder would show what nobody may see.
    await symlink(join(data, 'weave/test/good/000.png'), join(incoming, 'link.png'));
    await comes('disc/test/blot/000.png', 'b.png');
    await page.locator('.board.reject').waitFor(wait);
    const { stdout } = await clad('predict', join(work(), 'runs/parts'), join(incoming, 'b.png'), '--json');
    const { score } = JSON.parse(stdout.trim().split('\n')[0] ?? '') as { readonly score: number };
    expect(await page.locator('.board .numbers b').first().textContent()).toBe(
      String(Number(score.toPrecision(4))),
    );
    await expect
      .poll(
        () =>
          page
            .locator('.board img.watched')
            .evaluate((image) => (image as unknown as { naturalWidth: number }).naturalWidth),
        wait,
      )
      .toBeGreaterThan(0);
    expect(await barriers(page)).toEqual([]);
    await shot('watch');
  }, 120_000);

  it('goes on through a closed page, a killed server and a folder that is away, and tells both tabs', async () => {
    await page.goto('about:blank');
    const { port } = new URL(studio.url);
    studio.child.kill('SIGKILL');
    await studio.ended;
    await comes('weave/test/good/000.png', 'c.png');
    studio = await start(port);
    await page.goto(`${studio.url}/#/watch/1`);
    const other = await page.context().newPage();
    await other.goto(`${studio.url}/#/watch/1`);
    await page.locator('.last button').nth(2).waitFor(wait);
    await rename(incoming, `${incoming}-away`);
    for (const tab of [page, other])
      await tab.locator('.board.off', { hasText: 'Cannot be watched now' }).waitFor(wait);
    expect(await page.getByRole('alert').textContent()).toContain(`${incoming} is not there`);
    await shot('watch-away');
    await rename(`${incoming}-away`, incoming);
    for (const tab of [page, other]) await tab.locator('.board.pass').waitFor(wait);
    await comes('disc/test/blot/001.png', 'd.png');
    await page.locator('.board.reject').waitFor(wait);
    await other.getByRole('button', { name: 'Stop watching' }).click();
    for (const tab of [page, other])
      await tab.locator('.board.off', { hasText: 'Not watched' }).waitFor(wait);
    // Stopped in the other tab a moment ago: that is no error.
    await page.getByRole('button', { name: 'Watch again' }).click();
    await other.getByRole('button', { name: 'Stop watching' }).waitFor(wait);
    await other.close();
    const journal = await Journal.open(join(work(), 'line/incoming-parts/journal.sqlite'));
    expect(journal.all().map(({ path, verdict }) => [path, verdict])).toEqual([
      ['a.png', 'normal'],
      ['b.png', 'anomalous'],
      ['c.png', 'normal'],
      ['d.png', 'anomalous'],
    ]);
    journal.close();
  }, 120_000);

  it('keeps a picture whose judgement was wrong, and the detector learns from it', async () => {
    await page.locator('.last li.reject button').first().click(wait);
    const dialog = page.locator('dialog');
    await dialog.getByRole('button', { name: 'This was a false alarm' }).click();
    await dialog.getByText('The picture is kept for parts').waitFor(wait);
    await shot('watch-marked');
    expect(await barriers(page)).toEqual([]);
    await dialog.getByRole('link', { name: 'To what is marked' }).click();
    const marks = page.locator('section[aria-labelledby="marks"]');
    await marks.locator('.of-line img').waitFor(wait);
    const [file] = await readdir(join(work(), 'marked/parts'));
    expect(await marks.locator('code').textContent()).toBe(
      `clad update runs/parts --false-alarm marked/parts/${file}`,
    );
    await marks.getByRole('button', { name: 'Learn from them' }).click();
    const learnt = page.locator('section[aria-labelledby="learnt"]');
    await learnt.waitFor(wait);
    // A part with a blot is hardly a good one: the guard says so, and a person may insist.
    await learnt.getByRole('button', { name: 'Do it all the same' }).click();
    await learnt.getByText('1 false alarm joined the good images: version 2').waitFor(wait);
    const seen = learnt.locator('.before-after .seen');
    expect(await seen.count()).toBe(2);
    const badges = seen.locator('.verdict-badge');
    expect(await badges.allTextContents()).toEqual(['Reject', 'Pass']);
    expect(await barriers(page)).toEqual([]);
    await shot('line-learnt');
    expect(await marks.locator('.of-line').count()).toBe(0);
    const { stdout } = await clad('history', join(work(), 'runs/parts'), '--json');
    expect(stdout).toContain('false-alarm');
  }, 120_000);

  it('sorts photographs by verdict where that is asked for, and says before what will happen', async () => {
    await mkdir(join(work(), 'inbox'), { recursive: true });
    await copyFile(join(data, 'disc/test/blot/000.png'), join(work(), 'inbox/a.png'));
    await page.goto(`${studio.url}/#/watch/new`);
    await page.getByLabel('Folder', { exact: true }).fill('inbox');
    const photographs = page.getByLabel('Judged photographs');
    await photographs.selectOption({
      label: 'are moved by their verdicts; above 2 GB the oldest are removed',
    });
    await page.getByText('the oldest photographs are removed for good').waitFor(wait);
    await photographs.selectOption({ label: 'are moved by their verdicts, and all kept' });
    await page.getByText('what fails into sorted/inbox/reject').waitFor(wait);
    await page.getByText('Nothing is removed, so look after the disk').waitFor(wait);
    expect(await barriers(page)).toEqual([]);
    await shot('watch-move');
    await page.getByLabel('Moved into').fill('runs');
    await page.getByRole('button', { name: 'Watch it' }).click();
    await page.getByRole('alert').getByText("runs/ is the studio's own").waitFor(wait);
    await page.getByLabel('Moved into').fill('sorted/inbox');
    await page.getByRole('button', { name: 'Watch it' }).click();
    await page.locator('.board.reject img.watched').waitFor(wait);
    await expect.poll(() => readdir(join(work(), 'inbox')), wait).toEqual([]);
    expect(await readdir(join(work(), 'sorted/inbox/reject'))).toEqual(['a.png']);
    await page.getByText('Photographs are moved into sorted/inbox/ by their verdicts.').waitFor(wait);
    await page.locator('.last button').first().click();
    await page.locator('dialog').getByText('a.png → reject/a.png').waitFor(wait);
    await shot('watch-moved');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Stop watching' }).click();
    await page.getByRole('button', { name: 'Remove from the list' }).click();
  }, 120_000);

  it('tells within seconds that a frame gets no answer, and notes what was judged', async () => {
    await page.goto(`${studio.url}/#/line/parts`);
    await page.getByRole('button', { name: 'Start the camera' }).click();
    await page.getByLabel('Keep frames').selectOption('all');
    await page.locator('.board img[data-over="heat"]').waitFor(wait);
    await expect.poll(() => page.locator('.last li').count(), wait).toBeGreaterThan(3);
    const processes = execFileSync('pgrep', ['-P', String(studio.child.pid), '-f', 'line-process'], {
      encoding: 'utf8',
    });
    const hangs = Number(processes.trim());
    process.kill(hangs, 'SIGSTOP');
    await page.locator('.board.off', { hasText: 'No answer yet' }).waitFor({ timeout: 30_000 });
    expect(await page.locator('.board img').count()).toBe(0);
    await shot('line-late');
    process.kill(hangs, 'SIGCONT');
    await page.locator('.board img[data-over="heat"]').waitFor(wait);
    await page.getByText('line/camera-parts/journal.sqlite').waitFor(wait);
    expect(await barriers(page)).toEqual([]);
    await shot('line-camera');
    await page.getByRole('button', { name: 'Stop the camera' }).click();
    const kept = join(work(), 'line/camera-parts');
    const journal = await Journal.open(join(kept, 'journal.sqlite'));
    const rows = journal.all();
    journal.close();
    expect(rows.length).toBeGreaterThan(3);
    const moved = rows.filter(({ movedAt }) => movedAt !== null);
    expect(moved.length).toBeGreaterThan(2);
    const { stdout } = await clad(
      'predict',
      join(work(), 'runs/parts'),
      join(kept, 'frames', moved[0]?.destination ?? ''),
      '--json',
    );
    expect((JSON.parse(stdout.trim().split('\n')[0] ?? '') as { score: number }).score).toBe(moved[0]?.score);
  }, 120_000);

  it('is German where the page is, fits on a phone, and nothing went wrong on the way', async () => {
    await page.setViewportSize({ width: 360, height: 740 });
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.goto(`${studio.url}/#/watch/1`);
    await page.getByLabel('Language').selectOption('de');
    await page.getByRole('button', { name: 'Nicht mehr überwachen' }).waitFor(wait);
    await rename(incoming, `${incoming}-away`);
    await page.getByText('Sein Laufwerk ist vielleicht fort').first().waitFor(wait);
    expect(await barriers(page)).toEqual([]);
    await shot('watch-phone-german');
    expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBe(0);
    await page.goto(`${studio.url}/#/watch/new`);
    await page.getByLabel('Ordner', { exact: true }).fill('/etc');
    await page.getByRole('button', { name: 'Überwachen', exact: true }).click();
    await page.getByText('/etc darf nicht überwacht werden: Er liegt anderswo').waitFor(wait);
    await page.getByLabel('Sprache').selectOption('en');
    expect(trouble).toEqual([]);
  }, 60_000);
});
