/**
 * Writes `clad-web-VERSION.tgz`: what a page needs of clad and nothing else, so that installing it brings no package for Node. The files are those that
 * src/web reaches, as they lie in dist/; `import ... from 'clad-web'` is what `clad/web` is in the whole package.
 *
 *   npm run pack:web
 */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run, setup } from './setup.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');
const weights = 'assets/builtin-backbone.safetensors';
/** Packages of pages; those after the first are what teaching takes. */
const packages = ['zod', 'ml-matrix', 'protobufjs'];

/** All files below dist/ that some of them import, and those import; with `types`, those of their declarations. */
export function reached(entries, ending) {
  const files = new Set(entries);
  for (const file of files) {
    const text = readFileSync(join(dist, file), 'utf8').replaceAll(/\/\*[\s\S]*?\*\//g, '');
    for (const [, target] of text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)) {
      const next = relative(dist, join(dist, dirname(file), target)).replaceAll('\\', '/');
      files.add(next.replace(/\.[jt]s$/, ending));
    }
  }
  return files;
}

/** Fills a folder with the package. */
export function writeWebPackage(folder) {
  const whole = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const files = [
    ...reached(['web/index.js', 'web/engine-worker.js', 'web/teach/teach-worker.js'], '.js'),
    ...reached(['web/index.d.ts'], '.d.ts'),
  ];
  for (const file of files) {
    mkdirSync(join(folder, 'dist', dirname(file)), { recursive: true });
    // Their maps lead to sources that are not in it.
    const text = readFileSync(join(dist, file), 'utf8').replace(/^\/\/# sourceMappingURL=.*$/m, '');
    writeFileSync(join(folder, 'dist', file), text);
  }
  // Fetched by pages that teach alone.
  mkdirSync(join(folder, 'assets'));
  cpSync(join(root, weights), join(folder, weights));
  for (const file of ['LICENSE', 'docs/browser.md'])
    cpSync(join(root, file), join(folder, file === 'LICENSE' ? file : 'README.md'));
  const { version, license, engines } = whole;
  const about = {
    name: 'clad-web',
    version,
    description:
      'Visual anomaly detection in a web page: detectors that clad has trained, or that are taught there.',
    license,
    type: 'module',
    engines,
    exports: { '.': { types: './dist/web/index.d.ts', default: './dist/web/index.js' } },
    dependencies: Object.fromEntries(packages.map((name) => [name, whole.dependencies[name]])),
    peerDependencies: whole.peerDependencies,
  };
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(about, null, 2)}\n`);
  return files;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  setup();
  const folder = mkdtempSync(join(tmpdir(), 'clad-web-'));
  try {
    writeWebPackage(folder);
    run('npm', ['pack', folder, '--silent']);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
