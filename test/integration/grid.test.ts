/** @file `clad compare` and `clad ablate` as their users run them. */
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GridRow } from '../../src/jobs/compare/grid-summary.ts';
import { bestOf } from '../../src/report/grid.ts';
import { clad } from '../helpers/clad.ts';
import { writeParts } from '../helpers/parts.ts';
import { expectComplaint, expectRefused } from '../helpers/refused.ts';
import { writeTinyBackbone } from '../helpers/tiny-backbone.ts';

/** Options that all methods have here, and CLAD's own. */
const common = ['features.inputSize=64', 'memoryBank.coresetSize=200'];
const ofClad = [
  'memoryBank.components=16',
  'adaptor=[32,24,16]',
  'discriminator=[16,8]',
  'stage1.batch=64',
  'stage1.steps=20',
  'stage2.batch=64',
  'stage2.steps=10',
  'evaluations=1',
];
const asFlags = (settings: readonly string[]) => settings.flatMap((text) => ['--set', text]);

let folder = '';
let parts = '';
let backbone = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clad-grid-'));
  parts = join(folder, 'parts');
  await writeParts(parts);
  backbone = await writeTinyBackbone(folder);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

const runWith = (settings: readonly string[], verb: string, out: string, ...more: readonly string[]) =>
  clad(verb, parts, '--out', join(folder, out), '--backbone', backbone, ...asFlags(settings), ...more);
/** Of CLAD alone. */
const run = (...given: [verb: string, out: string, ...more: readonly string[]]) =>
  runWith([...common, ...ofClad], ...given);

/** A file of rows: for each its name, and what it has beside the common options. */
async function rowsFile(name: string, rows: readonly object[]): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, rows.map((row) => `- ${JSON.stringify(row)}\n`).join(''));
  return path;
}

describe('clad compare', () => {
  const compare = async () => {
    const rows = await rowsFile('both.yaml', [
      { name: 'clad', set: ofClad },
      { name: 'patchcore', method: 'patchcore' },
    ]);
    return runWith(common, 'compare', 'compared', '--grid', rows, '--seeds', '2', '--json');
  };
  let rows: GridRow[] = [];

  it('trains every method with every seed on features extracted once a seed', async () => {
    const { status, stdout, stderr } = await compare();
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(status).toBe(0);
    ({ rows } = JSON.parse(stdout) as { rows: GridRow[] });
    expect(rows.map(({ variant, seeds }) => [variant, seeds])).toEqual([
      ['clad', 2],
      ['patchcore', 2],
    ]);
    for (const { metrics, trainingSeconds, modelBytes } of rows) {
      expect(metrics.imageAuroc!.mean).toBeGreaterThan(0.5);
      expect(trainingSeconds!.mean).toBeGreaterThan(0);
      expect(modelBytes).toBeGreaterThan(1000);
    }
    const stores = await readdir(join(folder, 'compared', 'cache'));
    expect(stores.filter((name) => name.startsWith('features-'))).toHaveLength(2);
  }, 120_000);

  it('writes a page and tables', async () => {
    const read = (name: string) => readFile(join(folder, 'compared', name), 'utf8');
    expect(await read('index.html')).toContain('patchcore');
    expect(await read('results.md')).toMatch(/\| patchcore +\|/);
    const lines = (await read('results.csv')).trim().split('\r\n');
    // Two methods, two seeds, two classes and their mean.
    expect(lines).toHaveLength(1 + 2 * 2 * 3);
  });

  it('makes the same rows of finished runs: seeds of one training together', async () => {
    const runs = (await readdir(join(folder, 'compared', 'runs'))).map((name) =>
      join(folder, 'compared', 'runs', name),
    );
    expect(runs).toHaveLength(4);
    const of = (more: readonly string[]) =>
      clad('compare', '--runs', ...more, '--out', join(folder, 'finished'), '--json');
    const { status, stdout } = await of(runs);
    expect(status).toBe(0);
    const made = (JSON.parse(stdout) as { rows: GridRow[] }).rows;
    expect(made.map(({ seeds }) => seeds)).toEqual([2, 2]);
    expect(made.map(({ variant }) => variant.split(' ')[0]).sort()).toEqual(['clad', 'patchcore']);
    const byMethod = (each: GridRow) => each.variant.split(' ')[0];
    for (const row of made) {
      const expected = rows.find(({ variant }) => variant === byMethod(row));
      expect(row.metrics).toEqual(expected?.metrics);
      expect(row.classes).toEqual(expected?.classes);
      expect(row.trainingSeconds).toBeNull();
    }
    expectComplaint(
      await of([runs[0]!, runs[0]!]),
      /--runs to be of runs that differ, if only in their seed/,
    );
    expectComplaint(await of([folder]), /evaluation\.json: no such file.*clad evaluate/);
    expectRefused(await clad('compare', '--out', join(folder, 'x')), /Give a data set to train on, or runs/);
    expectComplaint(await of([...runs, '--set', 'training.steps=2']), /'--set <name=value>'/);
  }, 60_000);

  it('trains only what is missing or damaged when it is called again', async () => {
    const cells = join(folder, 'compared', 'cells');
    const names = await readdir(cells);
    const before = await Promise.all(names.map(async (name) => (await stat(join(cells, name))).mtimeMs));
    const gone = names.findIndex((name) => name.includes('patchcore'));
    await rm(join(cells, names[gone]!));
    const damaged = names.findIndex((name) => name.includes('clad'));
    const path = join(cells, names[damaged]!);
    await writeFile(path, (await readFile(path, 'utf8')).replace(/("imageAuroc": )[\d.]+/, '$10.123'));
    const { status, stdout, stderr } = await compare();
    expect(status).toBe(0);
    expect(stderr).toContain(
      `${path}: the file is damaged (its checksum is another, or it has none). It is made again.`,
    );
    const after = await Promise.all(names.map(async (name) => (await stat(join(cells, name))).mtimeMs));
    expect(after.map((time, at) => time === before[at])).toEqual(
      names.map((_, at) => at !== gone && at !== damaged),
    );
    const again = (JSON.parse(stdout) as { rows: GridRow[] }).rows;
    expect(again.map(({ metrics }) => metrics)).toEqual(rows.map(({ metrics }) => metrics));
  }, 60_000);

  it('writes its tables before all rows are finished', async () => {
    // The second row is refused only by its training, after the first has been measured.
    const path = join(folder, 'stopping.yaml');
    await writeFile(path, `- { name: first }\n- { name: second, set: ['features.layers=["none"]'] }\n`);
    const { status } = await run('compare', 'stopping', '--grid', path);
    expect(status).toBe(2);
    const { cells } = JSON.parse(await readFile(join(folder, 'stopping', 'results.json'), 'utf8')) as {
      cells: { variant: string }[];
    };
    expect(cells.map(({ variant }) => variant)).toEqual(['first']);
  }, 60_000);

  it('leaves out a training that diverges, and names it', async () => {
    const wild = {
      name: 'wild',
      preset: 'fast',
      set: [...ofClad, 'stage1.learningRate=1e30', 'selection=last'],
    };
    const both = await rowsFile('diverging.yaml', [wild, { name: 'tame', method: 'patchcore' }]);
    const { status, stdout, stderr } = await runWith(
      common,
      'compare',
      'diverging',
      '--grid',
      both,
      '--json',
    );
    expect(status).toBe(0);
    expect(stderr).toMatch(/wild, seed 0, is left out: .*not finite/);
    expect((JSON.parse(stdout) as { rows: GridRow[] }).rows.map(({ variant }) => variant)).toEqual(['tame']);
    const alone = await rowsFile('wild.yaml', [wild]);
    const nothing = await runWith(common, 'compare', 'nothing', '--grid', alone);
    expect([nothing.status, nothing.stdout]).toEqual([2, '']);
    expect(nothing.stderr).toMatch(/not finite/);
  }, 60_000);

  it('prints the best of each column in bold: the highest, but of errors the lowest', async () => {
    const page = await readFile(join(folder, 'compared', 'index.html'), 'utf8');
    const { rows } = JSON.parse(await readFile(join(folder, 'compared', 'results.json'), 'utf8')) as {
      rows: GridRow[];
    };
    expect(bestOf(rows, 'imageAuroc')).toBe(Math.max(...rows.map(({ metrics }) => metrics.imageAuroc!.mean)));
    expect(bestOf(rows, 'missRate')).toBe(Math.min(...rows.map(({ metrics }) => metrics.missRate!.mean)));
    expect(page).toContain('<strong>');
  });

  it('refuses seeds among the settings, which the grid counts itself', async () => {
    const { status, stderr } = await run('compare', 'seeds', '--set', 'seed=5');
    expect(status).toBe(2);
    expect(stderr).toMatch(/--seeds/);
  });

  it('takes rows of a grid from a file, and refuses a row it cannot read', async () => {
    const path = join(folder, 'rows.yaml');
    await writeFile(path, '- { name: mine, set: [losses.gamma=1] }\n');
    const { status, stdout } = await run('compare', 'mine', '--grid', path, '--json');
    expect(status).toBe(0);
    expect((JSON.parse(stdout) as { rows: GridRow[] }).rows.map(({ variant }) => variant)).toEqual(['mine']);
  }, 60_000);

  it.each([
    [
      '- { name: mine, metod: clad }',
      /Unknown option metod in \S*wrong\.yaml, row 1 \(mine\)\. Did you mean method\? Known options: name, method/,
    ],
    [
      '- { name: first }\n- { name: mine, set: [losses.gama=1] }',
      /Unknown option losses\.gama in \S*wrong\.yaml, row 2 \(mine\)\. Did you mean losses\.gamma\?/,
    ],
    [
      '- { name: mine, method: padim }',
      /Expected method in \S*wrong\.yaml, row 1 \(mine\) to be one of clad,/,
    ],
    ['{ name: mine }', /wrong\.yaml: cannot be read \(expected a list of rows/],
  ])('names the file and the row that are wrong: %s', async (rows, message) => {
    const path = join(folder, 'wrong.yaml');
    await writeFile(path, rows);
    expectRefused(await run('compare', 'wrong', '--grid', path), message);
  });

  it('takes what is set for all of every method', async () => {
    const rows = await rowsFile('short.yaml', [{ name: 'patchcore', method: 'patchcore' }]);
    const named = await runWith(common, 'compare', 'named', '--methods', 'patchcore', '--json');
    const listed = await runWith(common, 'compare', 'listed', '--grid', rows, '--json');
    const metricsOf = ({ stdout }: typeof named) =>
      (JSON.parse(stdout) as { rows: GridRow[] }).rows.map(({ variant, metrics }) => [variant, metrics]);
    expect(metricsOf(named)).toEqual(metricsOf(listed));
  }, 60_000);

  it('refuses an unknown method', async () => {
    const { status, stderr } = await run('compare', 'none', '--methods', 'clad,padim');
    expect(status).toBe(2);
    expect(stderr).toMatch(
      /one of clad, patchcore, simplenet, glass, cras, rd, uniad, cflow, draem, dinomaly, subspace, rad, or a JavaScript file that holds one, got padim/,
    );
  });
});

describe('clad ablate', () => {
  it('switches parts off and sweeps constants', async () => {
    const only = 'no contrast,no stage 1,one neighbour,margin';
    const cache = ['--cache', join(folder, 'compared', 'cache')];
    const before = await readdir(join(folder, 'compared', 'cache'));
    const { status, stdout, stderr } = await run('ablate', 'ablated', '--only', only, '--json', ...cache);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(status).toBe(0);
    const { rows } = JSON.parse(stdout) as { rows: GridRow[] };
    expect(rows.map(({ variant }) => variant)).toEqual([
      'all parts',
      'no contrast (Eq. 8-17)',
      'no stage 1 (section 3.5)',
      'one neighbour (decision 0010)',
      'losses.margin=1',
      'losses.margin=2',
      'losses.margin=3',
      'losses.margin=5',
    ]);
    // A margin of 3 is what all other rows have: its training is theirs.
    const metrics = (name: string) => rows.find(({ variant }) => variant === name)!.metrics;
    expect(metrics('losses.margin=3')).toEqual(metrics('all parts'));
    expect(await readdir(join(folder, 'ablated', 'runs'))).toHaveLength(7);
    const features = (names: readonly string[]) =>
      names.filter((name) => name.startsWith('features-')).toSorted();
    const after = await readdir(join(folder, 'compared', 'cache'));
    // All rows share theirs; the comparison's, which train no networks, have anomalies of half of the images.
    expect(features(after)).toEqual(expect.arrayContaining(features(before)));
    expect(features(after)).toHaveLength(features(before).length + 1);
    // All rows share a memory bank but one, which asks other things of it.
    const banks = (names: readonly string[]) => names.filter((name) => name.startsWith('fitted-')).length;
    expect(banks(after)).toBe(banks(before) + 2);
    expect(metrics('one neighbour (decision 0010)')).not.toEqual(metrics('all parts'));
  }, 120_000);
});
