import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

// With these two the page is cross-origin isolated, and WebAssembly may use threads. Your web server has to send them as well.
const headers = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

export default defineConfig({
  // Works in any folder of a web server.
  base: './',
  // This checkout's clad. In your own project, where clad is a dependency, leave it out.
  resolve: { alias: { 'clad/web': fileURLToPath(new URL('../../dist/web/index.js', import.meta.url)) } },
  // Both find their files beside themselves, which bundling for development would take away.
  optimizeDeps: { exclude: ['clad', 'onnxruntime-web'] },
  build: { target: 'es2023' },
  server: { headers },
  preview: { headers },
});
