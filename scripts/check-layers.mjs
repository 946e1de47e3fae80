/**
 * Refuses an import that goes up the layers, that brings the host into a folder that must also run in a browser, or that brings
 * anything but these packages into the library for browsers, src/web.ts, and whatever it reaches.
 * The order below is the architecture (docs/how-it-works.md): a folder may import from itself and from those after it.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const layers = [
  'cli',
  'server',
  'report',
  'jobs',
  'methods',
  'evaluation',
  'detector',
  'training',
  'features',
  'nn',
  'demo',
  'synthesis',
  'data',
  'image',
  'runtime',
  'graph',
  'core',
];
/** Folders of pure TypeScript; the files named here are the only ones in them that touch the host. */
const pure = new Map([
  ['graph', []],
  ['nn', []],
  ['demo', []],
  ['synthesis', []],
  ['evaluation', []],
  ['core', ['files.ts', 'lock.ts', 'lock-holder.ts', 'disk-storage.ts', 'plugin.ts']],
]);
const hostModule = /^(node:|sharp$|onnxruntime-node$|cli-progress$|commander$)/;

/** What a web page may carry. onnxruntime-web is not among them: its files are fetched when they are needed. */
const webPackages = new Set(['zod']);
/** What a training may use, wherever it runs. */
const anywherePackages = new Set(['zod', 'protobufjs/light.js', 'ml-matrix']);
/** Reached by its address rather than by an import. */
const webEntries = ['web.ts', 'runtime/browser-worker.ts'];

const src = fileURLToPath(new URL('../src', import.meta.url));
const problems = [];

for (const entry of readdirSync(src, { recursive: true })) {
  const file = String(entry).replaceAll('\\', '/');
  const [layer, ...rest] = file.split('/');
  if (!file.endsWith('.ts') || rest.length === 0) continue;
  const text = readFileSync(join(src, file), 'utf8');
  for (const match of text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)) {
    const target = match[1];
    if (target.startsWith('.')) {
      const reached = relative(src, join(src, file, '..', target)).replaceAll('\\', '/');
      const below = reached.split('/')[0];
      if (layers.indexOf(below) < layers.indexOf(layer)) {
        problems.push(
          `src/${file} imports ${reached}: ${layer} stands below ${below}, and imports only go down`,
        );
      }
      const exempt = pure.get(below);
      const host = pure.get(layer)?.includes(rest.join('/'));
      if (pure.has(layer) && !host && exempt?.includes(reached.split('/').slice(1).join('/'))) {
        problems.push(
          `src/${file} imports ${reached}, which touches the host: ${layer} must also run in a browser`,
        );
      }
    } else if (pure.has(layer) && hostModule.test(target) && !pure.get(layer).includes(rest.join('/'))) {
      problems.push(`src/${file} imports ${target}: ${layer} must also run in a browser`);
    }
  }
  if (!layers.includes(layer)) problems.push(`src/${file}: ${layer} is not a layer`);
}

/**
 * All files that a few of them import, and those import; packages that they may not are problems.
 * @param why - said of a package that is not among those allowed
 */
function reachedFrom(entries, allowed, why) {
  const reached = new Set(entries);
  for (const file of reached) {
    // Imports of types leave no trace in a page, nor do examples in comments.
    const text = readFileSync(join(src, file), 'utf8')
      .replaceAll(/^(?:import|export) type [^;]*;/gm, '')
      .replaceAll(/\/\*[\s\S]*?\*\//g, '');
    for (const [, target] of text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)) {
      if (target.startsWith('.'))
        reached.add(relative(src, join(src, file, '..', target)).replaceAll('\\', '/'));
      else if (!allowed.has(target)) problems.push(`src/${file} imports ${target}: ${why}`);
    }
  }
  return reached;
}

const reached = reachedFrom(webEntries, webPackages, 'src/web.ts reaches it, and runs in a browser');
const training = readdirSync(join(src, 'training'), { recursive: true })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => `training/${name.replaceAll('\\', '/')}`);
reachedFrom(
  [...training, 'features/store/store.ts', 'features/store/made-once.ts', 'core/memory-storage.ts'],
  anywherePackages,
  'the training and the feature store reach it, and run wherever there is a storage',
);

if (problems.length > 0) {
  console.error(problems.join('\n'));
  process.exit(1);
}
console.log(`layers: ${layers.length} folders, imports only go down; the browser gets ${reached.size} files`);
