/** @file Regions of interest from the command line to the finished detector: what lies outside changes nothing, and metrics, updates and resumed runs know of it. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DetectorMetadata, metadataKey } from '../../src/detector/metadata.ts';
import { decodeMetadata } from '../../src/graph/index.ts';
import type { RgbImage } from '../../src/image/rgb.ts';
import type { EvaluationDocument } from '../../src/jobs/evaluate/evaluate.ts';
import type { PredictionLine } from '../../src/jobs/predict.ts';
import type { TrainingPlan } from '../../src/jobs/train/plan.ts';
import type { AddDocument } from '../../src/jobs/update/add.ts';
import { clad, type Ended } from '../helpers/clad.ts';
import { encoded, writeFiles } from '../helpers/images.ts';
import { drawPart, writeParts } from '../helpers/parts.ts';
import { expectRefused } from '../helpers/refused.ts';
import { smallTraining } from '../helpers/small-training.ts';

let folder = '';
const at = (...names: string[]) => join(folder, ...names);
let trained: Ended;
let args: readonly string[];

/** Paints a smudge. */
function smudged({ width, height, data }: RgbImage, x: number, y: number, side: number): RgbImage {
  const painted = Uint8Array.from(data);
  for (let row = y; row < y + side; row++)
    for (let column = x; column < x + side; column++) painted.set([230, 20, 30], 3 * (row * width + column));
  return { width, height, data: painted };
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clad-roi-'));
  await writeParts(at('data'), { training: 8, good: 2 });
  const images: Record<string, Uint8Array> = {};
  for (let number = 0; number < 2; number++) {
    const { image } = drawPart('disc', 700 + number);
    images[`seen/${number}-clean.png`] = await encoded(image);
    images[`seen/${number}-outside.png`] = await encoded(smudged(image, 14, 30, 12));
    images[`seen/${number}-inside.png`] = await encoded(smudged(image, 46, 40, 10));
  }
  // The same part under other light, as another class.
  for (let number = 0; number < 4; number++) {
    const { width, height, data } = drawPart('disc', 800 + number).image;
    images[`ring/${number}.png`] = await encoded({ width, height, data: data.map((value) => 255 - value) });
  }
  await writeFiles(folder, {
    ...images,
    'disc.yaml': 'reference: 72x64\ninside:\n  - rectangle: [28, 26, 40, 34]\n',
    'roi.yaml': `preset: instant\nroi:\n  disc: ${at('disc.yaml')}\n`,
    'ring.yaml': 'reference: fractions\ninside:\n  - polygon: [[0.3, 0.2], [0.9, 0.2], [0.9, 0.95]]\n',
  });
  args = [
    ...(await smallTraining(folder, at('data'), 'run', 'features.inputSize=128')),
    '--config',
    at('roi.yaml'),
  ];
  trained = await clad(...args);
}, 120_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

const metadataOf = async (run: string) =>
  JSON.parse(decodeMetadata(await readFile(at(run, 'model.onnx')))[metadataKey]!) as DetectorMetadata;

async function predict(run: string, what: string): Promise<PredictionLine[]> {
  const { stdout, stderr, status } = await clad('predict', at(run), at(what), '--json');
  expect(status, stderr).toBe(0);
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as PredictionLine)
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

describe('a detector with a region of interest', () => {
  it('is planned with the second look that the region takes at an image', async () => {
    const { stdout, status, stderr } = await clad(...args, '--plan', '--json');
    expect(status, stderr).toBe(0);
    const { image } = JSON.parse(stdout) as TrainingPlan;
    expect(image!.region).toBeGreaterThan(0);
    expect(image!.seconds).toBeGreaterThan(image!.region);
  }, 30_000);

  it('says so, and of which class', async () => {
    expect(trained.status, trained.stderr).toBe(0);
    expect(trained.stderr).toMatch(/Region of interest of disc: 29 % of the image, \d+ of 256 patches/);
    const { regionsOfInterest } = await metadataOf('run');
    expect(Object.keys(regionsOfInterest!)).toEqual(['disc']);
    expect(regionsOfInterest!.disc!.share).toBeCloseTo((40 * 34) / (72 * 64), 1);
  });

  it('says the same of an image with something beside the region, and sees what is inside', async () => {
    const lines = await predict('run', 'seen');
    for (const number of [0, 1]) {
      const [clean, inside, outside] = lines.slice(3 * number, 3 * number + 3);
      expect(outside).toMatchObject({
        class: 'disc',
        score: clean!.score,
        verdict: clean!.verdict,
        regions: clean!.regions,
      });
      expect(inside!.score).toBeGreaterThan(clean!.score + 1);
      for (const { x, y } of inside!.regions) expect([x >= 27, y >= 25]).toEqual([true, true]);
    }
  });

  it('is measured inside, which the evaluation says', async () => {
    const { stdout, stderr, status } = await clad('evaluate', at('run'), '--json');
    expect(status, stderr).toBe(0);
    expect(stderr).toContain(
      'Pixel metrics and AUPRO are computed inside the region of interest alone: disc.',
    );
    const { protocol, classes } = JSON.parse(stdout) as EvaluationDocument;
    expect(protocol.pixelsInside).toBe('disc');
    expect(classes.disc?.pixelAuroc).toBeGreaterThan(0.5);
  });

  it('is not gone on with by a training without the region', async () => {
    const withoutRegion = args.filter((_, index) => index < args.length - 2);
    expectRefused(await clad(...withoutRegion, '--resume'), /regionsOfInterest/);
  });

  it('gets a class with a region of its own, and the others stay as they are', async () => {
    const before = await predict('run', 'seen');
    const { stdout, stderr, status } = await clad(
      ...['update', at('run'), at('ring'), '--class', 'ring', '--roi', `ring=${at('ring.yaml')}`, '--json'],
    );
    expect(status, stderr).toBe(0);
    const { action, others } = JSON.parse(stdout) as AddDocument;
    expect([action, others.identical]).toEqual(['new-class', true]);
    expect(Object.keys((await metadataOf('run')).regionsOfInterest!)).toEqual(['disc', 'ring']);
    const after = await predict('run', 'seen');
    expect(after.map(({ score, verdict }) => [score, verdict])).toEqual(
      before.map(({ score, verdict }) => [score, verdict]),
    );
  });
});
