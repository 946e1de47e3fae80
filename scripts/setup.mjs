/**
 * Installs the packages of the lock file and builds, each only when it is out of date.
 * `npm test` and `npm run demo` call it, so a bare clone needs no other command.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

const modified = (path) => (existsSync(join(root, path)) ? statSync(join(root, path)).mtimeMs : 0);

function newest(folder) {
  return Math.max(
    modified(folder),
    ...readdirSync(join(root, folder), { recursive: true }).map((name) =>
      modified(join(folder, String(name))),
    ),
  );
}

/** Runs one command in the project's root and ends this process with its status when it fails. */
export function run(command, args) {
  const { status } = spawnSync(command, args, {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (status !== 0) process.exit(status ?? 1);
}

export function setup() {
  if (modified('node_modules/.package-lock.json') < modified('package-lock.json')) run('npm', ['ci']);
  const settings = [
    'tsconfig.json',
    'tsconfig.build.json',
    'tsconfig.web.build.json',
    'tsconfig.web.json',
    'tsconfig.studio.json',
    'package-lock.json',
  ];
  const sources = Math.max(newest('src'), newest('studio'), ...settings.map(modified));
  if (modified('dist/.built') < sources) run('node', ['scripts/build.mjs']);
}

// The module's address has its links resolved, the argument has not.
if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) setup();
