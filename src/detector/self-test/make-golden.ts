/** @file Golden images made for a detector file, by the very file: what `clad verify` asks of it on another machine. Runs wherever PNG can be written. */
import { toBase64 } from '../../core/base64.ts';
import type { ImageAccess } from '../../data/image-access.ts';
import { testPatterns } from '../../demo/test-patterns.ts';
import type { Device } from '../../runtime/engine.ts';
import type { Detector } from '../detector.ts';
import { precisionOf } from '../metadata.ts';
import { type Golden, goldenImage } from './golden.ts';

/** How exactly a machine reproduces what another one has computed, by what the file computes in; shares of a map's span. */
const tolerances = { fp32: 0.001, fp16: 0.01, int8: 0.02 } as const;

/** The detector's golden images, predicted by itself. @param device - that it runs on */
export async function makeGolden(
  detector: Detector,
  device: Device,
  { encodePng }: Pick<ImageAccess, 'encodePng'>,
): Promise<Golden> {
  const images: Golden['images'] = [];
  for (const [name, image] of Object.entries(testPatterns())) {
    const png = toBase64(await encodePng(image));
    images.push(goldenImage(name, png, await detector.predict(image), detector.metadata));
  }
  return { format: 3, device, tolerance: tolerances[precisionOf(detector.metadata)], images };
}
