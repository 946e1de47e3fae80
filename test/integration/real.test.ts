/** @file Real photographs through a real network, as few of them as still show that defects are found. */
import { copyFile, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, parse } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EvaluationDocument } from '../../src/jobs/evaluate/evaluate.ts';
import { clad } from '../helpers/clad.ts';
import { hasShared, shared } from '../helpers/fixtures.ts';

const photographs = join(shared, 'data', 'real');
const backbone = join(shared, 'weights', 'resnet50v2.onnx');
const products = { bottle: 'broken_large', toothbrush: 'defective' } as const;

let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clad-real-'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** Copies the first images of a folder, and the masks of those that have one. */
async function take(product: string, split: string, defect: string, count: number): Promise<void> {
  const from = join(photographs, product, split, defect);
  const masks = join(photographs, product, 'ground_truth', defect);
  const to = join(folder, 'parts', product, split, defect);
  await mkdir(to, { recursive: true });
  for (const name of (await readdir(from)).sort().slice(0, count)) {
    await copyFile(join(from, name), join(to, name));
    if (defect === 'good') continue;
    const target = join(folder, 'parts', product, 'ground_truth', defect);
    await mkdir(target, { recursive: true });
    const mask = `${parse(name).name}_mask.png`;
    await copyFile(join(masks, mask), join(target, mask));
  }
}

describe.skipIf(!hasShared)('twenty photographs each of two classes', () => {
  it('make a detector that tells good from bad and one class from the other', async () => {
    for (const [product, defect] of Object.entries(products)) {
      await take(product, 'train', 'good', 20);
      await take(product, 'test', 'good', 8);
      await take(product, 'test', defect, 8);
    }
    const run = join(folder, 'run');
    const settings = [
      'memoryBank.components=128',
      'memoryBank.coresetSize=1024',
      'adaptor=[96,64,48]',
      'discriminator=[48,32]',
      'stage1.steps=60',
      'stage1.batch=512',
      'stage2.steps=20',
      'stage2.batch=512',
      'evaluations=2',
    ].flatMap((text) => ['--set', text]);
    const flags = ['--backbone', backbone, '--input-size', '128', ...settings];
    const trained = await clad('train', join(folder, 'parts'), '--out', run, ...flags);
    expect({ status: trained.status, stderr: trained.stderr }).toEqual({
      status: 0,
      stderr: expect.any(String),
    });
    const { stdout } = await clad('evaluate', run, '--json');
    const { classes, mean } = JSON.parse(stdout) as EvaluationDocument;
    expect(Object.keys(classes)).toEqual(['bottle', 'toothbrush']);
    for (const [name, record] of Object.entries(classes)) {
      expect(record, name).toMatchObject({ good: 8, anomalous: 8, classAccuracy: 1 });
      // Of 64 pairs; so short a training leaves a few to chance.
      expect(record.imageAuroc, name).toBeGreaterThan(0.7);
      expect(record.pixelAuroc, name).toBeGreaterThan(0.8);
    }
    expect(mean.imageAuroc).toBeGreaterThan(0.85);
    expect(mean.aupro).toBeGreaterThan(0.5);
  }, 180_000);
});
