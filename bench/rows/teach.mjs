/**
 * (k) Teaching in a page: twenty photographs of one product to a detector, in headless Chromium, as WebAssembly, by the wall's clock, and where the time goes.
 * One teaching after another in one page, of which the first is left out.
 */
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { build, preview } from 'vite';
import { writeDemoData } from '../../dist/jobs/demo/demo-data.js';
import { least, line, processor } from '../measure.mjs';

export const letter = 'k';
export const about = 'teaching in a page';
export const seconds = 180;

const images = 20;
const product = 'washer';
const mostMilliseconds = 30_000;
const page = fileURLToPath(new URL('../../test/helpers/browser-page', import.meta.url));
const configFile = fileURLToPath(new URL('../../examples/browser/vite.config.mjs', import.meta.url));
const browserFile = process.env.CHROMIUM ?? '/usr/bin/chromium';

export async function measure({ folder, engine, limits }) {
  const reason = whyNot(limits(0).now);
  if (reason !== undefined) {
    console.error(`teaching in a page is left out: ${reason}`);
    return [];
  }
  const [data, built] = [join(folder, 'taught'), join(folder, 'page')];
  await writeDemoData({
    folder: data,
    options: { train: images, testGood: 0, testAnomalous: 0, classes: [product], size: 256 },
  });
  const settings = { root: page, configFile, logLevel: 'error', build: { outDir: built, emptyOutDir: true } };
  await build(settings);
  const server = await preview({ ...settings, preview: { port: 0 } });
  const browser = await chromium.launch({ executablePath: browserFile, args: ['--no-sandbox'] });
  try {
    const opened = await browser.newPage();
    await opened.goto(server.resolvedUrls.local[0]);
    const pictures = await picturesOf(join(data, product, 'train/good'));
    const rounds = [];
    for (let round = 0; round <= limits(30).least; round++)
      rounds.push(await opened.evaluate(teachThere, { product, pictures, threads: engine.threads }));
    const warm = rounds.slice(1);
    const ended = warm.map(({ ended }) => ended);
    const target = { of: 'value', most: mostMilliseconds };
    const best = warm.find(({ ended: time }) => time === least(ended));
    return [
      line(`teaching ${images} photographs`, ended, { target }),
      ...best.tasks.map(([task, time]) => line(`  of it: ${task}`, [time])),
    ];
  } finally {
    await browser.close();
    await server.close();
  }
}

/** Why it cannot be measured here; undefined where it can. */
function whyNot(clock) {
  if (clock === processor) return "it is measured by the wall's clock alone, without --processor-time";
  return existsSync(browserFile) ? undefined : `there is no browser ${browserFile}; name one in CHROMIUM`;
}

/** The files' bytes, as a page may be given them. */
async function picturesOf(from) {
  const names = (await readdir(from)).filter((name) => name.endsWith('.png'));
  const read = (name) => readFile(join(from, name), 'base64');
  return Promise.all(names.map(async (name) => ({ name, base64: await read(name) })));
}

/** Runs in the page, where `clad` is the library. @returns milliseconds, of all and of each task */
async function teachThere({ product, pictures, threads }) {
  const files = pictures.map(({ name, base64 }) => {
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    return new File([bytes], name);
  });
  const begun = new Map();
  const started = performance.now();
  const since = () => performance.now() - started;
  await globalThis.clad.teach([{ name: product, pictures: files }], {
    device: 'wasm',
    threads,
    onProgress: ({ task }) => begun.has(task) || begun.set(task, since()),
  });
  const ended = since();
  const tasks = [...begun];
  return { ended, tasks: tasks.map(([task, at], index) => [task, (tasks[index + 1]?.[1] ?? ended) - at]) };
}
