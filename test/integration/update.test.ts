/** @file A finished detector that gets more images, a class, and loses one again, by the built command: what it says of other classes stays the same to the last bit. */
import { existsSync } from 'node:fs';
import { copyFile, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDetector } from '../../src/detector/open.ts';
import { decodeImage } from '../../src/image/decode.ts';
import type { AddDocument } from '../../src/jobs/update/add.ts';
import type { HistoryDocument } from '../../src/jobs/update/history.ts';
import type { MissedDocument } from '../../src/jobs/update/lower-threshold.ts';
import type { RemoveClassDocument } from '../../src/jobs/update/remove-class.ts';
import { nodeEngine } from '../../src/runtime/node.ts';
import { detectorKey } from '../../src/studio/detector-key.ts';
import type { LineSaid } from '../../src/studio/update-api.ts';
import { updateRun } from '../../src/studio/update-run.ts';
import { clad } from '../helpers/clad.ts';
import { encoded, writeFiles } from '../helpers/images.ts';
import { drawPart, writeParts } from '../helpers/parts.ts';
import { trainSmall } from '../helpers/small-training.ts';

let folder = '';
const at = (...names: readonly string[]) => join(folder, ...names);

/** A third product: the disc in other colours. */
function plate(number: number) {
  const { image } = drawPart('disc', number);
  return encoded({ ...image, data: image.data.map((value) => 255 - value) });
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clad-update-'));
  await writeParts(at('parts'), { training: 12 });
  const files: Record<string, Uint8Array> = { 'more/broken.png': new Uint8Array(9) };
  for (let number = 0; number < 8; number++) {
    files[`more/${number}.png`] = await encoded(drawPart('disc', 200 + number).image);
  }
  files['new-plate.png'] = await plate(900);
  await writeFiles(folder, files);
  await copyFile(at('parts/disc/train/good/003.png'), at('more/known.png'));
  await copyFile(at('more/0.png'), at('more/twice.png'));
  await trainSmall(folder, at('parts'), 'run');
  // Into the data set's folder, whose images are recorded by where they lie in it.
  const plates = Array.from({ length: 8 }, async (_, number) => [
    `parts/plate/train/good/${number}.png`,
    await plate(100 + number),
  ]);
  await writeFiles(folder, Object.fromEntries(await Promise.all(plates)));
}, 120_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

/** Runs a change and gives its document. */
async function update<T>(...args: readonly string[]): Promise<T> {
  const ended = await clad('update', at('run'), ...args, '--json');
  if (ended.status !== 0) throw new Error(ended.stderr);
  return JSON.parse(ended.stdout) as T;
}

const history = async () => {
  const ended = await clad('history', at('run'), '--json');
  return JSON.parse(ended.stdout) as HistoryDocument;
};

const testImages = (product: string) =>
  ['good/000', 'good/001', 'good/002', 'blot/000', 'blot/001', 'blot/002'].map((name) =>
    at('parts', product, 'test', `${name}.png`),
  );

/** What a detector file says of images, but for the shares of classes. */
async function said(model: string, paths: readonly string[]) {
  const detector = await openDetector(await nodeEngine({ threads: 2 }), model);
  try {
    const found = [];
    for (const path of paths) {
      const { classShares: _, classShare: __, ...rest } = await detector.predict(await decodeImage(path));
      found.push(rest);
    }
    return found;
  } finally {
    await detector.release();
  }
}

describe('clad update adds', () => {
  it('a class, and the others keep score, map, regions and verdict of every image to the last bit', async () => {
    const others = [...testImages('disc'), ...testImages('weave')];
    const before = await said(at('run/model.onnx'), others);
    const document = await update<AddDocument>(at('parts/plate'), '--class', 'plate');
    expect(document).toMatchObject({
      action: 'new-class',
      version: 2,
      before: at('run/versions/1/model.onnx'),
      notAdded: [],
      others: { classes: 2, images: 12, identical: true },
    });
    expect(document.added).toHaveLength(8);
    const [grown] = document.classes;
    expect(grown).toMatchObject({
      class: 'plate',
      isNew: true,
      images: { before: 0, after: 8 },
      before: null,
    });
    expect(grown!.entries).toEqual({ before: 0, after: 256 });
    expect(await said(at('run/model.onnx'), others)).toEqual(before);
    const [known] = await said(at('run/model.onnx'), [at('new-plate.png')]);
    expect(known).toMatchObject({ class: 'plate', verdict: 'normal', warnings: [] });
    expect((await clad('verify', at('run'))).status).toBe(0);
    // The networks' file, but for what is remembered: nothing else can have changed.
    expect(await said(document.before, others)).toEqual(before);
  }, 60_000);

  it('images of a class, but none that is broken, known, or there twice', async () => {
    const others = [...testImages('weave'), at('new-plate.png')];
    const before = await said(at('run/model.onnx'), others);
    const mine = await said(at('run/model.onnx'), [at('more/5.png')]);
    const document = await update<AddDocument>(at('more'), '--class', 'disc');
    expect(document.added.map(({ path }) => path)).toEqual(
      Array.from({ length: 8 }, (_, number) => at(`more/${number}.png`)),
    );
    const reasons = new Map(document.notAdded.map(({ path, reason }) => [path, reason]));
    expect([...reasons.keys()].sort()).toEqual(
      ['broken', 'known', 'twice'].map((name) => at(`more/${name}.png`)),
    );
    expect(reasons.get(at('more/known.png'))).toContain('knows it already');
    expect(reasons.get(at('more/twice.png'))).toContain(`a copy of ${at('more/0.png')}`);
    const [grown] = document.classes;
    expect(grown!.images).toEqual({ before: 12, after: 20 });
    expect(grown!.entries.after).toBeGreaterThan(grown!.entries.before);
    expect(grown!.after.count).toBeGreaterThan(grown!.before!.count);
    expect(await said(at('run/model.onnx'), others)).toEqual(before);
    expect((await said(at('run/model.onnx'), [at('more/5.png')]))[0]!.score).toBeLessThan(mine[0]!.score);
    const again = await clad('update', at('run'), at('more'), '--class', 'disc');
    expect(again.status).toBe(2);
    expect(again.stderr).toContain('None of 11 images can join the detector');
  }, 60_000);

  it('what it recognises to the class of each, and refuses what is of another', async () => {
    const wrong = await clad('update', at('run'), at('new-plate.png'), '--class', 'weave');
    expect(wrong.stderr).toMatch(/recognised as plate .* not as weave.*--force takes them/);
    const document = await update<AddDocument>(at('new-plate.png'));
    expect(document.added).toEqual([{ path: at('new-plate.png'), class: 'plate' }]);
  }, 60_000);

  it('no image whose score is no plausible one, unless somebody insists, and shows what that costs', async () => {
    const { image } = drawPart('disc', 950);
    // Still more disc than plate, and all of it in stripes.
    const data = image.data.map((value, at) => (Math.floor(at / 9) % 2 === 0 ? 255 : value));
    await writeFile(at('stripes.png'), await encoded({ ...image, data }));
    const asked = ['--false-alarm', at('stripes.png'), '--class', 'disc'];
    const refused = await clad('update', at('run'), ...asked);
    expect(refused.status).toBe(2);
    expect(refused.stderr).toMatch(/is not plausible for a good image of disc|recognised as/);
    await cp(at('run'), at('forced'), { recursive: true });
    const ended = await clad('update', at('forced'), ...asked, '--force', '--json');
    const { defects, action, notes } = JSON.parse(ended.stdout) as AddDocument;
    expect(action).toBe('false-alarm');
    expect(defects).toMatchObject({ classes: [{ class: 'disc', defects: 3 }], reason: null });
    expect(notes.join()).toContain('had been anomalous to the detector');
  }, 60_000);

  it('no class that images of another would be taken for, unless somebody insists', async () => {
    const discs = Array.from({ length: 6 }, (_, number) => number + 300);
    const files: Record<string, Uint8Array> = {};
    for (const number of discs) files[`alike/${number}.png`] = await encoded(drawPart('disc', number).image);
    await writeFiles(folder, files);
    const before = await readFile(at('run/model.onnx'));
    const refused = await clad('update', at('run'), at('alike'), '--new-class');
    expect(refused.status).toBe(2);
    expect(refused.stderr).toMatch(
      /was recognised as disc and would be as alike.*Nothing was changed.*--class disc/,
    );
    expect(await readFile(at('run/model.onnx'))).toEqual(before);
    const ended = await clad('update', at('forced'), at('alike'), '--new-class', '--force');
    expect(ended.stdout).toContain('are recognised as another class now');
    expect(ended.stdout).toMatch(/6 of 6 images of alike had been normal .* \(--class disc\)/);
  }, 60_000);

  it.each([
    [['more', '--class', 'disk'], 'the detector has no such class, but disc'],
    [['more', '--exclude', 'a.png'], 'One change at a time'],
    [['nowhere'], 'nowhere'],
  ])('nothing where it is asked for %j', async ([first = '', ...rest], words) => {
    const ended = await clad(
      'update',
      at('run'),
      at(first),
      ...rest.map((each) => (each === 'plate' ? at(each) : each)),
    );
    expect(ended.status).toBe(2);
    expect(ended.stderr).toContain(words);
    expect(ended.stderr).not.toMatch(/^\s+at /m);
  });
});

describe('clad update --missed', () => {
  it('lowers the threshold so that the image is caught, and says at what cost; scores stay', async () => {
    await cp(at('run'), at('lowered'), { recursive: true });
    // A blot so faint that it passes: good part and blot mixed.
    const [good, bad] = [drawPart('disc', 0), drawPart('disc', 0, true)];
    const before = await openDetector(await nodeEngine({ threads: 2 }), at('lowered/model.onnx'));
    const { threshold } = before.metadata.thresholds.disc!;
    let missed = good.image;
    for (let share = 0.9; share > 0; share -= 0.05) {
      const data = good.image.data.map(
        (value, pixel) => (1 - share) * value + share * bad.image.data[pixel]!,
      );
      missed = { ...good.image, data };
      if ((await before.predict(missed)).score <= threshold) break;
    }
    await before.release();
    await writeFile(at('missed.png'), await encoded(missed));
    const [was] = await said(at('lowered/model.onnx'), [at('missed.png')]);
    const ended = await clad('update', at('lowered'), '--missed', at('missed.png'), '--force', '--json');
    expect(ended.stderr).toBe('');
    const { classes } = JSON.parse(ended.stdout) as MissedDocument;
    const [is] = await said(at('lowered/model.onnx'), [at('missed.png')]);
    expect(was!.verdict).toBe('normal');
    expect(is).toMatchObject({
      verdict: 'anomalous',
      score: was!.score,
      threshold: classes[0]!.after.threshold,
    });
    // Of so few images the threshold was the highest score: none lies above it, however the image is rounded when it is predicted again.
    expect(classes[0]!.alarmsBefore).toBe(0);
    expect(classes[0]!.alarmsAfter).toBeGreaterThan(0);
  }, 60_000);

  it('refuses an image that the detector was made from', async () => {
    const ended = await clad('update', at('run'), '--missed', at('parts/disc/train/good/000.png'));
    expect(ended.status).toBe(2);
    expect(ended.stderr).toContain('Leave it out: clad update --exclude FILE');
  });
});

describe('an image that was left out', () => {
  it('may be missed, and joins again from where it lies or as a copy, once', async () => {
    await cp(at('run'), at('back'), { recursive: true });
    const file = at('parts/disc/train/good/004.png');
    const back = (...args: readonly string[]) => clad('update', at('back'), ...args, '--json');
    expect((await back('--exclude', file)).status).toBe(0);
    // Nothing says any more that it is to be left out.
    expect((await back('--missed', file)).stderr).not.toContain('--exclude');
    await copyFile(file, at('copy-of-004.png'));
    const joined = await back(at('copy-of-004.png'));
    expect(joined.stderr).not.toContain('knows it already');
    expect((JSON.parse(joined.stdout) as AddDocument).added).toEqual([
      { path: at('copy-of-004.png'), class: 'disc' },
    ]);
    expect((await back('--exclude', at('copy-of-004.png'))).status).toBe(0);
    expect((JSON.parse((await back(file)).stdout) as AddDocument).added).toHaveLength(1);
    expect((await back(file)).stderr).toContain('the detector knows it already');
    // A copy of what is in again does not join beside it.
    expect((await back(at('copy-of-004.png'))).stderr).toContain('the detector knows it already');
    // By its name the one that is in is meant.
    expect((await back('--exclude', file)).status).toBe(0);
    expect((JSON.parse((await back(file)).stdout) as AddDocument).added).toHaveLength(1);
  }, 180_000);
});

describe('clad update --remove-class', () => {
  it('takes a class away, the others keep what they had, and it may join again', async () => {
    const others = [...testImages('disc'), ...testImages('weave')];
    const before = await said(at('run/model.onnx'), others);
    const document = await update<RemoveClassDocument>('--remove-class', 'plate');
    expect(document).toMatchObject({ images: 9, classes: ['disc', 'weave'], others: { identical: true } });
    expect(await said(at('run/model.onnx'), others)).toEqual(before);
    const none = await clad('update', at('run'), '--remove-class', 'plate');
    expect(none.stderr).toContain('the detector has no such class. Expected one of disc, weave');
    const again = await update<AddDocument>(at('parts/plate'), '--new-class');
    expect(again.added).toHaveLength(8);
    expect(await said(at('run/model.onnx'), others)).toEqual(before);
  }, 60_000);
});

describe('clad history', () => {
  it('says what was done, from the file alone', async () => {
    await clad('update', at('run'), '--exclude', at('more/3.png'));
    const { versions, classes } = await history();
    expect(versions.map(({ version, action }) => [version, action])).toEqual([
      [1, 'train'],
      [2, 'new-class'],
      [3, 'add'],
      [4, 'add'],
      [5, 'remove-class'],
      [6, 'new-class'],
      [7, 'exclude'],
    ]);
    expect(versions[2]!.classes).toMatchObject([{ class: 'disc', images: 8 }]);
    expect(versions[2]!.hashes).toHaveLength(8);
    expect(classes.map((each) => [each.class, each.images])).toEqual([
      ['disc', 19],
      ['weave', 12],
      ['plate', 8],
    ]);
    const copy = at('elsewhere.onnx');
    await copyFile(at('run/model.onnx'), copy);
    const { stdout } = await clad('history', copy);
    expect(stdout).toMatch(/^3 .*images added +disc +\+8 /m);
    expect(await readFile(at('run/versions/6/model.onnx'))).not.toEqual(await readFile(copy));
  }, 60_000);
});

describe('marks of the studio', () => {
  it('are learnt from once, also where the work was stopped between two changes, and a refusal leaves the other change', async () => {
    const key = detectorKey(await readFile(at('run/model.onnx')));
    const job = {
      kind: 'update' as const,
      ...{ run: 'run', dataset: 'parts', of: key, force: false },
      ...{ falseAlarms: ['weave/test/good/002.png'], missed: ['weave/test/good/001.png'] },
    };
    const now = () => new Date().toISOString();
    const learn = (change: Partial<typeof job>, started: string) =>
      updateRun(
        { ...job, ...change },
        { run: at('run'), data: at('parts'), marked: at('marked'), cache: at('cache') },
        started,
        () => {},
      );
    const started = now();
    const first = await learn({ missed: [] }, started);
    expect(first).toMatchObject({ before: key, steps: [{ mark: 'false-alarm', done: job.falseAlarms }] });
    expect(first.after).not.toBe(key);
    // Another job's change is not its own, also where it is gone on with.
    await expect(learn({}, now())).rejects.toMatchObject({ code: 'MARKS_STALE' });
    const { steps, after } = await learn({}, started);
    expect(after).toBe(first.after);
    expect(steps[0]).toMatchObject({ version: first.steps[0]?.version, done: job.falseAlarms, error: null });
    // An ordinary good part: no honest threshold catches it.
    expect(steps[1]).toMatchObject({ version: null, done: [], error: { code: 'UPDATE_RISKY' } });
  }, 60_000);

  it('of the line are learnt from pictures that were kept, and told before and after', async () => {
    const model = at('run/model.onnx');
    const key = detectorKey(await readFile(model));
    const file = '0123456789abcdef.png';
    await mkdir(at('marked'), { recursive: true });
    await writeFile(at(`marked/${file}`), await encoded(drawPart('weave', 903).image));
    const folders = { run: at('run'), data: null, marked: at('marked'), cache: at('cache') };
    const kept = { falseAlarms: [file], missed: [] };
    const job = {
      ...{ kind: 'update' as const, run: 'run', dataset: null, of: key, force: true },
      ...{ falseAlarms: [], missed: [], kept },
    };
    const predicted = async () => {
      const { stdout } = await clad('predict', model, at(`marked/${file}`), '--json');
      const said = JSON.parse(stdout.trim().split('\n')[0] ?? '') as LineSaid;
      return { class: said.class, score: said.score, threshold: said.threshold, verdict: said.verdict };
    };
    const before = await predicted();
    const learnt = await updateRun(job, folders, new Date().toISOString(), () => {});
    expect(learnt).toMatchObject({ before: key, steps: [{ mark: 'false-alarm', done: [file] }] });
    expect(learnt.kept).toEqual([{ path: file, before, after: await predicted() }]);
    for (const each of [learnt.before, learnt.after])
      expect(existsSync(at(`cache/marked/run/${each}/${file}.png`))).toBe(true);
  }, 60_000);
});
