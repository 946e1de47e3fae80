/** @file The methods beside CLAD, as their users run them: the built command line on photographs drawn here. */
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DetectorMetadata } from '../../src/detector/metadata.ts';
import { metadataKey } from '../../src/detector/metadata.ts';
import { decodeMetadata } from '../../src/graph/index.ts';
import type { EvaluationDocument } from '../../src/jobs/evaluate/evaluate.ts';
import type { TrainingPlan } from '../../src/jobs/train/plan.ts';
import { clad, type Ended, startClad } from '../helpers/clad.ts';
import { full } from '../helpers/full.ts';
import { writeParts } from '../helpers/parts.ts';
import { writeTinyBackbone } from '../helpers/tiny-backbone.ts';

const bank = ['memoryBank.coresetSize=256', 'memoryBank.candidates=20000'];
const networks = ['training.batch=128', 'training.steps=150', 'training.learningRate=0.003', 'evaluations=2'];
const student = ['training.batch=4', 'training.steps=120', 'training.warmUp=10', 'student.channels=1'];
const flows = ['training.batch=64', 'training.steps=150', 'training.learningRate=0.003', 'flow.positions=16'];
const reconstructor = [
  'features.stride=8',
  'training.batch=8',
  'training.steps=150',
  'training.warmUp=10',
  'training.learningRate=0.003',
  'network.width=32',
  'network.hidden=64',
  'network.neighbours=3',
];
const decoder = [
  'features.groups=1',
  'training.batch=8',
  'training.steps=100',
  'training.warmUp=10',
  'mining.warmUp=50',
  'network.width=32',
  'network.headWidth=8',
  'network.layers=2',
];
const drawing = [
  'features.inputSize=32',
  'training.batch=8',
  'training.steps=400',
  'training.warmUp=5',
  'training.learningRate=0.004',
  'network.reconstructive=4',
  'network.discriminative=8',
  'network.deviation=null',
  'anomalies.share=0.8',
  'anomalies.maxScaleExponent=3',
  'score.pooled=3',
];
const own: Readonly<Record<string, readonly string[]>> = {
  patchcore: bank,
  rd: student,
  uniad: reconstructor,
  cflow: flows,
  draem: drawing,
  dinomaly: decoder,
  subspace: ['subspace.components=8'],
  rad: ['memory.components=6'],
};
const settingsOf = (method: string) =>
  ['features.inputSize=64', ...(own[method] ?? networks)].flatMap((text) => ['--set', text]);
/** Methods with a training of their own, which is interrupted here; that of networks on patches is in train.test.ts. */
const resumed = ['rd', 'uniad', 'cflow', 'draem', 'dinomaly'];
const methods = [
  'patchcore',
  'simplenet',
  'glass',
  'cras',
  'rd',
  'uniad',
  'cflow',
  'draem',
  'dinomaly',
  'subspace',
  'rad',
];

let folder = '';
let parts = '';
let backbone = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clad-methods-'));
  parts = join(folder, 'parts');
  await writeParts(parts);
  backbone = await writeTinyBackbone(folder);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

const trainArguments = (method: string, out: string, ...more: readonly string[]): string[] => [
  'train',
  parts,
  '--out',
  join(folder, out),
  '--backbone',
  backbone,
  '--method',
  method,
  ...settingsOf(method),
  ...more,
];

const train = (...args: Parameters<typeof trainArguments>): Promise<Ended> =>
  clad(...trainArguments(...args));

/** What a run's detector says of some photographs. */
async function scoresOf(out: string): Promise<number[]> {
  const predicted = await clad('predict', join(folder, out), join(parts, 'disc', 'test'), '--json');
  return predicted.stdout
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { score: number }).score);
}

// What DRAEM learns from pixels takes more steps than there is time for; that it goes through whole is seen in stored-thresholds.test.ts too.
describe.each(methods.filter((method) => full || method !== 'draem'))('%s', (method) => {
  let trained: Ended;
  beforeAll(async () => {
    trained = await train(method, method);
  }, 60_000);

  it('trains a detector whose metadata name the method', async () => {
    expect(trained.stderr).not.toMatch(/^\s+at /m);
    expect(trained.status).toBe(0);
    const model = await readFile(join(folder, method, 'model.onnx'));
    const metadata = JSON.parse(decodeMetadata(model)[metadataKey]!) as DetectorMetadata;
    expect(metadata).toMatchObject({ method, classes: ['disc', 'weave'] });
    expect(metadata.provenance).toMatchObject({ preset: 'fast' });
  });

  it('tells the classes apart and finds more in bad parts than in good ones', async () => {
    const path = join(folder, method, 'evaluation.json');
    const { mean, classes } = JSON.parse(await readFile(path, 'utf8')) as EvaluationDocument;
    expect(Object.keys(classes)).toEqual(['disc', 'weave']);
    expect(mean.imageAuroc).toBeGreaterThan(0.6);
    expect(mean.pixelAuroc).toBeGreaterThan(0.7);
    expect(mean.classAccuracy).toBeGreaterThan(0.9);
    // A threshold that some defects exceed.
    expect(mean.missRate).toBeLessThan(0.9);
  });

  // Of those that are interrupted below it is seen there; simplenet and glass train as cras does.
  it.skipIf(!full && [...resumed, 'simplenet', 'glass'].includes(method))(
    'gives the same file for the same seed',
    async () => {
      const again = await train(method, `${method}-again`, '--no-report');
      expect(again.status).toBe(0);
      expect(await scoresOf(`${method}-again`)).toEqual(await scoresOf(method));
    },
    60_000,
  );
});

// One trainer resumes them all; the others differ in what a step is fed.
describe.each(resumed.filter((method) => full || method === 'uniad'))('%s', (method) => {
  it('that is interrupted goes on where it was, and scores as if it had not been', async () => {
    const out = join(folder, `${method}-stopped`);
    const args = trainArguments(method, `${method}-stopped`, '--no-report');
    const first = startClad(...args);
    const begun = () => readFile(join(out, 'log.jsonl'), 'utf8').then((text) => text.includes('"step":25'));
    while (!(await begun().catch(() => false)) && first.child.exitCode === null)
      await new Promise((resolve) => setTimeout(resolve, 5));
    first.child.kill('SIGINT');
    await first.ended;
    const resumed = await clad(...args, '--resume');
    expect({ status: resumed.status, stderr: resumed.stderr }).toMatchObject({ status: 0 });
    expect(await scoresOf(`${method}-stopped`)).toEqual(await scoresOf(method));
  }, 180_000);
});

describe('rd', () => {
  it('takes the layers that a backbone has, and refuses a size that cannot be halved so often', async () => {
    const { status, stderr } = await train('rd', 'refused', '--set', 'features.inputSize=80');
    expect(stderr).toMatch(/its own layers are used, layer2, layer3/);
    expect(stderr).toMatch(/features\.layers.*can be halved once more/);
    expect(status).toBe(2);
  });

  it('says by --plan what it will cost', async () => {
    const { status, stdout } = await train('rd', 'planned', '--plan', '--json');
    expect(status).toBe(0);
    const { images, heldOut, learntFrom, disk, time, memory } = JSON.parse(stdout) as TrainingPlan;
    expect(learntFrom).toEqual({ name: 'good images', count: images - heldOut });
    // 8 x 8 and 4 x 4 places of 12 and 10 values, each a half.
    expect(disk).toEqual({ features: images * 2 * (64 * 12 + 16 * 10) });
    expect(Object.keys(time)).toEqual(['features', 'training', 'thresholds']);
    for (const seconds of Object.values(time)) expect(seconds).toBeGreaterThan(0);
    expect(memory).toBeGreaterThan(0.6e9);
  });
});

describe('cflow', () => {
  it('takes the layers that a backbone has, and says what it will cost', async () => {
    const { status, stdout, stderr } = await train('cflow', 'planned', '--plan', '--json');
    expect(stderr).toMatch(/its own layers are used, layer2, layer3/);
    expect(status).toBe(0);
    const plan = JSON.parse(stdout) as TrainingPlan;
    expect(plan.steps).toEqual({ level1: 150, level2: 150 });
    expect(Object.keys(plan.time)).toEqual(['features', 'level1', 'level2', 'likelihoods', 'thresholds']);
    for (const seconds of Object.values(plan.time)) expect(seconds).toBeGreaterThan(0);
    // 8 x 8 and 4 x 4 places of 12 and 10 values, each a half.
    expect(plan.disk).toEqual({ features: plan.images * 2 * (64 * 12 + 16 * 10) });
    expect(plan.learntFrom).toEqual({ name: 'patches', count: 80 * (plan.images - plan.heldOut) });
  });
});

describe('uniad', () => {
  it.each([
    [
      'features.stride=12',
      /features\.stride.*divide the input, which is 64 \(--input-size 60 goes with 12\), got 12/,
    ],
    ['features.stride=32', /network\.neighbours.*less than the grid of 2 x 2 places.*got 3/],
    ['network.neighbours=4', /network\.neighbours.*an odd number, or 0/],
    ['network.width=34', /network\.width.*a multiple of network\.heads, 4/],
  ])('refuses %s by a sentence', async (setting, message) => {
    const { status, stderr } = await train('uniad', 'refused', '--set', setting);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(status).toBe(2);
  });

  it('says by --plan what it will cost, of a large batch by smaller ones', async () => {
    const { status, stdout } = await train(
      'uniad',
      'planned',
      ...['--set', 'training.batch=16', '--plan', '--json'],
    );
    expect(status).toBe(0);
    const plan = JSON.parse(stdout) as TrainingPlan;
    const { images, heldOut, learntFrom, time, memory, file } = plan;
    expect(learntFrom).toEqual({ name: 'good images', count: images - heldOut });
    expect(plan.steps).toEqual({ training: 150 });
    // One layer of 12 channels is not coarser than the grid of 8 x 8; in half precision.
    expect(plan.disk).toEqual({ features: images * 12 * 64 * 2 });
    for (const seconds of Object.values(time)) expect(seconds).toBeGreaterThan(0);
    expect(Object.keys(time)).toEqual(['features', 'training', 'thresholds']);
    expect(memory).toBeGreaterThan(0.6e9);
    const trained = await stat(join(folder, 'uniad', 'model.onnx'));
    // Metadata and self-test come to it.
    expect(trained.size - file!).toBeGreaterThan(0);
    expect(trained.size - file!).toBeLessThan(1e6);
  });

  it('takes the layers that a backbone has, not coarser than its grid', async () => {
    const { stderr } = await train(
      'uniad',
      'refused',
      '--set',
      'features.stride=8',
      '--set',
      'network.neighbours=9',
    );
    expect(stderr).toMatch(/has no layer1, layer2, layer3: its own layers are used, layer2\./);
  });
});

describe('draem', () => {
  it('refuses a size that cannot be halved five times by a sentence', async () => {
    const { status, stderr } = await train('draem', 'refused', '--set', 'features.inputSize=80x64');
    expect(stderr).toMatch(
      /features\.inputSize.*each side a multiple of 32, as maps are halved five times \(--input-size \d+x64\), got 80x64/,
    );
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(status).toBe(2);
  });

  it.skipIf(!full)(
    'says by --plan what it will cost',
    async () => {
      const { status, stdout } = await train('draem', 'planned', '--plan', '--json');
      expect(status).toBe(0);
      const { images, heldOut, learntFrom, time, steps, disk } = JSON.parse(stdout) as TrainingPlan;
      expect(learntFrom).toEqual({ name: 'good images', count: images - heldOut });
      expect(steps).toEqual({ training: 160 });
      // A photograph, and the means of a layer of 10 channels, in half precision.
      expect(disk).toEqual({ features: images * (3 * 32 * 32 + 10) * 2 });
      expect(Object.keys(time)).toEqual(['features', 'training', 'thresholds']);
      for (const seconds of Object.values(time)) expect(seconds).toBeGreaterThan(0);
    },
    60_000,
  );
});

describe('dinomaly', () => {
  it('says what it needs of layers of a network that is no transformer', async () => {
    const { status, stderr } = await train(
      'dinomaly',
      'refused',
      ...['--set', 'features.groups=2', '--set', 'network.width=null'],
    );
    expect(stderr).toMatch(
      /network\.width.*a number, as the layers of backbone .* have other numbers of channels each \(12, 10\)/,
    );
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(status).toBe(2);
  });

  it('says beforehand what it does with them, and what it will cost', async () => {
    const { status, stdout, stderr } = await train(
      'dinomaly',
      'planned',
      ...['--set', 'features.recentre=true', '--plan', '--json'],
    );
    expect(stderr).toMatch(/are joined, not averaged: layer2, layer3\./);
    expect(stderr).toMatch(
      /has no class token for its layers: features are recentred by each image's mean\./,
    );
    expect(status).toBe(0);
    const { images, time, disk } = JSON.parse(stdout) as TrainingPlan;
    expect(Object.keys(time)).toEqual(['features', 'training', 'thresholds']);
    // Both layers on the grid of 4 x 4 places, in half precision.
    expect(disk).toEqual({ features: images * (12 + 10) * 16 * 2 });
  });
});

describe('noise that is too short to be learnt', () => {
  it.each([
    ['simplenet', ['--set', 'noise=0.0001'], /Set noise higher: it is 0\.0001, try 0\.0002/],
    [
      'clad',
      [
        ...['--preset', 'paper', '--set', 'features.resizeTo=null'],
        ...[
          'globalAnomalies.noise=0.001',
          'batch.local=0',
          'features.width=20',
          'stage1.steps=40',
          'stage1.batch=128',
        ].flatMap((each) => ['--set', each]),
        ...['stage2.steps=0', 'adaptor=[32,24,16]', 'discriminator=[16,8]', 'evaluations=4'].flatMap(
          (each) => ['--set', each],
        ),
      ],
      /Set globalAnomalies\.noise higher: it is 0\.001, try 0\.002/,
    ],
  ] as const)(
    'is said of %s while it trains, in its document and in its report',
    async (method, more, remedy) => {
      const out = `faint-${method}`;
      const settings = method === 'clad' ? [] : settingsOf(method);
      const { status, stdout, stderr } = await clad(
        ...['train', parts, '--out', join(folder, out), '--backbone', backbone, '--method', method],
        ...['--set', 'features.inputSize=64', ...settings, ...more, '--json'],
      );
      expect({ status, stderr }).toMatchObject({ status: 0 });
      expect(stderr).toMatch(remedy);
      const { warnings } = JSON.parse(stdout) as { warnings: string[] };
      expect(warnings.filter((each) => remedy.test(each))).toHaveLength(1);
      expect(await readFile(join(folder, out, 'report', 'index.html'), 'utf8')).toMatch(remedy);
      const log = await readFile(join(folder, out, 'log.jsonl'), 'utf8');
      const measured = log.match(/"ownNoise":([0-9.]+)/g) ?? [];
      expect(measured.length).toBeGreaterThan(1);
    },
    60_000,
  );
});

describe('a method', () => {
  it('has its own presets, and an unknown one is refused by name', async () => {
    const { status, stderr } = await train('glass', 'refused', '--preset', 'accurate');
    expect(status).toBe(2);
    expect(stderr).toMatch(/preset.*fast, published for method glass/);
  });

  it.each([
    [
      'simplenet',
      'input=residual',
      /Unknown option input in --set\. Known options: .*noise, margin, training/,
    ],
    ['patchcore', 'input=feature', /Unknown option input in --set\. Known options: .*memoryBank/],
  ])('has its own options: %s refuses %s', async (method, setting, message) => {
    const { status, stderr } = await train(method, 'refused', '--set', setting);
    expect(status).toBe(2);
    expect(stderr).toMatch(message);
  });

  it('that is unknown is refused with the names there are', async () => {
    const { status, stderr } = await train('padim', 'unknown');
    expect(status).not.toBe(0);
    expect(stderr).toMatch(
      /clad, patchcore, simplenet, glass, cras, rd, uniad, cflow, draem, dinomaly, subspace, rad/,
    );
  });
});
