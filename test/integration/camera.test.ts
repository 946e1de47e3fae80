/**
 * @file A camera of 12 bits, saved in files of 16, from the training to the answers: the same numbers as its 8-bit export, a sentence where files do not fit,
 * the same warnings on the command line, from the service and in the browser.
 */
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Detector } from '../../src/detector/detector.ts';
import { openDetector } from '../../src/detector/open.ts';
import { decodeImage } from '../../src/image/decode.ts';
import type { RgbImage } from '../../src/image/rgb.ts';
import type { PredictionFailure, PredictionLine } from '../../src/jobs/predict.ts';
import { nodeEngine } from '../../src/runtime/node.ts';
import { buildPage, chromiumPath, hasChromium, type Server, serve } from '../helpers/browser.ts';
import { clad } from '../helpers/clad.ts';
import { deepImage, encoded } from '../helpers/images.ts';
import { drawPart, writeParts } from '../helpers/parts.ts';
import { startServe } from '../helpers/serve.ts';
import { trainSmall } from '../helpers/small-training.ts';

let folder = '';
const at = (...names: readonly string[]) => join(folder, ...names);

/** Makes the photographs of a data set those of a camera of more bits; masks stay. */
async function deepen(root: string, bits: number, shift = 0): Promise<void> {
  for (const name of await readdir(root, { recursive: true })) {
    if (!name.endsWith('.png') || name.includes('ground_truth')) continue;
    const path = join(root, name);
    await writeFile(path, await deepImage(await decodeImage(path), bits, shift));
  }
}

/** Photographs nobody trained on, as files. */
const images: Record<string, () => Promise<Uint8Array>> = {
  'good-12.png': () => deepImage(drawPart('disc', 900).image, 12),
  'good-8.png': () => encoded(drawPart('disc', 900).image),
  'bad-12.png': () => deepImage(drawPart('disc', 900, true).image, 12),
  'bad-8.png': () => encoded(drawPart('disc', 900, true).image),
  'good-16.png': () => deepImage(drawPart('disc', 900).image, 16),
  'dark-12.png': () => deepImage(halved(drawPart('disc', 900).image), 12),
};

function halved({ data, ...size }: RgbImage): RgbImage {
  return { ...size, data: data.map((value) => value >> 1) };
}

/** What `clad predict --json` says of them, by run and name. */
const predicted = new Map<string, PredictionLine | PredictionFailure>();
const predict = (run: string, name: string) => predicted.get(`${run} ${name}`) as PredictionLine;

async function predictAll(run: string): Promise<void> {
  const { stdout } = await clad('predict', at(run), at('new'), '--json');
  for (const text of stdout.trim().split('\n')) {
    const line = JSON.parse(text) as PredictionLine | PredictionFailure;
    predicted.set(`${run} ${basename(line.path)}`, line);
  }
}
const codes = ({ warnings }: Pick<PredictionLine, 'warnings'>) => warnings.map(({ code }) => code);
/** Without what belongs to the file. */
const result = ({ path: _, map: __, warnings: ___, ...prediction }: PredictionLine) => prediction;

let trained = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clad-camera-'));
  await writeParts(at('twelve'));
  await writeParts(at('eight'));
  await deepen(at('twelve'), 12);
  ({ stderr: trained } = await trainSmall(folder, at('twelve'), 'run12'));
  await trainSmall(folder, at('eight'), 'run8');
  await mkdir(at('new'));
  for (const [name, make] of Object.entries(images)) await writeFile(at('new', name), await make());
  await predictAll('run12');
  await predictAll('run8');
}, 120_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

describe('a training on 12 bits in 16-bit files', () => {
  it('reports the bits it found, and records them in the detector', async () => {
    expect(trained).toMatch(/clad: 20 16-bit files with values up to \d+: read as 12 bits a sample/);
    const config = JSON.parse(await readFile(at('run12', 'config.json'), 'utf8')) as { bits: number };
    expect(config.bits).toBe(12);
    const { metadata } = await openDetector(await nodeEngine(), at('run12', 'model.onnx'));
    expect(metadata.camera).toMatchObject({ bits: 12, classes: { disc: { images: 10, depths: [16] } } });
  });

  it('gives the same detector as the 8-bit export of the camera', async () => {
    for (const name of ['good', 'bad']) {
      const deep = predict('run12', `${name}-12.png`);
      expect(deep.warnings).toEqual([]);
      expect(deep.verdict).toBe(name === 'good' ? 'normal' : 'anomalous');
      expect(result(deep)).toEqual(result(predict('run8', `${name}-8.png`)));
    }
  });

  it('is read with the same bits by evaluate, export and calibrate', async () => {
    const evaluate = async (run: string) => JSON.parse((await clad('evaluate', at(run), '--json')).stdout);
    const [twelve, eight] = [await evaluate('run12'), await evaluate('run8')];
    expect(twelve.classes).toEqual(eight.classes);
    const good = at('twelve', 'disc', 'test', 'good');
    const calibrated = await clad(
      'calibrate',
      at('run12'),
      good,
      '--min-images',
      '2',
      '--out',
      at('line.onnx'),
    );
    expect(calibrated.stderr).not.toMatch(/unlike|clad: .*cannot/);
    expect(calibrated.status).toBe(0);
    const exported = await clad(
      ...['export', at('run12'), '--to', 'onnx', '--precision', 'int8', '--out', at('small.onnx'), '--json'],
    );
    expect(JSON.parse(exported.stdout)).toMatchObject({ thresholds: 'moved', comparison: { classes: 0 } });
    for (const file of ['line.onnx', 'small.onnx']) {
      const { metadata } = await openDetector(await nodeEngine(), at(file));
      expect(metadata.camera?.bits).toBe(12);
    }
  });
});

describe('files of other depths', () => {
  it('of 8 bits for a detector of 12 give the same numbers, with a warning', async () => {
    const eight = predict('run12', 'bad-8.png');
    expect(codes(eight)).toEqual(['DEPTH']);
    expect(result(eight)).toEqual(result(predict('run12', 'bad-12.png')));
  });

  it('of 12 bits for a detector of 8 have a warning that they are far too dark', async () => {
    expect(codes(predict('run8', 'bad-12.png'))).toEqual(expect.arrayContaining(['DEPTH', 'DARKER']));
  });

  it('with values beyond the 12 bits are refused, and the others predicted', async () => {
    const { stdout, stderr, status } = await clad('predict', at('run12'), at('new', 'good-16.png'));
    expect(status).toBe(2);
    expect(stderr).toMatch(/good-16\.png: .* values go up to \d+, and 12 bits hold 4095 at most\. Save it/);
    expect(stdout).not.toMatch(/good-16/);
    const failed = [...predicted.values()].filter((line) => 'error' in line);
    expect(failed.map(({ path, error }) => [basename(path), error.code])).toEqual([
      ['good-16.png', 'IMAGE_BITS'],
    ]);
    expect(predicted.size).toBe(2 * Object.keys(images).length);
  });

  it('decoded otherwise than the detector reads are refused in code', async () => {
    const detector = await openDetector(await nodeEngine(), at('run12', 'model.onnx'));
    expect(detector).toBeInstanceOf(Detector);
    await expect(detector.predict(await decodeImage(at('new', 'good-12.png')))).rejects.toMatchObject({
      code: 'IMAGE_BITS_OTHER',
      message: expect.stringMatching(/read with 16 bits a sample; expected 12.*divided by 16\./),
    });
    const image = await decodeImage(at('new', 'good-12.png'), { bits: 12 });
    expect((await detector.predict(image)).warnings).toEqual([]);
    await detector.release();
  });

  it('are warned of once a kind, however many there are', async () => {
    const { stderr, status } = await clad('predict', at('run8'), at('twelve', 'disc', 'train'));
    expect(status).toBe(0);
    expect(stderr).toMatch(/clad: warning: 10 of 10 .*: Much darker \(\d+\) than the training images/);
    const warnings = stderr.split('\n').filter((line) => line.includes('warning'));
    expect(warnings.length).toBeGreaterThan(0);
    expect(warnings.length).toBeLessThan(8);
    expect(warnings[0]).toMatch(
      /10 of 10 images, recognised as \w+, are unlike its training images, e\.g\. /,
    );
  });
});

describe('data sets whose bit depth is in doubt', () => {
  it('are refused by train until --bits is given', async () => {
    await writeParts(at('doubt'), { good: 0, defective: [] });
    await deepen(at('doubt', 'disc'), 12);
    await deepen(at('doubt', 'weave'), 14);
    const refused = await clad('train', at('doubt'), '--out', at('no-run'));
    expect(refused.status).toBe(2);
    expect(refused.stderr).toMatch(
      /up to \d+ in weave, and up to \d+ in disc|up to \d+ in disc, and up to \d+ in weave/,
    );
    expect(refused.stderr).toMatch(/Say it with --bits/);
    const small = await clad('train', at('doubt'), '--out', at('no-run'), '--bits', '12');
    expect(small.stderr).toMatch(/values go up to \d+, and 12 bits hold 4095 at most/);
    const shown = await clad('data', 'inspect', at('doubt'));
    expect(shown.status).toBe(2);
    expect(shown.stdout).toMatch(/two cameras, or one class is dark/);
  });
});

describe('the service', () => {
  it('answers as clad predict does, and refuses values beyond the bits', async () => {
    const serving = await startServe(at('run12'));
    const post = async (name: string) =>
      fetch(`${serving.url}/v1/detectors/run12/predict`, {
        method: 'POST',
        body: new Uint8Array(await readFile(at('new', name))),
        headers: { 'Content-Type': 'image/png' },
      });
    for (const name of ['good-12.png', 'bad-12.png', 'bad-8.png', 'dark-12.png']) {
      const { path: _, map: __, ...prediction } = predict('run12', name);
      expect(await (await post(name)).json()).toEqual({ file: null, ...prediction });
    }
    const refused = await post('good-16.png');
    expect(refused.status).toBe(422);
    expect(await refused.json()).toMatchObject({ error: { code: 'IMAGE_BITS' } });
    const metrics = await (await fetch(`${serving.url}/metrics`)).text();
    expect(metrics).toMatch(/clad_image_warnings_total\{.*class="disc",code="DARKER"\} 1/);
    const { camera } = (await (await fetch(`${serving.url}/v1/detectors/run12`)).json()) as {
      camera: { bits: number };
    };
    expect(camera.bits).toBe(12);
    await serving.stop();
  });
});

describe.skipIf(!hasChromium)('the browser', () => {
  let browser: Browser;
  let server: Server;
  let page: Page;

  beforeAll(async () => {
    await buildPage('test/helpers/browser-page', at('page'));
    server = await serve([at('page'), folder]);
    browser = await chromium.launch({ executablePath: chromiumPath, args: ['--no-sandbox'] });
    page = await browser.newPage();
    await page.goto(server.url);
  });

  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  const inPage = (run: string, name: string) =>
    page.evaluate(`(async () => {
      const detector = await clad.loadDetector('${run}/model.onnx', { device: 'wasm' });
      const image = new File([await (await fetch('new/${name}')).blob()], '${name}');
      const { map, ...told } = await detector.predict(image).catch(({ code, message }) => ({ code, message }));
      await detector.release();
      return told;
    })()`) as Promise<PredictionLine & { code: string; message: string }>;

  it('gives the warnings that clad predict gives', async () => {
    for (const [run, name] of [
      ['run8', 'good-8.png'],
      ['run8', 'bad-12.png'],
      ['run12', 'bad-8.png'],
    ] as const)
      expect((await inPage(run, name)).warnings).toEqual(predict(run, name).warnings);
  });

  it('refuses a file whose lower bits the browser drops', async () => {
    expect(await inPage('run12', 'good-12.png')).toMatchObject({
      code: 'IMAGE_BITS_OTHER',
      message: expect.stringMatching(/expected 12.*A browser keeps only the upper 8 bits/),
    });
  });
});
