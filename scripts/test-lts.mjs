/**
 * Runs the tests on the newest Node with long-term support, whatever runs this: its binary comes with the npm package `node`, into .tmp/. Needs the
 * network once.
 *
 *   npm run test:lts [-- files]
 */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run, setup } from './setup.mjs';

const version = 24;
const folder = fileURLToPath(new URL(`../.tmp/node-${version}`, import.meta.url));
const bin = join(folder, 'node_modules/.bin');

if (!existsSync(bin)) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{}');
  run('npm', ['install', '--prefix', folder, '--no-save', '--silent', `node@${version}`]);
}
setup();
process.env.PATH = [bin, process.env.PATH].join(delimiter);
run('node', ['--version']);
run('node', ['node_modules/vitest/vitest.mjs', 'run', ...process.argv.slice(2)]);
