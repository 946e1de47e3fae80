import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

/** The pages of `clad studio`, built into dist/ beside the server that serves them. */
export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: './',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: fileURLToPath(new URL('../dist/studio/page', import.meta.url)),
    emptyOutDir: true,
    target: 'es2023',
    // The policy allows no script in the page itself.
    modulePreload: { polyfill: false },
    // A small picture inside a style would be one too.
    assetsInlineLimit: 0,
    reportCompressedSize: false,
  },
  // `vite studio` for work on the pages, beside `clad studio --port 8090 --no-open`.
  server: { proxy: { '/api': { target: 'http://127.0.0.1:8090', changeOrigin: true } } },
});
