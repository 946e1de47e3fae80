/** @file `--roi auto` from the command line to the finished detector: dirt beside a part changes nothing wherever the part lies, and where there is none, that is no good image. */
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DetectorMetadata, metadataKey } from '../../src/detector/metadata.ts';
import { openDetector } from '../../src/detector/open.ts';
import { decodeMetadata } from '../../src/graph/index.ts';
import type { RgbImage } from '../../src/image/rgb.ts';
import type { EvaluationDocument } from '../../src/jobs/evaluate/evaluate.ts';
import type { PredictionLine } from '../../src/jobs/predict.ts';
import { RegionFinder } from '../../src/jobs/roi/region-finder.ts';
import type { TradeOffDocument } from '../../src/jobs/trade-off/trade-off.ts';
import type { AddDocument } from '../../src/jobs/update/add.ts';
import { nodeEngine } from '../../src/runtime/node.ts';
import { clad, type Ended } from '../helpers/clad.ts';
import { expectNearly, exportHalf } from '../helpers/half.ts';
import { encoded, writeFiles } from '../helpers/images.ts';
import { drawPart, writeParts } from '../helpers/parts.ts';
import { expectRefused } from '../helpers/refused.ts';
import { smallTraining } from '../helpers/small-training.ts';

let folder = '';
const at = (...names: string[]) => join(folder, ...names);
let trained: Ended;
let args: readonly string[];

/** Paints a rectangle of one colour. */
function painted(
  { width, height, data }: RgbImage,
  [left, top, wide, high]: readonly [number, number, number, number],
  colour: readonly [number, number, number] = [230, 20, 30],
): RgbImage {
  const changed = Uint8Array.from(data);
  for (let y = top; y < top + high; y++)
    for (let x = left; x < left + wide; x++) changed.set(colour, 3 * (y * width + x));
  return { width, height, data: changed };
}

/** A part of another product. */
function cap(number: number): RgbImage {
  const { image } = drawPart('disc', 900 + number);
  const shift = number % 3;
  const light = (number % 4) - 2;
  return painted(
    painted(image, [0, 0, 72, 64], [40, 45, 60]),
    [16 + shift, 18, 40, 26],
    [60, 150 + light, 90],
  );
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clad-follow-'));
  await writeParts(at('data'), { training: 8, good: 2 });
  const images: Record<string, Uint8Array> = {};
  const { image } = drawPart('disc', 700);
  images['seen/clean.png'] = await encoded(image);
  images['seen/inside.png'] = await encoded(painted(image, [32, 28, 10, 10]));
  images['seen/outside.png'] = await encoded(painted(image, [2, 3, 5, 4]));
  images['none/bare.png'] = await encoded(painted(image, [0, 0, 72, 64], [40, 45, 60]));
  images['none/half.png'] = await encoded(painted(image, [36, 0, 36, 64], [40, 45, 60]));
  for (let number = 0; number < 3; number++)
    images[`more/${number}.png`] = await encoded(drawPart('disc', 820 + number).image);
  // Of another colour, and wider.
  for (let number = 0; number < 8; number++) images[`caps/${number}.png`] = await encoded(cap(number));
  images['cap/clean.png'] = await encoded(cap(20));
  images['cap/inside.png'] = await encoded(painted(cap(20), [34, 26, 10, 10]));
  images['cap/outside.png'] = await encoded(painted(cap(20), [2, 3, 5, 4]));
  await writeFiles(folder, images);
  const small = await smallTraining(folder, at('data'), 'run', 'features.inputSize=128');
  args = [...small, '--preset', 'instant', '--roi', 'auto'];
  trained = await clad(...args);
}, 300_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

const metadataOf = async () =>
  JSON.parse(decodeMetadata(await readFile(at('run', 'model.onnx')))[metadataKey]!) as DetectorMetadata;

async function predict(what: string, model = 'run'): Promise<PredictionLine[]> {
  const { stdout, stderr, status } = await clad('predict', at(model), at(what), '--json');
  expect(status, stderr).toBe(0);
  expect(stdout).not.toContain('"inside"');
  return stdout
    .trim()
    .split('\n')
    .map((text) => JSON.parse(text) as PredictionLine)
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

describe('a detector whose regions follow the part', () => {
  it('says of which class, and why not of another', async () => {
    expect(trained.status, trained.stderr).toBe(0);
    expect(trained.stderr).toMatch(/Region of interest of disc: it follows the part; \d+ % of the image/);
    expect(trained.stderr).toMatch(
      /Region of interest of weave: none that follows the part, as .+ All of an/,
    );
    const { regionsOfInterest, notFollowed } = await metadataOf();
    expect(Object.keys(regionsOfInterest!)).toEqual(['disc']);
    expect(regionsOfInterest!.disc!.follows!.margin).toBeGreaterThan(0);
    const part = (Math.PI * 22 ** 2) / (72 * 64);
    expect(regionsOfInterest!.disc!.share).toBeGreaterThan(part);
    expect(regionsOfInterest!.disc!.share).toBeLessThan(1.5 * part);
    expect(Object.keys(notFollowed!)).toEqual(['weave']);
    expect(existsSync(at('run', 'samples', 'regions', 'disc.png'))).toBe(true);
    expect(existsSync(at('run', 'samples', 'regions', 'weave.png'))).toBe(false);
  });

  it('says the same of an image with dirt beside the part, and sees what is on it', async () => {
    const [clean, inside, outside] = await predict('seen');
    expect(outside).toMatchObject({ class: 'disc', score: clean!.score, verdict: 'normal', regions: [] });
    expect(clean!.verdict).toBe('normal');
    expect(inside!.verdict).not.toBe('normal');
  });

  it('finds before it judges where it will look, so that made defects lie there', async () => {
    const engine = await nodeEngine({ threads: 1 });
    const finder = await RegionFinder.create(engine, await metadataOf());
    const detector = await openDetector(engine, at('run', 'model.onnx'));
    const { image } = drawPart('disc', 701);
    const found = await finder.regionOf('disc', image);
    const [said] = await detector.predictAll([image], 'disc', { classes: ['disc'] });
    expect(Buffer.from(found!.pixels).equals(said!.inside!)).toBe(true);
    expect(await finder.regionOf('weave', drawPart('weave', 701).image)).toBeUndefined();
    await detector.release();
    await finder.release();
    const { status, stdout, stderr } = await clad('tradeoff', at('run'), '--json');
    expect(status, stderr).toBe(0);
    const { classes } = JSON.parse(stdout) as TradeOffDocument;
    expect(classes[0]).toMatchObject({ class: 'disc', defects: { source: 'synthetic' } });
  }, 120_000);

  it('takes no image for a good one in which there is no part, or half of one', async () => {
    for (const line of await predict('none')) expect(line.verdict, line.path).not.toBe('normal');
  });

  it('is measured around the part, which the evaluation says', async () => {
    const { stdout, stderr, status } = await clad('evaluate', at('run'), '--json');
    expect(status, stderr).toBe(0);
    expect(stderr).toContain('inside the region of interest alone: disc (around the part).');
    const { classes } = JSON.parse(stdout) as EvaluationDocument;
    expect(classes.disc?.imageAuroc).toBe(1);
    expect(classes.disc?.pixelAuroc).toBeGreaterThan(0.8);
  });

  it('is not gone on with by a training of other regions', async () => {
    expectRefused(await clad(...args.slice(0, -2), '--resume'), /regionsOfInterest/);
    expectRefused(await clad(...args.slice(0, -2), '--roi-margin', '4'), /--roi-margin/);
    const anew = args.map((arg) => (arg === at('run') ? at('other') : arg));
    expectRefused(await clad(...anew, '--roi-margin', '80'), /--roi-margin/);
    expectRefused(await clad(...anew.slice(0, -1), 'bolt=auto'), /no such class/);
  }, 120_000);

  it('says nearly the same in half precision', async () => {
    await exportHalf(at('run'), at('half.onnx'));
    expectNearly(await predict('seen', 'half.onnx'), await predict('seen'));
  }, 120_000);

  it('gets more good images, of which it remembers what is around the part, and keeps other classes', async () => {
    const { stdout, stderr, status } = await clad(
      'update',
      at('run'),
      at('more'),
      '--class',
      'disc',
      '--json',
    );
    expect(status, stderr).toBe(0);
    const { action, others } = JSON.parse(stdout) as AddDocument;
    expect([action, others.identical]).toEqual(['add', true]);
    const [clean, inside, outside] = await predict('seen');
    expect(outside!.score).toBe(clean!.score);
    expect(inside!.verdict).not.toBe('normal');
    const again = await clad('update', at('run'), at('more'), '--class', 'disc', '--roi', 'disc=auto');
    expectRefused(again, /auto for a new class/);
  }, 180_000);

  it('gets a new class whose region follows its part, and keeps the others', async () => {
    const add = (what: string, name: string, ...more: string[]) =>
      clad('update', at('run'), at(what), '--class', name, '--roi', 'auto', ...more);
    // The tiny backbone tells classes badly.
    const asked = async (what: string, name: string) => {
      const { stdout: said } = await clad('predict', at('run'), at(what), '--class', name, '--json');
      const lines = said
        .trim()
        .split('\n')
        .map((text) => JSON.parse(text) as PredictionLine);
      return lines.sort((a, b) => (a.path < b.path ? -1 : 1));
    };
    const known = async () => (await asked('seen', 'disc')).map(({ score }) => score);
    const before = await known();
    expectRefused(
      await add('data/weave/train/good', 'cloth'),
      /its part is not found alike in its good images/,
    );
    await writeFiles(folder, {
      'cap.yaml': Buffer.from('reference: fractions\ninside: [{ rectangle: [0, 0, 1, 0.5] }]\n'),
    });
    expectRefused(
      await add('caps', 'cap', '--roi', `cap=${at('cap.yaml')}`),
      /drawn or one that follows its part, not one within the other/,
    );
    const { stdout, stderr, status } = await add('caps', 'cap', '--json', '--force');
    expect(status, stderr).toBe(0);
    const { action, notes } = JSON.parse(stdout) as AddDocument;
    expect(action).toBe('new-class');
    expect(await known()).toEqual(before);
    expect(notes.join()).toMatch(/Region of interest of cap: it follows the part; \d+ % of the image/);
    const { regionsOfInterest } = await metadataOf();
    expect(regionsOfInterest!.cap!.share).toBeLessThan(0.5);
    const [clean, inside, outside] = await asked('cap', 'cap');
    expect(outside).toMatchObject({ class: 'cap', score: clean!.score });
    expect(inside!.score).toBeGreaterThan(2 * Math.abs(clean!.score));
    // The backbone takes caps for cloth, by whose memory all of them are far from normal; their threshold is of what they are.
    expect([clean!.verdict, inside!.verdict]).toEqual(['normal', 'unknown']);
  }, 180_000);
});
