/** The whole check: install, build, lint, types, layers, tests. `--full` adds the long tests. */
import { run, setup } from './setup.mjs';

setup();
if (process.argv.includes('--full')) process.env.CLAD_TEST_FULL = '1';
run('node', ['node_modules/@biomejs/biome/bin/biome', 'check', '.']);
for (const project of ['tsconfig.json', 'tsconfig.web.json', 'tsconfig.plugins.json', 'tsconfig.studio.json'])
  run('node', ['node_modules/typescript/bin/tsc', '-p', project, '--noEmit']);
run('node', ['scripts/check-layers.mjs']);
run('node', ['scripts/write-error-docs.mjs', '--check']);
run('node', ['scripts/write-option-docs.mjs', '--check']);
run('node', ['node_modules/vitest/vitest.mjs', 'run']);
