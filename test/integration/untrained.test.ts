/** @file Methods that are made for vision transformers, on one made of weights that are a formula, as their publications set them: the built command line. */
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeSafetensors } from '../../src/core/safetensors.ts';
import { type DetectorMetadata, metadataKey } from '../../src/detector/metadata.ts';
import { decodeMetadata } from '../../src/graph/index.ts';
import type { EvaluationDocument } from '../../src/jobs/evaluate/evaluate.ts';
import { clad, type Ended } from '../helpers/clad.ts';
import { fixture } from '../helpers/fixtures.ts';
import { full } from '../helpers/full.ts';
import { type GoldenModels, weightsOf } from '../helpers/golden-weights.ts';
import { writeParts } from '../helpers/parts.ts';

const homeBefore = process.env.CLAD_HOME;
let folder = '';
let parts = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clad-untrained-'));
  parts = join(folder, 'parts');
  process.env.CLAD_HOME = join(folder, 'home');
  await writeParts(parts);
  const weights = weightsOf(fixture<GoldenModels>('transformers.json'), 'vit timm');
  await writeFile(join(folder, 'vit.safetensors'), encodeSafetensors(weights));
  const added = await clad('backbones', 'add', join(folder, 'vit.safetensors'), '--name', 'formula');
  expect(added).toMatchObject({ status: 0 });
}, 120_000);

afterAll(async () => {
  if (homeBefore === undefined) delete process.env.CLAD_HOME;
  else process.env.CLAD_HOME = homeBefore;
  await rm(folder, { recursive: true, force: true });
});

const train = (method: string, out: string, ...more: readonly string[]): Promise<Ended> =>
  clad(
    ...['train', parts, '--out', join(folder, out), '--backbone', 'formula', '--method', method],
    ...[
      '--preset',
      'published',
      '--no-report',
      '--set',
      'features.inputSize=96',
      '--set',
      'features.resizeTo=null',
    ],
    ...more,
  );

/** Means over the classes of the test images. */
async function evaluated(run: string): Promise<EvaluationDocument['mean']> {
  const { status, stdout, stderr } = await clad('evaluate', join(folder, run), '--json');
  expect({ status, stderr }).toMatchObject({ status: 0 });
  return (JSON.parse(stdout) as EvaluationDocument).mean;
}

const published: [string, RegExp, object][] = [
  [
    'subspace',
    /Layers of backbone formula that are used: block2\./,
    { layers: ['block2'], aggregation: 'mean' },
  ],
  [
    'rad',
    /Layers of backbone formula that are used: norm1, norm\./,
    { layers: ['norm1', 'norm', 'class'], aggregation: 'plain' },
  ],
];

describe.each(published)('%s as published', (method, note, features) => {
  it('takes its layers of a transformer, tells classes apart, and finds more in bad parts than in good ones', async () => {
    const trained = await train(method, method);
    expect(trained.stderr).not.toMatch(/^\s+at /m);
    expect(trained).toMatchObject({ status: 0 });
    expect(trained.stderr).toMatch(note);
    const config = JSON.parse(await readFile(join(folder, method, 'config.json'), 'utf8')) as {
      options: object;
    };
    expect(config.options).toMatchObject({ features });
    const mean = await evaluated(method);
    expect(mean.classAccuracy).toBe(1);
    expect(mean.imageAuroc).toBeGreaterThan(0.7);
    expect(mean.pixelAuroc).toBeGreaterThan(0.7);
    expect(mean.missRate).toBeLessThan(0.9);
  }, 120_000);

  it('takes the class that is given, and cannot be updated, with a sentence', async () => {
    const run = join(folder, method);
    const image = join(parts, 'weave', 'train', 'good');
    const said = async (...more: string[]) => {
      const { stdout, status } = await clad('predict', run, image, '--json', ...more);
      expect(status).toBe(0);
      return stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as { score: number; class: string });
    };
    const [told, given, other] = [
      await said(),
      await said('--class', 'weave'),
      await said('--class', 'disc'),
    ];
    expect(given.map(({ score }) => score)).toEqual(told.map(({ score }) => score));
    // A weave is no good disc.
    other.forEach(({ score }, at) => {
      expect(score).toBeGreaterThan(told[at]!.score);
    });
    const { status, stderr } = await clad('update', run, image, '--class', 'weave');
    expect(status).toBe(2);
    expect(stderr).toMatch(new RegExp(`memory of its own for each class \\(method ${method}\\)`));
  }, 120_000);

  it('says beforehand what it will cost', async () => {
    const { status, stdout } = await train(method, 'none', '--plan', '--json');
    expect(status).toBe(0);
    const plan = JSON.parse(stdout) as {
      time: Record<string, number>;
      file?: number;
      disk: { features: number };
    };
    expect(plan.time.features).toBeGreaterThan(0);
    expect(plan.disk.features).toBeGreaterThan(0);
    if (method !== 'rad') return;
    const { size } = await stat(join(folder, method, 'model.onnx'));
    // Metadata and golden images are beside it.
    expect(size - plan.file!).toBeGreaterThan(0);
    expect(size - plan.file!).toBeLessThan(1e6);
  }, 120_000);
});

describe('rad', () => {
  it('leaves out an image, and judges none by itself then', async () => {
    const threshold = async () =>
      (
        JSON.parse(
          decodeMetadata(await readFile(join(folder, 'rad', 'model.onnx')))[metadataKey]!,
        ) as DetectorMetadata
      ).thresholds.weave!.threshold;
    const before = await threshold();
    const image = join(parts, 'weave', 'train', 'good', '000.png');
    const { status, stderr } = await clad('update', join(folder, 'rad'), '--exclude', image);
    expect({ status, stderr }).toMatchObject({ status: 0 });
    expect(stderr).not.toMatch(/what it has learnt from these images stays/);
    // An image that found itself would score next to nothing.
    expect(await threshold()).toBeGreaterThan(0.8 * before);
  }, 120_000);
});

describe('dinomaly', () => {
  // That it trains is seen in methods.test.ts, the view of a transformer in the unit's tests.
  it.runIf(full)(
    'takes the middle blocks of a transformer, and recentres by their class tokens',
    async () => {
      const run = join(folder, 'dinomaly');
      const { status, stderr } = await clad(
        ...[
          'train',
          parts,
          '--out',
          run,
          '--backbone',
          'formula',
          '--method',
          'dinomaly',
          '--preset',
          'paper',
        ],
        ...[
          'features.inputSize=96',
          'features.resizeTo=null',
          'features.recentre=true',
          'network.headWidth=32',
          'network.expansion=1',
          'network.layers=2',
          'training.steps=60',
          'training.warmUp=5',
          'mining.warmUp=20',
        ].flatMap((setting) => ['--set', setting]),
        '--no-report',
      );
      expect({ status, stderr }).toMatchObject({ status: 0 });
      expect(stderr).toMatch(/its own layers are used, block1, block2\./);
      expect(stderr).not.toMatch(/recentred by each image's mean/);
      const mean = await evaluated('dinomaly');
      expect(mean.classAccuracy).toBe(1);
      expect(mean.imageAuroc).toBeGreaterThan(0.7);
      expect(mean.pixelAuroc).toBeGreaterThan(0.7);
    },
    120_000,
  );
});

describe('without training', () => {
  it.each(['subspace', 'rad'])(
    '%s sees large photographs in tiles',
    async (method) => {
      const tiles = ['--set', 'features.tile=64', '--set', 'features.tileOverlap=16'];
      const tiled = await train(method, `${method}-tiles`, ...tiles);
      expect(tiled).toMatchObject({ status: 0 });
      expect((await evaluated(`${method}-tiles`)).classAccuracy).toBe(1);
    },
    120_000,
  );

  it('subspace joins layers that have other numbers of channels each, and says so', async () => {
    const { status, stderr } = await clad(
      ...[
        'train',
        parts,
        '--out',
        join(folder, 'joined'),
        '--backbone',
        'builtin',
        '--method',
        'subspace',
        '--preset',
        'published',
      ],
      ...['--no-report', '--set', 'features.inputSize=64', '--set', 'subspace.components=8'],
    );
    expect({ status, stderr }).toMatchObject({ status: 0 });
    expect(stderr).toMatch(/channels, so they are joined rather than averaged/);
  }, 120_000);
});
