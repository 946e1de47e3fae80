/** @file A method from a file of the user's own, through every command that takes one: the built command line on photographs drawn here. */
import { copyFile, cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DetectorMetadata, metadataKey } from '../../src/detector/metadata.ts';
import { decodeMetadata } from '../../src/graph/index.ts';
import type { GridRow } from '../../src/jobs/compare/grid-summary.ts';
import type { EvaluationDocument } from '../../src/jobs/evaluate/evaluate.ts';
import type { ExportDocument } from '../../src/jobs/export/export.ts';
import type { PredictionLine } from '../../src/jobs/predict.ts';
import { clad, cladProcess, type Ended } from '../helpers/clad.ts';
import { full } from '../helpers/full.ts';
import { writeParts } from '../helpers/parts.ts';
import { expectRefused } from '../helpers/refused.ts';
import { tinySettings } from '../helpers/small-training.ts';
import { writeTinyBackbone } from '../helpers/tiny-backbone.ts';

const fixture = (name: string) => fileURLToPath(new URL(`../fixtures/methods/${name}.mjs`, import.meta.url));
const asFlags = (settings: readonly string[]) => settings.flatMap((text) => ['--set', text]);
const short = ['features.inputSize=64', 'features.fineLayers=[]'];

let folder = '';
let parts = '';
let backbone = '';
/** The method's file, away from where clad and its packages are. */
let file = '';
let trained: Ended;
const at = (...names: readonly string[]) => join(folder, ...names);

const training = (method: string, data: string, out: string, ...more: readonly string[]) =>
  ['train', data, '--out', at(out), '--backbone', backbone, '--method', method, ...more] as const;
const train = (...given: Parameters<typeof training>): Promise<Ended> => clad(...training(...given));

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clad-plugins-'));
  parts = at('parts');
  await writeParts(parts);
  backbone = await writeTinyBackbone(folder);
  file = at('mine.mjs');
  await copyFile(fixture('gaussian'), file);
  trained = await train(file, parts, 'run', ...asFlags([...short, 'power=1.5']));
}, 60_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

/** What a detector says of the test images of one class. */
async function predictions(detector: string): Promise<PredictionLine[]> {
  const { stdout, status } = await clad('predict', detector, join(parts, 'disc/test'), '--json');
  expect(status).toBe(0);
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as PredictionLine);
}
const scoresOf = async (detector: string) => (await predictions(detector)).map(({ score }) => score);

describe('a method in a file', () => {
  it('trains a detector whose metadata name the file', async () => {
    expect(trained.stderr).not.toMatch(/^\s+at /m);
    expect(trained.status).toBe(0);
    const metadata = JSON.parse(
      decodeMetadata(await readFile(at('run', 'model.onnx')))[metadataKey]!,
    ) as DetectorMetadata;
    expect(metadata).toMatchObject({ method: 'gaussian', classes: ['disc', 'weave'] });
    expect(metadata.provenance).toMatchObject({
      preset: 'fast',
      selection: 'none',
      changes: { 'features.inputSize': 64, power: 1.5 },
    });
    const config = JSON.parse(await readFile(at('run', 'config.json'), 'utf8'));
    expect(config).toMatchObject({ method: 'gaussian', methodFile: file, options: { power: 1.5 } });
    expect(await readFile(at('run', 'report', 'index.html'), 'utf8')).toContain('gaussian');
  });

  it('is evaluated: it tells classes apart, and good from bad', async () => {
    const { stdout, status } = await clad('evaluate', at('run'), '--json');
    expect(status).toBe(0);
    const { mean } = JSON.parse(stdout) as EvaluationDocument;
    expect(mean.imageAuroc).toBeGreaterThan(0.6);
    expect(mean.pixelAuroc).toBeGreaterThan(0.7);
    expect(mean.classAccuracy).toBeGreaterThan(0.9);
  });

  it('predicts, and its half-precision export gives nearly the same scores', async () => {
    const lines = await predictions(at('run'));
    expect(lines.every(({ class: name, verdict }) => name === 'disc' && verdict !== null)).toBe(true);
    const small = at('small.onnx');
    const exported = await clad(
      ...['export', at('run'), '--to', 'onnx', '--precision', 'fp16', '--out', small, '--json'],
    );
    expect(exported.stderr).not.toMatch(/^\s+at /m);
    expect(exported.status).toBe(0);
    expect((JSON.parse(exported.stdout) as ExportDocument).precision).toBe('fp16');
    const scores = await scoresOf(small);
    lines.forEach(({ score }, index) => {
      expect(Math.abs(scores[index]! - score) / score).toBeLessThan(0.02);
    });
    expect((await clad('verify', at('run'))).status).toBe(0);
  }, 30_000);

  it('resumes where its detector is missing, also from another folder, with the same options only', async () => {
    await cp(at('run'), at('again'), { recursive: true });
    await rm(at('again', 'model.onnx'));
    const moved = at('moved.mjs');
    await copyFile(file, moved);
    const flags = [...asFlags([...short, 'power=1.5']), '--no-report', '--resume'];
    const other = await train(moved, parts, 'again', ...flags, '--set', 'power=2');
    expectRefused(other, /begun with other values of options\.power;/);
    const again = await train(moved, parts, 'again', ...flags);
    expect({ status: again.status, stderr: again.stderr }).toMatchObject({ status: 0 });
    expect(await scoresOf(at('again'))).toEqual(await scoresOf(at('run')));
    const finished = await train(moved, parts, 'again', ...flags);
    expect(finished.stderr).toMatch(/is finished already; nothing was done/);
  }, 60_000);

  it('may be named in a YAML file, and has its own options and presets', async () => {
    const path = at('mine.yaml');
    await writeFile(path, `method: ${file}\npreset: steep\nfeatures: { inputSize: 64, fineLayers: [] }\n`);
    const configured = ['train', parts, '--out', at('steep'), '--backbone', backbone, '--config', path];
    const { status, stdout } = await clad(...configured, '--no-report', '--json');
    expect(status).toBe(0);
    expect(JSON.parse(stdout).metadata).toMatchObject({
      method: 'gaussian',
      provenance: { preset: 'steep', changes: { 'features.inputSize': 64 } },
    });
    const refused = (...more: readonly string[]) => train(file, parts, 'refused', ...more);
    expectRefused(await refused('--set', 'stage1.steps=3'), /Unknown option stage1 in --set.*power/);
    expectRefused(await refused('--set', 'power=9'), /Expected power in --set to be at most 4, got 9/);
    expectRefused(await refused('--preset', 'paper'), /one of fast, steep for method gaussian, got paper/);
    expectRefused(
      await refused('--plan'),
      /Expected method to be clad, or one that has a function plan: .*, got gaussian\./,
    );
  }, 60_000);

  // Comparing is the same for all methods: grid.test.ts.
  it.skipIf(!full)(
    'is compared with those that come with clad',
    async () => {
      const compare = async (out: string, ...more: readonly string[]) => {
        const ended = await clad(
          ...[
            'compare',
            parts,
            '--out',
            at(out),
            '--backbone',
            backbone,
            '--cache',
            at('cache'),
            '--json',
            ...more,
          ],
        );
        expect({ status: ended.status, stderr: ended.stderr }).toMatchObject({ status: 0 });
        return (JSON.parse(ended.stdout) as { rows: GridRow[] }).rows;
      };
      const steps = ['stage1.steps=6', 'stage2.steps=4', 'evaluations=1'];
      const rows = [
        { name: 'default', set: [...tinySettings, ...steps] },
        { name: 'mine', method: file, set: ['power=0.5'] },
      ];
      await writeFile(at('rows.yaml'), JSON.stringify(rows));
      const flags = asFlags(short);
      const found = await compare('rows', '--grid', at('rows.yaml'), ...flags);
      expect(found.map(({ variant }) => variant)).toEqual(['default', 'mine']);
      const named = await compare('named', '--methods', `patchcore,${file}`, ...flags);
      expect(named.map(({ variant }) => variant)).toEqual(['patchcore', 'gaussian']);
      for (const { metrics } of [...found, ...named]) expect(metrics.imageAuroc!.mean).toBeGreaterThan(0.4);
    },
    60_000,
  );
});

describe('a method without patch features', () => {
  const plain = asFlags(['size=40x32', 'synthesis.perImage=0']);

  it('trains on images alone', async () => {
    const { status, stderr } = await train(fixture('contrast'), join(parts, 'disc'), 'contrast', ...plain);
    expect({ status, stderr }).toMatchObject({ status: 0 });
    const [line] = await predictions(at('contrast'));
    expect(line).toMatchObject({ class: 'disc' });
    expect(line?.score).toBeGreaterThan(0);
  }, 30_000);

  it('that tells no classes apart is refused where there are several', async () => {
    const refused = await train(fixture('contrast'), parts, 'several', ...plain);
    expectRefused(refused, /of one class, since the method does not tell classes apart, got disc, weave/);
  }, 30_000);
});

describe('a file that holds no method', () => {
  it.each([
    ['export default {', /mine\.mjs cannot be used: .*\. docs\/plugins\.md has an example\./],
    ['export default {};', /cannot be used: its name is no word/],
  ])('is refused in a sentence: %s', async (content, message) => {
    await writeFile(at('wrong-mine.mjs'), content);
    const refused = await cladProcess(...training(at('wrong-mine.mjs'), parts, 'refused'));
    expectRefused(refused, message);
  });

  it.concurrent.each([
    ['exit', 'process.exit(0);', /it ended the program with process\.exit\(\)\./],
    [
      'drop',
      "Promise.reject(new Error('no luck')); await new Promise((r) => setTimeout(r, 1e4));",
      /no luck\./,
    ],
  ])('is told of where the process would end: %s', async (name, content, reason) => {
    const path = at(`${name}-mine.mjs`);
    await writeFile(path, `${content}\nexport default {};`);
    const refused = await cladProcess('options', path);
    expectRefused(refused, `${path} cannot be used: `);
    expect(refused.stderr).toMatch(reason);
  });

  it('is told of where its fit waits for what never comes', async () => {
    const text = await readFile(fixture('contrast'), 'utf8');
    const path = at('waiting-mine.mjs');
    await writeFile(
      path,
      text.replace('geometry } }) => ({', 'geometry } }) => (await new Promise(() => {}), {'),
    );
    const settings = asFlags(['size=32', 'synthesis.perImage=0']);
    const waiting = await cladProcess(...training(path, join(parts, 'disc'), 'waiting', ...settings));
    expectRefused(waiting, /waiting-mine\.mjs cannot be used: it waits for a promise that nothing settles\./);
  }, 30_000);

  it('is refused where its fit gives no graph', async () => {
    const text = await readFile(fixture('contrast'), 'utf8');
    const broken = text.replace('graph(_, image)', 'image(_, image)');
    await writeFile(at('broken-mine.mjs'), broken);
    const refused = await train(
      at('broken-mine.mjs'),
      join(parts, 'disc'),
      'broken',
      ...asFlags(['size=32', 'synthesis.perImage=0']),
    );
    expectRefused(refused, /broken-mine\.mjs cannot be used: its fit gave no function graph\./);
  }, 30_000);

  it('is refused where there is none', async () => {
    expectRefused(
      await train('./none.mjs', parts, 'refused'),
      /none\.mjs cannot be used: there is no such file/,
    );
  });
});
