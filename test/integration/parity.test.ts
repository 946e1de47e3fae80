/**
 * @file The promise of one file: the same images through every way there is, one table of how far the answers are apart.
 *
 * With CLAD_PARITY_RUN (a run folder) and CLAD_PARITY_IMAGES (a data set in the MVTec layout) it is about these instead of a
 * detector trained here.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';
import * as ort from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DetectorMetadata, parseMetadata } from '../../src/detector/metadata.ts';
import { markdownTable } from '../../src/evaluation/table.ts';
import { decodeMetadata } from '../../src/graph/index.ts';
import { decodeImage } from '../../src/image/decode.ts';
import { evaluateInFull, type PredictedImage } from '../../src/jobs/evaluate/evaluate.ts';
import type { PredictionLine } from '../../src/jobs/predict.ts';
import { hasChromium } from '../helpers/browser.ts';
import { predictedInChromium, type SaidInPage } from '../helpers/browser-predictions.ts';
import { clad } from '../helpers/clad.ts';
import { full } from '../helpers/full.ts';
import { writeParts } from '../helpers/parts.ts';
import { type Serving, startServe } from '../helpers/serve.ts';
import { smallTraining } from '../helpers/small-training.ts';

/** What a way says of an image. */
interface Said {
  readonly class: string;
  readonly classShare: number;
  readonly score: number;
  readonly verdict: string | null;
  /** Named regions of the class that fail, and the scores of all of them. */
  readonly failed: readonly string[];
  readonly ofRegions: readonly number[];
}

/** Images of each folder of the data set; all of the small one. */
const perFolder = 3;

let folder = '';
let run = '';
let data = '';
let metadata: DetectorMetadata;
let serving: Serving;
/** `clad predict --json`: what the others are held against. */
let predicted: (PredictionLine & Said)[] = [];
let rows: string[][] = [];

/** Arguments of trainings that have much that could go wrong on one of the ways. */
const trainings: Readonly<Record<string, () => Promise<readonly string[]>>> = {
  /**
   * Of an input that is no square: what mixed up width and height would be seen in every way. It is seen in tiles. And with a region of interest for each class: one
   * that follows the part within what is drawn, and one that is drawn in two with thresholds of their own.
   */
  'regions and tiles': async () => {
    await writeFile(
      join(folder, 'disc.yaml'),
      'reference: 72x64\ninside: [{ rectangle: [3, 2, 66, 60] }]\nignore: [{ polygon: [[0, 0], [30, 0], [0, 30]] }]\n',
    );
    await writeFile(
      join(folder, 'weave.yaml'),
      `reference: fractions
regions:
  - { name: upper, inside: [{ rectangle: [0.05, 0.1, 0.9, 0.4] }] }
  - { name: lower, inside: [{ rectangle: [0.05, 0.5, 0.9, 0.45] }] }
`,
    );
    const settings = [
      'networks=true',
      'features.inputSize=96x64',
      'features.tile=64',
      'features.tileOverlap=32',
    ];
    const regions = [`disc=${join(folder, 'disc.yaml')}`, 'disc=auto', `weave=${join(folder, 'weave.yaml')}`];
    const training = await smallTraining(folder, data, 'run', ...settings);
    return [...training, ...regions.flatMap((region) => ['--roi', region])];
  },
  /** One class is cropped, and its region follows the part in the crop; the other is seen as a whole. */
  'a crop to the part': async () => {
    const training = await smallTraining(folder, data, 'run', 'features.inputSize=96x80');
    return [...training, '--roi', 'disc=auto', '--crop'];
  },
};
const given = process.env.CLAD_PARITY_RUN ?? '';

async function begin(kind: string): Promise<void> {
  folder = await mkdtemp(join(tmpdir(), 'clad-parity-'));
  [run, data] = [given, process.env.CLAD_PARITY_IMAGES ?? ''];
  if (run === '') {
    data = join(folder, 'data');
    run = join(folder, 'run');
    await writeParts(data);
    const { status, stderr } = await clad(...(await trainings[kind]!()));
    expect(status, stderr).toBe(0);
    expect(stderr).toContain('Region of interest of disc: it follows the part');
    expect(stderr.includes('Photographs are cropped to the part')).toBe(kind === 'a crop to the part');
  }
  const model = join(run, 'model.onnx');
  metadata = parseMetadata(decodeMetadata(await readFile(model)), model);
  serving = await startServe(`parts=${run}`, '--log-level', 'error');
  const { stdout } = await clad(
    'predict',
    run,
    ...metadata.classes.map((name) => join(data, name, 'test')),
    '--json',
  );
  const folders = new Map<string, number>();
  predicted = stdout
    .trim()
    .split('\n')
    .map((text) => JSON.parse(text) as PredictionLine)
    .map((line) => ({ ...line, ...namedIn(line) }))
    .filter(({ path }) => {
      const kind = relative(data, path).slice(0, -basename(path).length);
      folders.set(kind, (folders.get(kind) ?? 0) + 1);
      return folders.get(kind)! <= perFolder;
    });
}

async function end(): Promise<void> {
  await serving?.stop();
  await rm(folder, { recursive: true, force: true });
  const header = [
    'the same images through',
    'score differs by, at most',
    'class probability',
    'other verdicts',
  ];
  if (rows.length > 0) console.log(`${predicted.length} images\n${markdownTable({ header, rows })}`);
  rows = [];
}

/**
 * Compares with `clad predict` and adds a row to the table.
 * @param tolerance - of the score, relative; of the class share, absolute
 * @param verdictBy - what this way should say, of what `clad predict` does
 */
function compare(
  way: string,
  said: readonly Said[],
  tolerance: number,
  verdictBy: (of: Said) => string | null = ({ verdict }) => verdict,
): void {
  expect(said).toHaveLength(predicted.length);
  const relativeTo = (one: number, other: number) => Math.abs(one - other) / Math.max(Math.abs(other), 1e-6);
  const most = (values: readonly number[]) => Math.max(...values);
  const scoresOf = ({ score, ofRegions }: Said) => [score, ...ofRegions];
  const score = most(
    said.flatMap((each, index) => {
      const known = scoresOf(predicted[index]!);
      expect(scoresOf(each)).toHaveLength(known.length);
      return scoresOf(each).map((value, at) => relativeTo(value, known[at]!));
    }),
  );
  const share = most(
    said.map(({ classShare }, index) => Math.abs(classShare - predicted[index]!.classShare)),
  );
  const verdicts = said.filter(
    (each, index) =>
      each.verdict !== verdictBy(predicted[index]!) ||
      each.class !== predicted[index]!.class ||
      each.failed.join() !== predicted[index]!.failed.join(),
  ).length;
  const told = (value: number) => (value === 0 ? '0' : value.toExponential(1));
  rows.push([way, told(score), told(share), String(verdicts)]);
  expect(score).toBeLessThanOrEqual(tolerance);
  expect(share).toBeLessThanOrEqual(tolerance);
  expect(verdicts).toBe(0);
}

/** Score and threshold alone tell no unknown part from another that is anomalous. */
const byScore = ({ verdict }: Said) => (verdict === 'unknown' ? 'anomalous' : verdict);

/** Named regions, in the order of the file. */
function namedIn({
  namedRegions = [],
}: Pick<PredictionLine, 'namedRegions'>): Pick<Said, 'failed' | 'ofRegions'> {
  const failed = namedRegions.filter(({ verdict }) => verdict === 'anomalous').map(({ name }) => name);
  return { failed, ofRegions: namedRegions.map(({ score }) => score) };
}

/** What an answer says. */
function saidIn(answer: SaidInPage): Said {
  const { class: name, classShare, score, verdict } = answer;
  return { class: name, classShare, score, verdict, ...namedIn(answer) };
}

/** From the file's own outputs, as docs/runtimes.md tells people to do it. @param regions - `region_score` of a file that has it */
function predictedBy(score: number, shares: ArrayLike<number>, regions?: ArrayLike<number>): Said {
  const list = Array.from(shares);
  const best = list.indexOf(Math.max(...list));
  const name = metadata.classes[best] as string;
  const { threshold } = metadata.thresholds[name]!;
  const named = metadata.regionsOfInterest?.[name]?.named ?? [];
  return {
    class: name,
    classShare: list[best] as number,
    score,
    verdict: score > threshold ? 'anomalous' : 'normal',
    failed: named.filter(({ offset }, at) => regions![at]! > threshold - offset).map((each) => each.name),
    ofRegions: named.map((_, at) => regions![at]!),
  };
}

/** One image after another, so that no way has an advantage. */
async function each<T>(work: (path: string) => Promise<T>): Promise<T[]> {
  const said: T[] = [];
  for (const { path } of predicted) said.push(await work(path));
  return said;
}

/** The output that a file with named regions has besides. */
function regionScores(): string[] {
  return Object.values(metadata.regionsOfInterest ?? {}).some(({ named }) => named) ? ['region_score'] : [];
}

/** What a page says of each image; why not, where its Chromium has no WebGPU and that was asked for. */
async function inChromium(device: 'wasm' | 'webgpu'): Promise<Said[] | string> {
  const page = { device, folder: join(folder, device), model: join(run, 'model.onnx'), data };
  const said = await predictedInChromium(
    page,
    predicted.map(({ path }) => relative(data, path)),
  );
  return typeof said === 'string' ? said : said.map(saidIn);
}

async function pixels(path: string): Promise<{ shape: number[]; data: Uint8Array }> {
  const { width, height, data } = await decodeImage(path);
  return { shape: [1, height, width, 3], data };
}

// That a crop is seen alike by Node and by a training is in crop.test.ts, so the other ways to run it wait for the long form.
const usual = Object.keys(trainings).filter((_, at) => full || at === 0);
const kinds = given === '' ? usual : [`what is in ${given}`];

describe.each(kinds)('scores and maps of a detector with %s are the same through', (kind) => {
  beforeAll(() => begin(kind), 600_000);
  afterAll(end);

  it('clad predict, on good and anomalous images', () => {
    expect(new Set(predicted.map(byScore))).toEqual(new Set(['normal', 'anomalous']));
    if (regionScores().length > 0)
      expect(predicted.flatMap(({ failed }) => failed).length).toBeGreaterThan(0);
  });

  it('clad evaluate', async () => {
    const seen = new Map<string, PredictedImage>();
    await evaluateInFull(
      { run, data },
      { curvePoints: 4, onPredicted: (image) => seen.set(image.sample.path, image) },
    );
    const said = predicted.map(({ path }) => {
      return saidIn(seen.get(path)!.prediction);
    });
    compare('`clad evaluate`', said, 0);
  }, 600_000);

  it('the service, with photographs', async () => {
    const said = await each(async (path) => {
      const address = `${serving.url}/v1/detectors/parts/predict`;
      const response = await fetch(address, { method: 'POST', body: await readFile(path) });
      return saidIn((await response.json()) as PredictionLine);
    });
    compare('`clad serve`, photographs (`/v1`)', said, 0);
  }, 600_000);

  it('the service, with tensors', async () => {
    const said = await each(async (path) => {
      const { shape, data: bytes } = await pixels(path);
      const outputs = ['score', 'class_share', ...regionScores()].map((name) => ({ name }));
      const parameters = { binary_data_size: bytes.length };
      const inputs = [{ name: 'image', shape, datatype: 'UINT8', parameters }];
      const header = Buffer.from(JSON.stringify({ inputs, outputs }));
      const response = await fetch(`${serving.url}/v2/models/parts/infer`, {
        method: 'POST',
        headers: { 'Inference-Header-Content-Length': String(header.length) },
        body: Buffer.concat([header, bytes]),
      });
      const answer = (await response.json()) as { outputs: { data: number[] }[] };
      return predictedBy(answer.outputs[0]!.data[0]!, answer.outputs[1]!.data, answer.outputs[2]?.data);
    });
    compare('`clad serve`, tensors (`/v2`, Open Inference Protocol)', said, 0, byScore);
  }, 600_000);

  it('the exported file, in ONNX Runtime without clad', async () => {
    const out = join(folder, 'models');
    const { status, stdout, stderr } = await clad('export', run, '--to', 'triton', '--out', out, '--json');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const session = await ort.InferenceSession.create(JSON.parse(stdout).model);
    const said = await each(async (path) => {
      const { shape, data: bytes } = await pixels(path);
      const outputs = await session.run({ image: new ort.Tensor('uint8', bytes, shape) });
      const { score, class_share: shares, region_score: regions } = outputs;
      return predictedBy(
        (score!.data as Float32Array)[0]!,
        shares!.data as Float32Array,
        regions?.data as Float32Array | undefined,
      );
    });
    await session.release();
    compare('`clad export --to triton`, the file in ONNX Runtime alone', said, 0, byScore);
  }, 600_000);

  it.skipIf(!hasChromium)(
    'the browser, in WebAssembly',
    async () => {
      compare('`clad/web` in Chromium, WebAssembly', (await inChromium('wasm')) as Said[], 1e-3);
    },
    600_000,
  );

  // Software takes minutes to open the file on WebGPU, and half a minute for an image: one of each folder.
  it.skipIf(!hasChromium || !full)(
    'the browser, on WebGPU computed by software',
    async (context) => {
      const all = predicted;
      predicted = all.filter(({ path }, at) => dirname(path) !== dirname(all[at - 1]?.path ?? ''));
      try {
        const said = await inChromium('webgpu');
        if (typeof said === 'string') return context.skip(`this Chromium has no WebGPU: ${said}`);
        compare('`clad/web` in Chromium, WebGPU by software', said, 1e-3);
      } finally {
        predicted = all;
      }
    },
    1_800_000,
  );
});
