/** Compiles src/ into a clean dist/, the files for the browser with its types and the others with Node's, and stamps it, so that `setup.mjs` knows when it is stale. */
import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from './setup.mjs';

const dist = fileURLToPath(new URL('../dist', import.meta.url));
rmSync(dist, { recursive: true, force: true });
for (const project of ['tsconfig.build.json', 'tsconfig.web.build.json'])
  run('node', ['node_modules/typescript/bin/tsc', '-p', project]);
chmodSync(join(dist, 'cli/main.js'), 0o755);
writeFileSync(join(dist, '.built'), '');
