/**
 * @file The library for browsers and the example page, built by Vite, in headless Chromium: the same images give the same
 * results as in Node. Two classes, the backbone that comes with the program, fewer steps and smaller images than the default.
 */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cap } from '../../src/demo/products/cap.ts';
import { washer } from '../../src/demo/products/washer.ts';
import { renderFlawed, renderGood } from '../../src/demo/render.ts';
import { decodeImage } from '../../src/image/decode.ts';
import type { RgbImage } from '../../src/image/rgb.ts';
import type { PredictionLine } from '../../src/jobs/predict.ts';
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
import { encoded } from '../helpers/images.ts';
import { writeTinyBackbone } from '../helpers/tiny-backbone.ts';

const size = 200;
const products = { caps: cap, washers: washer };
/** What the pages answer; their code is text, since the tests are compiled without the names of a browser. */
interface Answered extends Omit<PredictionLine, 'path' | 'map'> {
  readonly device: string;
  readonly threads: number;
  /** The image with its heat map, RGBA. */
  readonly heat: number[];
}

let folder = '';
const at = (...names: readonly string[]) => join(folder, ...names);
let browser: Browser;
let plain: Server;
let isolated: Server;
let lines: PredictionLine[] = [];

/** A joined backbone: of several nodes a graphics processor has to leave to the CPU. */
async function twoNetworks(): Promise<string> {
  await mkdir(at('other'));
  return `${await writeTinyBackbone(folder)}+${await writeTinyBackbone(at('other'), 1)}@96`;
}

async function train(out: string, ...more: readonly string[]): Promise<void> {
  const steps = ['stage1.steps=20', 'stage1.batch=256', 'stage2.steps=10', 'stage2.batch=256'];
  const settings = [...steps, 'memoryBank.coresetSize=512', ...more].flatMap((text) => ['--set', text]);
  const backbone = out === 'tiny' ? ['--backbone', await twoNetworks()] : [];
  const ended = await clad('train', at('photos'), '--out', at(out), ...backbone, ...settings);
  if (ended.status !== 0) throw new Error(ended.stderr);
}

async function predictedInNode(run: string, ...more: readonly string[]): Promise<PredictionLine[]> {
  const { stdout, stderr } = await clad('predict', at(run), at('new'), '--json', ...more);
  if (!stdout) throw new Error(stderr);
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as PredictionLine);
}

async function open(url: string, where = browser): Promise<Page> {
  const page = await where.newPage();
  await page.goto(url);
  return page;
}

/** Predicts one image in the page that has the library. */
function predict(
  page: Page,
  model: string,
  image: string,
  options: object,
  given: object = {},
): Promise<Answered> {
  return page.evaluate(`(async () => {
    globalThis.detectors ??= new Map();
    if (!detectors.has('${model}')) detectors.set('${model}', await clad.loadDetector('${model}', ${JSON.stringify(options)}));
    const detector = detectors.get('${model}');
    const image = await clad.toRgbImage(await (await fetch('${image}')).blob());
    const result = await detector.predict(image, ${JSON.stringify(given)});
    const canvas = new OffscreenCanvas(1, 1);
    clad.drawOverlay(canvas, detector, image, result);
    const heat = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
    return { ...result, map: undefined, heat: Array.from(heat), device: detector.device, threads: detector.threads };
  })()`);
}

/** A file as a page gets it when it is dropped on it. */
async function fileToDrop(page: Page, bytes: Buffer, name = 'part.png') {
  return page.evaluateHandle(`(async () => {
    const data = new DataTransfer();
    const blob = await (await fetch('data:image/png;base64,${bytes.toString('base64')}')).blob();
    data.items.add(new File([blob], '${name}', { type: 'image/png' }));
    return data;
  })()`);
}

async function drop(page: Page, bytes: Buffer, name?: string): Promise<void> {
  await page.dispatchEvent('#view', 'drop', { dataTransfer: await fileToDrop(page, bytes, name) });
}

const nameOf = ({ path }: PredictionLine) => path.slice(at('new').length + 1);

beforeAll(async () => {
  if (!hasChromium) return;
  folder = await mkdtemp(join(tmpdir(), 'clad-browser-'));
  const write = async (path: string, { width, height, data }: RgbImage) =>
    sharp(data, { raw: { width, height, channels: 3 } })
      .png()
      .toFile(path);
  await mkdir(at('new'));
  for (const [name, product] of Object.entries(products)) {
    await mkdir(at('photos', name), { recursive: true });
    for (let part = 0; part < 10; part++)
      await write(
        at('photos', name, `${part}.png`),
        renderGood(product, { seed: 3, part: `train/${part}`, size }),
      );
    await write(at('new', `${name}-good.png`), renderGood(product, { seed: 3, part: 'new/0', size }));
    const kind = Object.keys(product.defects)[0]!;
    const { image } = renderFlawed(product, { seed: 3, part: 'new/1', size }, kind, 1);
    await write(at('new', `${name}-bad.png`), image);
  }
  await train('run', 'features.inputSize=128');
  await train('tiny', 'features.inputSize=64', 'memoryBank.components=16');
  lines = await predictedInNode('run', '--maps', at('maps'));
  await buildPage('test/helpers/browser-page', at('page'));
  await buildPage('examples/browser', at('example'));
  await writeFile(at('page', 'page.html'), '<!doctype html><title>no detector</title>');
  await writeFile(at('page', 'text.onnx'), 'no detector either');
  plain = await serve([at('page'), folder]);
  isolated = await serve([at('example'), at('page'), folder], isolation);
  browser = await chromium.launch({ executablePath: chromiumPath, args: ['--no-sandbox'] });
}, 240_000);

afterAll(async () => {
  await browser?.close();
  await Promise.all([plain?.close(), isolated?.close()]);
  if (folder) await rm(folder, { recursive: true, force: true });
});

describe.skipIf(!hasChromium)('clad/web in Chromium', () => {
  it('predicts as Node does, in WebAssembly', async () => {
    const page = await open(plain.url);
    expect(lines).toHaveLength(4);
    expect(new Set(lines.map(({ verdict }) => verdict))).toEqual(new Set(['normal', 'anomalous']));
    for (const line of lines) {
      const answered = await predict(page, 'run/model.onnx', `new/${nameOf(line)}`, { device: 'wasm' });
      const { path, map, score, margin, classShare, classShares, regions, ...exact } = line;
      expect(answered).toMatchObject({ ...exact, device: 'wasm', threads: 1 });
      expect(answered.margin).toBe(answered.score - answered.threshold!);
      expect(Math.abs(answered.score - score) / score).toBeLessThan(1e-3);
      expect(answered.classShare).toBeCloseTo(classShare, 3);
      expect(Object.keys(answered.classShares)).toEqual(Object.keys(classShares));
      expect(answered.regions).toHaveLength(regions.length);
      for (const region of answered.regions) expect(region.polygon[0]!.length).toBeGreaterThan(2);
      const { data } = await decodeImage(at('maps', nameOf(line)));
      const differing = data.reduce((count, value, index) => {
        const there = answered.heat[Math.floor(index / 3) * 4 + (index % 3)]!;
        return count + (Math.abs(value - there) > 2 ? 1 : 0);
      }, 0);
      // An outline may move by a pixel where the map meets the threshold.
      expect(differing / data.length).toBeLessThan(1e-3);
    }
    await page.close();
  });

  it('takes the class of an image', async () => {
    const given = await predictedInNode('run', '--class', 'caps');
    const page = await open(plain.url);
    for (const line of given.filter(({ path }) => path.endsWith('-good.png'))) {
      const image = `new/${nameOf(line)}`;
      const answered = await predict(page, 'run/model.onnx', image, { device: 'wasm' }, { class: 'caps' });
      expect(Math.abs(answered.score - line.score) / line.score).toBeLessThan(1e-3);
      expect(answered).toMatchObject({ class: 'caps', verdict: line.verdict, threshold: line.threshold });
      expect(answered.recognised?.class).toBe(line.recognised?.class);
    }
    expect(new Set(given.map(({ recognised }) => recognised?.class)).size).toBe(2);
    await page.close();
  });

  it('uses threads where the page is isolated', async () => {
    const page = await open(`${isolated.url}page/index.html`);
    const [line] = lines;
    const answered = await predict(page, '/run/model.onnx', `/new/${nameOf(line!)}`, {
      device: 'wasm',
      threads: 2,
    });
    expect(answered.threads).toBe(2);
    expect(Math.abs(answered.score - line!.score) / line!.score).toBeLessThan(1e-3);
    await page.close();
  });

  // Software compiles what a card computes, which takes a slow machine more than a minute.
  it('predicts as Node does on WebGPU, computed by software', { timeout: 240_000 }, async (context) => {
    context.skip(!full, 'with npm run test:full');
    const withGpu = await chromium.launch({ executablePath: chromiumPath, args: softwareWebGpu });
    try {
      const page = await open(plain.url, withGpu);
      const reason = await page.evaluate('clad.whyNoWebGpu()');
      if (reason !== undefined) return context.skip(`this Chromium has no WebGPU: ${reason}`);
      // The first class, good and bad; software is slow.
      for (const line of (await predictedInNode('tiny')).slice(0, 2)) {
        const answered = await predict(page, 'tiny/model.onnx', `new/${nameOf(line)}`, { device: 'webgpu' });
        expect(answered).toMatchObject({ class: line.class, verdict: line.verdict, device: 'webgpu' });
        expect(Math.abs(answered.score - line.score) / line.score).toBeLessThan(1e-3);
      }
      // Left to itself it takes WebAssembly, since software is slower on WebGPU.
      const chosen = await page.evaluate(`(async () => {
        const { device, whyNotWebGpu } = await clad.loadDetector('tiny/model.onnx');
        return { device, whyNotWebGpu };
      })()`);
      expect(chosen).toEqual({ device: 'wasm', whyNotWebGpu: 'the graphics adapter is a software one' });
    } finally {
      await withGpu.close();
    }
  });

  it.each([
    ['ends', 'self.close()', 'the browser ended it'],
    ['fails', "setTimeout(() => { throw new Error('no such luck'); })", 'Uncaught Error: no such luck'],
  ])('reports an error when the worker %s, and does not wait for ever', async (_, code, reason) => {
    const page = await open(plain.url);
    await page.evaluate(
      "clad.loadDetector('tiny/model.onnx', { device: 'wasm' }).then((loaded) => { globalThis.detector = loaded; })",
    );
    // A worker that has ended gives no answer here either.
    void page
      .workers()[0]
      ?.evaluate(code)
      .catch(() => {});
    const told = await page.evaluate(`(async () => {
      const image = { width: 8, height: 8, data: new Uint8Array(192) };
      for (;;) try { await detector.predict(image); } catch (error) { return error.code + ' ' + error.message; }
    })()`);
    expect(told).toBe(
      `WORKER_DIED The detector's worker ended in the midst of its work: ${reason}. Load the detector again.`,
    );
    await page.close();
  });

  it('reports errors in sentences', async () => {
    const page = await open(plain.url);
    const told = (code: string) =>
      page.evaluate(
        `(async () => { try { await ${code}; } catch (error) { return error.code + ' ' + error.message; } })()`,
      );
    expect(await told("clad.loadDetector('nothing.onnx')")).toMatch(/^FETCH_FAILED nothing.onnx: .*404/);
    expect(await told("clad.loadDetector('page.html')")).toMatch(/^FETCH_FAILED .*a web page/);
    expect(await told("clad.loadDetector('http://127.0.0.1:1/x.onnx')")).toMatch(/^FETCH_FAILED/);
    expect(await told("clad.loadDetector('text.onnx')")).toMatch(/^DETECTOR_INVALID text.onnx/);
    const flipped = `(async () => {
      const bytes = new Uint8Array(await (await fetch('tiny/model.onnx')).arrayBuffer());
      bytes[bytes.length >> 1] ^= 1;
      return clad.loadDetector(bytes);
    })()`;
    expect(await told(flipped)).toMatch(
      /^DETECTOR_INVALID The detector: .* it is damaged, .*its checksum says/,
    );
    expect(await told("clad.loadDetector('run/model.onnx', { device: 'webgpu' })")).toMatch(
      /^WEBGPU_UNAVAILABLE WebGPU cannot be used here: /,
    );
    expect(
      await told("clad.loadDetector('run/model.onnx', { wasmPaths: 'nowhere/', device: 'wasm' })"),
    ).toMatch(/^ENGINE_UNAVAILABLE /);
    const image = '{ width: 2, height: 1, data: new Uint8Array(6) }';
    const metadata = "{ geometry: { width: 4, height: 4 }, display: {}, classes: ['nut'] }";
    const result = "{ class: 'nut', threshold: null, regions: [], map: new Float32Array(16) }";
    const wrong = [
      ...['undefined', 'null', '0', "''", '{}', '[]', 'new Date()', 'fetch', 'Symbol()', 'Promise.resolve()'],
      'document.body',
      '{ width: 2, height: 1, data: new Uint8Array(5) }',
      '{ width: 2, height: 1, data: [0, 0, 0, 0, 0, 0] }',
      'Object.create(null)',
    ];
    for (const value of wrong) {
      const calls = [
        `clad.toRgbImage(${value})`,
        `clad.drawImage(${value}, ${image})`,
        `clad.drawImage(new OffscreenCanvas(1, 1), ${value})`,
        `clad.drawOverlay(${value}, { metadata: ${metadata} }, ${image}, ${result})`,
        `clad.drawOverlay(new OffscreenCanvas(1, 1), ${value}, ${image}, ${result})`,
        `clad.drawOverlay(new OffscreenCanvas(1, 1), { metadata: ${metadata} }, ${value}, ${result})`,
        `clad.drawOverlay(new OffscreenCanvas(1, 1), { metadata: ${metadata} }, ${image}, ${value})`,
        ...(value === 'Symbol()' ? [] : [`clad.loadDetector(${value})`]),
      ];
      for (const each of calls)
        expect(`${each}: ${await told(each)}`).toMatch(/: ARGUMENT_INVALID \w+: expected /);
    }
    expect(await told('clad.toRgbImage(undefined)')).toMatch(
      /^ARGUMENT_INVALID toRgbImage: expected source to be an image: a File or Blob, .*, got undefined\.$/,
    );
    expect(await told("clad.loadDetector('run/model.onnx', { devise: 'wasm' })")).toMatch(
      /^OPTION_UNKNOWN Unknown option devise in loadDetector\(options\)/,
    );
    expect(await told("clad.loadDetector('run/model.onnx', { device: 'cpu' })")).toMatch(
      /expected options.device to be one of auto, webgpu, wasm, got the text "cpu"/,
    );
    const taken =
      "(() => { const canvas = new OffscreenCanvas(1, 1); canvas.getContext('webgl'); return canvas; })()";
    expect(await told(`clad.drawImage(${taken}, ${image})`)).toMatch(/in use for WebGL or WebGPU/);
    expect(await told("clad.toRgbImage(new File(['GIF89a'], 'a.gif'))")).toMatch(/^IMAGE_INVALID a.gif: /);
    expect(await told("clad.toRgbImage(new File([new Uint8Array([0x49, 0x49, 42, 0])], 'a.tif'))")).toMatch(
      /IMAGE_INVALID a.tif: .*TIFF, which browsers do not decode/,
    );
    // 1 x 300 pixels, as a file and as numbers.
    const tall = (await encoded({ width: 1, height: 300, data: new Uint8Array(900) })).toString('base64');
    const file = `new File([Uint8Array.from(atob('${tall}'), (c) => c.charCodeAt(0))], 'tall.png')`;
    expect(await told(`clad.toRgbImage(${file})`)).toMatch(
      /^IMAGE_TOO_LONG tall.png: 1 x 300 pixels cannot be predicted as one image/,
    );
    const numbers = '{ width: 1, height: 300, data: new Uint8Array(900) }';
    expect(
      await told(
        `clad.loadDetector('run/model.onnx', { device: 'wasm' }).then((d) => d.predict(${numbers}))`,
      ),
    ).toMatch(/^IMAGE_TOO_LONG /);
    await page.close();
  });
});

describe.skipIf(!hasChromium)('the example page', () => {
  it('predicts an image that is dropped on it, and draws it', async () => {
    const page = await open(`${isolated.url}?model=/run/model.onnx&device=wasm`);
    const trouble: string[] = [];
    page.on('console', (message) => trouble.push(message.text()));
    page.on('pageerror', (error) => trouble.push(error.message));
    await expect.poll(() => page.textContent('#about'), { timeout: 30_000 }).toContain('caps, washers');
    for (const line of lines) {
      const dropped = await fileToDrop(page, await readFile(line.path));
      await page.evaluate("document.querySelector('#score').textContent = ''");
      await page.dispatchEvent('#view', 'drop', { dataTransfer: dropped });
      await expect.poll(() => page.textContent('#score'), { timeout: 30_000 }).toBe(line.score.toFixed(2));
      const words = { normal: 'Normal', anomalous: 'Anomalous', unknown: 'Unknown part' };
      const word = words[line.verdict!];
      expect(await page.textContent('#verdict .word')).toBe(word);
      expect(await page.textContent('#class')).toBe(line.class);
      expect(await page.textContent('#used')).toMatch(/^WebAssembly, \d+ thread/);
      expect(await page.locator('#boxes i').count()).toBe(line.regions.length);
      expect(await page.isVisible('#legend')).toBe(true);
      // The threshold, or above it where that lies too close to good pixels for colours between (map-range.ts).
      const middle = Number(await page.textContent('#legend-middle'));
      expect(middle).toBeGreaterThan(line.threshold! - 0.01);
      expect(middle).toBeLessThan(1.5 * line.threshold!);
    }
    expect(trouble).toEqual([]);
    await page.close();
  });

  it('predicts the images of a camera, and stops', async () => {
    const args = ['--no-sandbox', '--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'];
    const withCamera = await chromium.launch({ executablePath: chromiumPath, args });
    try {
      const page = await open(`${isolated.url}?model=/tiny/model.onnx&device=wasm`, withCamera);
      await expect.poll(() => page.textContent('#about'), { timeout: 30_000 }).toContain('caps, washers');
      await page.click('#camera');
      await expect.poll(() => page.textContent('#rate'), { timeout: 30_000 }).toMatch(/^\d+\.\d$/);
      await page.click('#camera');
      expect(await page.textContent('#camera')).toBe('Start camera');
      await expect.poll(() => page.evaluate("document.querySelector('#video').srcObject")).toBeNull();
    } finally {
      await withCamera.close();
    }
  });

  /** Everything that the page says of an image. */
  const said = (page: Page) =>
    page.evaluate(`(() => {
      const text = (query) => document.querySelector(query).textContent;
      const gauge = document.querySelector('#gauge');
      return {
        verdict: document.querySelector('#verdict').className,
        word: text('#verdict .word'),
        gauge: [gauge.className, gauge.style.cssText, gauge.getAttribute('aria-label')],
        numbers: ['score', 'threshold', 'class', 'votes', 'time', 'rate'].map((id) => text('#' + id)).join(' '),
        regions: text('#regions'),
        boxes: document.querySelectorAll('#boxes i').length,
        image: !document.querySelector('#layers').hidden,
        heat: !document.querySelector('#heat').hidden,
        legend: !document.querySelector('#legend').hidden,
      };
    })()`);
  const nothing = (word: string, image = false) => ({
    verdict: 'verdict none',
    word,
    gauge: ['gauge none', '', 'No score'],
    numbers: '– – – – – –',
    regions: 'none',
    boxes: 0,
    image,
    heat: false,
    legend: false,
  });
  const shown = async (page: Page, line: PredictionLine) => {
    await drop(page, await readFile(line.path));
    await expect.poll(() => page.textContent('#score'), { timeout: 30_000 }).toBe(line.score.toFixed(2));
  };
  const loaded = async (where = browser) => {
    const page = await where.newPage();
    // Lets a test hold back what the page asks of the detector's worker, and keeps every score that it showed.
    await page.addInitScript(`
      const post = Worker.prototype.postMessage;
      globalThis.held = null;
      Worker.prototype.postMessage = function (...message) {
        if (held) held.push(() => post.apply(this, message));
        else post.apply(this, message);
      };
      globalThis.release = () => { const all = held; held = null; for (const each of all) each(); };
      globalThis.scores = [];
      addEventListener('DOMContentLoaded', () => {
        const score = document.querySelector('#score');
        new MutationObserver(() => scores.push(score.textContent)).observe(score, { childList: true });
      });
    `);
    await page.goto(`${isolated.url}?model=/run/model.onnx&device=wasm`);
    await expect.poll(() => page.textContent('#about'), { timeout: 30_000 }).toContain('caps, washers');
    return page;
  };

  it('shows nothing for an image that it cannot decode, nor the result of the one before', async () => {
    const page = await loaded();
    for (const broken of ['GIF89a', '', (await readFile(lines[0]!.path)).subarray(0, 400)]) {
      await shown(page, lines[0]!);
      await drop(page, Buffer.from(broken), 'broken.png');
      await expect.poll(() => page.textContent('#trouble'), { timeout: 30_000 }).toMatch(/^broken\.png: /);
      expect(await said(page)).toEqual(nothing('No result'));
      expect(await page.isHidden('#hint')).toBe(false);
    }
    await shown(page, lines[1]!);
    expect(await page.isHidden('#trouble')).toBe(true);
    await page.close();
  });

  it('shows no verdict while it predicts, and never that of an earlier image that comes late', async () => {
    const page = await loaded();
    const [first, second, third] = lines as [PredictionLine, PredictionLine, PredictionLine];
    await shown(page, first);
    await page.evaluate('void (globalThis.held = [])');
    await drop(page, await readFile(second.path));
    await expect.poll(() => said(page)).toEqual(nothing('Predicting', true));
    await drop(page, await readFile(third.path));
    await expect.poll(() => said(page)).toEqual(nothing('Predicting', true));
    await page.evaluate('release()');
    await expect.poll(() => page.textContent('#score'), { timeout: 30_000 }).toBe(third.score.toFixed(2));
    expect(await page.evaluate('scores')).not.toContain(second.score.toFixed(2));
    await page.close();
  });

  it('clears the verdict when another detector is loaded, or loading fails', async () => {
    const page = await loaded();
    const [line] = lines as [PredictionLine];
    await shown(page, line);
    // The answer of the old detector is on its way when the new one is chosen.
    await page.evaluate('void (globalThis.held = [])');
    await drop(page, await readFile(lines[1]!.path));
    await expect.poll(() => said(page)).toEqual(nothing('Predicting', true));
    await page.setInputFiles('#model-file', at('page', 'text.onnx'));
    await page.evaluate('release()');
    await expect.poll(() => page.textContent('#trouble'), { timeout: 30_000 }).toMatch(/^text\.onnx: /);
    expect(await said(page)).toEqual(nothing('No result', true));
    expect(await page.textContent('#about')).toBe('No detector.');
    expect(await page.textContent('#used')).toBe('–');
    expect(await page.textContent('#model-name')).toBe('Choose model.onnx');
    await page.setInputFiles('#model-file', at('run', 'model.onnx'));
    await expect.poll(() => page.textContent('#score'), { timeout: 30_000 }).toBe(lines[1]!.score.toFixed(2));
    expect(await page.textContent('#model-name')).toBe('model.onnx');
    await page.close();
  });

  it('clears the verdict where the camera is refused, or goes away', async () => {
    const refused = await loaded();
    await shown(refused, lines[0]!);
    await refused.click('#camera');
    await expect.poll(() => refused.textContent('#trouble')).toMatch(/^The camera cannot be used: /);
    expect(await said(refused)).toEqual(nothing('No result'));
    await refused.close();
    const args = ['--no-sandbox', '--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'];
    const withCamera = await chromium.launch({ executablePath: chromiumPath, args });
    try {
      const page = await loaded(withCamera);
      await page.click('#camera');
      await expect.poll(() => page.textContent('#rate'), { timeout: 30_000 }).toMatch(/^\d+\.\d$/);
      await page.evaluate(
        "for (const track of document.querySelector('#video').srcObject.getTracks()) track.stop()",
      );
      await expect
        .poll(() => page.textContent('#trouble'), { timeout: 10_000 })
        .toMatch(/^The camera stopped: /);
      expect(await said(page)).toMatchObject({ word: 'No result', numbers: '– – – – – –', boxes: 0 });
      expect(await page.textContent('#camera')).toBe('Start camera');
      // A file that is chosen while the camera is on its way is not overwritten by it.
      await page.click('#camera');
      await shown(page, lines[0]!);
      await page.waitForTimeout(500);
      expect(await page.textContent('#score')).toBe(lines[0]!.score.toFixed(2));
      expect(await page.evaluate("document.querySelector('#video').srcObject")).toBeNull();
    } finally {
      await withCamera.close();
    }
  });

  for (const width of [390, 1280]) {
    it(`fits at ${width} pixels, before and after an image`, async () => {
      const page = await open(isolated.url);
      await page.setViewportSize({ width, height: 800 });
      const wide = () => page.evaluate('document.documentElement.scrollWidth');
      expect(await wide()).toBe(width);
      await page.setInputFiles('#image-file', lines[0]!.path);
      await expect.poll(() => page.textContent('#trouble')).toMatch(/Load a detector first/);
      expect(await wide()).toBe(width);
      await page.close();
    });
  }
});
