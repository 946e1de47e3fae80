/** @file The browser's private files keep what every storage promises, in a page and in a worker of headless Chromium. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildPage, chromiumPath, hasChromium, type Server, serve } from '../helpers/browser.ts';
import { storageContract } from '../helpers/storage-contract.ts';

let folder = '';
let server: Server;
let browser: Browser;
let context: BrowserContext;
let page: Page;

beforeAll(async () => {
  if (!hasChromium) return;
  folder = await mkdtemp(join(tmpdir(), 'clad-storage-page-'));
  await buildPage('test/helpers/storage-page', folder);
  server = await serve([folder]);
  browser = await chromium.launch({
    executablePath: chromiumPath,
    // A site that is not of this machine, without HTTPS.
    args: ['--no-sandbox', '--host-resolver-rules=MAP elsewhere.test 127.0.0.1'],
  });
  context = await browser.newContext();
  page = await context.newPage();
  await page.goto(server.url);
});
afterAll(async () => {
  await browser?.close();
  await server?.close();
  if (folder) await rm(folder, { recursive: true, force: true });
});

/** What an error says of code that is run in a page. */
const told = (code: string, where = page) =>
  where.evaluate(
    `(async () => { try { await (${code})(); return 'nothing'; } catch (error) { return error.code + ' ' + error.message; } })()`,
  );

describe.skipIf(!hasChromium)('the private files of a browser', () => {
  it.each(Object.keys(storageContract))('in a page: %s', async (title) => {
    expect(await page.evaluate(`keepsPromise(${JSON.stringify(title)})`)).toBe('kept');
  });

  it.each(Object.keys(storageContract))('in a worker: %s', async (title) => {
    const code = `(globalThis.worker ??= startWorker()).ask({ title: ${JSON.stringify(title)} })`;
    expect(await page.evaluate(code)).toBe('kept');
  });

  it('are seen whole by others when a worker that writes them is killed, and what it left is tidied', async () => {
    const seen = await page.evaluate(`(async () => {
      const storage = (await opfsStorage('tests')).folder('killed');
      const whole = async () => {
        const bytes = await storage.read('a');
        return bytes.length === 3e6 && bytes.every((byte) => byte === bytes[0]);
      };
      const seen = [];
      for (let time = 0; time < 4; time++) {
        const worker = startWorker();
        await worker.ask({ writeInto: 'killed' });
        for (let read = 0; read < 5; read++) seen.push(await whole());
        worker.terminate();
        seen.push(await whole());
      }
      const folder = await (await (await navigator.storage.getDirectory()).getDirectoryHandle('tests')).getDirectoryHandle('killed');
      await folder.getFileHandle('.00000000-0000-0000-0000-000000000000.part', { create: true });
      const listed = await storage.list();
      // The browser ends a worker in its own time.
      let left = [];
      for (let tries = 0; tries < 200; tries++) {
        await storage.tidy();
        left = [];
        for await (const name of folder.keys()) left.push(name);
        if (left.length === 1) break;
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      return { seen: seen.every(Boolean), listed, left };
    })()`);
    expect(seen).toEqual({ seen: true, listed: ['a'], left: ['a'] });
  });

  it('are there for the next page of the site', async () => {
    await page.evaluate("opfsStorage('kept').then((storage) => storage.write('a', 'of the first'))");
    const second = await context.newPage();
    await second.goto(server.url);
    const read =
      "opfsStorage('kept').then(async (storage) => new TextDecoder().decode(await storage.read('a')))";
    expect(await second.evaluate(read)).toBe('of the first');
    await second.close();
  });

  it('say in a sentence what the browser refuses', async () => {
    const refused = `async () => {
      const storage = (await opfsStorage('tests')).folder('refused');
      await storage.write('file', '');
      await storage.folder('folder').write('x', '');
      globalThis.refused = storage;
    }`;
    expect(await told(refused)).toBe('nothing');
    expect(await told("() => refused.read('folder')")).toMatch(
      /^FILE_UNREADABLE opfs:\/tests\/refused\/folder: /,
    );
    expect(await told("() => refused.write('folder', 'x')")).toMatch(/^FILE_REFUSED /);
    expect(await told("() => refused.folder('file').write('x', 'x')")).toMatch(/^FILE_REFUSED /);
    expect(await page.evaluate("refused.folder('file').read('x')")).toBeUndefined();
    expect(((await page.evaluate('refused.list()')) as string[]).sort()).toEqual(['file', 'folder']);
    expect(await told("() => opfsStorage('a/b')")).toMatch(
      /^ARGUMENT_INVALID opfsStorage: .*without slashes/,
    );
  });

  it.each([
    ['in a page', "() => full.write('a', new Uint8Array(4e6))"],
    ['added to', "() => full.append('a', 'x'.repeat(4e6))"],
  ])('say that there is no more room, and keep what was there: %s', async (_, code) => {
    const { origin } = new URL(server.url);
    const devtools = await context.newCDPSession(page);
    await page.evaluate(`(async () => {
      globalThis.full = (await opfsStorage('tests')).folder('full');
      await full.write('a', 'before');
    })()`);
    const { usage } = (await page.evaluate('navigator.storage.estimate()')) as { usage: number };
    await devtools.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: usage + 1e6 });
    try {
      expect(await told(code)).toMatch(
        /^STORAGE_FULL opfs:\/tests\/full\/a: .*no more room \(\d+\.\d of \d+\.\d MB are taken\)/,
      );
    } finally {
      await devtools.send('Storage.overrideQuotaForOrigin', { origin });
    }
    expect(await page.evaluate("full.read('a').then((bytes) => new TextDecoder().decode(bytes))")).toBe(
      'before',
    );
    expect(await page.evaluate('full.list()')).toEqual(['a']);
  });

  it('say so where there are none', async () => {
    const other = await browser.newPage();
    await other.goto(server.url.replace('127.0.0.1', 'elsewhere.test'));
    expect(await told('() => opfsStorage()', other)).toMatch(
      /^STORAGE_UNAVAILABLE .*: browsers offer it only to pages from https/,
    );
    await other.goto(server.url);
    await other.evaluate(
      "navigator.storage.getDirectory = () => Promise.reject(new DOMException('no', 'SecurityError'))",
    );
    expect(await told('() => opfsStorage()', other)).toMatch(/^STORAGE_UNAVAILABLE .*private windows/);
    await other.evaluate('Object.defineProperty(navigator, "storage", { value: undefined })');
    expect(await told('() => opfsStorage()', other)).toMatch(/^STORAGE_UNAVAILABLE .*no private file system/);
    await other.close();
  });
});
