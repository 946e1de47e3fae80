/** @file Named regions of a class from the command line to the finished detector: each has a score and a threshold, and every verb names the one that fails. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DetectorMetadata, metadataKey } from '../../src/detector/metadata.ts';
import { decodeMetadata } from '../../src/graph/index.ts';
import type { RgbImage } from '../../src/image/rgb.ts';
import type { CalibrateDocument } from '../../src/jobs/calibrate/calibrate.ts';
import type { EvaluationDocument } from '../../src/jobs/evaluate/evaluate.ts';
import { readGoodImagesFile } from '../../src/jobs/good-images/good-images-file.ts';
import type { PredictionLine } from '../../src/jobs/predict.ts';
import type { AddDocument } from '../../src/jobs/update/add.ts';
import type { Verification } from '../../src/jobs/verify.ts';
import { clad } from '../helpers/clad.ts';
import { encoded, writeFiles } from '../helpers/images.ts';
import { drawPart, writeParts } from '../helpers/parts.ts';
import { smallTraining } from '../helpers/small-training.ts';
import { readTritonConfig } from '../helpers/triton-config.ts';

let folder = '';
let trained = '';
let args: readonly string[] = [];
const at = (...names: string[]) => join(folder, ...names);

/** Of discs, which are 72 x 64: what lies left and what lies right, without the lower rim. */
const regions = `reference: 72x64
regions:
  - name: left
    inside: [{ rectangle: [0, 0, 36, 64] }]
  - name: right side
    inside: [{ rectangle: [36, 0, 36, 64] }]
    ignore: [{ rectangle: [36, 0, 36, 8] }]
ignore:
  - rectangle: [0, 60, 72, 4]
`;

function blot({ width, height, data }: RgbImage, x: number, y: number): RgbImage {
  const painted = Uint8Array.from(data);
  for (let row = y; row < y + 9; row++)
    for (let column = x; column < x + 9; column++) painted.set([230, 20, 30], 3 * (row * width + column));
  return { width, height, data: painted };
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clad-named-'));
  await writeParts(at('data'), { training: 12, good: 3 });
  const images: Record<string, Uint8Array> = { 'regions.yaml': new TextEncoder().encode(regions) };
  for (let number = 0; number < 14; number++)
    images[`later/${number}.png`] = await encoded(drawPart('disc', 600 + number).image);
  for (let number = 0; number < 2; number++) {
    const { image } = drawPart('disc', 700 + number);
    images[`seen/${number}-clean.png`] = await encoded(image);
    images[`seen/${number}-left.png`] = await encoded(blot(image, 20, 28));
    images[`seen/${number}-right.png`] = await encoded(blot(image, 44, 28));
  }
  await writeFiles(folder, images);
  args = [
    ...(await smallTraining(folder, at('data'), 'run', 'features.inputSize=128')),
    '--roi',
    `disc=${at('regions.yaml')}`,
  ];
  const { status, stderr, stdout } = await clad(...args);
  expect(status, stderr).toBe(0);
  trained = stderr + stdout;
}, 120_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

const metadataOf = async (file: string) =>
  JSON.parse(decodeMetadata(await readFile(file))[metadataKey]!) as DetectorMetadata;

async function predict(model: string, ...flags: string[]): Promise<PredictionLine[]> {
  const { stdout, stderr, status } = await clad('predict', model, at('seen'), '--json', ...flags);
  expect(status, stderr).toBe(0);
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as PredictionLine);
  return lines.sort((a, b) => (a.path < b.path ? -1 : 1));
}

const failed = ({ namedRegions = [] }: PredictionLine) =>
  namedRegions.filter(({ verdict }) => verdict === 'anomalous').map(({ name }) => name);

describe('a class with two named regions', () => {
  it('says what it has, and the threshold of each', async () => {
    expect(trained).toMatch(
      /Regions with thresholds of their own: left \(\d+ patches\), right side \(\d+ patches\)/,
    );
    expect(trained).toMatch(/disc: anomalous where one region is above its threshold/);
    expect(trained).toMatch(/disc\/left: anomalous above [\d.]+\n.*disc\/right side: anomalous above [\d.]+/);
    const { regionsOfInterest } = await metadataOf(at('run', 'model.onnx'));
    expect(regionsOfInterest!.disc!.named!.map(({ name }) => name)).toEqual(['left', 'right side']);
    expect(Math.min(...regionsOfInterest!.disc!.named!.map(({ offset }) => offset))).toBe(0);
  });

  it('fails in the region of the defect, by its own score and threshold', async () => {
    const lines = await predict(at('run'));
    expect(lines.map(failed)).toEqual([[], ['left'], ['right side'], [], ['left'], ['right side']]);
    for (const { namedRegions = [], margin, score, threshold, verdict } of lines) {
      expect(namedRegions).toHaveLength(2);
      expect(margin).toBe(Math.max(...namedRegions.map((each) => each.margin!)));
      expect(margin).toBe(score - threshold!);
      expect(verdict === 'normal').toBe(margin! <= 0);
      for (const each of namedRegions) expect(each.margin).toBeCloseTo(each.score - each.threshold!, 4);
    }
  });

  it('keeps the false-alarm rate of the class with all regions together, on the images that set it', async () => {
    const { disc } = (await metadataOf(at('run', 'model.onnx'))).thresholds;
    const { images } = await readGoodImagesFile(at('run', 'good-images.json'));
    const scores = images.filter((image) => image.class === 'disc').map(({ score }) => score);
    expect(scores).toHaveLength(disc!.count + (disc!.setAside ?? 0));
    // Twelve images cannot show 2 %: none but those that stand out is above the threshold of any region, and one is at it.
    expect(scores.filter((score) => score > disc!.threshold)).toHaveLength(disc!.setAside ?? 0);
    expect(scores).toContain(disc!.threshold);
  });

  it('names the region in the table for people and in CSV', async () => {
    const { stdout, stderr } = await clad('predict', at('run'), at('seen'), '--csv', at('seen.csv'));
    expect(stdout, stderr).toMatch(/right side \(\+\d/);
    const rows = (await readFile(at('seen.csv'), 'utf8')).trim().split('\n');
    expect(rows[0]).toContain('failed regions,region,region score,region threshold,region margin,error');
    expect(rows.filter((row) => row.includes(',right side,right side,'))).toHaveLength(2);
  });

  it('takes thresholds by hand, of one region, of the class, and while it is open as in a file', async () => {
    const before = await predict(at('run'));
    const lines = await predict(at('run'), '--threshold', 'disc/left=1000');
    expect(lines.map(failed)).toEqual([[], [], ['right side'], [], [], ['right side']]);
    expect(lines[1]!.namedRegions![0]).toMatchObject({
      name: 'left',
      threshold: 1000,
      score: before[1]!.namedRegions![0]!.score,
    });
    expect(lines[2]!.namedRegions![1]!.threshold).toBeCloseTo(before[2]!.namedRegions![1]!.threshold!, 9);
    const raised = await predict(at('run'), '--threshold', 'disc=1000');
    expect(raised.flatMap(failed)).toEqual([]);
    const out = at('by-hand.onnx');
    const { status, stderr, stdout } = await clad(
      'calibrate',
      at('run'),
      '--threshold',
      'disc/left=1000',
      '--out',
      out,
      '--json',
    );
    expect(status, stderr).toBe(0);
    const [disc] = (JSON.parse(stdout) as CalibrateDocument).classes;
    expect(disc).toMatchObject({
      class: 'disc',
      after: { given: true, count: 0 },
      regions: [{ name: 'left', after: 1000 }, { name: 'right side' }],
    });
    const written = await predict(out);
    expect(written.map(failed)).toEqual(lines.map(failed));
    expect(written.map(({ score }) => score)).toEqual(lines.map(({ score }) => score));
    const verified = JSON.parse((await clad('verify', out, '--json')).stdout) as Verification;
    expect(verified.reproduced).toBe(true);
  }, 60_000);

  it.each([
    ['disc/top=3', 'for a class, or for a named region of disc (disc/left, disc/right side)'],
    ['weave/left=3', 'it has none'],
    ['plate/left=3', 'for a class that the detector knows'],
  ])('refuses --threshold %s', async (value, sentence) => {
    const { status, stderr } = await clad('predict', at('run'), at('seen'), '--threshold', value);
    expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringContaining(sentence) });
  });

  it('is calibrated by photographs, each region by its own scores', async () => {
    const out = at('later.onnx');
    const { status, stderr, stdout } = await clad(
      'calibrate',
      at('run'),
      at('later'),
      '--false-alarm-rate',
      '0.1',
      '--anomalous',
      at('seen'),
      '--out',
      out,
      '--json',
    );
    expect(status, stderr).toBe(0);
    const [disc] = (JSON.parse(stdout) as CalibrateDocument).classes;
    const lines = await predict(out);
    expect(disc!.regions!.map(({ after }) => after)).toEqual(
      lines[0]!.namedRegions!.map(({ threshold }) => threshold),
    );
    expect(disc!.regions!.every(({ anomalous }) => anomalous >= 2)).toBe(true);
    // 14 photographs and a rate of 0.1: the threshold of each region is the highest score of any, or the next where that stands out.
    expect(disc!.falseAlarmsAfter).toBeLessThanOrEqual((disc!.after!.setAside ?? 0) + 1);
    const verified = JSON.parse((await clad('verify', out, '--json')).stdout) as Verification;
    expect(verified.reproduced).toBe(true);
  }, 60_000);

  it('is evaluated region by region', async () => {
    const { status, stderr, stdout } = await clad(
      'evaluate',
      at('run'),
      '--details',
      at('details'),
      '--json',
    );
    expect(status, stderr).toBe(0);
    const { namedRegions, classes } = JSON.parse(stdout) as EvaluationDocument;
    expect(Object.keys(namedRegions!)).toEqual(['disc']);
    for (const each of namedRegions!.disc!) {
      expect(each.good).toBe(3);
      expect(each.defective).toBeGreaterThan(0);
      expect(each.auroc).toBeGreaterThan(0.9);
    }
    expect(classes.disc!.imageAuroc).toBe(1);
    const [header] = (await readFile(at('details', 'images.csv'), 'utf8')).split('\n');
    expect(header).toMatch(/,decision,failedRegions$/);
  }, 60_000);

  it('is in the Triton file and its configuration', async () => {
    const { status, stderr } = await clad(
      'export',
      at('run'),
      '--to',
      'triton',
      '--name',
      'parts',
      '--out',
      at('models'),
      '--json',
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const config = readTritonConfig(await readFile(at('models', 'parts', 'config.pbtxt'), 'utf8'));
    expect(config.output).toContainEqual({ name: 'region_score', data_type: 'TYPE_FP32', dims: [2] });
    const lines = await predict(at('run'));
    const [left, right] = lines[0]!.namedRegions!.map(({ threshold }) => String(threshold));
    expect(config.parameters).toMatchObject({
      'clad.regions.disc': { string_value: 'left, right side' },
      'clad.threshold.disc/left': { string_value: left },
      'clad.threshold.disc/right side': { string_value: right },
    });
  });

  it('grows, and its regions move together', async () => {
    const before = (await metadataOf(at('run', 'model.onnx'))).regionsOfInterest;
    const { status, stderr, stdout } = await clad(
      'update',
      at('run'),
      at('later', '0.png'),
      at('later', '1.png'),
      '--class',
      'disc',
      '--json',
    );
    expect(status, stderr).toBe(0);
    expect((JSON.parse(stdout) as AddDocument).added).toHaveLength(2);
    expect((await metadataOf(at('run', 'model.onnx'))).regionsOfInterest).toEqual(before);
    expect((await predict(at('run'))).map(failed)).toEqual([
      [],
      ['left'],
      ['right side'],
      [],
      ['left'],
      ['right side'],
    ]);
    const joined = await clad(
      'update',
      at('run'),
      at('later'),
      '--new-class',
      '--class',
      'cap',
      '--roi',
      `cap=${at('regions.yaml')}`,
    );
    expect({ status: joined.status, stderr: joined.stderr }).toEqual({
      status: 2,
      stderr: expect.stringContaining('cannot have named regions'),
    });
  }, 60_000);

  it.each([
    ['--roi', 'disc=auto', 'named regions lie where they are drawn'],
    ['--method', 'patchcore', 'cannot have named regions of interest'],
  ])('is refused with %s %s', async (flag, value, sentence) => {
    const { status, stderr } = await clad(
      'train',
      at('data'),
      '--out',
      at('none'),
      '--roi',
      `disc=${at('regions.yaml')}`,
      flag,
      value,
    );
    expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringContaining(sentence) });
  });
});
