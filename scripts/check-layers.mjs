/**
 * Refuses an import that goes up the layers, that brings the host into a folder that must also run in a browser, or that brings
 * anything but these packages into the library for browsers, src/web/index.ts, or into what trains (methods, features, training, and
 * src/web/training.ts), and whatever these reach. Refuses circles of imports.
 * The order below is the architecture (docs/how-it-works.md): a folder may import from itself and from those after it.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const layers = [
  'cli',
  'studio',
  'server',
  'web',
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
  ['core', ['files.ts', 'lock.ts', 'lock-holder.ts', 'lock-life.ts', 'disk-storage.ts', 'plugin.ts']],
]);
const hostModule = /^(node:|sharp$|onnxruntime-node$|cli-progress$|commander$)/;

/** What a web page may carry. onnxruntime-web is not among them: its files are fetched when they are needed. */
const webPackages = new Set(['zod']);
/** What the script of reports may carry. */
const pagePackages = new Set(['d3-array', 'd3-scale', 'd3-shape']);
/** What a training may use, wherever it runs. */
const anywherePackages = new Set(['zod', 'protobufjs/light.js', 'ml-matrix']);
/** Folders that a training is made of; the files named here are the only ones in them that need Node. */
const trains = new Map([
  ['training', []],
  ['nn', []],
  ['methods', ['registry.ts', 'foreign.ts', 'kit.ts']],
  [
    'features',
    [
      'backbones/backbone.ts',
      'backbones/backbone-derive.ts',
      'backbones/backbone-registry.ts',
      'backbones/builtin-weights.ts',
      'backbones/card-file.ts',
      'backbones/fixed-encoder.ts',
      'backbones/plugin-backbone.ts',
      'backbones/weights-file.ts',
      'store/producer-threads.ts',
      'store/producer-worker.ts',
    ],
  ],
]);

/** Reached by its address rather than by an import. */
const webEntries = ['web/index.ts', 'web/engine-worker.ts'];
const trainingEntries = ['web/training.ts', 'web/teach/teach-worker.ts'];

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

/** A file without its comments. */
function code(file) {
  return readFileSync(join(src, file), 'utf8')
    .replaceAll(/\/\*[\s\S]*?\*\//g, '')
    .replaceAll(/^\s*\/\/.*$/gm, '');
}

/** What a file imports when it runs: imports of types leave no trace, nor do examples in comments. */
function runtimeImports(file) {
  const text = code(file)
    .replaceAll(/^(?:import|export) type [^;]*;/gm, '')
    .replaceAll(/^(?:import|export) \{(?:\s*type [\w$]+(?: as [\w$]+)?,?)+\s*\} from [^;]*;/gm, '');
  return [...text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map(([, target]) =>
    target.startsWith('.') ? relative(src, join(src, file, '..', target)).replaceAll('\\', '/') : target,
  );
}

/**
 * All files that a few of them import, and those import; packages that they may not are problems.
 * @param why - said of a package that is not among those allowed
 */
function reachedFrom(entries, allowed, why) {
  const reached = new Set(entries);
  for (const file of reached) {
    for (const target of runtimeImports(file)) {
      if (target.endsWith('.ts')) reached.add(target);
      else if (!allowed.has(target)) problems.push(`src/${file} imports ${target}: ${why}`);
    }
  }
  return reached;
}

reachedFrom(
  ['report/in-page/thresholds.ts'],
  pagePackages,
  'src/report/in-page reaches it, and runs in pages',
);
const reached = reachedFrom(webEntries, webPackages, 'src/web/index.ts reaches it, and runs in a browser');
const why = 'a training reaches it, which runs wherever there are a storage, an engine and access to images';
const trainingFiles = [...reachedFrom([...trainingEntries, ...filesOfTrainings()], anywherePackages, why)];
for (const file of trainingFiles) {
  const found = /\b(Buffer\.|process\.|setImmediate\b|__dirname\b)/.exec(code(file));
  if (found) problems.push(`src/${file} uses ${found[0]}, which only Node has: ${why}`);
}

/** All files of these folders, but for those of the host. */
function filesOfTrainings() {
  const entries = [];
  for (const [folder, ofHost] of trains)
    for (const name of readdirSync(join(src, folder), { recursive: true })) {
      const file = String(name).replaceAll('\\', '/');
      if (file.endsWith('.ts') && !ofHost.includes(file)) entries.push(`${folder}/${file}`);
    }
  for (const [folder, ofHost] of trains)
    for (const file of ofHost)
      if (!existsSync(join(src, folder, file)))
        problems.push(`src/${folder}/${file} is named here, and is not there`);
  return entries;
}

/**
 * The circles of imports, each once: a file that is come to again while what it imports is still being followed. Imports that wait
 * for a call (`import('...')`) count too: they go round all the same.
 */
function circles(files) {
  const found = [];
  const done = new Set();
  const follow = (file, path) => {
    const start = path.indexOf(file);
    if (start >= 0) found.push([...path.slice(start), file]);
    if (start >= 0 || done.has(file)) return;
    for (const target of runtimeImports(file)) if (target.endsWith('.ts')) follow(target, [...path, file]);
    done.add(file);
  };
  for (const file of files) follow(file, []);
  return found;
}
const files = readdirSync(src, { recursive: true }).map((file) => String(file).replaceAll('\\', '/'));
for (const circle of circles(files.filter((file) => file.endsWith('.ts'))))
  problems.push(`imports go in a circle: ${circle.map((file) => `src/${file}`).join(' -> ')}`);

if (problems.length > 0) {
  console.error(problems.join('\n'));
  process.exit(1);
}
console.log(
  `layers: ${layers.length} folders, imports only go down and never in a circle; the browser gets ${reached.size} files, or ${trainingFiles.length} to train`,
);
