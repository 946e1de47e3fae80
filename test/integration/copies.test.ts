/** @file The same image at several places, by its pixels, through the built command line: inspect, train, evaluate, calibrate, export. */
import { copyFile, link, mkdir, mkdtemp, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../src/core/random.ts';
import type { Inspection } from '../../src/data/inspect.ts';
import { type DetectorMetadata, metadataKey } from '../../src/detector/metadata.ts';
import { decodeMetadata } from '../../src/graph/index.ts';
import type { CalibrateDocument } from '../../src/jobs/calibrate/calibrate.ts';
import type { EvaluationDocument } from '../../src/jobs/evaluate/evaluate.ts';
import type { TrainingPlan } from '../../src/jobs/train/plan.ts';
import { clad } from '../helpers/clad.ts';
import { encoded } from '../helpers/images.ts';
import { drawPart, writeParts } from '../helpers/parts.ts';
import { tinySettings, trainSmall } from '../helpers/small-training.ts';
import { writeTinyBackbone } from '../helpers/tiny-backbone.ts';

let folder = '';
/** Without copies, with them, and what was trained on each. */
let [clean, copied, cleanRun, copiedRun] = ['', '', '', ''];
const at = (...names: readonly string[]) => join(folder, ...names);
const disc = (root: string, ...names: readonly string[]) => join(root, 'disc', ...names);

/** The pixels of a file in another format, with other metadata. */
const again = async (from: string, to: string) =>
  writeFile(to, await sharp(from).webp({ lossless: true }).withMetadata({ density: 300 }).toBuffer());

/** Copies of training images: a copy, a hard link, a symbolic link, and the same pixels in another format, all of two images. */
async function addTrainingCopies(root: string): Promise<void> {
  const train = disc(root, 'train/good');
  await copyFile(join(train, '000.png'), join(train, 'copy.png'));
  await link(join(train, '000.png'), join(train, 'hard.png'));
  await symlink(join(train, '001.png'), join(train, 'soft.png'));
  await again(join(train, '001.png'), join(train, 'x.webp'));
}

const metadataOf = async (path: string) =>
  JSON.parse(decodeMetadata(await readFile(path))[metadataKey] ?? '') as DetectorMetadata;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clad-copies-'));
  [clean, copied, cleanRun, copiedRun] = [at('clean'), at('copied'), at('clean-run'), at('copied-run')];
  await writeParts(clean);
  await writeParts(copied);
  await addTrainingCopies(copied);
  await trainSmall(folder, clean, 'clean-run');
}, 60_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

describe('clad data inspect', () => {
  const inspected = async (root: string) => {
    const { status, stdout } = await clad('data', 'inspect', root, '--json');
    return { status, ...(JSON.parse(stdout) as Inspection) };
  };

  it('names copies among training images, and counts them', async () => {
    const { status, copies, problems } = await inspected(copied);
    expect(status).toBe(0);
    expect(copies.map(({ kind, paths }) => [kind, paths.length])).toEqual([
      ['train', 3],
      ['train', 3],
    ]);
    expect(problems.map(({ message }) => message)).toEqual([
      expect.stringMatching(
        /^copies among the training images, .*\(4\): .*000\.png = .*copy\.png = .*hard\.png; .*001/,
      ),
    ]);
    expect((await inspected(clean)).problems).toEqual([]);
  });

  it('warns of an image in train and in test, and refuses one with two labels', async () => {
    const root = at('lies');
    await writeParts(root);
    await again(disc(root, 'train/good/000.png'), disc(root, 'test/good/leak.webp'));
    const leak = await inspected(root);
    expect(leak.status).toBe(0);
    expect(leak.problems).toMatchObject([{ severity: 'warning', class: 'disc' }]);
    expect(leak.problems[0]?.message).toMatch(/in train and in test: .*flatters: .*000\.png = .*leak\.webp$/);
    await copyFile(disc(root, 'train/good/001.png'), join(root, 'weave/train/good/disc.png'));
    await copyFile(disc(root, 'test/blot/000.png'), disc(root, 'test/good/blot.png'));
    const { status, problems } = await inspected(root);
    expect(status).toBe(2);
    const errors = problems.filter(({ severity }) => severity === 'error').map(({ message }) => message);
    expect(errors).toEqual([
      expect.stringMatching(/several classes: .*001\.png \(disc\) = .*disc\.png \(weave\)$/),
      expect.stringMatching(
        /good and among anomalous ones: .*000\.png \(anomalous\) = .*blot\.png \(good\)$/,
      ),
    ]);
  });

  it('reports in one line that photographs are of bursts', async () => {
    const root = at('burst');
    await writeParts(root, { training: 12 });
    const { image } = drawPart('disc', 3);
    const random = new Random('sensor');
    const data = image.data.map((value) => Math.min(255, value + random.integer(2)));
    await writeFile(disc(root, 'train/good/later.png'), await encoded({ ...image, data }));
    const { problems, classes } = await inspected(root);
    expect(problems.map(({ message }) => message)).toEqual([
      expect.stringMatching(
        /^2 of 16 good images are almost the same as others, .*1 group, .*003\.png, .*later\.png/,
      ),
    ]);
    expect(classes.disc?.nearDuplicates).toHaveLength(1);
  });
});

describe('clad train', () => {
  it('uses copies once, and gives the same detector as the distinct images', async () => {
    const { stderr } = await trainSmall(folder, copied, 'copied-run');
    expect(stderr).toMatch(/Copies among the training images, .*: 4\. Each image is used once: .*hard\.png/);
    const [one, other] = [
      await metadataOf(join(cleanRun, 'model.onnx')),
      await metadataOf(join(copiedRun, 'model.onnx')),
    ];
    expect(other.thresholds).toEqual(one.thresholds);
    expect(other.trained).toEqual(one.trained);
    expect(other.trained?.images).toBe(20);
    expect(other.provenance.data).toEqual({ ...one.provenance.data, name: 'copied' });
  }, 60_000);

  it('counts distinct images in its plan', async () => {
    const backbone = await writeTinyBackbone(folder);
    const sets = tinySettings.flatMap((text) => ['--set', text]);
    const planned = await clad(
      'train',
      copied,
      '--out',
      at('none'),
      '--backbone',
      backbone,
      ...sets,
      '--plan',
      '--json',
    );
    expect(planned.status).toBe(0);
    expect((JSON.parse(planned.stdout) as TrainingPlan).images).toBe(20);
  });

  it('refuses an image of two classes, leaves all its copies out with --skip-broken, and warns of leaks', async () => {
    const root = at('two');
    await writeParts(root, { training: 6, defective: [] });
    await copyFile(disc(root, 'train/good/001.png'), join(root, 'weave/train/good/disc.png'));
    const backbone = await writeTinyBackbone(folder);
    const sets = [...tinySettings, 'stage1.steps=4', 'stage2.steps=2'].flatMap((text) => ['--set', text]);
    const command = ['train', root, '--backbone', backbone, ...sets];
    const refused = await clad(...command, '--out', at('refused'));
    expect(refused.status).toBe(2);
    expect(refused.stderr).toMatch(
      /folders that contradict each other: .*001\.png \(disc\) = .*disc\.png \(weave\)\. Expected one class/,
    );
    await again(disc(root, 'train/good/002.png'), disc(root, 'test/good/leak.webp'));
    const left = await clad(...command, '--out', at('left'), '--skip-broken', '--json');
    expect(left.status).toBe(0);
    expect(left.stderr).toMatch(/left out, as their folders contradict each other: .*001\.png/);
    expect(left.stderr).toMatch(
      /Warning: images that are in train and in test, .*: 1\. .*002\.png = .*leak\.webp/,
    );
    expect(left.stderr).toMatch(/Warning: Of 7 test images, .* 1 had been trained on/);
    const { metadata } = JSON.parse(left.stdout) as { metadata: DetectorMetadata };
    expect(metadata.trained?.images).toBe(5 + 6);
  }, 120_000);
});

describe('clad evaluate', () => {
  it('counts test images that were trained on, and copies, whatever their file format', async () => {
    const root = at('measured');
    await writeParts(root);
    await again(disc(clean, 'train/good/004.png'), disc(root, 'test/good/known.webp'));
    await copyFile(disc(root, 'test/good/000.png'), disc(root, 'test/good/twice.png'));
    const { status, stdout, stderr } = await clad('evaluate', join(cleanRun, 'model.onnx'), root, '--json');
    expect(status).toBe(0);
    expect((JSON.parse(stdout) as EvaluationDocument).images).toEqual({
      trainedOn: 1,
      calibratedOn: 0,
      copies: 1,
    });
    expect(stderr).toMatch(
      /Warning: Of 14 test images, .* 1 had been trained on, .*known\.webp among them: .*new parts\.\n/,
    );
    expect(stderr).toMatch(/Of 14 test images, .* copies of others: 1\. .*000\.png = .*twice\.png/);
    const honest = await clad('evaluate', join(cleanRun, 'model.onnx'), clean, '--json');
    expect((JSON.parse(honest.stdout) as EvaluationDocument).images).toEqual({
      trainedOn: 0,
      calibratedOn: 0,
      copies: 0,
    });
    expect(honest.stderr).not.toMatch(/Warning|copies/);
  });
});

describe('clad calibrate', () => {
  it('counts a photograph given sixty times once', async () => {
    const sixty = at('sixty');
    await mkdir(sixty);
    await writeFile(join(sixty, '0.png'), await encoded(drawPart('disc', 900).image));
    for (let number = 1; number < 60; number++) {
      if (number < 20) await link(join(sixty, '0.png'), join(sixty, `${number}.png`));
      else if (number < 40) await copyFile(join(sixty, '0.png'), join(sixty, `${number}.png`));
      else await again(join(sixty, '0.png'), join(sixty, `${number}.webp`));
    }
    const { status, stdout, stderr } = await clad(
      'calibrate',
      cleanRun,
      sixty,
      '--out',
      at('sixty.onnx'),
      '--json',
    );
    expect(status).toBe(0);
    const { classes, copies } = JSON.parse(stdout) as CalibrateDocument;
    expect(classes.reduce((sum, { good }) => sum + good, 0)).toBe(1);
    expect(classes.map(({ after }) => after)).toEqual([null, null]);
    expect(copies).toHaveLength(59);
    expect(stderr).toMatch(/do not count, as they have the pixels of others: 59, /);
  });

  it('warns that a burst of one part does not count as many parts', async () => {
    const burst = at('burst-of-good');
    await mkdir(burst);
    const random = new Random('sensor');
    for (let number = 0; number < 12; number++) {
      const { image } = drawPart('disc', 800 + number);
      await writeFile(join(burst, `${number}.png`), await encoded(image));
      if (number > 2) continue;
      const data = image.data.map((value) => Math.min(255, value + random.integer(2)));
      await writeFile(join(burst, `${number}-later.png`), await encoded({ ...image, data }));
    }
    const { status, stderr } = await clad('calibrate', cleanRun, burst, '--out', at('burst.onnx'));
    expect(status).toBe(0);
    expect(stderr).toMatch(/Of 15 photographs of disc, 6 are almost the same as others, .*-later\.png/);
  });

  it('recognises training images by the file alone, and so do calibrated and exported files', async () => {
    const known = at('known');
    await mkdir(known);
    await again(disc(clean, 'train/good/000.png'), join(known, 'elsewhere.webp'));
    for (let number = 0; number < 3; number++)
      await writeFile(join(known, `${number}.png`), await encoded(drawPart('disc', 700 + number).image));
    const alone = at('alone.onnx');
    await copyFile(join(cleanRun, 'model.onnx'), alone);
    const later = at('later.onnx');
    const fresh = [0, 1, 2].map((number) => join(known, `${number}.png`));
    expect((await clad('calibrate', alone, ...fresh, '--min-images', '2', '--out', later)).status).toBe(0);
    const root = at('fresh');
    await mkdir(disc(root, 'test/good'), { recursive: true });
    await again(join(known, '1.png'), disc(root, 'test/good/x.webp'));
    await copyFile(disc(clean, 'test/good/000.png'), disc(root, 'test/good/y.png'));
    const measured = await clad('evaluate', later, root, '--json');
    expect((JSON.parse(measured.stdout) as EvaluationDocument).images.calibratedOn).toBe(1);
    expect(measured.stderr).toMatch(/Warning: Of 2 test images, .* 1 had been given to clad calibrate/);
    const half = at('half.onnx');
    await rename(clean, at('moved'));
    try {
      expect((await clad('export', alone, '--to', 'onnx', '--precision', 'fp16', '--out', half)).status).toBe(
        0,
      );
      for (const detector of [alone, later, half, cleanRun]) {
        const { status, stderr } = await clad('calibrate', detector, known, '--out', at('never.onnx'));
        expect(status).toBe(2);
        expect(stderr).toMatch(
          /1 of 4 photographs are training images of the detector or copies of them, for example .*elsewhere\.webp/,
        );
      }
    } finally {
      await rename(at('moved'), clean);
    }
  }, 60_000);

  it('refuses an image that is given as good and as anomalous, and names defects that were trained on as good', async () => {
    const good = disc(clean, 'test/good');
    const bad = at('bad');
    await mkdir(bad);
    await again(join(good, '001.png'), join(bad, 'same.webp'));
    const both = await clad('calibrate', cleanRun, good, '--anomalous', bad, '--out', at('both.onnx'));
    expect(both.status).toBe(2);
    expect(both.stderr).toMatch(
      /--anomalous to be not among the photographs of good parts, got .*same\.webp, the same image as .*001\.png/,
    );
    await rm(join(bad, 'same.webp'));
    await copyFile(disc(clean, 'train/good/002.png'), join(bad, 'learnt.png'));
    await copyFile(disc(clean, 'test/blot/000.png'), join(bad, 'blot.png'));
    await copyFile(disc(clean, 'test/blot/000.png'), join(bad, 'blot-again.png'));
    const learnt = await clad(
      'calibrate',
      cleanRun,
      good,
      '--anomalous',
      bad,
      '--out',
      at('learnt.onnx'),
      '--json',
    );
    expect(learnt.status).toBe(0);
    expect(learnt.stderr).toMatch(
      /Warning: of the photographs of defective parts, 1 had been trained on as good, .*learnt\.png among them/,
    );
    const { classes } = JSON.parse(learnt.stdout) as CalibrateDocument;
    expect(classes.reduce((sum, { anomalous }) => sum + anomalous, 0)).toBe(2);
  });
});
