/** @file A detector whose input is no square, from training to export by the built command: what lies where on the photographs, and what is refused. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../src/core/random.ts';
import { type DetectorMetadata, parseMetadata } from '../../src/detector/metadata.ts';
import { decodeMetadata } from '../../src/graph/index.ts';
import type { Rectangle } from '../../src/image/geometry.ts';
import type { RgbImage } from '../../src/image/rgb.ts';
import type { EvaluationDocument } from '../../src/jobs/evaluate/evaluate.ts';
import type { ExportDocument } from '../../src/jobs/export/export.ts';
import type { PredictionLine } from '../../src/jobs/predict.ts';
import { clad } from '../helpers/clad.ts';
import { encoded, writeFiles } from '../helpers/images.ts';
import { expectRefused } from '../helpers/refused.ts';
import { trainSmall } from '../helpers/small-training.ts';

const [width, height] = [240, 160];
/** Far from the diagonal, so that an exchange of rows and columns is seen. */
const blots: readonly Rectangle[] = [
  { x: 180, y: 30, width: 30, height: 24 },
  { x: 30, y: 110, width: 36, height: 20 },
  { x: 120, y: 70, width: 24, height: 30 },
];

/** A striped plate, with a blot or without. */
function plate(seed: number, blot?: Rectangle): RgbImage {
  const random = new Random('plate', seed);
  const data = new Uint8Array(width * height * 3);
  for (let y = 0, at = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      for (let channel = 0; channel < 3; channel++, at++)
        data[at] = 110 + 40 * Math.sin(x / 6) + random.integer(12);
  if (blot) fill(data, blot, [225, 40, 30]);
  return { width, height, data };
}

function fill(data: Uint8Array, { x, y, ...size }: Rectangle, colour: readonly number[]): void {
  for (let row = y; row < y + size.height; row++)
    for (let column = x; column < x + size.width; column++) data.set(colour, 3 * (row * width + column));
}

function maskOf(blot: Rectangle): RgbImage {
  const data = new Uint8Array(width * height * 3);
  fill(data, blot, [255, 255, 255]);
  return { width, height, data };
}

let folder = '';
const at = (...names: string[]) => join(folder, ...names);
const settings = [
  'memoryBank.components=24',
  'memoryBank.coresetSize=256',
  'adaptor=[32,24,16]',
  'discriminator=[16,8]',
  'stage1.batch=64',
  'stage1.steps=10',
  'stage2.batch=96',
  'stage2.steps=4',
  'evaluations=1',
];
const train = (out: string, ...more: readonly string[]) =>
  clad('train', at('data'), '--out', at(out), ...settings.flatMap((text) => ['--set', text]), ...more);

async function predictionsOf(run: string): Promise<PredictionLine[]> {
  const { stdout } = await clad('predict', at(run), at('data', 'plate', 'test', 'blot'), '--json');
  const lines = stdout.trim().split('\n');
  return lines.map((text) => JSON.parse(text) as PredictionLine).sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** The strongest region covers most of the blot, and their middles are less than a patch apart. */
function expectOver(regions: PredictionLine['regions'], blot: Rectangle): void {
  const [region] = regions;
  expect(region).toBeDefined();
  const { x, y, width: across, height: down } = region!;
  const over = (a: number, aLength: number, b: number, bLength: number) =>
    Math.max(0, Math.min(a + aLength, b + bLength) - Math.max(a, b));
  const both = over(x, across, blot.x, blot.width) * over(y, down, blot.y, blot.height);
  expect(both).toBeGreaterThan(0.6 * blot.width * blot.height);
  expect(Math.abs(x + across / 2 - blot.x - blot.width / 2)).toBeLessThan(15);
  expect(Math.abs(y + down / 2 - blot.y - blot.height / 2)).toBeLessThan(15);
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clad-oblong-'));
  const files: Record<string, Uint8Array> = {};
  for (let number = 0; number < 8; number++)
    files[`data/plate/train/good/${number}.png`] = await encoded(plate(number));
  for (let number = 0; number < 3; number++) {
    files[`data/plate/test/good/${number}.png`] = await encoded(plate(100 + number));
    files[`data/plate/test/blot/${number}.png`] = await encoded(plate(200 + number, blots[number]));
    files[`data/plate/ground_truth/blot/${number}_mask.png`] = await encoded(maskOf(blots[number]!));
  }
  await writeFiles(folder, files);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

describe('an input of 120 x 80 pixels', () => {
  it('is trained, measured and reported, and shows blots where they are', async () => {
    await writeFile(at('train.yaml'), 'features:\n  inputSize: 120x80\n');
    const trained = await train('run', '--config', at('train.yaml'), '--json');
    expect({ status: trained.status, stderr: trained.stderr }).toMatchObject({ status: 0 });
    const { metadata } = JSON.parse(trained.stdout) as { metadata: DetectorMetadata };
    expect(metadata).toMatchObject({
      geometry: { width: 120, height: 80 },
      grid: { rows: 10, columns: 15 },
      provenance: { changes: { 'features.inputSize': '120x80' } },
    });
    const { protocol, mean } = JSON.parse(
      await readFile(at('run', 'evaluation.json'), 'utf8'),
    ) as EvaluationDocument;
    expect(protocol).toMatchObject({ inputSize: '120x80', resizeTo: null });
    expect(mean.imageAuroc).toBe(1);
    expect(mean.pixelAuroc).toBeGreaterThan(0.97);
    const lines = await predictionsOf('run');
    lines.forEach(({ verdict, regions }, number) => {
      // A blot's blur reaches all over so small a map.
      expect(['anomalous', 'unknown']).toContain(verdict);
      expectOver(regions, blots[number]!);
    });
    expect((await clad('verify', at('run'))).status).toBe(0);
  }, 60_000);

  it('is exported for Triton, with the map as high and wide as it is', async () => {
    const flags = ['--to', 'triton', '--out', at('models'), '--precision', 'fp16', '--images', '3'];
    const exported = await clad('export', at('run'), ...flags, '--json');
    expect({ status: exported.status, stderr: exported.stderr }).toMatchObject({ status: 0 });
    const { comparison } = JSON.parse(exported.stdout) as ExportDocument;
    expect(comparison?.images).toBeGreaterThan(0);
    const config = await readFile(at('models', 'run', 'config.pbtxt'), 'utf8');
    expect(config).toContain('"anomaly_map" data_type: TYPE_FP32 dims: [ 80, 120 ]');
  }, 30_000);

  it('may be the middle of what the photograph is resized to', async () => {
    const cut = ['features.inputSize=96x64', 'features.resizeTo=128x88'];
    await trainSmall(folder, at('data'), 'cut', ...cut);
    const detector = await readFile(at('cut', 'model.onnx'));
    expect(parseMetadata(decodeMetadata(detector), 'cut').geometry).toEqual({
      width: 96,
      height: 64,
      resizeTo: { width: 128, height: 88 },
    });
    // Of the blots the last lies wholly in what is seen.
    expectOver((await predictionsOf('cut'))[2]!.regions, blots[2]!);
  }, 60_000);

  it('is refused where a side is no multiple of what the backbone needs', async () => {
    const refused = await train('refused', '--input-size', '120x84', '--plan');
    expectRefused(refused, /the input size to be each side a multiple of 8, .*, got 120x84/);
  }, 30_000);
});
