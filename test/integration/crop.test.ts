/** @file `--crop` from the command line to the finished detector: the part is seen at its own size wherever it lies, and what is told is told of the photograph. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../src/core/random.ts';
import { withoutCrop } from '../../src/detector/crop/crop-graph.ts';
import { Detector } from '../../src/detector/detector.ts';
import { detectorBytes } from '../../src/detector/detector-bytes.ts';
import { openDetector } from '../../src/detector/open.ts';
import { decodeModel } from '../../src/graph/index.ts';
import type { RgbImage } from '../../src/image/rgb.ts';
import { Cropper } from '../../src/jobs/crop/cropper.ts';
import type { EvaluationDocument } from '../../src/jobs/evaluate/evaluate.ts';
import type { PredictionLine } from '../../src/jobs/predict.ts';
import type { TradeOffDocument } from '../../src/jobs/trade-off/trade-off.ts';
import type { AddDocument } from '../../src/jobs/update/add.ts';
import { nodeEngine } from '../../src/runtime/node.ts';
import { clad, type Ended } from '../helpers/clad.ts';
import { full } from '../helpers/full.ts';
import { expectNearly, exportHalf } from '../helpers/half.ts';
import { encoded, writeFiles } from '../helpers/images.ts';
import { drawPart } from '../helpers/parts.ts';
import { expectRefused } from '../helpers/refused.ts';
import { smallTraining } from '../helpers/small-training.ts';

let folder = '';
const at = (...names: string[]) => join(folder, ...names);
let trained: Ended;
let args: readonly string[];

const [width, height] = [150, 130];

/** A drawn disc somewhere on a larger ground, and where its picture begins. */
function placed(number: number, defect = false) {
  const { image: small, mask: drawn } = drawPart('disc', number, defect);
  const random = new Random('placed', number);
  const [left, top] = [random.integer(width - small.width), random.integer(height - small.height)];
  const data = Uint8Array.from(
    { length: width * height * 3 },
    (_, byte) => [40, 45, 60][byte % 3]! + random.integer(9),
  );
  const mask = new Uint8Array(width * height);
  for (let row = 0; row < small.height; row++) {
    const bytes = small.data.subarray(row * small.width * 3, (row + 1) * small.width * 3);
    data.set(bytes, ((top + row) * width + left) * 3);
    if (drawn)
      mask.set(drawn.subarray(row * small.width, (row + 1) * small.width), (top + row) * width + left);
  }
  return { image: { width, height, data } satisfies RgbImage, mask, left, top };
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clad-crop-'));
  const files: Record<string, Uint8Array> = {};
  for (let number = 0; number < 9; number++) {
    files[`data/disc/train/good/${number}.png`] = await encoded(placed(number).image);
    files[`data/weave/train/good/${number}.png`] = await encoded(drawPart('weave', number).image);
  }
  for (let number = 0; number < 3; number++) {
    files[`data/disc/test/good/${number}.png`] = await encoded(placed(500 + number).image);
    files[`more/${number}.png`] = await encoded(placed(600 + number).image);
    const { image, mask } = placed(700 + number, true);
    files[`data/disc/test/blot/${number}.png`] = await encoded(image);
    files[`data/disc/ground_truth/blot/${number}_mask.png`] = await sharp(mask, {
      raw: { width, height, channels: 1 },
    })
      .toColourspace('b-w')
      .png()
      .toBuffer();
  }
  await writeFiles(folder, files);
  const small = await smallTraining(folder, at('data'), 'run', 'features.inputSize=96');
  args = [...small, '--preset', 'instant', '--roi', 'disc=auto', '--crop'];
  trained = await clad(...args);
}, 300_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

async function predict(...what: string[]): Promise<PredictionLine[]> {
  const { stdout, stderr, status } = await clad('predict', ...what, '--json');
  expect(status, stderr).toBe(0);
  const lines = stdout.trim().split('\n');
  return lines.map((text) => JSON.parse(text) as PredictionLine).sort((a, b) => (a.path < b.path ? -1 : 1));
}

describe('a detector that crops to the part', () => {
  it('says to what box, and which class has no part', () => {
    expect(trained.status, trained.stderr).toBe(0);
    expect(trained.stderr).toMatch(
      /cropped to the part: to a box of \d\d % of their width and \d\d % of their/,
    );
    expect(trained.stderr).toMatch(/seen as a whole, as no part is found in them: of weave/);
  });

  it('sees what a photograph of the box alone would show, and tells where that is in the photograph', async () => {
    const engine = await nodeEngine({ threads: 1 });
    const bytes = await readFile(at('run', 'model.onnx'));
    const whole = await openDetector(engine, at('run', 'model.onnx'));
    const alone = await Detector.fromBytes(
      engine,
      detectorBytes(withoutCrop(decodeModel(bytes)), whole.metadata),
      'alone',
    );
    const cropper = (await Cropper.create(engine, whole.metadata))!;
    const images = [placed(700, true), placed(501)];
    const batch = await whole.predictAll(images.map(({ image }) => image));
    for (const [index, { image, left, top, mask }] of images.entries()) {
      const crop = await cropper.crop(image);
      expect(crop.width * crop.height).toBeLessThan(0.5 * width * height);
      const said = await whole.predict(image);
      expect((await alone.predict(crop)).score).toBe(said.score);
      expect(batch[index]!.score).toBe(said.score);
      expect(Buffer.from(batch[index]!.map.buffer).equals(Buffer.from(said.map.buffer))).toBe(true);
      // The part is inside, and nothing far from it.
      const side = 96;
      const inside = (x: number, y: number) =>
        said.inside![Math.floor((y * side) / height) * side + Math.floor((x * side) / width)];
      expect(inside(left + 36, top + 32)).toBe(1);
      const far = [left < 39 ? width - 3 : 3, top < 33 ? height - 3 : 3] as const;
      expect(inside(...far)).toBe(0);
      if (!mask.includes(255)) continue;
      const highest = said.map.indexOf(Math.max(...said.map));
      const [x, y] = [
        (((highest % side) + 0.5) * width) / side,
        ((Math.floor(highest / side) + 0.5) * height) / side,
      ];
      const near = (dx: number, dy: number) => mask[Math.round(y + dy) * width + Math.round(x + dx)] === 255;
      expect([-3, 0, 3].some((dx) => [-3, 0, 3].some((dy) => near(dx, dy)))).toBe(true);
    }
    await Promise.all([whole.release(), alone.release(), cropper.release()]);
  }, 120_000);

  it('is measured in the crop, which the evaluation says', async () => {
    const { stdout, stderr, status } = await clad('evaluate', at('run'), '--json');
    expect(status, stderr).toBe(0);
    expect(stderr).toContain('inside the crop to the part');
    const { classes } = JSON.parse(stdout) as EvaluationDocument;
    expect(classes.disc?.imageAuroc).toBe(1);
    expect(classes.disc?.pixelAuroc).toBeGreaterThan(0.8);
  });

  it.runIf(full)(
    'makes defects on the crop',
    async () => {
      const { status, stdout, stderr } = await clad('tradeoff', at('run'), '--json');
      expect(status, stderr).toBe(0);
      const { classes } = JSON.parse(stdout) as TradeOffDocument;
      expect(classes[0]).toMatchObject({ class: 'disc' });
      expectRefused(await clad('assess', at('run')), /crops photographs to their part/);
    },
    120_000,
  );

  it('is gone on with by the same training alone', async () => {
    expectRefused(await clad(...args.slice(0, -1), '--resume'), /other values of .*crop/);
    const anew = args.map((arg) => (arg === at('run') ? at('other') : arg));
    const drawn = {
      'disc.yaml': Buffer.from('reference: fractions\ninside: [{ rectangle: [0, 0, 1, 0.5] }]\n'),
    };
    await writeFiles(folder, drawn);
    expectRefused(await clad(...anew, '--roi', `disc=${at('disc.yaml')}`), /lies elsewhere in each crop/);
    expectRefused(
      await clad('update', at('run'), at('more'), '--class', 'cap', '--roi', `cap=${at('disc.yaml')}`),
      /lies elsewhere in each crop/,
    );
    expectRefused(await clad(...anew, '--set', 'features.resizeTo=128'), /--crop/);
  }, 120_000);

  it.runIf(full)(
    'says nearly the same in half precision',
    async () => {
      await exportHalf(at('run'), at('half.onnx'));
      const test = at('data', 'disc', 'test', 'blot');
      expectNearly(await predict(at('half.onnx'), test), await predict(at('run'), test));
    },
    120_000,
  );

  it('gets more good images, cropped alike', async () => {
    const { stdout, stderr, status } = await clad(
      'update',
      at('run'),
      at('more'),
      '--class',
      'disc',
      '--json',
    );
    expect(status, stderr).toBe(0);
    const { action, others, added } = JSON.parse(stdout) as AddDocument;
    expect([action, others.identical, added.length]).toEqual(['add', true, 3]);
    const said = await predict(at('run'), at('data', 'disc', 'test'));
    const scores = said.map(({ score }) => score);
    expect(Math.min(...scores.slice(0, 3))).toBeGreaterThan(Math.max(...scores.slice(3)));
  }, 180_000);
});

describe('--crop of a class without a stable outline', () => {
  it.runIf(full)(
    'says so and sees all of each photograph',
    async () => {
      const small = await smallTraining(folder, at('data', 'weave'), 'weave', 'features.inputSize=96');
      const { status, stderr } = await clad(...small, '--preset', 'instant', '--crop');
      expect(status, stderr).toBe(0);
      expect(stderr).toMatch(
        /are not cropped to the part, although --crop asks for it: of \w+ no part is found/,
      );
    },
    120_000,
  );
});
