/** @file Pages built by Vite, on a server of this machine, in headless Chromium. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { build } from 'vite';

export const chromiumPath = process.env.CHROMIUM ?? '/usr/bin/chromium';
export const hasChromium = existsSync(chromiumPath);

/** For `launch`: with these Chromium has WebGPU, computed by software. */
export const softwareWebGpu = [
  '--no-sandbox',
  '--enable-unsafe-webgpu',
  '--use-webgpu-adapter=swiftshader',
  '--enable-features=Vulkan',
  '--use-vulkan=swiftshader',
];

const inRepository = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** Builds a page of the repository as the example is built. */
export async function buildPage(folder: string, outDir: string): Promise<void> {
  await build({
    root: inRepository(folder),
    configFile: inRepository('examples/browser/vite.config.mjs'),
    logLevel: 'error',
    build: { outDir, emptyOutDir: true },
  });
}

/** With these a page may use threads. */
export const isolation = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.css': 'text/css',
  '.wasm': 'application/wasm',
};

export interface Server {
  /** Ends in `/`. */
  readonly url: string;
  close(): Promise<unknown>;
}

/**
 * Serves folders; a file is taken from the first that has it.
 * @param headers - of every answer
 */
export async function serve(
  folders: readonly string[],
  headers: Readonly<Record<string, string>> = {},
): Promise<Server> {
  const server = createServer(async (request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? '/', 'http://localhost').pathname);
    const file = folders.map((folder) => join(folder, path === '/' ? 'index.html' : path)).find(existsSync);
    if (!file) return response.writeHead(404, headers).end();
    const type = types[extname(file)] ?? 'application/octet-stream';
    return response.writeHead(200, { 'Content-Type': type, ...headers }).end(await readFile(file));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}

/** What keeps people with other eyes or hands out of a page, by axe-core; serious or worse. */
export async function barriers(page: Page): Promise<string[]> {
  await page.evaluate(await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8'));
  const found = (await page.evaluate('axe.run()')) as {
    readonly violations: readonly {
      readonly id: string;
      readonly impact: string;
      readonly nodes: readonly { readonly html: string }[];
    }[];
  };
  return found.violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
}
