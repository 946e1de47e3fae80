/** @file `clad export` and `clad verify` as their users run them, on a detector trained here in seconds. */
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { detectorBytes } from '../../src/detector/detector-bytes.ts';
import { type DetectorMetadata, metadataKey, parseMetadata } from '../../src/detector/metadata.ts';
import { type Golden, goldenKey } from '../../src/detector/self-test/golden.ts';
import { decodeMetadata, decodeModel } from '../../src/graph/index.ts';
import type { ExportDocument } from '../../src/jobs/export/export.ts';
import type { PredictionLine } from '../../src/jobs/predict.ts';
import type { Verification } from '../../src/jobs/verify.ts';
import { clad } from '../helpers/clad.ts';
import { copySmallTraining } from '../helpers/common-training.ts';
import { expectRefused } from '../helpers/refused.ts';
import { readTritonConfig } from '../helpers/triton-config.ts';

let folder = '';
let parts = '';
let run = '';
let model = '';
const at = (...names: readonly string[]) => join(folder, ...names);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clad-export-'));
  run = at('run');
  model = join(run, 'model.onnx');
  parts = await copySmallTraining(folder, 'run');
});

afterAll(() => rm(folder, { recursive: true, force: true }));

const entriesOf = async (path: string) => decodeMetadata(await readFile(path));
const metadataOf = async (path: string) =>
  JSON.parse((await entriesOf(path))[metadataKey] ?? '') as DetectorMetadata;

/** What a file says of the test images, in their order. */
async function predictions(file: string): Promise<PredictionLine[]> {
  const { stdout, status } = await clad(
    'predict',
    file,
    join(parts, 'disc/test'),
    join(parts, 'weave/test'),
    '--json',
  );
  expect(status).toBe(0);
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as PredictionLine);
}

/** A copy of the detector with its golden entry changed, or without it. */
async function withGolden(name: string, change: (golden: Golden) => Golden | undefined): Promise<string> {
  const decoded = decodeModel(await readFile(model));
  const entries = await entriesOf(model);
  const changed = change(JSON.parse(entries[goldenKey] ?? '') as Golden);
  await writeFile(at(name), detectorBytes(decoded, parseMetadata(entries, name), changed));
  return at(name);
}

describe('clad verify', () => {
  it('reproduces a detector where it was made, with a small entry without paths in its file', async () => {
    const { stdout, status } = await clad('verify', run, '--json');
    const verification = JSON.parse(stdout) as Verification;
    expect(status).toBe(0);
    expect(verification).toMatchObject({ model, device: 'cpu', madeOn: 'cpu', reproduced: true });
    expect(verification.images.map(({ name }) => name)).toEqual(['part', 'texture', 'shapes']);
    for (const { score, expectedScore } of verification.images) expect(score).toBeCloseTo(expectedScore, 4);
    const entry = (await entriesOf(model))[goldenKey] ?? '';
    expect(entry.length).toBeLessThan(50_000);
    expect(entry).not.toContain(folder);
  });

  it('fails where one number of the detector was changed, and names the images that differ', async () => {
    const tampered = await withGolden('tampered.onnx', (golden) => {
      const [first, ...rest] = golden.images as [Golden['images'][0], ...Golden['images']];
      const span = first.map.high - first.map.low;
      return { ...golden, images: [{ ...first, score: first.score + 0.01 * span }, ...rest] };
    });
    const { stdout, status } = await clad('verify', tampered, '--json');
    expect(status).toBe(2);
    const { reproduced, images } = JSON.parse(stdout) as Verification;
    expect([reproduced, ...images.map((image) => image.reproduced)]).toEqual([false, false, true, true]);
    const told = await clad('verify', tampered);
    expect(told.stdout).toMatch(/does NOT reproduce/);
    expect((await clad('verify', tampered, '--tolerance', '0.05')).status).toBe(0);
  });

  it('refuses a file of an earlier version; an export of it has golden images', async () => {
    const old = await withGolden('old.onnx', () => undefined);
    expectRefused(await clad('verify', old), /old\.onnx: the file holds no golden images/);
    const out = at('renewed.onnx');
    expect((await clad('export', old, '--to', 'onnx', '--out', out)).status).toBe(0);
    expect((await clad('verify', out)).status).toBe(0);
    expect(await predictions(out)).toEqual(await predictions(model));
  });
});

describe('clad export --to triton', () => {
  const triton = (...more: readonly string[]) =>
    clad('export', run, '--to', 'triton', '--out', at('models'), '--name', 'parts', ...more);

  it('writes a model that Triton can read, the same bytes and so the same numbers', async () => {
    const { stdout, status } = await triton();
    expect(status).toBe(0);
    expect(stdout).toMatch(/not run here/);
    const file = at('models', 'parts', '1', 'model.onnx');
    expect((await readFile(file)).equals(await readFile(model))).toBe(true);
    expect(await predictions(file)).toEqual(await predictions(run));
    expect(await readFile(at('models', 'parts', 'labels.txt'), 'utf8')).toBe('disc\nweave\n');
    const { thresholds } = await metadataOf(model);
    expect(readTritonConfig(await readFile(at('models', 'parts', 'config.pbtxt'), 'utf8'))).toMatchObject({
      name: 'parts',
      output: [{ dims: [64, 64] }, { name: 'score' }, { dims: [2] }],
      parameters: { 'clad.threshold.disc': { string_value: String(thresholds.disc?.threshold) } },
    });
  });

  it('adds a version when asked again, and refuses one that is there', async () => {
    expect((await triton()).status).toBe(0);
    expect(await readdir(at('models', 'parts'))).toEqual(expect.arrayContaining(['1', '2']));
    expectRefused(await triton('--model-version', '2'), /version 2 exists already/);
    await writeFile(at('models', 'parts', 'config.pbtxt'), 'name: "parts"\n');
    expectRefused(await triton(), /did not write/);
    expectRefused(await triton('--name', '../elsewhere'), /--name/);
  });
});

describe('clad export --precision', () => {
  const variant = async (precision: string, out: string) => {
    const { stdout, status } = await clad(
      ...['export', run, '--to', 'onnx', '--precision', precision, '--out', at(out), '--json'],
    );
    expect(status).toBe(0);
    return JSON.parse(stdout) as ExportDocument;
  };
  /** Largest difference of scores, as a share of the threshold. */
  const largest = async (file: string) => {
    const [before, after] = [await predictions(model), await predictions(file)];
    return Math.max(
      ...after.map(({ score }, i) => Math.abs(score - before[i]!.score) / Math.abs(before[i]!.threshold!)),
    );
  };

  it('fp16: scores differ little on the test images, and every command takes the file', async () => {
    const document = await variant('fp16', 'half.onnx');
    expect(document).toMatchObject({
      precision: 'fp16',
      thresholds: 'moved',
      comparison: { images: 12, of: 'test images', classes: 0 },
    });
    const { scoreDifference, before, after } = document.comparison!;
    expect(scoreDifference.largest).toBeGreaterThan(0);
    expect(scoreDifference.largest).toBeLessThan(0.01);
    expect(Math.abs(after.imageAuroc! - before.imageAuroc!)).toBeLessThan(0.1);
    const difference = await largest(at('half.onnx'));
    expect(difference).toBeGreaterThan(0);
    expect(difference).toBeLessThan(0.01);
    expect(document.bytes.after).toBe((await stat(at('half.onnx'))).size);
    const metadata = await metadataOf(at('half.onnx'));
    expect(metadata.exported).toMatchObject({ precision: 'fp16', thresholds: 'moved' });
    expect(metadata.provenance).toEqual((await metadataOf(model)).provenance);
    expect((await clad('verify', at('half.onnx'))).status).toBe(0);
  });

  it('int8: every command takes the file, which has thresholds of its own', async () => {
    const document = await variant('int8', 'eight.onnx');
    expect(document.comparison?.scoreDifference.largest).toBeGreaterThan(0);
    expect(await largest(at('eight.onnx'))).toBeLessThan(1);
    const types = decodeModel(await readFile(at('eight.onnx'))).graph.node?.map(({ opType }) => opType);
    expect(types).toContain('QuantizeLinear');
    const [before, after] = [await metadataOf(model), await metadataOf(at('eight.onnx'))];
    expect(after.thresholds.disc?.count).toBe(before.thresholds.disc?.count);
    expect(after.thresholds.disc?.threshold).not.toBe(before.thresholds.disc?.threshold);
    expect((await clad('verify', at('eight.onnx'))).status).toBe(0);
    const evaluated = await clad('evaluate', at('eight.onnx'), parts, '--json');
    expect(evaluated.status).toBe(0);
    expect(JSON.parse(evaluated.stdout).protocol.precision).toBe('int8');
    const again = ['export', at('eight.onnx'), '--to', 'onnx', '--out', at('again.onnx')];
    expectRefused(await clad(...again, '--precision', 'fp16'), /an export in int8 already/);
    const copied = JSON.parse((await clad(...again, '--json')).stdout) as ExportDocument;
    expect(copied).toMatchObject({ precision: 'int8', thresholds: 'moved', comparison: null });
    expectRefused(await clad('evaluate', at('eight.onnx')), /give the data set too/);
    expectRefused(await clad('evaluate', at('eight.onnx'), parts, '--report', at('page')), /a run's folder/);
  });

  it('of a single file: fp16 without measuring, int8 only with images', async () => {
    const out = ['--to', 'onnx', '--out', at('single.onnx'), '--json'];
    expectRefused(
      await clad('export', model, ...out.slice(0, -1), '--precision', 'int8'),
      /there is no data set\. Give a data set/,
    );
    const half = await clad('export', model, ...out, '--precision', 'fp16');
    expect(JSON.parse(half.stdout)).toMatchObject({ comparison: null, thresholds: 'kept' });
    const uncompared = ['--to', 'onnx', '--out', at('uncompared.onnx'), '--data', parts, '--images', '0'];
    const moved = await clad('export', model, ...uncompared, '--precision', 'fp16', '--json');
    expect(JSON.parse(moved.stdout)).toMatchObject({ comparison: null, thresholds: 'moved' });
    expectRefused(
      await clad('export', model, ...out.slice(0, -1), '--precision', 'fp16'),
      /there is a file already/,
    );
    const eight = await clad(
      ...[
        'export',
        model,
        '--to',
        'onnx',
        '--out',
        at('single8.onnx'),
        '--precision',
        'int8',
        '--data',
        parts,
        '--json',
      ],
    );
    expect(JSON.parse(eight.stdout)).toMatchObject({
      thresholds: 'moved',
      comparison: { of: 'test images' },
    });
  });
});

describe('a training with its backbone in 8 bits', () => {
  const train = (out: string, ...more: readonly string[]) =>
    clad(
      ...['train', parts, '--out', at(out), '--backbone', at('tiny.onnx'), '--no-report'],
      ...['--preset', 'instant', '--set', 'features.inputSize=64', '--cache', at('cache'), ...more],
    );

  it('is a detector of that from the features on: told in its file, verified, copied, resumed', async () => {
    await writeFile(at('train.yaml'), 'backbonePrecision: int8\n');
    const trained = await train('run8', '--config', at('train.yaml'));
    expect({ status: trained.status, stderr: trained.stderr }).toMatchObject({ status: 0 });
    expect(trained.stderr).toMatch(/clad: tiny in int8: its layers are off by [\d.]+ % .* of the time/);
    const file = at('run8/model.onnx');
    const { provenance } = await metadataOf(file);
    const other = (await metadataOf(model)).provenance.backbone;
    expect(provenance.backbone).toMatchObject({ name: 'tiny', precision: 'int8' });
    expect(provenance.backbone.sha256).not.toBe(other.sha256);
    const operators = decodeModel(await readFile(file)).graph.node?.map(({ opType }) => opType);
    expect(operators).toContain('QuantizeLinear');
    const golden = JSON.parse((await entriesOf(file))[goldenKey] ?? '') as Golden;
    expect(golden.tolerance).toBe(0.02);
    expect((await clad('verify', at('run8'))).status).toBe(0);
    const copied = await clad('export', at('run8'), '--to', 'onnx', '--out', at('copy8.onnx'));
    expect(copied.stdout).toContain('(int8, the same numbers as the original)');
    expectRefused(
      await clad('export', file, '--to', 'onnx', '--out', at('no.onnx'), '--precision', 'fp16'),
      /was trained with its backbone in int8/,
    );
    expectRefused(await train('run8', '--resume'), /backbone\.sha256, backbone\.precision/);
    expect((await train('run8', '--resume', '--backbone-precision', 'int8')).stderr).toContain('is finished');
    // Features of one precision are not those of another.
    const stores = async () => (await readdir(at('cache'))).filter((name) => name.startsWith('features'));
    expect(await stores()).toHaveLength(1);
    const asked = ['--backbone', at('tiny.onnx'), '--preset', 'instant', '--set', 'features.inputSize=64'];
    expect((await clad('extract', parts, '--cache', at('cache'), ...asked)).status).toBe(0);
    expect(await stores()).toHaveLength(2);
  });
});
