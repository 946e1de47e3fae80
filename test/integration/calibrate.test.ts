/** @file `clad calibrate` as its users run it, on a detector trained here in seconds. */
import { copyFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../src/core/random.ts';
import { type DetectorMetadata, metadataKey } from '../../src/detector/metadata.ts';
import { conformalThreshold } from '../../src/detector/thresholds/conformal.ts';
import { decodeMetadata } from '../../src/graph/index.ts';
import type { CalibrateDocument } from '../../src/jobs/calibrate/calibrate.ts';
import type { DriftDocument } from '../../src/jobs/drift/drift.ts';
import type { EvaluationDocument } from '../../src/jobs/evaluate/evaluate.ts';
import type { PredictionLine } from '../../src/jobs/predict.ts';
import type { TradeOffDocument } from '../../src/jobs/trade-off/trade-off.ts';
import { clad } from '../helpers/clad.ts';
import { copySmallTraining } from '../helpers/common-training.ts';
import { encoded, writeFiles } from '../helpers/images.ts';
import { drawPart, writeParts } from '../helpers/parts.ts';
import { expectRefused } from '../helpers/refused.ts';

let folder = '';
let parts = '';
let run = '';
const at = (...names: readonly string[]) => join(folder, ...names);
const good = () => [join(parts, 'disc/test/good'), join(parts, 'weave/test/good')];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clad-calibrate-'));
  run = at('run');
  parts = await copySmallTraining(folder, 'run');
});

afterAll(() => rm(folder, { recursive: true, force: true }));

const metadataOf = async (path: string) =>
  JSON.parse(decodeMetadata(await readFile(path))[metadataKey] ?? '') as DetectorMetadata;

const predictions = async (file: string, ...paths: readonly string[]) => {
  const { stdout } = await clad('predict', file, ...paths, '--json');
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as PredictionLine);
};

describe('clad calibrate', () => {
  it('sets outliers aside and names them, and counts them with --keep-outliers', async () => {
    const photographs = at('line');
    // Of one part, so that their scores lie close together.
    const random = new Random('line');
    const photograph = () => {
      const { image } = drawPart('disc', 700);
      return { ...image, data: image.data.map((value) => Math.min(255, value + random.integer(3))) };
    };
    for (let number = 0; number < 12; number++)
      await writeFiles(photographs, { [`${number}.png`]: await encoded(photograph()) });
    const broken = photograph();
    for (let y = 16; y < 48; y++)
      for (let x = 20; x < 52; x++) broken.data.set([250, 10, 240], (y * broken.width + x) * 3);
    await writeFiles(photographs, { 'bad.png': await encoded(broken) });
    const calibrate = async (out: string, ...flags: readonly string[]) => {
      const ended = await clad('calibrate', run, photographs, '--out', at(out), ...flags);
      expect(ended.status).toBe(0);
      return { stdout: ended.stdout, metadata: await metadataOf(at(out)) };
    };
    const [bad] = await predictions(run, join(photographs, 'bad.png'));
    const careful = await calibrate('careful.onnx');
    expect(careful.stdout).toMatch(/disc: \d+ of 13 stand out and have no say/);
    expect(careful.stdout).toContain('bad.png');
    expect(careful.metadata.thresholds.disc?.threshold).toBeLessThan(bad!.score);
    const kept = await calibrate('kept.onnx', '--keep-outliers');
    expect(kept.metadata.thresholds.disc).toMatchObject({ threshold: bad!.score, count: 13 });
    expect(kept.metadata.display.disc?.low).toBeGreaterThan(careful.metadata.display.disc?.low as number);
    expect(kept.stdout).not.toContain('stand out');
  }, 60_000);

  it('sets thresholds as numbers, without photographs, and predict decides by two', async () => {
    const out = at('set.onnx');
    const [blot] = await predictions(run, join(parts, 'disc/test/blot/000.png'));
    const [first, second] = [blot!.score + 1, blot!.score - 0.5];
    const flags = ['--threshold', `disc=${first}`, '--check-threshold', `disc=${second}`];
    const ended = await clad('calibrate', run, ...flags, '--out', out, '--json');
    const { classes } = JSON.parse(ended.stdout) as CalibrateDocument;
    expect(classes.map(({ after }) => after?.threshold)).toEqual([first, undefined]);
    const told = { threshold: first, margin: blot!.score - first, verdict: 'normal', decision: 'check' };
    expect(await predictions(out, join(parts, 'disc/test/blot/000.png'))).toMatchObject([told]);
    // The same without a file.
    const { stdout } = await clad('predict', run, join(parts, 'disc/test/blot/000.png'), '--json', ...flags);
    expect(JSON.parse(stdout)).toMatchObject(told);
    expectRefused(await clad('calibrate', run, '--out', at('none.onnx')), /Nothing says what the thresholds/);
  }, 60_000);

  it('sets the thresholds by the photographs it is given, and leaves the scores as they were', async () => {
    const out = at('line.onnx');
    const anomalous = ['--anomalous', join(parts, 'disc/test/blot')];
    const ended = await clad(
      'calibrate',
      run,
      ...good(),
      '--out',
      out,
      '--false-alarm-rate',
      '0.3',
      '--min-images',
      '2',
      ...anomalous,
      '--json',
    );
    expect(ended.stderr).not.toMatch(/^\s+at /m);
    expect(ended.status).toBe(0);
    const { classes, unreadable } = JSON.parse(ended.stdout) as CalibrateDocument;
    expect(unreadable).toEqual([]);

    const before = await predictions(run, ...good());
    const blots = await predictions(run, join(parts, 'disc/test/blot'));
    const { thresholds, display, regions, calibrated } = await metadataOf(out);
    const old = await metadataOf(join(run, 'model.onnx'));
    expect(regions).toEqual(old.regions);
    for (const each of classes) {
      const scores = before.filter((line) => line.class === each.class).map(({ score }) => score);
      expect(scores.length).toBeGreaterThan(1);
      const expected = conformalThreshold(scores, 0.3);
      expect(each.after).toMatchObject(expected);
      // The floors that go with them are of the same photographs.
      expect(each.after!.unknownAbove).toEqual(expect.any(Number));
      expect(thresholds[each.class]).toEqual(each.after);
      expect(display[each.class]).not.toEqual(old.display[each.class]);
      // How high defects reach, good parts do not say.
      expect(display[each.class]!.top).toBeGreaterThanOrEqual(old.display[each.class]!.top!);
      expect(calibrated?.images[each.class]).toBe(scores.length);
      const above = (threshold: number | undefined) =>
        scores.filter((score) => score > (threshold ?? Number.NaN)).length;
      expect(each.falseAlarmsBefore).toBe(above(old.thresholds[each.class]?.threshold));
      const own = blots.filter((line) => line.class === each.class);
      const missed = own.filter(({ score }) => score <= expected.threshold);
      expect([each.anomalous, each.missedAfter]).toEqual([own.length, missed.length]);
    }
    const after = await predictions(out, ...good());
    expect(after.map(({ score }) => score)).toEqual(before.map(({ score }) => score));
    for (const { score, threshold, verdict, class: name } of after) {
      expect(threshold).toBe(thresholds[name]?.threshold);
      expect(verdict).toBe(score > (threshold ?? 0) ? 'anomalous' : 'normal');
    }
    expect((await clad('verify', out)).status).toBe(0);
  }, 60_000);

  it('keeps the threshold of a class that no photograph is of, and names it', async () => {
    const out = at('discs.onnx');
    const { status, stdout } = await clad(
      'calibrate',
      run,
      good()[0] ?? '',
      '--out',
      out,
      '--min-images',
      '2',
    );
    expect(status).toBe(0);
    expect(stdout).toMatch(/Fewer than 2 photographs of weave: the threshold stays/);
    expect(stdout).toMatch(/takes 49 photographs of a class/);
    const [now, old] = [await metadataOf(out), await metadataOf(join(run, 'model.onnx'))];
    expect(now.thresholds.weave).toEqual(old.thresholds.weave);
    expect(now.display.weave).toEqual(old.display.weave);
    expect(now.calibrated?.images).toEqual({ disc: now.thresholds.disc?.count });
  });

  it('keeps a threshold where there are too few photographs, and counts each photograph once', async () => {
    const [discs = ''] = good();
    const [first = ''] = await readdir(discs);
    const out = at('few.onnx');
    const twice = [discs, join(discs, first)];
    const { status, stdout } = await clad('calibrate', run, ...twice, '--out', out, '--json');
    expect(status).toBe(0);
    const { classes } = JSON.parse(stdout) as CalibrateDocument;
    const counted = classes.reduce((sum, each) => sum + each.good, 0);
    expect(counted).toBe((await readdir(discs)).length);
    expect(classes.map(({ after }) => after)).toEqual([null, null]);
    const [now, old] = [await metadataOf(out), await metadataOf(join(run, 'model.onnx'))];
    expect(now.thresholds).toEqual(old.thresholds);
    const both = await clad(
      'calibrate',
      run,
      discs,
      '--anomalous',
      join(discs, first),
      '--out',
      at('none.onnx'),
    );
    expect(both.status).toBe(2);
    expect(both.stderr).toMatch(/--anomalous to be not among the photographs of good parts/);
  });

  it('keeps the list of classes of an earlier calibration', async () => {
    const [first, second] = [at('first.onnx'), at('second.onnx')];
    const [discs = '', weaves = ''] = good();
    expect((await clad('calibrate', run, discs, '--out', first, '--min-images', '2')).status).toBe(0);
    expect((await clad('calibrate', first, weaves, '--out', second, '--min-images', '2')).status).toBe(0);
    expect(Object.keys((await metadataOf(second)).calibrated?.images ?? {}).toSorted()).toEqual([
      'disc',
      'weave',
    ]);
    expect((await metadataOf(second)).thresholds.disc).toEqual((await metadataOf(first)).thresholds.disc);
  });

  it('leaves out a file that cannot be read, and refuses where none can be read', async () => {
    const mixed = at('mixed');
    await rm(mixed, { recursive: true, force: true });
    const [folderOfGood = ''] = good();
    const [first = ''] = await readdir(folderOfGood);
    await writeParts(mixed);
    await writeFile(join(mixed, 'disc/test/good/broken.png'), 'no image');
    const { status, stderr } = await clad(
      'calibrate',
      run,
      join(mixed, 'disc/test/good'),
      '--out',
      at('mixed.onnx'),
    );
    expect(status).toBe(0);
    expect(stderr).toMatch(/left out: .*broken\.png: cannot be decoded/);
    const broken = at('broken.png');
    await writeFile(broken, 'no image');
    const refused = await clad('calibrate', run, broken, '--out', at('none.onnx'));
    expect([refused.status, refused.stdout]).toEqual([2, '']);
    expect(refused.stderr).toMatch(/broken\.png: cannot be decoded/);
    // Another copy of a test image beside them is none of them.
    const trained = join(parts, 'disc/train/good');
    const copy = at('copy.png');
    await copyFile(join(folderOfGood, first), copy);
    const known = await clad('calibrate', run, trained, copy, '--out', at('none.onnx'));
    expect(known.status).toBe(2);
    expect(known.stderr).toMatch(
      /10 of 11 photographs are training images of the detector or copies of them, for example .*disc.train/,
    );
  });

  it('refuses to write over a file, and a rate out of range', async () => {
    const taken = await clad('calibrate', run, ...good(), '--out', join(run, 'model.onnx'));
    expect([taken.status, taken.stdout]).toEqual([2, '']);
    expect(taken.stderr).toMatch(/there is a file already/);
    const rate = await clad('calibrate', run, ...good(), '--out', at('none.onnx'), '--false-alarm-rate', '2');
    expect(rate.status).toBe(2);
    expect(rate.stderr).toMatch(/share above 0/);
  });
});

describe('clad tradeoff', () => {
  const tradeOff = async (...args: readonly string[]) => {
    const ended = await clad('tradeoff', ...args, '--json');
    expect(ended.stderr).not.toMatch(/^clad: (?!left out)/m);
    return JSON.parse(ended.stdout) as TradeOffDocument;
  };

  it('counts on the good images of the training, and on defects that it makes and calls synthetic', async () => {
    const page = at('tradeoff.html');
    const { classes, data } = await tradeOff(run, '--html', page, '--svg', at('tradeoff.svg'));
    expect(data).toBeNull();
    const { thresholds } = await metadataOf(join(run, 'model.onnx'));
    for (const { class: name, good, defects, points, scores, threshold, setAside } of classes) {
      expect(threshold).toBe(thresholds[name]!.threshold);
      expect(good).toEqual({ source: 'held-out', images: thresholds[name]!.count });
      expect(setAside).toBe(thresholds[name]!.setAside ?? 0);
      expect(defects).toEqual({ source: 'synthetic', images: 32 });
      const now = points.find(({ why }) => why.includes('now'))!;
      // By the very images that the threshold is from: as many above it as its rate allows.
      const { achievableRate, count } = thresholds[name]!;
      expect(now.falseAlarms!.count).toBeLessThanOrEqual(Math.ceil(achievableRate * (count + 1)) - 1);
      expect(points.find(({ why }) => why.includes('no miss'))!.misses!.count).toBe(0);
      // Made on photographs of the class, which are still there.
      expect([scores.good.length, scores.defective.length]).toEqual([good!.images, 32]);
      for (const { path } of [...scores.good, ...scores.defective])
        expect(path).toContain(join(name, 'train'));
    }
    const html = await readFile(page, 'utf8');
    expect(html.match(/<figure class="chart">/g)).toHaveLength(4);
    expect(html).toContain('SYNTHETIC');
    expect(html.split('<script')[0]).not.toMatch(/NaN|undefined/);
    // Drawn by a program that knows nothing of HTML.
    const drawn = await sharp(at('tradeoff.svg')).metadata();
    expect([drawn.format, drawn.width]).toEqual(['svg', 360]);
  }, 60_000);

  it('counts on test images where they are given, as clad evaluate does', async () => {
    const { classes } = await tradeOff(join(run, 'model.onnx'), parts);
    const ended = await clad('evaluate', join(run, 'model.onnx'), parts, '--json');
    const measured = (JSON.parse(ended.stdout) as EvaluationDocument).classes;
    for (const { class: name, good, defects, points } of classes) {
      const { falseAlarmRate, missRate, good: goodCount, anomalous } = measured[name]!;
      expect([good, defects]).toEqual([
        { source: 'test', images: goodCount },
        { source: 'test', images: anomalous },
      ]);
      const now = points.find(({ why }) => why.includes('now'))!;
      expect([now.falseAlarms!.rate, now.misses!.rate]).toEqual([falseAlarmRate, missRate]);
    }
    expectRefused(await clad('tradeoff', join(run, 'model.onnx')), /does not know its good images/);
    expectRefused(await clad('tradeoff', run, '--layout', 'mvtec'), /--layout to be given with a data set/);
  }, 60_000);
});

describe('clad drift', () => {
  it('says that too many fail, of a folder and of a journal alike, and exits with 3', async () => {
    const now = at('now');
    const [defect] = (await readdir(join(parts, 'disc/test'))).filter((name) => name !== 'good');
    const defective = join(parts, 'disc/test', defect!);
    const [photograph] = await readdir(defective);
    const content = await readFile(join(defective, photograph!));
    for (let number = 0; number < 20; number++) await writeFiles(now, { [`${number}.png`]: content });
    const journal = at('now.sqlite');
    expect((await clad('watch', run, now, '--once', '--class', 'disc', '--journal', journal)).status).toBe(0);
    const [ofFolder, ofJournal] = await Promise.all([
      clad('drift', run, now, '--class', 'disc', '--json'),
      clad('drift', run, journal, '--json'),
    ]);
    for (const ended of [ofFolder, ofJournal]) {
      expect(ended.status).toBe(3);
      const { drifted, findings, count, tooFew } = JSON.parse(ended.stdout) as DriftDocument;
      expect([drifted, count, tooFew]).toEqual([true, { disc: 20 }, []]);
      expect(findings[0]).toMatchObject({ class: 'disc', what: 'failures', now: 1, drifted: true });
      expect(findings[0]!.sentence).toMatch(/^100 % of the images taken for disc fail/);
    }
    // Ten training images do not tell what light is usual.
    for (const { stderr } of [ofFolder, ofJournal])
      expect(stderr).toMatch(/Fewer than 20 training photographs of disc/);
  }, 60_000);

  it('does without what is too little, and refuses what it cannot compare', async () => {
    await writeFile(at('none.sqlite'), 'nothing');
    const [few, file, nowhere, none] = await Promise.all([
      clad('drift', run, join(parts, 'disc/test/good')),
      clad('drift', join(run, 'model.onnx'), parts),
      clad('drift', run, at('nowhere')),
      clad('drift', run, at('none.sqlite')),
    ]);
    expect([few.status, few.stdout]).toEqual([0, expect.stringMatching(/^Too few images .*: disc \(3\)/)]);
    expectRefused(file, /does not know its good images/);
    expectRefused(nowhere, /no such file or folder/);
    expectRefused(none, /it is no SQLite file/);
    for (const option of [['--last', '50'] as const, ['--since', '8h'] as const])
      expectRefused(await clad('drift', run, parts, ...option), /left out with a folder/);
  }, 60_000);
});
