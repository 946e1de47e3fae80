/** @file Photographs among the good ones that are not good, or of another class, as a user meets them: named, without a say, and left out in seconds. */
import { copyFile, cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DetectorMetadata, metadataKey } from '../../src/detector/metadata.ts';
import { decodeMetadata } from '../../src/graph/index.ts';
import type { PredictionLine } from '../../src/jobs/predict.ts';
import type { ExcludeDocument } from '../../src/jobs/update/exclude.ts';
import { clad, type Ended } from '../helpers/clad.ts';
import { encoded } from '../helpers/images.ts';
import { drawPart, writeParts } from '../helpers/parts.ts';
import { smallTraining, trainSmall } from '../helpers/small-training.ts';

let folder = '';
let trained: Ended;
const at = (...names: readonly string[]) => join(folder, ...names);
const bad = () => at('parts/disc/train/good/bad.png');
const stray = () => at('parts/disc/train/good/stray.png');

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clad-good-'));
  await writeParts(at('parts'), { training: 16 });
  await copyFile(at('parts/disc/test/blot/000.png'), bad());
  await copyFile(at('parts/weave/test/good/000.png'), stray());
  // Both leave the test images: they are training images now.
  await rm(at('parts/disc/test/blot/000.png'));
  await rm(at('parts/disc/ground_truth/blot/000_mask.png'));
  await rm(at('parts/weave/test/good/000.png'));
  trained = await trainSmall(folder, at('parts'), 'run');
}, 120_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

const metadataOf = async (run: string) =>
  JSON.parse(decodeMetadata(await readFile(at(run, 'model.onnx')))[metadataKey] ?? '') as DetectorMetadata;

const scoresOf = async (run: string, ...paths: readonly string[]) => {
  const { stdout } = await clad('predict', at(run), ...paths, '--json');
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as PredictionLine);
};

describe('a bad photograph among the good ones', () => {
  it('is named at the end of the training, and does not set the threshold', async () => {
    const row = (await readFile(at('run/good-images.csv'), 'utf8'))
      .split('\r\n')
      .find((each) => each.includes('bad.png'));
    const [, , score, threshold, deviations] = (row ?? '').split(',').map(Number);
    expect(deviations).toBeGreaterThan(5);
    expect(threshold).toBeLessThan(score!);
    expect(trained.stdout).toContain(`${bad()}: `);
    expect(trained.stdout).toMatch(/disc: anomalous above .* stands? out and ha(s|ve) no say, about \d/);
    expect((await metadataOf('run')).thresholds.disc?.setAside).toBeGreaterThan(0);
  });

  it('is taken out of the finished detector in seconds, with its entries of the memory bank', async () => {
    const [known] = await scoresOf('run', bad());
    // The memory bank has it, so it is normal to the detector.
    expect(known?.verdict).toBe('normal');
    const old = await metadataOf('run');
    const before = await readFile(at('run/model.onnx'));
    const ended = await clad('update', at('run'), '--exclude', bad(), '--json');
    expect(ended.stderr).not.toMatch(/^\s+at /m);
    expect(ended.status).toBe(0);
    const document = JSON.parse(ended.stdout) as ExcludeDocument;
    expect(document.excluded).toEqual([{ path: bad(), class: 'disc' }]);
    expect(await readFile(document.before ?? '')).toEqual(before);
    const [now] = await scoresOf('run', bad());
    expect(now?.verdict).toBe('anomalous');
    expect(now?.score).toBeGreaterThan(known!.score);
    const metadata = await metadataOf('run');
    expect(metadata.thresholds.disc?.setAside ?? 0).toBeLessThan(old.thresholds.disc?.setAside ?? 0);
    expect(metadata.thresholds.weave).toEqual(old.thresholds.weave);
    expect(metadata.provenance.exclusions).toMatchObject([{ images: { disc: 1 } }]);
    expect(await readFile(at('run/good-images.csv'), 'utf8')).not.toContain('bad.png');
    expect((await clad('verify', at('run'))).status).toBe(0);
  }, 60_000);

  it('is taken out once; a second time there is nothing to do', async () => {
    const ended = await clad('update', at('run'), '--exclude', 'disc/train/good/bad.png');
    expect(ended.status).toBe(0);
    expect(ended.stdout).toContain('Nothing to leave out');
  });
});

describe('a detector that was damaged after images had left it', () => {
  it('is made again with these images in it, and a note says so', async () => {
    await cp(at('run'), at('again'), { recursive: true });
    await writeFile(at('again/model.onnx'), (await readFile(at('again/model.onnx'))).subarray(0, -9));
    const ended = await clad(...(await smallTraining(folder, at('parts'), 'again')), '--resume');
    expect(ended.stderr).toContain('Good images that clad update had left out are in it again: 1.');
    expect((await metadataOf('again')).provenance.exclusions).toBeUndefined();
  }, 60_000);
});

describe('a photograph in the wrong folder', () => {
  it('is named with the class it is recognised as, and taken out with the other suspects', async () => {
    expect(trained.stdout).toMatch(/stray\.png: in disc, recognised as weave \(\d+ % of the votes\)/);
    const ended = await clad('update', at('run'), '--exclude-outliers', '--json');
    const { excluded } = JSON.parse(ended.stdout) as ExcludeDocument;
    expect(excluded).toContainEqual({ path: stray(), class: 'disc' });
  }, 60_000);

  it('is named by evaluate too', async () => {
    const moved = at('parts/disc/test/good/moved.png');
    await writeFile(moved, await encoded(drawPart('weave', 900).image));
    try {
      const ended = await clad('evaluate', at('run'), '--json');
      const { misplaced } = JSON.parse(ended.stdout) as {
        misplaced: { path: string; recognisedAs: string }[];
      };
      expect(misplaced).toEqual([
        expect.objectContaining({ path: moved, class: 'disc', recognisedAs: 'weave' }),
      ]);
      expect(ended.stderr).toContain(`${moved} is taken for weave`);
    } finally {
      await rm(moved);
    }
  }, 60_000);
});

describe('clad train', () => {
  it('leaves out images that are named, and what stands out, before anybody uses the detector', async () => {
    const settings = ['--exclude', bad(), '--exclude-outliers'];
    const ended = await clad(
      'train',
      at('parts'),
      '--out',
      at('clean'),
      '--backbone',
      at('tiny.onnx'),
      '--no-report',
      ...settings,
      ...[
        'features.inputSize=64',
        'memoryBank.components=16',
        'memoryBank.coresetSize=256',
        'stage1.steps=4',
        'stage1.batch=64',
        'stage2.steps=2',
        'stage2.batch=96',
        'evaluations=1',
      ].flatMap((each) => ['--set', each]),
    );
    expect(ended.stderr).toContain(`left out of disc: ${stray()}`);
    expect(ended.status).toBe(0);
    const { provenance } = await metadataOf('clean');
    const { trainingImages, heldOutImages } = provenance.data;
    expect((trainingImages.disc ?? 0) + (heldOutImages.disc ?? 0)).toBeLessThanOrEqual(16);
  }, 120_000);

  it.each([
    ['--exclude', 'nowhere.png'],
    ['--exclude', 'disc/test/good/000.png'],
  ])('refuses %s %s, which is no training image', async (option, path) => {
    const ended = await clad('train', at('parts'), '--out', at('refused'), option, path);
    expect(ended.status).toBe(2);
    expect(ended.stderr).toContain(`${path}: this is no training image`);
  });
});

describe('clad update refuses to leave out', () => {
  it('all images of a class', async () => {
    const all = Array.from(
      { length: 16 },
      (_, number) => `weave/train/good/${String(number).padStart(3, '0')}.png`,
    );
    const ended = await clad('update', at('run'), '--exclude', ...all);
    expect(ended.status).toBe(2);
    expect(ended.stderr).toMatch(/Class weave would keep 0 of its good images/);
  });

  it('anything of a detector file, of a run without the list, and of one whose list is damaged', async () => {
    expect((await clad('update', at('run/model.onnx'), '--exclude-outliers')).stderr).toContain(
      'the folder of a run',
    );
    expect((await clad('update', at('run'))).stderr).toContain('Nothing says what to change');
    const list = at('run/good-images.json');
    const content = await readFile(list);
    for (const damage of [
      '{"format":1',
      '{"format":1,"images":[]}',
      String(content).replace('false', 'true '),
    ]) {
      await writeFile(list, damage);
      const ended = await clad('update', at('run'), '--exclude-outliers');
      expect(ended.status).toBe(2);
      expect(ended.stderr).toContain('this file is damaged (its checksum does not fit)');
    }
    await rm(list);
    expect((await clad('update', at('run'), '--exclude-outliers')).stderr).toContain(
      'Train again with `clad train --exclude`',
    );
    await writeFile(list, content);
  }, 60_000);
});
