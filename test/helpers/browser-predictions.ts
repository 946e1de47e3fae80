/** @file What a page that has the library says of image files, in WebAssembly or on WebGPU computed by software. */
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import type { PredictionLine } from '../../src/jobs/predict.ts';
import { buildPage, chromiumPath, serve, softwareWebGpu } from './browser.ts';

/** What is said of an image, without map and path. */
export type SaidInPage = Pick<PredictionLine, 'class' | 'classShare' | 'score' | 'verdict' | 'namedRegions'>;

interface InPage {
  readonly device: 'wasm' | 'webgpu';
  /** A folder that is free to be written into; the page lies there. */
  readonly folder: string;
  /** A detector's file. */
  readonly model: string;
  /** Where the images lie. */
  readonly data: string;
}

/**
 * Predicts one image after another.
 * @param images - paths within `data`
 * @returns why there is no WebGPU, where it was asked for and this Chromium has none
 */
export async function predictedInChromium(
  { device, folder, model, data }: InPage,
  images: readonly string[],
): Promise<SaidInPage[] | string> {
  await buildPage('test/helpers/browser-page', folder);
  await cp(model, join(folder, 'model.onnx'));
  const server = await serve([folder, data]);
  const args = device === 'webgpu' ? softwareWebGpu : ['--no-sandbox'];
  const browser = await chromium.launch({ executablePath: chromiumPath, args });
  try {
    const tab = await browser.newPage();
    await tab.goto(server.url);
    const reason = device === 'webgpu' ? await tab.evaluate('clad.whyNoWebGpu()') : undefined;
    if (reason !== undefined) return String(reason);
    const used = await tab.evaluate(`(async () => {
      globalThis.detector = await clad.loadDetector('model.onnx', { device: '${device}' });
      return detector.device;
    })()`);
    if (used !== device) throw new Error(`asked for ${device}, got ${used}`);
    const said: SaidInPage[] = [];
    for (const image of images)
      said.push(
        await tab.evaluate(`(async () => {
          const { class: name, classShare, score, verdict, namedRegions } = await detector.predict(
            await (await fetch(${JSON.stringify(image)})).blob(),
          );
          return { class: name, classShare, score, verdict, namedRegions };
        })()`),
      );
    return said;
  } finally {
    await browser.close();
    await server.close();
  }
}
