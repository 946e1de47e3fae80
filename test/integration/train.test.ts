/** @file Train, evaluate and predict as their users run them: the built command line on photographs drawn here. */
import { existsSync } from 'node:fs';
import { copyFile, cp, mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DetectorMetadata } from '../../src/detector/metadata.ts';
import { metadataKey } from '../../src/detector/metadata.ts';
import { metricNames } from '../../src/evaluation/evaluator.ts';
import { decodeMetadata, decodeModel, encodeModel } from '../../src/graph/index.ts';
import { decodeImage } from '../../src/image/decode.ts';
import { writePng } from '../../src/image/encode.ts';
import type { EvaluationDocument } from '../../src/jobs/evaluate/evaluate.ts';
import type { PredictionLine } from '../../src/jobs/predict.ts';
import type { TrainingPlan } from '../../src/jobs/train/plan.ts';
import { clad, type Ended, startClad } from '../helpers/clad.ts';
import { full } from '../helpers/full.ts';
import { products, writeParts } from '../helpers/parts.ts';
import { expectRefused } from '../helpers/refused.ts';
import { tinySettings } from '../helpers/small-training.ts';
import { tinyBackboneBytes, writeTinyBackbone } from '../helpers/tiny-backbone.ts';

const settings = (...more: readonly string[]) =>
  [...tinySettings, ...more].flatMap((text) => ['--set', text]);
const short = ['--preset', 'fast', ...settings('stage1.steps=30', 'stage2.steps=10')];

let folder = '';
let parts = '';
let backbone = '';
/** A finished run, trained once for all tests that only use it. */
let run = '';
let trained: Ended;
const homeBefore = process.env.CLAD_HOME;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clad-train-'));
  process.env.CLAD_HOME = join(folder, 'home');
  parts = join(folder, 'parts');
  run = join(folder, 'run');
  await writeParts(parts);
  backbone = await writeTinyBackbone(folder);
  trained = await clad('train', parts, '--out', run, '--backbone', backbone, ...short);
});

afterAll(async () => {
  if (homeBefore === undefined) delete process.env.CLAD_HOME;
  else process.env.CLAD_HOME = homeBefore;
  await rm(folder, { recursive: true, force: true });
});

const train = (out: string, ...more: readonly string[]) =>
  clad('train', parts, '--out', join(folder, out), '--backbone', backbone, ...more);

const logOf = async (path: string) =>
  (await readFile(join(path, 'log.jsonl'), 'utf8'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { stage: number; step: number });

describe('clad train', () => {
  it('prints the result on stdout, and its assumptions on stderr', () => {
    expect(trained.stderr).toMatch(/Textures for synthetic anomalies: the built-in generator/);
    expect(trained.status).toBe(0);
    expect(trained.stdout).toMatch(/^Trained 2 classes in \d+ s \(30 \+ 10 steps, checkpoint of stage \d/);
    expect(trained.stdout).toContain(`Detector: ${join(run, 'model.onnx')}\n`);
    for (const product of products) {
      // Of ten images one or the other may stand out.
      const line = `^  ${product}: anomalous above [-\\d.]+; about \\d+(\\.\\d)? % false alarms \\((10|\\d good images; \\d more)`;
      expect(trained.stdout).toMatch(new RegExp(line, 'm'));
    }
    expect(trained.stdout).toMatch(/2 % was asked for, which takes 49 good images of each class/);
    // As it can be copied: the tests run what is not installed.
    expect(trained.stdout).toMatch(/^ {2}node .*dist\/cli\/main\.js evaluate /m);
    expect(trained.stdout).toContain(` evaluate ${run}\n`);
  });

  it('leaves a run folder with resolved options, log, checkpoint, images and detector, and no cache', async () => {
    expect((await readdir(run)).sort()).toEqual(
      expect.arrayContaining([
        'checkpoint',
        'config.json',
        'good-images.csv',
        'log.jsonl',
        'model.onnx',
        'samples',
      ]),
    );
    expect(existsSync(join(run, 'cache'))).toBe(false);
    const config = JSON.parse(await readFile(join(run, 'config.json'), 'utf8'));
    expect(config).toMatchObject({
      method: 'clad',
      preset: 'fast',
      data: { root: parts, layout: 'mvtec' },
      backbone: { path: backbone, name: 'tiny' },
      textures: null,
      options: { seed: 0, stage1: { steps: 30, learningRate: 2e-4 }, falseAlarmRate: 0.02 },
    });
    const log = await logOf(run);
    expect(log.map(({ stage, step }) => `${stage} ${step}`)).toEqual([
      ...['1 15', '1 15', '1 30', '1 30'],
      ...['2 5', '2 5', '2 10', '2 10'],
      // So few steps cannot learn: that is said at the end.
      '2 10',
    ]);
    expect(log.at(-1)).toMatchObject({ warning: expect.stringContaining('have not learnt their own noise') });
    const images = await readdir(join(run, 'samples'), { recursive: true });
    expect(images.filter((name) => name.endsWith('.png')).length).toBeGreaterThanOrEqual(2);
  });

  it('writes good-images.csv with scores as the detector gives them', async () => {
    const lines = (await readFile(join(run, 'good-images.csv'), 'utf8')).trimEnd().split('\r\n');
    expect(lines[0]).toBe('class,image,score,threshold,deviations,use,recognised as,votes');
    const rows = lines.slice(1).map((line) => line.split(','));
    expect(rows.map(([product]) => product)).toEqual(products.flatMap((name) => new Array(10).fill(name)));
    expect(rows.filter(([, , , , , use]) => use === 'held out')).toHaveLength(4);
    const { thresholds } = await metadataOf(run);
    for (const [product, image, score, threshold, deviations] of rows) {
      expect(existsSync(join(parts, image!))).toBe(true);
      expect(Number(threshold)).toBe(thresholds[product!]?.threshold);
      if (Number(deviations) <= 5) expect(Number(score)).toBeLessThanOrEqual(Number(threshold));
    }
  });

  it('names a defective part among the good ones, and shows it in standing-out/', async () => {
    const data = join(folder, 'spoilt parts');
    await cp(join(parts, 'disc/train'), join(data, 'disc/train'), { recursive: true });
    const spoilt = join(data, 'disc/train/good/spoilt.png');
    await copyFile(join(parts, 'disc/test/blot/001.png'), spoilt);
    const out = join(folder, 'spoilt run');
    const settings = [...tinySettings, 'stage1.steps=30', 'stage2.steps=10', 'networks=true'];
    const { stdout, status } = await clad(
      ...['train', data, '--out', out, '--backbone', backbone, '--no-report'],
      ...settings.flatMap((text) => ['--set', text]),
    );
    expect(status).toBe(0);
    expect(stdout).toContain(`  ${spoilt}: `);
    const [, first] = (await readFile(join(out, 'good-images.csv'), 'utf8')).split('\r\n');
    expect(first).toMatch(/^disc,disc\/train\/good\/spoilt\.png,/);
    expect(Number(first?.split(',')[4])).toBeGreaterThan(5);
    const image = await decodeImage(join(out, 'standing-out', '01-disc-spoilt.png'));
    // The legend is below the heat map.
    expect([image.width, image.height]).toEqual([2 * 72 + 4, 64 + 13]);
  });

  it('trains no networks by default, and says which options then have no effect', async () => {
    const { stdout, stderr, status } = await train('default', '--no-report', ...settings('stage1.steps=30'));
    expect(status).toBe(0);
    expect(stdout).toMatch(/^Trained 2 classes in \d+ s \(no networks\)\.$/m);
    expect(stderr).toMatch(/Options of networks have no effect, .*: .*adaptor.*, stage1\.steps/);
    const { provenance } = await metadataOf(join(folder, 'default'));
    expect(provenance).toMatchObject({ preset: 'instant', selection: 'none', scoreGap: 0 });
    expect(existsSync(join(folder, 'default', 'log.jsonl'))).toBe(false);
  });

  it('records in the detector what it was made from', async () => {
    const metadata = await metadataOf(run);
    expect(metadata).toMatchObject({
      format: 3,
      method: 'clad',
      classes: ['disc', 'weave'],
      geometry: { width: 64, height: 64 },
      grid: { rows: 8, columns: 8 },
      provenance: {
        data: {
          name: 'parts',
          layout: 'mvtec',
          trainingImages: { disc: 8, weave: 8 },
          heldOutImages: { disc: 2, weave: 2 },
        },
        backbone: { name: 'tiny', licence: 'Apache-2.0', source: 'made by a test' },
        preset: 'fast',
        changes: expect.objectContaining({ 'memoryBank.coresetSize': 256, 'stage1.steps': 30 }),
        seed: 0,
        selection: 'synthetic',
        device: 'cpu',
      },
    });
    expect(JSON.stringify(metadata)).not.toContain(folder);
    for (const product of products) {
      const { count, setAside = 0, requestedRate, achievableRate } = metadata.thresholds[product]!;
      expect(count + setAside).toBe(10);
      expect(requestedRate).toBe(0.02);
      expect(achievableRate).toBeCloseTo(1 / (count + 1), 5);
      const { low, high, top } = metadata.display[product]!;
      expect(top).toBeGreaterThanOrEqual(high);
      expect(metadata.regions?.share[product]).toBeGreaterThanOrEqual(0.5);
      expect(low).toBeLessThan(high);
    }
  });

  it('follows a YAML file, with flags over it, and leaves out broken images with --skip-broken, by name', async () => {
    const data = join(folder, 'broken parts');
    await cp(parts, data, { recursive: true });
    await writeFile(join(data, 'disc/train/good/003.png'), 'no image');
    const config = join(folder, 'run.yaml');
    await writeFile(
      config,
      [
        `backbone: ${backbone}`,
        'preset: accurate',
        'skipBroken: true',
        'seed: 9',
        'stage1: {steps: 8, batch: 64}',
        'stage2: {steps: 3}',
        'losses:',
        '  gamma: 1',
        'heldOut: 0.3',
      ].join('\n'),
    );
    const out = join(folder, 'from yaml');
    const args = ['train', data, '--out', out, '--config', config, ...settings('stage2.steps=4'), '--json'];
    const { status, stdout, stderr } = await clad(...args);
    expect(stderr).toMatch(/left out: .*disc\/train\/good\/003\.png: /);
    expect(status).toBe(0);
    const outcome = JSON.parse(stdout);
    expect(outcome).toMatchObject({
      run: out,
      model: join(out, 'model.onnx'),
      steps: { stage1: 8, stage2: 4 },
    });
    expect(outcome.metadata.provenance).toMatchObject({
      preset: 'accurate',
      seed: 9,
      data: { trainingImages: { disc: 6, weave: 7 }, heldOutImages: { disc: 3, weave: 3 } },
    });
    const { options, skipBroken } = JSON.parse(await readFile(join(out, 'config.json'), 'utf8'));
    expect(skipBroken).toBe(true);
    expect(options).toMatchObject({ losses: { gamma: 1, contrast: 1 }, synthesis: { perImage: 2 } });
  });

  it('trains the preset paper with checkpoints selected on test images where asked to, and its result says so', async () => {
    const out = join(folder, 'paper');
    const flags = ['--preset', 'paper', '--selection', 'test', '--json'];
    const small = settings('features.resizeTo=72', 'features.width=20', 'stage1.epochs=2', 'stage2.epochs=1');
    const { status, stderr } = await train('paper', ...flags, ...small);
    expect({ status, stderr }).toEqual({ status: 0, stderr: expect.any(String) });
    const { stdout } = await clad('evaluate', out, '--json');
    const { protocol, classes } = JSON.parse(stdout) as EvaluationDocument;
    expect(protocol).toMatchObject({
      preset: 'paper',
      selection: 'test',
      inputSize: 64,
      resizeTo: 72,
    });
    expect(Object.keys(classes)).toEqual(['disc', 'weave']);
  });

  // Several trainings of one cache at once: files.test.ts; shards of one: shards.test.ts.
  it.skipIf(!full)('keeps patch features with --cache, and uses them again', async () => {
    const cache = ['--cache', join(folder, 'features')];
    const steps = ['--preset', 'fast', ...settings('stage1.steps=2', 'stage2.steps=2')];
    const first = await train('cached 1', ...cache, ...steps);
    expect(first.stderr).not.toMatch(/reused/);
    const second = await train('cached 2', ...cache, ...steps, '--set', 'losses.contrast=0');
    expect(second.stderr).toMatch(/Patch features: reused from /);
    expect([first.status, second.status]).toEqual([0, 0]);
  });

  it('prints with --plan what a training will cost, and writes nothing', async () => {
    const { stdout, status } = await train('planned', '--plan', '--json', ...short);
    expect(status).toBe(0);
    const { images, testImages, steps, disk, file, time } = JSON.parse(stdout) as TrainingPlan;
    expect(images).toBeGreaterThan(0);
    expect(steps).toEqual({ stage1: 30, stage2: 10 });
    expect(disk.features).toBeGreaterThan(0);
    // The detector of that training, but for its metadata and the self-test's images.
    const model = decodeModel(await readFile(join(run, 'model.onnx')));
    const about = (model.metadataProps ?? []).reduce((sum, { value }) => sum + (value?.length ?? 0), 0);
    const real = encodeModel({ ...model, metadataProps: [] }).length;
    expect(about).toBeLessThan(1e6);
    expect(Math.abs(file! / real - 1)).toBeLessThan(0.01);
    for (const seconds of Object.values(time)) expect(seconds).toBeGreaterThan(0);
    const chosenByTest = await train('planned', '--plan', '--json', '--selection', 'test', ...short);
    const leaking = JSON.parse(chosenByTest.stdout) as TrainingPlan;
    expect([testImages, leaking.testImages]).toEqual([0, 12]);
    // 12 images of 8 x 8 patches, 22 values of 2 bytes.
    expect(leaking.disk.features! - disk.features!).toBe(12 * 64 * 22 * 2);
    expect(existsSync(join(folder, 'planned'))).toBe(false);
  });
});

describe('clad train refuses', () => {
  const out = (name: string) => join(folder, name);

  it('a backbone file that is missing, and an unknown name', async () => {
    const nowhere = await clad('train', parts, '--out', out('x'), '--backbone', 'no/such.onnx');
    expectRefused(nowhere, /no\/such\.onnx: no such file or folder\./);
    const unknown = await clad('train', parts, '--out', out('x'), '--backbone', 'resnet5');
    expectRefused(unknown, /Unknown backbone resnet5, .* clad knows builtin, distilled, filter-bank\./);
    expect(existsSync(out('x'))).toBe(false);
  });

  it('a backbone without a card, where its outputs say nothing, and shows the card to write', async () => {
    const path = join(folder, 'vendor.onnx');
    await writeFile(path, tinyBackboneBytes(0, ['a', 'b']));
    const refused = await clad('train', parts, '--out', out('x'), '--backbone', path);
    expectRefused(refused, /vendor\.onnx: this backbone needs a card, because .*\n\{\n {2}"name": "vendor"/s);
    expect(refused.stderr).toMatch(/"name": "a", "channels": 12, "stride": 8/);
    expect(existsSync(out('x'))).toBe(false);
  });

  it.concurrent.each<[string, readonly string[], RegExp]>([
    [
      'an unknown option',
      ['--set', 'stage1.stepz=3'],
      /Unknown option stage1\.stepz in --set\. Did you mean stage1\.steps\? Known options: steps/,
    ],
    [
      'an unknown group',
      ['--set', 'stage3.steps=3'],
      /Unknown option stage3 in --set\. Did you mean stage1\? Known options: .*stage1, stage2/,
    ],
    [
      'a value out of range',
      ['--set', 'heldOut=0.9'],
      /Expected heldOut in --set to be at most 0\.5, got 0\.9\./,
    ],
    [
      'a value of another type',
      ['--set', 'losses.gamma=much'],
      /Expected losses\.gamma in --set to be .*number, got "much"\./,
    ],
    ['a name without a value', ['--set', 'seed'], /Expected --set to be name=value, .*, got seed\./],
    [
      'an unknown preset',
      ['--preset', 'quick'],
      /Expected --preset to be one of instant, fast, paper, accurate for method clad, got quick\./,
    ],
    ['a seed that is none', ['--seed', '-1'], /--seed.*whole number from 0/],
    [
      'an unknown layer',
      ['--set', 'features.layers=["layer9"]'],
      /layers of backbone tiny: layer2, layer3, got layer9/,
    ],
    ['an unknown device', ['--device', 'tpu'], /--device.*'tpu' is invalid.*cpu, webgpu, cuda/],
  ])('%s', async (what, flags, message) => {
    // A folder each: while a training reads, its lock is there, and it goes again.
    expectRefused(await train(what, ...flags), message);
    expect(existsSync(out(what))).toBe(false);
  });

  it.concurrent.each<[string, string, RegExp]>([
    [
      'an unknown option',
      'stage1: {stepz: 3}',
      /Unknown option stage1\.stepz in .*bad\.yaml\. Did you mean stage1\.steps\? Known options: steps/,
    ],
    [
      "a misspelt option of the command's own",
      'metod: patchcore',
      /Unknown option metod in .*bad\.yaml\. Did you mean method\? Known options: method, preset, backbone, .*seed, /,
    ],
    [
      'an unknown preset',
      'preset: quick',
      /Expected preset in .*bad\.yaml to be one of instant, fast, paper, accurate for method clad, got quick\./,
    ],
    ['a list', '- a\n- b', /bad\.yaml: cannot be read \(expected options as `name: value` lines\)/],
    ['a fault', 'stage1: {steps', /bad\.yaml: cannot be read \(/],
  ])('a YAML file with %s', async (what, text, message) => {
    const path = join(folder, `${what} bad.yaml`);
    await writeFile(path, text);
    expectRefused(await train(`refused ${what}`, '--config', path), message);
  });

  it('a data set that is missing, and a YAML file that is', async () => {
    const nowhere = join(folder, 'nowhere');
    const noData = await clad('train', nowhere, '--out', out('x'), '--backbone', backbone);
    expectRefused(noData, /nowhere: no such file or folder/);
    expectRefused(await train('x', '--config', nowhere), /nowhere: cannot be read \(/);
  });

  it('broken images, all of them listed, before any work', async () => {
    const data = join(folder, 'torn parts');
    await cp(parts, data, { recursive: true });
    const whole = await readFile(join(data, 'weave/train/good/000.png'));
    await writeFile(join(data, 'weave/train/good/001.png'), whole.subarray(0, whole.length / 2));
    await writeFile(join(data, 'disc/train/good/002.png'), '');
    const refused = await clad('train', data, '--out', out('x'), '--backbone', backbone, ...short);
    expectRefused(refused, /2 of 32 images cannot be used\. .*--skip-broken:/);
    expect(refused.stderr).toMatch(/disc\/train\/good\/002\.png: the file is empty/);
    expect(refused.stderr).toMatch(/weave\/train\/good\/001\.png: the file is truncated/);
    expect(existsSync(out('x'))).toBe(false);
  });

  it('a folder that already holds a run', async () => {
    const before = await readFile(join(run, 'model.onnx'));
    expectRefused(
      await train('run', ...short),
      `${run}: there is a run already. Continue it with --resume, or give another --out.`,
    );
    expect(await readFile(join(run, 'model.onnx'))).toEqual(before);
  });

  it('to resume a run with other options, and names them', async () => {
    const changed = await train('run', ...short, '--seed', '5', '--set', 'losses.gamma=1', '--resume');
    expectRefused(changed, /begun with other values of options\.seed, options\.losses\.gamma; --resume/);
    const json = await train('run', ...short, '--preset', 'accurate', '--resume', '--json');
    expect(json.status).toBe(2);
    expect(JSON.parse(json.stdout)).toEqual({
      error: { code: 'RUN_DIFFERS', message: expect.stringContaining('preset') },
    });
  });
});

describe('clad evaluate', () => {
  let evaluated: EvaluationDocument;

  beforeAll(async () => {
    const { stdout } = await clad('evaluate', run, '--json', '--details', join(folder, 'details'));
    evaluated = JSON.parse(stdout) as EvaluationDocument;
  });

  it('writes scores, kinds of defects and points of curves as data', async () => {
    const read = (name: string) => readFile(join(folder, 'details', name), 'utf8');
    const images = JSON.parse(await read('images.json')) as Record<string, unknown>[];
    expect(images).toHaveLength(12);
    expect(images[0]).toMatchObject({ class: 'disc', image: expect.stringMatching(/^disc\/test\//) });
    const { classes, defects } = evaluated;
    for (const [name, { anomalous, missRate, falseAlarmRate, good }] of Object.entries(classes)) {
      const own = images.filter((each) => each.class === name);
      const share = (from: boolean, verdict: RegExp) =>
        own.filter((each) => each.anomalous === from && verdict.test(String(each.verdict))).length;
      expect(share(true, /normal/) / anomalous).toBe(missRate);
      expect(share(false, /anomalous|unknown/) / good).toBe(falseAlarmRate);
      const kinds = Object.values(defects![name]!);
      expect(kinds.reduce((sum, each) => sum + each.images, 0)).toBe(anomalous);
    }
    expect(JSON.parse(await read('defects.json'))).toEqual(defects);
    const curves = JSON.parse(await read('curves.json'));
    const named = ['imageRoc', 'imagePrecisionRecall', 'pixelRoc', 'pixelPrecisionRecall', 'pixelPro'];
    expect(Object.keys(curves.disc)).toEqual(named);
    const lines = async (name: string) => (await read(name)).trim().split('\n').length - 1;
    expect(await lines('images.csv')).toBe(12);
    expect(await lines('defects.csv')).toBe(Object.values(defects!).flatMap(Object.values).length);
    const points = Object.values<Record<string, { x: number[] }>>(curves).flatMap((each) =>
      Object.values(each).flatMap(({ x }) => x),
    );
    expect(await lines('curves.csv')).toBe(points.length);
  });

  it('prints one document with all metrics by class, their mean, the protocol and the time taken', async () => {
    const keys = ['good', 'anomalous', ...metricNames].sort();
    expect(Object.keys(evaluated).sort()).toEqual([
      'classes',
      'data',
      'defects',
      'images',
      'leftOut',
      'mean',
      'misplaced',
      'protocol',
      'run',
      'timing',
    ]);
    expect(Object.keys(evaluated.classes)).toEqual(['disc', 'weave']);
    for (const record of [...Object.values(evaluated.classes), evaluated.mean]) {
      expect(Object.keys(record).sort()).toEqual(keys);
      expect(record).toMatchObject({ good: 3, anomalous: 3 });
      for (const name of metricNames) {
        expect(record[name], name).toBeGreaterThanOrEqual(0);
        expect(record[name], name).toBeLessThanOrEqual(1);
      }
    }
    expect(evaluated.run).toBe(run);
    expect(evaluated.data).toBe(parts);
    expect(evaluated.protocol).toMatchObject({
      selection: 'synthetic',
      preset: 'fast',
      seed: 0,
      backbone: 'tiny',
      inputSize: 64,
      resizeTo: null,
      auproLimit: 0.3,
      auproConnectivity: 8,
    });
    const { imagesPerSecond, latencyMs } = evaluated.timing;
    expect(imagesPerSecond).toBeGreaterThan(0);
    expect(latencyMs.p95).toBeGreaterThanOrEqual(latencyMs.p50);
    expect(JSON.parse(await readFile(join(run, 'evaluation.json'), 'utf8'))).toEqual(evaluated);
  });

  it('reports defects too small to be seen at the size of the map', async () => {
    const speck = join(folder, 'speck');
    await cp(parts, speck, { recursive: true });
    const [image, mask] = ['test/blot/000.png', 'ground_truth/blot/000_mask.png'].map((path) =>
      join(speck, 'disc', path),
    ) as [string, string];
    const { width, height } = await decodeImage(image);
    const data = new Uint8Array(width * height * 3);
    // The nearest pixels of 64 rows and columns leave some out; this one is.
    const unseen = Array.from({ length: width }, (_, at) => at).find(
      (at) => !Array.from({ length: 64 }, (_, to) => Math.floor(((to + 0.5) * width) / 64)).includes(at),
    );
    data.fill(255, (unseen! * width + unseen!) * 3, (unseen! * width + unseen!) * 3 + 3);
    await writePng(mask, { width, height, data });
    const { status, stderr } = await clad('evaluate', run, speck, '--json');
    expect(status).toBe(0);
    expect(stderr).toContain(`clad: 1 of the masks have no pixel left at 64 pixels`);
    expect(stderr).toContain(mask);
  });

  it('finds the red blots, and recognises both classes', () => {
    const { mean } = evaluated;
    expect(mean.imageAuroc).toBeGreaterThan(0.9);
    expect(mean.pixelAuroc).toBeGreaterThan(0.9);
    expect(mean.classAccuracy).toBe(1);
  });

  it('prints a table for people', async () => {
    const { status, stdout } = await clad('evaluate', run);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^disc\s+3\s+3/m);
    expect(stdout).toMatch(/^mean\s/m);
    expect(stdout).toMatch(
      /^method clad, preset fast \(changed: .*\), selection synthetic, seed 0, backbone tiny, input 64 px/m,
    );
  });

  it('gives null, not 0, for what cannot be measured in a class without anomalous images', async () => {
    const data = join(folder, 'half');
    await writeParts(data, { training: 0, good: 2, defective: ['disc'] });
    const { status, stdout } = await clad('evaluate', run, data, '--json');
    expect(status).toBe(0);
    const { classes, mean } = JSON.parse(stdout) as EvaluationDocument;
    expect(classes.weave).toMatchObject({
      good: 2,
      anomalous: 0,
      imageAuroc: null,
      imageAp: null,
      imageF1Max: null,
      pixelAuroc: null,
      aupro: null,
      auproDilated: null,
      missRate: null,
      classAccuracy: 1,
    });
    expect(classes.disc?.imageAuroc).toBeGreaterThan(0.5);
    // The mean is over the classes that have the metric.
    expect(mean.imageAuroc).toBe(classes.disc?.imageAuroc);
  });

  it.concurrent.each<[string, () => Promise<readonly string[]>, RegExp]>([
    [
      'a folder that is no run',
      async () => [parts],
      /parts: no run here\. Expected a folder that `clad train --out`/,
    ],
    ['a folder that is nowhere', async () => [join(folder, 'none')], /none: no run here/],
    [
      'a class it was not trained on',
      async () => {
        await mkdir(join(folder, 'other/cap/test'), { recursive: true });
        await cp(join(parts, 'disc/test'), join(folder, 'other/cap/test'), { recursive: true });
        return [run, join(folder, 'other')];
      },
      /Unknown class cap; the detector knows disc, weave\./,
    ],
    [
      'data without test images',
      async () => {
        await cp(join(parts, 'disc/train'), join(folder, 'untested/disc/train'), { recursive: true });
        return [run, join(folder, 'untested')];
      },
      /untested: the images that are needed are missing\. Expected test images/,
    ],
  ])('refuses %s', async (_, args, message) => {
    expectRefused(await clad('evaluate', ...(await args())), message);
  });
});

describe('clad predict', () => {
  const defect = () => join(parts, 'disc/test/blot/001.png');
  const good = () => join(parts, 'weave/test/good/001.png');
  const linesOf = (stdout: string) =>
    stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as PredictionLine);

  it('prints one JSON line an image, in order, and writes a heat map of each at its own size', async () => {
    const maps = join(folder, 'maps');
    const { status, stdout, stderr } = await clad('predict', run, defect(), good(), '--maps', maps, '--json');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const lines = linesOf(stdout);
    expect(lines.map(({ path }) => path)).toEqual([defect(), good()]);
    const { thresholds } = await metadataOf(run);
    for (const [index, line] of lines.entries()) {
      expect(Object.keys(line)).toEqual([
        'path',
        'class',
        'classShare',
        'classShares',
        'recognised',
        'score',
        'threshold',
        'margin',
        'verdict',
        'decision',
        'regions',
        'warnings',
        'map',
      ]);
      expect(line.class).toBe(products[index]);
      expect(line.classShare).toBeGreaterThan(0.5);
      expect(Object.keys(line.classShares)).toEqual(products);
      expect(line.classShares[line.class]).toBe(line.classShare);
      expect(line.threshold).toBe(thresholds[line.class]?.threshold);
      expect(line.verdict).toBe(line.score > (line.threshold as number) ? 'anomalous' : 'normal');
      // Both are called 001.png, so each keeps its folders.
      expect(relative(maps, line.map as string)).toBe(relative(parts, line.path));
      const [map, photo] = [await decodeImage(line.map as string), await decodeImage(line.path)];
      expect([map.width, map.height]).toEqual([photo.width, photo.height]);
    }
    expect(lines[0]?.verdict).toBe('anomalous');
    expect(lines[0]?.regions.length).toBeGreaterThan(0);
  });

  it('takes the class of the images, says in its table what they look like, and warns of the difference', async () => {
    const [first, second] = products as [string, string];
    const { status, stdout, stderr } = await clad('predict', run, defect(), good(), '--class', second);
    expect(status).toBe(0);
    expect(stdout).toMatch(/image +class +votes +recognised as +votes +score +threshold +margin +verdict/);
    expect(stdout).toMatch(new RegExp(`001\\.png +${second} +\\d+ % +${first} +\\d+ % `));
    expect(stdout).toMatch(new RegExp(`001\\.png +${second} +\\d+ % +${second} +\\d+ % `));
    expect(stderr).toMatch(
      new RegExp(
        `1 of 2 images, given as ${second}, are unlike its training images, e\\.g\\. .*001\\.png: The class was given as`,
      ),
    );
    const unknown = await clad(
      'predict',
      run,
      defect(),
      '--class',
      'screw',
      '--maps',
      join(folder, 'unmade'),
    );
    expectRefused(unknown, /Unknown class "screw" was given with an image; the detector knows /);
    expect(unknown.stdout).toBe('');
  });

  it('takes folders, and a detector file in the place of a run', async () => {
    const folders = await clad('predict', run, join(parts, 'disc/test'), '--json');
    const lines = linesOf(folders.stdout);
    expect(lines).toHaveLength(6);
    expect(lines.every(({ map }) => map === null)).toBe(true);
    const file = join(folder, 'alone.onnx');
    await copyFile(join(run, 'model.onnx'), file);
    const alone = await clad('predict', file, join(parts, 'disc/test'), '--json');
    expect(alone.stdout).toBe(folders.stdout);
  });

  it('refuses to write two maps to one file', async () => {
    const maps = join(folder, 'twin maps');
    const paths = [join(parts, 'disc/test/blot/000.png'), join(parts, 'disc/test/good/000.png')];
    const { stdout } = await clad('predict', run, ...paths, '--maps', maps, '--json');
    const written = linesOf(stdout).map(({ map }) => map as string);
    expect(new Set(written).size).toBe(2);
    for (const map of written) expect(existsSync(map)).toBe(true);
  });

  it('prints a table for people', async () => {
    const { status, stdout } = await clad('predict', run, defect());
    expect(status).toBe(0);
    expect(stdout).toMatch(/001\.png\s+disc\s+\d+ %\s+[-\d.]+\s+[-\d.]+\s+[-+\d.]+\s+anomalous/);
  });

  it('goes on after a broken image, and exits with 2', async () => {
    const broken = join(folder, 'broken.png');
    await writeFile(broken, 'no image');
    const { status, stdout, stderr } = await clad('predict', run, good(), broken, defect(), '--json');
    expect(status).toBe(2);
    const lines = linesOf(stdout);
    expect(lines.map(({ path }) => path)).toEqual([good(), broken, defect()]);
    expect(lines[1]).toEqual({
      path: broken,
      error: { code: 'IMAGE_INVALID', message: expect.stringContaining(broken) },
    });
    expect(lines[2]?.verdict).toBe('anomalous');
    expect(stderr).toMatch(
      /^clad: .*broken\.png: cannot be decoded \(.*\)\. Replace or remove the file\.\n$/,
    );
  });

  it('refuses a folder that is no run, a file that is no image, and a missing path', async () => {
    expectRefused(await clad('predict', parts, good()), /parts: no run here/);
    expectRefused(await clad('predict', run, join(folder, 'none.png')), /none\.png: no such file or folder/);
    expectRefused(await clad('predict', join(folder, 'none.onnx'), good()), /none\.onnx: cannot be read/);
    expectRefused(await clad('predict', backbone, good()), /an ONNX file but no detector made by clad/);
  });

  it('refuses a damaged detector with a sentence, and so does evaluate', async () => {
    const copy = join(folder, 'damaged');
    await mkdir(copy);
    for (const name of ['config.json', 'model.onnx']) await copyFile(join(run, name), join(copy, name));
    const path = join(copy, 'model.onnx');
    await truncate(path, Math.floor((await readFile(path)).length / 2));
    expectRefused(await clad('predict', copy, good()), /model\.onnx: this is no usable detector: /);
    expectRefused(await clad('evaluate', copy), /model\.onnx: this is no usable detector: /);
    await writeFile(path, '');
    expectRefused(await clad('predict', copy, good()), /model\.onnx: this is no usable detector: /);
    await rm(path);
    expectRefused(await clad('predict', copy, good()), /model\.onnx/);
  });
});

describe('a training that was killed', () => {
  // Enough steps that a kill lands between them.
  const long = ['--preset', 'fast', ...settings('stage1.steps=300', 'stage2.steps=300', 'evaluations=4')];

  /** Ends a training by a signal once its log has a line that fits. */
  async function endAt(
    out: string,
    signal: NodeJS.Signals,
    when: (entry: { stage: number; step: number }) => boolean,
    ...flags: readonly string[]
  ): Promise<Ended> {
    const path = join(folder, out);
    const { child, ended } = startClad(
      ...['train', parts, '--out', path, '--backbone', backbone, ...long, ...flags],
    );
    let over = false;
    void ended.finally(() => {
      over = true;
    });
    while (!over) {
      const text = await readFile(join(path, 'log.jsonl'), 'utf8').catch(() => '');
      const whole = text.slice(0, text.lastIndexOf('\n') + 1);
      const entries = whole
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as { stage: number; step: number });
      const last = entries.at(-1);
      if (last && when(last)) {
        child.kill(signal);
        break;
      }
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    return ended;
  }

  it('at any moment is resumed and ends with the same detector, bit for bit', async () => {
    const whole = await train('whole', ...long);
    expect(whole.status).toBe(0);

    const first = await endAt('killed', 'SIGKILL', ({ stage }) => stage === 1);
    expect(first.signal).toBe('SIGKILL');
    expect(existsSync(join(folder, 'killed/model.onnx'))).toBe(false);

    const second = await endAt('killed', 'SIGINT', ({ stage }) => stage === 2, '--resume');
    expect(second.stderr).toMatch(
      /clad: Stopped in stage 2, step \d+ of 300\. Run the same command to go on from there; `clad train` needs --resume\.\n$/,
    );
    expect(second.status).toBe(130);
    const [, stopped] = /step (\d+) of 300/.exec(second.stderr) as unknown as [string, string];
    const state = JSON.parse(await readFile(join(folder, 'killed/checkpoint/state.json'), 'utf8'));
    expect(state).toMatchObject({ stage: 2, step: Number(stopped) });

    const third = await endAt(
      'killed',
      'SIGKILL',
      ({ stage, step }) => stage === 2 && step > Number(stopped),
      '--resume',
    );
    expect(third.signal).toBe('SIGKILL');
    expect(third.stderr).toMatch(/Patch features: reused/);

    const last = await train('killed', ...long, '--resume');
    expect(last.status).toBe(0);
    await expectSameDetector(join(folder, 'killed'), join(folder, 'whole'));
    expect(await logOf(join(folder, 'killed'))).toEqual(await logOf(join(folder, 'whole')));
  });

  it('after its end gives the same detector with --resume', async () => {
    const out = join(folder, 'whole');
    const before = join(folder, 'before');
    await cp(out, before, { recursive: true });
    const again = await train('whole', ...long, '--resume');
    expect(again.status).toBe(0);
    await expectSameDetector(out, before);
  });

  it('while it extracts features is resumed', async () => {
    const out = join(folder, 'early');
    const { child, ended } = startClad(...['train', parts, '--out', out, '--backbone', backbone, ...short]);
    while (!existsSync(join(out, 'config.json'))) await new Promise((resolve) => setTimeout(resolve, 5));
    child.kill('SIGKILL');
    await ended;
    expect((await train('early', ...short, '--resume')).status).toBe(0);
    await expectSameDetector(out, run);
  });
});

async function metadataOf(path: string): Promise<DetectorMetadata> {
  const entries = decodeMetadata(await readFile(join(path, 'model.onnx')));
  return JSON.parse(entries[metadataKey] as string) as DetectorMetadata;
}

/** Expects the same nodes and constants, bit for bit, and the same metadata but for the time. */
async function expectSameDetector(actual: string, expected: string) {
  const [one, other] = await Promise.all(
    [actual, expected].map(async (path) => decodeModel(await readFile(join(path, 'model.onnx')))),
  );
  expect(one?.graph.node).toEqual(other?.graph.node);
  const constants = (model: typeof one) =>
    new Map(
      (model?.graph.initializer ?? []).map(({ name, rawData }) => [
        name,
        Buffer.from(rawData ?? []).toString('hex'),
      ]),
    );
  const found = constants(one);
  const wanted = constants(other);
  expect(wanted.size).toBeGreaterThan(20);
  expect([...found.keys()]).toEqual([...wanted.keys()]);
  for (const [name, bytes] of wanted) expect(found.get(name) === bytes, name).toBe(true);
  const without = async (path: string) => ({ ...(await metadataOf(path)), created: '' });
  expect(await without(actual)).toEqual(await without(expected));
}
