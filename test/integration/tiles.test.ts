/** @file Small defects in large photographs by the built command: tiles from training to an added class, and what is refused. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../src/core/random.ts';
import type { RgbImage } from '../../src/image/rgb.ts';
import type { PredictionLine } from '../../src/jobs/predict.ts';
import type { TrainingPlan } from '../../src/jobs/train/plan.ts';
import { clad } from '../helpers/clad.ts';
import { full } from '../helpers/full.ts';
import { encoded, writeFiles } from '../helpers/images.ts';
import { expectRefused } from '../helpers/refused.ts';
import { smallTraining } from '../helpers/small-training.ts';

const [width, height] = [640, 480];
/** Left, upper edge and side of a speck, pixels: at the rim of the photograph, and where tiles meet. */
const specks = [
  [2, 2, 14],
  [318, 236, 14],
  [600, 440, 14],
] as const;

/** A brushed plate, with a dark speck or without. */
function plate(number: number, speck?: readonly [x: number, y: number, side: number]): RgbImage {
  const random = new Random('tiles', number);
  const data = new Uint8Array(width * height * 3);
  for (let at = 0; at < data.length; at += 3)
    data.fill(150 + 20 * Math.sin((at / 3 / width) * 0.7) + random.integer(14), at, at + 3);
  if (speck) {
    const [x, y, side] = speck;
    for (let row = y; row < y + side; row++)
      data.fill(30, 3 * (row * width + x), 3 * (row * width + x + side));
  }
  return { width, height, data };
}

let folder = '';
const at = (...names: string[]) => join(folder, ...names);
let training: string[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clad-tiles-'));
  const files: Record<string, Uint8Array> = {};
  for (let number = 0; number < 6; number++)
    files[`data/plate/train/good/${number}.png`] = await encoded(plate(number));
  for (const [number, speck] of specks.entries())
    files[`data/plate/test/speck/${number}.png`] = await encoded(plate(20 + number, speck));
  files['data/plate/test/good/0.png'] = await encoded(plate(30));
  await writeFiles(folder, files);
  training = (
    await smallTraining(folder, at('data'), 'run', 'features.tile=128', 'features.tileOverlap=32')
  ).filter(
    (text, index, all) =>
      !text.startsWith('features.inputSize') && !(all[index + 1] ?? '').startsWith('features.inputSize'),
  );
}, 60_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

async function predicted(run: string): Promise<PredictionLine[]> {
  const { stdout, stderr } = await clad('predict', at(run), at('data', 'plate', 'test'), '--json');
  // A slow machine says how far it is.
  expect(stderr.replace(/^predicting: .*\n/gm, '')).toBe('');
  const lines = stdout
    .trim()
    .split('\n')
    .map((text) => JSON.parse(text) as PredictionLine);
  return lines.sort((a, b) => (a.path < b.path ? -1 : 1));
}

describe('tiles', () => {
  it('find specks that are smaller than a patch of the whole, where they are', async () => {
    const { status, stderr } = await clad(...training, '--tiles', 'auto', '--smallest-defect', '14');
    expect(status, stderr).toBe(0);
    expect(stderr).toMatch(
      /640 x 480 pixels are seen at 560 x 416, in 5 x 6 tiles of 128 pixels: a defect of 14 pixels has 12/,
    );
    const [good, ...others] = await predicted('run');
    for (const [index, [x, y, side]] of specks.entries()) {
      const { score, regions } = others[index]!;
      expect(score).toBeGreaterThan(2 * good!.score);
      const [region] = regions;
      // A patch and a half: at the rim a speck has its mirror image beside it.
      expect(Math.abs(region!.x + region!.width / 2 - x - side / 2)).toBeLessThan(14);
      expect(Math.abs(region!.y + region!.height / 2 - y - side / 2)).toBeLessThan(14);
    }
  });

  it('are planned with the time that distances over good images take', async () => {
    const { status, stdout, stderr } = await clad(...training, '--tiles', '2x3', '--plan', '--json');
    expect(status, stderr).toBe(0);
    const { time, images, heldOut } = JSON.parse(stdout) as TrainingPlan;
    expect([images, heldOut]).toEqual([6, 1]);
    expect(time.distances).toBeGreaterThan(0);
  });

  it('are kept when a class is added', async () => {
    const before = await predicted('run');
    const files: Record<string, Uint8Array> = {};
    for (let number = 0; number < 4; number++)
      files[`cap/${number}.png`] = await encoded(plate(50 + number, [100, 100, 200]));
    await writeFiles(folder, files);
    const { status, stderr } = await clad('update', at('run'), at('cap'), '--class', 'cap');
    expect(status, stderr).toBe(0);
    const after = await predicted('run');
    expect(after.map(({ score }) => score)).toEqual(before.map(({ score }) => score));
  });

  it.runIf(full)('are seen beside the whole, which a class that is added has too', async () => {
    const { status, stderr } = await clad(
      ...training.map((text) => (text === at('run') ? at('both') : text)),
      '--tiles',
      '2x3',
      '--tiles-whole',
    );
    expect(status, stderr).toBe(0);
    expect(stderr).toMatch(/in 2 x 3 tiles of 128 pixels and as a whole of 128: /);
    const before = await predicted('both');
    const [good, ...others] = before;
    for (const { score } of others) expect(score).toBeGreaterThan(2 * good!.score);
    const added = await clad('update', at('both'), at('cap'), '--class', 'cap');
    expect(added.status, added.stderr).toBe(0);
    const after = await predicted('both');
    expect(after.map(({ score }) => score)).toEqual(before.map(({ score }) => score));
    const verified = await clad('verify', at('both'));
    expect(verified.status, verified.stderr).toBe(0);
  });

  it('are refused where they make no sense', async () => {
    const refused = async (message: RegExp, ...more: string[]) =>
      expectRefused(await clad(...training, '--out', at('refused'), ...more), message);
    await refused(/--smallest-defect to be given with --tiles/, '--smallest-defect', '5');
    await refused(/--tiles-whole to be given with --tiles/, '--tiles-whole');
    await refused(
      /features\.tileWhole to be false: only the memory .*preset instant/,
      '--tiles',
      'auto',
      '--tiles-whole',
      '--set',
      'networks=true',
    );
    await refused(/Expected auto, rows x columns/, '--tiles', 'many');
    await refused(/--input-size 144x128/, '--input-size', '136x128');
    await writeFile(at('tiles.yaml'), 'tiles: 3by4\n');
    await refused(/tiles in .*tiles\.yaml to be auto, rows x columns/, '--config', at('tiles.yaml'));
  });
});
