/** @file A detector on two networks, by the built command: planned, trained, measured, exported, and refused where it makes no sense. */
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DetectorMetadata } from '../../src/detector/metadata.ts';
import { cardText } from '../../src/features/backbones/backbone-card.ts';
import { attach, decodeModel, Graph } from '../../src/graph/index.ts';
import type { EvaluationDocument } from '../../src/jobs/evaluate/evaluate.ts';
import type { ExportDocument } from '../../src/jobs/export/export.ts';
import type { PredictionLine } from '../../src/jobs/predict.ts';
import type { TrainingPlan } from '../../src/jobs/train/plan.ts';
import { clad } from '../helpers/clad.ts';
import { writeParts } from '../helpers/parts.ts';
import { expectRefused } from '../helpers/refused.ts';
import { tinySettings } from '../helpers/small-training.ts';
import { tinyBackboneBytes, tinyCard, writeTinyBackbone } from '../helpers/tiny-backbone.ts';

let folder = '';
let joined = '';
const at = (...names: readonly string[]) => join(folder, ...names);
const settings = [...tinySettings, 'stage1.steps=10', 'stage2.steps=4'].flatMap((text) => ['--set', text]);
const train = (backbone: string, ...more: readonly string[]) =>
  clad('train', at('parts'), '--out', at('run'), '--backbone', backbone, ...settings, ...more);

/** Takes images of 96 x 96 pixels alone. */
function fixedBackbone(): Uint8Array {
  const graph = new Graph();
  const pixels = graph.input('pixels', 'float32', ['N', 3, 96, 96]);
  const wanted = tinyCard.layers.map(({ name, channels, stride }) => ({
    name,
    shape: ['N', channels, 96 / stride, 96 / stride],
  }));
  const layers = attach(graph, decodeModel(tinyBackboneBytes(5)), { pixels }, wanted);
  layers.forEach((layer, index) => {
    graph.output(wanted[index]?.name as string, layer);
  });
  return graph.toBytes();
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clad-joined-'));
  await writeParts(at('parts'), { training: 8, good: 2 });
  await writeFile(at('fixed.onnx'), fixedBackbone());
  await writeFile(
    at('fixed.onnx.json'),
    cardText({ ...tinyCard, name: 'fixed', inputSize: 96, licence: 'MIT' }),
  );
  joined = `${await writeTinyBackbone(folder)}+${at('fixed.onnx')}`;
});

afterAll(() => rm(folder, { recursive: true, force: true }));

async function predictions(file: string): Promise<Pick<PredictionLine, 'score' | 'class'>[]> {
  const { stdout, status } = await clad('predict', file, at('parts/disc/test'), '--json');
  expect(status).toBe(0);
  const lines = stdout.trim().split('\n');
  return lines
    .map((line) => JSON.parse(line) as PredictionLine)
    .map(({ score, class: name }) => ({ score, class: name }));
}

describe('a detector on two networks', () => {
  it('is planned, trained and measured with the layers of both', async () => {
    const planned = await train(joined, '--plan', '--json');
    expect({ status: planned.status, stderr: planned.stderr }).toMatchObject({ status: 0 });
    const plan = JSON.parse(planned.stdout) as TrainingPlan;
    expect(plan.image).toBeUndefined();
    // The same as a list.
    const [first, second] = joined.split('+');
    await writeFile(at('train.yaml'), `backbone:\n  - ${first}\n  - { network: ${second} }\n`);
    const trained = await clad(
      'train',
      at('parts'),
      '--out',
      at('run'),
      '--config',
      at('train.yaml'),
      ...settings,
      '--json',
    );
    expect({ status: trained.status, stderr: trained.stderr }).toMatchObject({ status: 0 });
    expect(trained.stderr).toContain('Layers of backbone tiny+fixed that are used: layer2, layer3, fixed.');
    expect(trained.stderr).toContain(
      "fixed sees images enlarged from the input's 64 pixels to 96; with --input-size 96 it would see more.",
    );
    const { metadata } = JSON.parse(trained.stdout) as { metadata: DetectorMetadata };
    expect(metadata.provenance.backbone).toMatchObject({
      name: 'tiny+fixed',
      licence: 'tiny: Apache-2.0; fixed: MIT',
    });
    expect(metadata.grid).toEqual({ rows: 8, columns: 8 });
    const { size } = await stat(at('run', 'model.onnx'));
    // Metadata, with its golden images, come to it.
    expect(plan.file).toBeLessThan(size);
    expect(plan.file).toBeGreaterThan(0.6 * size);
    const { mean } = JSON.parse(await readFile(at('run', 'evaluation.json'), 'utf8')) as EvaluationDocument;
    expect(mean.imageAuroc).toBeGreaterThan(0.9);
    expect((await clad('verify', at('run'))).status).toBe(0);
  }, 60_000);

  it('says nearly the same after export in half precision', async () => {
    const file = at('half.onnx');
    const flags = ['--to', 'onnx', '--out', file, '--precision', 'fp16'];
    const exported = await clad('export', at('run'), ...flags, '--json');
    expect({ status: exported.status, stderr: exported.stderr }).toMatchObject({ status: 0 });
    expect((JSON.parse(exported.stdout) as ExportDocument).comparison?.images).toBeGreaterThan(0);
    const [before, after] = [await predictions(at('run')), await predictions(file)];
    const scores = before.map(({ score }) => score);
    const spread = Math.max(...scores) - Math.min(...scores);
    expect(spread).toBeGreaterThan(0);
    after.forEach(({ score, class: name }, index) => {
      expect(name).toBe(before[index]?.class);
      expect(Math.abs(score - (scores[index] as number))).toBeLessThan(0.02 * spread);
    });
  }, 60_000);

  it('is refused by a sentence where its name makes no sense', async () => {
    expectRefused(await train(`${joined}+nothing`, '--plan'), 'Unknown backbone nothing');
    expectRefused(await train(`${joined}@20`, '--plan'), '32 to 2048 pixels after @');
  });

  it('shows a network that is made for one size another one, rewritten for it', async () => {
    const { status, stderr } = await train(`${joined}@64`, '--plan');
    expect(stderr).toContain('fixed is made for 96 pixels; it was rewritten for any size');
    expect(status).toBe(0);
  });
});

describe('a list of networks in a YAML file', () => {
  it.each([
    [
      'backbone: [{ netwrk: a.onnx }, b.onnx]',
      /Expected backbone in .*list\.yaml to be a name or file, or a list/,
    ],
    [
      'backbone: [a.onnx, { network: b.onnx, weight: heavy }]',
      /Expected backbone in .*list\.yaml to be a name/,
    ],
    ['backbone: []', /Expected backbone in .*list\.yaml to be a name or file, or a list/],
  ])('is refused with how it is written: %s', async (text, message) => {
    await writeFile(at('list.yaml'), `${text}\n`);
    const ended = await clad('train', at('parts'), '--out', at('never'), '--config', at('list.yaml'));
    expectRefused(ended, message);
  });
});
