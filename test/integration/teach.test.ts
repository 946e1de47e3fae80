/**
 * @file `teach()` in headless Chromium: pictures in a page to a detector that is the one of `clad train --preset instant`, and that every other part of the program
 * takes; what it says of pictures that cannot be learnt from; that it ends when it is told to.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readBytes } from '../../src/core/files.ts';
import { cap } from '../../src/demo/products/cap.ts';
import { washer } from '../../src/demo/products/washer.ts';
import { renderFlawed, renderGood } from '../../src/demo/render.ts';
import { readDetector } from '../../src/detector/file-checksum.ts';
import type { RgbImage } from '../../src/image/rgb.ts';
import type { PredictionLine } from '../../src/jobs/predict.ts';
import type { Verification } from '../../src/jobs/verify.ts';
import {
  buildPage,
  chromiumPath,
  hasChromium,
  isolation,
  type Server,
  serve,
  softwareWebGpu,
} from '../helpers/browser.ts';
import { clad } from '../helpers/clad.ts';
import { full } from '../helpers/full.ts';

const products = { caps: cap, washers: washer };
/** So that every patch is an entry. Which are taken where there are more depends on the sign of principal components, and that on rounding. */
const settings = ['features.inputSize=64'];
/** By how much WebAssembly's sums, in another order, may move scores and thresholds; of larger ones than 1 as a share, since all are scaled by one spread. */
const tolerance = 1e-3;
/** Of colours, whose ends are the values of single pixels far from what is normal. */
const colours = 5e-3;
const apart = (one: number, other: number) => Math.abs(one - other) / Math.max(1, Math.abs(other));

let folder = '';
const at = (...names: readonly string[]) => join(folder, ...names);
const trainedOn: string[] = [];
let server: Server;
let isolated: Server;
let browser: Browser;
let page: Page;

async function write(path: string, { width, height, data }: RgbImage): Promise<void> {
  const image = sharp(data, { raw: { width, height, channels: 3 } });
  await (path.endsWith('.jpg') ? image.jpeg({ quality: 92 }) : image.png()).toFile(path);
}

beforeAll(async () => {
  if (!hasChromium) return;
  folder = await mkdtemp(join(tmpdir(), 'clad-teach-'));
  await mkdir(at('new'));
  for (const [name, product] of Object.entries(products)) {
    await mkdir(at('photos', name), { recursive: true });
    for (let part = 0; part < 7; part++) {
      // Not in the order of their names, which the commands sort.
      const file = `${name}/${9 - part}.${part % 2 === 0 ? 'png' : 'jpg'}`;
      trainedOn.push(file);
      await write(at('photos', file), renderGood(product, { seed: 3, part: `${part}`, size: 96 }));
    }
    const { image } = renderFlawed(
      product,
      { seed: 3, part: 'new', size: 96 },
      Object.keys(product.defects)[0]!,
      1,
    );
    await write(at('new', `${name}-bad.png`), image);
    await write(at('new', `${name}-good.png`), renderGood(product, { seed: 3, part: 'other', size: 96 }));
  }
  await buildPage('test/helpers/browser-page', at('page'));
  server = await serve([at('page'), folder]);
  isolated = await serve([at('page'), folder], isolation);
  browser = await chromium.launch({ executablePath: chromiumPath, args: ['--no-sandbox'] });
  page = await open(server.url);
}, 120_000);

afterAll(async () => {
  await browser?.close();
  await Promise.all([server?.close(), isolated?.close()]);
  if (folder) await rm(folder, { recursive: true, force: true });
});

/** A page with the library, and what these tests ask of it. */
async function open(url: string, where = browser): Promise<Page> {
  const opened = await where.newPage();
  await opened.goto(url);
  await opened.evaluate(`
    globalThis.filesOf = async (names) => {
      const products = new Map();
      for (const name of names) {
        const [product, file] = name.split('/');
        const blob = await (await fetch('photos/' + name)).blob();
        products.set(product, [...(products.get(product) ?? []), new File([blob], file)]);
      }
      return [...products].map(([name, pictures]) => ({ name, pictures }));
    };
    globalThis.told = (work) => work.then(() => 'nothing', ({ code, message }) => code + ' ' + message);
    /** A picture of noise. */
    globalThis.noisy = (seed, width = 24) => {
      const data = new Uint8Array(width * width * 3).map((_, at) => ((at + 1) * (seed + 7) * 2654435761 >>> 13) % 256);
      return { width, height: width, data };
    };
    globalThis.base64 = async (blob) => {
      let text = '';
      for (const byte of new Uint8Array(await blob.arrayBuffer())) text += String.fromCharCode(byte);
      return btoa(text);
    };
    void 0;
  `);
  return opened;
}

/** Teaches all pictures, and leaves the file in a folder as a run has it. */
async function teachAll(from: Page, name: string, options: object, pictures = trainedOn) {
  const taught = (await from.evaluate(`(async () => {
    const notes = [];
    const progress = [];
    let beats = 0;
    const heart = setInterval(() => beats++, 20);
    const { model, odd, device, threads, seconds } = await clad.teach(await filesOf(${JSON.stringify(pictures)}), {
      ...${JSON.stringify(options)},
      onNote: (sentence) => notes.push(sentence),
      onProgress: (event) => progress.push(event),
    });
    clearInterval(heart);
    return { file: await base64(model), type: model.type, odd, device, threads, seconds, notes, progress, beats };
  })()`)) as {
    readonly file: string;
    readonly device: string;
    readonly threads: number;
    readonly notes: readonly string[];
    readonly beats: number;
    readonly progress: readonly {
      task: string;
      done: number;
      total: number;
      step?: number;
      secondsLeft?: number;
    }[];
  };
  await mkdir(at(name), { recursive: true });
  await writeFile(at(name, 'model.onnx'), Buffer.from(taught.file, 'base64'));
  return taught;
}

async function predicted(run: string): Promise<PredictionLine[]> {
  const { stdout, stderr } = await clad('predict', at(run), at('new'), '--json');
  if (!stdout) throw new Error(stderr);
  const lines = stdout.trim().split('\n');
  return lines.map((line) => JSON.parse(line) as PredictionLine);
}

async function metadataOf(run: string) {
  const path = at(run, 'model.onnx');
  return readDetector(await readBytes(path), path).metadata;
}

describe.skipIf(!hasChromium)('teach()', () => {
  it('makes the detector of clad train --preset instant, to 0.001 of a score', {
    timeout: 240_000,
  }, async () => {
    const given = settings.flatMap((text) => ['--set', text]);
    const ended = await clad(
      'train',
      at('photos'),
      '--out',
      at('run'),
      '--preset',
      'instant',
      '--no-report',
      ...given,
    );
    if (ended.status !== 0) throw new Error(ended.stderr);
    const { notes, progress, beats } = await teachAll(page, 'taught', { settings });
    const [there, here] = [await metadataOf('run'), await metadataOf('taught')];
    const exact = ({ classes, geometry, grid, camera, trained, method }: typeof there) => ({
      classes,
      geometry,
      grid,
      camera,
      trained,
      method,
    });
    expect(exact(here)).toEqual(exact(there));
    expect(here.provenance).toMatchObject({
      preset: 'instant',
      changes: there.provenance.changes,
      data: {
        fingerprint: there.provenance.data.fingerprint,
        trainingImages: there.provenance.data.trainingImages,
        heldOutImages: there.provenance.data.heldOutImages,
      },
    });
    for (const name of there.classes) {
      const [one, other] = [there.thresholds[name]!, here.thresholds[name]!];
      expect({ ...other, threshold: 0, unknownAbove: 0 }).toEqual({ ...one, threshold: 0, unknownAbove: 0 });
      expect(apart(other.threshold, one.threshold)).toBeLessThan(tolerance);
      expect(apart(other.unknownAbove!, one.unknownAbove!)).toBeLessThan(tolerance);
      for (const end of ['low', 'high', 'top'] as const)
        expect(apart(here.display[name]![end] ?? 0, there.display[name]![end] ?? 0)).toBeLessThan(colours);
    }
    expect(here.regions).toEqual(there.regions);
    // The file is one for the commands, which say the same of new images as of their own.
    const [own, taught] = [await predicted('run'), await predicted('taught')];
    expect(taught.map(({ class: name, verdict }) => [name, verdict])).toEqual(
      own.map(({ class: name, verdict }) => [name, verdict]),
    );
    const scores = own.map(({ score }) => score);
    expect(Math.max(...scores) - Math.min(...scores)).toBeGreaterThan(100 * tolerance);
    for (const [index, { score }] of taught.entries())
      expect(apart(score, own[index]!.score)).toBeLessThan(tolerance);
    // What it does is told from beginning to end, and the page lives meanwhile.
    expect(notes).toEqual([
      expect.stringMatching(/^WebAssembly computes with one thread: .*cross-origin isolated/),
    ]);
    expect(progress[0]).toMatchObject({ task: 'reading pictures', done: 1, total: trainedOn.length });
    expect(progress.at(-1)).toMatchObject({ task: 'the file', done: 1, total: 1, secondsLeft: 0 });
    const steps = progress.flatMap(({ step }) => step ?? []);
    expect(steps).toEqual(steps.toSorted((a, b) => a - b));
    expect(beats).toBeGreaterThan(20);
  });

  it('writes a file that clad verify reproduces, and the library loads', { timeout: 120_000 }, async () => {
    const { stdout } = await clad('verify', at('taught'), '--json');
    expect(JSON.parse(stdout) as Verification).toMatchObject({
      checked: true,
      reproduced: true,
      madeOn: 'cpu',
    });
    const [first] = await predicted('taught');
    const said = (await page.evaluate(`(async () => {
      const detector = await clad.loadDetector('taught/model.onnx', { device: 'wasm' });
      const { map: _, ...said } = await detector.predict(await (await fetch('new/caps-bad.png')).blob());
      await detector.release();
      return said;
    })()`)) as PredictionLine;
    expect(said).toMatchObject({ class: first!.class, verdict: first!.verdict });
    expect(apart(said.score, first!.score)).toBeLessThan(tolerance);
  });

  it('uses threads where the page is isolated, and takes what is no file', {
    timeout: 120_000,
  }, async (context) => {
    // What the engine does with threads in a page: browser.test.ts.
    context.skip(!full, 'with npm run test:full');
    const threaded = await open(isolated.url);
    const told = await threaded.evaluate(`(async () => {
      const notes = [];
      const canvas = new OffscreenCanvas(24, 24);
      const context = canvas.getContext('2d');
      const pixels = ({ width, height, data }) => {
        const image = new ImageData(width, height);
        for (let at = 0; at < width * height; at++)
          image.data.set([data[3 * at], data[3 * at + 1], data[3 * at + 2], 255], 4 * at);
        return image;
      };
      context.putImageData(pixels(noisy(1)), 0, 0);
      const pictures = [
        noisy(0), canvas, await createImageBitmap(pixels(noisy(2))), pixels(noisy(3)),
        new Blob([await (await fetch('photos/${trainedOn[0]}')).arrayBuffer()]), noisy(5), noisy(5),
      ];
      const { metadata, threads, device } = await clad.teach([{ name: 'nut', pictures }], {
        device: 'wasm', threads: 2, settings: ${JSON.stringify(settings)}, onNote: (sentence) => notes.push(sentence),
      });
      const { heldOutImages, trainingImages } = metadata.provenance.data;
      return { classes: metadata.classes, images: heldOutImages.nut + trainingImages.nut, threads, device, notes };
    })()`);
    expect(told).toEqual({
      classes: ['nut'],
      images: 6,
      threads: 2,
      device: 'wasm',
      notes: ['Each picture is used once; copies were left out: nut, picture-0007.png.'],
    });
    await threaded.close();
  });

  it('ends at once when it is told to, with its workers', { timeout: 120_000 }, async () => {
    const told = await page.evaluate(`(async () => {
      const stop = new AbortController();
      const work = clad.teach(await filesOf(${JSON.stringify(trainedOn)}), {
        signal: stop.signal,
        settings: ${JSON.stringify(settings)},
        onProgress: ({ task, done }) => { if (task === 'patch features' && done === 2) stop.abort(); },
      });
      const before = await told(work);
      return [before, await told(clad.teach(await filesOf(${JSON.stringify(trainedOn)}), { signal: AbortSignal.abort() }))];
    })()`);
    expect(told).toEqual([
      'TEACH_CANCELLED Teaching was stopped in patch features, and nothing of it is kept. Teach again when you like.',
      expect.stringMatching(/^TEACH_CANCELLED Teaching was stopped in reading pictures/),
    ]);
    await expect.poll(() => page.workers().length, { timeout: 5_000 }).toBe(0);
  });

  it('says so where the browser takes the memory away', { timeout: 120_000 }, async () => {
    const work = page.evaluate(`filesOf(${JSON.stringify(trainedOn)}).then((products) => {
      globalThis.reached = '';
      return told(clad.teach(products, { onProgress: ({ task }) => { reached = task; } }));
    })`);
    await expect.poll(() => page.evaluate('globalThis.reached'), { timeout: 40_000 }).toBe('patch features');
    // What a browser does with a worker that takes too much; one that has ended gives no answer here either.
    void page
      .workers()
      .find((worker) => worker.url().includes('teach-worker'))
      ?.evaluate('self.close()')
      .catch(() => {});
    expect(await work).toMatch(
      /^TEACH_MEMORY The browser ran out of memory in patch features .*the browser ended it.*Close other tabs/,
    );
  });

  it('refuses pictures and names that nothing can be learnt from, in sentences', {
    timeout: 120_000,
  }, async () => {
    const told = (given: string, options = '{}') =>
      page.evaluate(`told((async () => clad.teach(${given}, ${options}))())`);
    const some = '[0, 1, 2, 3, 4, 5].map((seed) => noisy(seed))';
    const flat = '({ width: 24, height: 24, data: new Uint8Array(1728).fill(90) })';
    const cases: readonly (readonly [given: string, expected: RegExp, options?: string])[] = [
      [
        "[{ name: 'nut', pictures: [noisy(0)] }]",
        /^TEACH_TOO_FEW Product nut has 1 different pictures; expected at least 5/,
      ],
      [`[{ name: 'nut', pictures: Array(30).fill(noisy(3)) }]`, /^TEACH_TOO_FEW Product nut has 1 different/],
      [`[{ name: 'nut', pictures: [] }]`, /^TEACH_TOO_FEW Product nut has 0 different/],
      [
        `[{ name: 'nut', pictures: [...${some}, ${flat}] }]`,
        /^TEACH_ONE_COLOUR 1 pictures show one colour and nothing else: nut, picture-0007\.png\. /,
      ],
      [
        `[{ name: 'nut', pictures: ${some} }, { name: 'Nut ', pictures: ${some} }]`,
        /^TEACH_NAME Product Nut: its name stands twice\. /,
      ],
      [`[{ name: ' ', pictures: ${some} }]`, /^TEACH_NAME Product 1 of 1: it has no name\. /],
      [`[{ name: 'a/b', pictures: ${some} }]`, /^TEACH_NAME Product a\/b: .*folder/],
      [
        `[{ name: 'nut', pictures: ${some} }, { name: 'bolt', pictures: [10, 11, 12, 13, 5].map((seed) => noisy(seed)) }]`,
        /^TEACH_TWO_PRODUCTS .*bolt, picture-0005\.png and nut, picture-0006\.png\./,
      ],
      [
        `[{ name: 'nut', pictures: [...${some}, new File(['GIF89a'], 'a.gif')] }]`,
        /^TEACH_BROKEN 1 of 7 pictures cannot be used\. .*\n {2}nut, a\.gif: /,
      ],
      [
        `[{ name: 'nut', pictures: ${some} }]`,
        /^TEACH_TOO_MANY 6 pictures would take about \d+ MB of memory, and 1 MB are allowed/,
        '{ memoryLimit: 1e6 }',
      ],
      [
        `[{ name: 'nut', pictures: ${some} }]`,
        /^OPTION_UNKNOWN .*features.size/,
        "{ settings: ['features.size=3'] }",
      ],
      [
        `[{ name: 'nut', pictures: ${some} }]`,
        /^FETCH_FAILED .*none\.safetensors/,
        "{ weights: 'none.safetensors' }",
      ],
      [`[{ name: 'nut', pictures: ${some} }]`, /^ENGINE_UNAVAILABLE /, "{ wasmPaths: 'nowhere/' }"],
      [`[{ name: 'nut', pictures: ${some} }]`, /^WEBGPU_UNAVAILABLE /, "{ device: 'webgpu' }"],
      [
        `[{ name: 'nut', pictures: ${some} }]`,
        /^OPTION_UNKNOWN Unknown option devise in teach\(options\)/,
        "{ devise: 'wasm' }",
      ],
      [
        `[{ name: 'nut', pictures: ['a.png'] }]`,
        /^ARGUMENT_INVALID teach: expected products\[0\]\.pictures to be a list, each an image/,
      ],
      ['[]', /^ARGUMENT_INVALID teach: expected products to be at least one product/],
      ['undefined', /^ARGUMENT_INVALID teach: expected products to be a list/],
    ];
    for (const [given, expected, options] of cases) expect(await told(given, options)).toMatch(expected);
  });

  it('writes a moved threshold into the file, as clad calibrate does', { timeout: 120_000 }, async () => {
    const moved = (await page.evaluate(
      "clad.withThresholds('taught/model.onnx', { caps: 0.01 }).then((file) => base64(file))",
    )) as string;
    await mkdir(at('moved'));
    await writeFile(at('moved', 'model.onnx'), Buffer.from(moved, 'base64'));
    const ended = await clad(
      'calibrate',
      at('taught'),
      '--threshold',
      'caps=0.01',
      '--out',
      at('calibrated', 'model.onnx'),
    );
    if (ended.status !== 0) throw new Error(ended.stderr);
    const [here, there] = [await metadataOf('moved'), await metadataOf('calibrated')];
    const undated = ({ calibrated, ...rest }: typeof here) => ({
      ...rest,
      calibrated: { ...calibrated, created: '' },
    });
    expect(undated(here)).toEqual(undated(there));
    expect(
      (await predicted('moved')).filter(({ class: name }) => name === 'caps').map(({ verdict }) => verdict),
    ).toEqual(['anomalous', 'anomalous']);
    const told = await page.evaluate("told(clad.withThresholds('taught/model.onnx', { nut: 1 }))");
    expect(told).toMatch(/^CLASS_GIVEN_UNKNOWN .*nut/);
  });

  // Software takes minutes to compile what a card computes, so it is few pictures of one product.
  it('teaches on WebGPU, computed by software, what WebAssembly teaches', {
    timeout: 900_000,
  }, async (context) => {
    context.skip(!full, 'with npm run test:full');
    const withGpu = await chromium.launch({ executablePath: chromiumPath, args: softwareWebGpu });
    try {
      const card = await open(server.url, withGpu);
      const reason = await card.evaluate('clad.whyNoWebGpu()');
      if (reason !== undefined) return context.skip(`this Chromium has no WebGPU: ${reason}`);
      const pictures = trainedOn.filter((file) => file.startsWith('washers/')).slice(0, 5);
      const { device, notes } = await teachAll(card, 'on-webgpu', { device: 'webgpu', settings }, pictures);
      expect({ device, notes: notes.filter((each) => each.includes('WebGPU')) }).toEqual({
        device: 'webgpu',
        notes: [],
      });
      await teachAll(page, 'on-processor', { device: 'wasm', settings }, pictures);
      const [own, taught] = [await predicted('on-processor'), await predicted('on-webgpu')];
      for (const [index, { score, threshold, verdict }] of taught.entries()) {
        expect(verdict).toBe(own[index]!.verdict);
        expect(apart(score, own[index]!.score)).toBeLessThan(tolerance);
        expect(apart(Number(threshold), Number(own[index]!.threshold))).toBeLessThan(tolerance);
      }
    } finally {
      await withGpu.close();
    }
  });
});
