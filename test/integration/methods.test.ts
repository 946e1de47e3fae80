/** @file The methods beside CLAD, as their users run them: the built command line on photographs drawn here. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DetectorMetadata } from '../../src/detector/metadata.ts';
import { metadataKey } from '../../src/detector/metadata.ts';
import { decodeMetadata } from '../../src/graph/index.ts';
import type { EvaluationDocument } from '../../src/jobs/evaluate/evaluate.ts';
import { clad, type Ended } from '../helpers/clad.ts';
import { writeParts } from '../helpers/parts.ts';
import { writeTinyBackbone } from '../helpers/tiny-backbone.ts';

const bank = ['memoryBank.coresetSize=256', 'memoryBank.candidates=20000'];
const networks = ['training.batch=128', 'training.steps=150', 'training.learningRate=0.003', 'evaluations=2'];
const settingsOf = (method: string) =>
  ['features.inputSize=64', ...(method === 'patchcore' ? bank : networks)].flatMap((text) => ['--set', text]);
const methods = ['patchcore', 'simplenet', 'glass', 'cras'];

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

const train = (method: string, out: string, ...more: readonly string[]): Promise<Ended> =>
  clad(
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
  );

describe.each(methods)('%s', (method) => {
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

  it('gives the same file for the same seed', async () => {
    const again = await train(method, `${method}-again`, '--no-report');
    expect(again.status).toBe(0);
    const scores = async (out: string) => {
      const predicted = await clad('predict', join(folder, out), join(parts, 'disc', 'test'), '--json');
      return predicted.stdout
        .trim()
        .split('\n')
        .map((line) => (JSON.parse(line) as { score: number }).score);
    };
    expect(await scores(`${method}-again`)).toEqual(await scores(method));
  }, 60_000);
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
    expect(stderr).toMatch(/clad, patchcore, simplenet, glass, cras/);
  });
});
