/**
 * Compiles src/ into a clean dist/, the files for the browser with its types and the others with Node's, puts the script of pages and what it imports into one text,
 * bundles the pages of the studio, compressed beside as they are, and stamps it, so that `setup.mjs` knows when it is stale.
 */
import { chmodSync, copyFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { build } from 'vite';
import { run } from './setup.mjs';

const dist = fileURLToPath(new URL('../dist', import.meta.url));
rmSync(dist, { recursive: true, force: true });
for (const project of ['tsconfig.build.json', 'tsconfig.web.build.json'])
  run('node', ['node_modules/typescript/bin/tsc', '-p', project]);
chmodSync(join(dist, 'cli/main.js'), 0o755);
// A report has them in itself.
for (const name of ['look.css', 'charts.css'])
  copyFileSync(fileURLToPath(new URL(`../src/report/${name}`, import.meta.url)), join(dist, 'report', name));
await build({
  configFile: fileURLToPath(new URL('../studio/vite.config.mjs', import.meta.url)),
  logLevel: 'error',
});
// Once here, as small as can be, and not for each browser that asks.
const pages = join(dist, 'studio/page');
for (const name of readdirSync(pages, { recursive: true, encoding: 'utf8' })) {
  if (!/\.(html|js|css|svg|webmanifest)$/.test(name)) continue;
  const content = readFileSync(join(pages, name));
  writeFileSync(join(pages, `${name}.br`), brotliCompressSync(content));
  writeFileSync(join(pages, `${name}.gz`), gzipSync(content, { level: 9 }));
}
await build({
  configFile: false,
  publicDir: false,
  logLevel: 'warn',
  build: {
    lib: {
      entry: fileURLToPath(new URL('../src/report/in-page/thresholds.ts', import.meta.url)),
      formats: ['iife'],
      name: 'clad',
      fileName: () => 'in-page.js',
    },
    outDir: join(dist, 'report'),
    emptyOutDir: false,
    target: 'es2022',
    minify: true,
  },
});
// It stands in a <script> of each page.
if (/<\/script|<!--/i.test(readFileSync(join(dist, 'report/in-page.js'), 'utf8')))
  throw new Error('dist/report/in-page.js would end the element it stands in');
writeFileSync(join(dist, '.built'), '');
