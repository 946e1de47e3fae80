/**
 * Measures what docs claim of speed and memory: one table, in which whatever is compared ran in turns in this one run. `npm run bench -- --help`; what the
 * rows mean is said in their files (rows/) and in docs/performance.md.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { Random } from '../dist/core/random.js';
import { writeDemoData } from '../dist/jobs/demo/demo-data.js';
import { nodeEngine } from '../dist/runtime/node.js';
import { hardware } from './hardware.mjs';
import { madeDataset } from './made/images.mjs';
import { trainedPhases } from './made/training.mjs';
import { processor, wall } from './measure.mjs';
import { Progress } from './progress.mjs';
import { comparisonText, markdownOf, textOf } from './table.mjs';
import { startTorch } from './torch/partner.mjs';

/** In the order of the table. */
const names = [
  'products',
  'steps',
  'rival-steps',
  'extraction',
  'synthesis',
  'prediction',
  'whole-training',
  'metrics',
  'teach',
  'start',
  'memory',
  'store',
  'map',
  'contrast',
  'coreset',
];

const help = `Usage: npm run bench -- [options]

  --only NAME,...     rows to measure: ${names.join(', ')} (default: all)
  --backbone NAME|FILE  backbone of the rows that have one (default: builtin)
  --data DIR          data set of the whole training (default: 240 drawn images of four products)
  --threads N         threads of the engine and of PyTorch (default: all cores)
  --processor-time    one thread, and time of the processor in the place of the wall's clock: for a machine that others use as well
  --python FILE       Python that may have PyTorch (default: /usr/bin/python3); without it, or without PyTorch, its lines are left out
  --json FILE         write what was measured
  --markdown FILE     write the table as Markdown
  --compare OLD.json  show what has changed since an earlier --json
  --quick             few rounds and few images, to see that everything runs: no numbers to quote
  --help

Ratios are what counts: both sides ran in turns. A time is the least of its rounds; behind a ratio, the middle half of its rounds.`;

function refuse(reason) {
  console.error(`bench: ${reason}\n\n${help}`);
  process.exit(2);
}

function readFlags() {
  const text = { type: 'string' };
  const flag = { type: 'boolean', default: false };
  const options = {
    only: text,
    backbone: { ...text, default: 'builtin' },
    data: text,
    threads: text,
    'processor-time': flag,
    python: { ...text, default: '/usr/bin/python3' },
    json: text,
    markdown: text,
    compare: text,
    quick: flag,
    help: flag,
  };
  try {
    return parseArgs({ options }).values;
  } catch (error) {
    return refuse(error.message);
  }
}

const flags = readFlags();
if (flags.help) {
  console.log(help);
  process.exit(0);
}
const wanted = flags.only?.split(',') ?? names;
const unknown = wanted.find((name) => !names.includes(name));
if (unknown !== undefined) refuse(`no row ${unknown}; there are ${names.join(', ')}.`);
const byProcessor = flags['processor-time'];
const threads = byProcessor ? 1 : Number(flags.threads ?? availableParallelism());
if (!Number.isInteger(threads) || threads < 1) refuse('--threads takes a whole number of at least 1.');
const before = flags.compare && (await readResult(flags.compare));

async function readResult(file) {
  try {
    const read = JSON.parse(await readFile(file, 'utf8'));
    if (Array.isArray(read.rows) && read.hardware) return read;
  } catch (error) {
    refuse(`${file}: ${error.message}`);
  }
  return refuse(`${file} holds no result of --json.`);
}

const clock = byProcessor ? 'processor' : 'wall';
const torch = await startTorch(flags.python, threads, clock);
const machine = { ...hardware(threads, torch), clock };
const rows = await Promise.all(
  wanted.map(async (name) => ({ name, ...(await import(`./rows/${name}.mjs`)) })),
);
const folder = await mkdtemp(join(tmpdir(), 'clad-bench-'));
const progress = new Progress(rows);
if (!torch)
  progress.note(
    `no PyTorch in ${flags.python}: its lines are left out (Debian: python3-torch, libopenblas0-pthread)`,
  );

/** Makes something when it is first asked for, and only once. */
function once(make) {
  const made = new Map();
  return (key) => {
    if (!made.has(key)) made.set(key, make(key));
    return made.get(key);
  };
}

const backbone = flags.backbone;
const context = {
  engine: await nodeEngine({ threads }),
  random: new Random('bench'),
  torch,
  backbone,
  folder,
  now: byProcessor ? processor : wall,
  /** How long a comparison may take, seconds, and by which clock. */
  limits: (seconds) => ({
    seconds: flags.quick ? seconds / 10 : seconds,
    least: flags.quick ? 1 : 3,
    now: byProcessor ? processor : wall,
  }),
  /** The phases of a whole training, in a process of its own. */
  training: once(async () => {
    const root = join(folder, 'drawn');
    const [train, classes] = [flags.quick ? 8 : 60, ['screw', 'bottle_cap', 'woven_cloth', 'circuit_board']];
    if (!flags.data)
      await writeDemoData({ folder: root, options: { train, testGood: 0, testAnomalous: 0, classes } });
    const data = flags.data ? resolve(flags.data) : root;
    const request = { data, out: join(folder, 'training'), backbone, threads, clock };
    return trainedPhases(request, ({ task, done, total }) =>
      progress.within(`a training: ${task}`, done, total),
    );
  }),
  /** The file of a detector of so many classes, of full size. */
  detector: once(async (classes) => {
    const data = await madeDataset(join(folder, `made-${classes}`), classes, 64 / classes, 256);
    const out = join(folder, `detector-${classes}`);
    await trainedPhases({ data, out, backbone, threads, clock }, ({ task, done, total }) =>
      progress.within(`a detector of ${classes} classes: ${task}`, done, total),
    );
    return join(out, 'model.onnx');
  }),
};

const measured = [];
const result = { hardware: machine, backbone, quick: flags.quick, rows: measured };
try {
  for (const row of rows) {
    progress.begin(row);
    try {
      measured.push({ name: row.name, letter: row.letter, lines: await row.measure(context) });
      // After each row: a long run that is stopped has not been for nothing.
      if (flags.json) await writeFile(flags.json, `${JSON.stringify(result, undefined, 2)}\n`);
      if (flags.markdown) await writeFile(flags.markdown, markdownOf(result));
    } catch (error) {
      // The other rows are worth having all the same.
      progress.note(`${row.name} failed: ${error.stack ?? error}`);
      process.exitCode = 1;
    }
  }
} finally {
  progress.end();
  torch?.end();
  await rm(folder, { recursive: true, force: true });
}

console.log(textOf(result));
if (before) console.log(`\n${comparisonText(before, result)}`);
process.exit();
