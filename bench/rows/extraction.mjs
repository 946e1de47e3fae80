/**
 * (c) Extraction end to end, as a training does it: reading, decoding, drawing of synthetic anomalies, the backbone, patch features, shards on disk;
 * beside the bare backbone on as many images. On several cores other threads decode and draw while the engine works.
 */
import { ratioOf } from '../measure.mjs';
import { bareTimes } from './whole-training.mjs';

export const letter = 'c';
export const about = 'extraction of patch features';
export const seconds = 200;

export async function measure(context) {
  const { phases, perImage } = await context.training();
  const { milliseconds, units } = phases.find(({ task }) => task === 'patch features');
  const passes = Math.round(units * (1 + perImage));
  const bare = (await bareTimes(context)).map((time) => time * passes);
  return [
    {
      what: `extraction of ${units} images and ${passes - units} synthetic ones`,
      unit: 'ms',
      value: milliseconds,
      beside: `bare backbone on ${passes} images`,
      besideValue: Math.min(...bare),
      ratio: ratioOf('share', [milliseconds], [Math.min(...bare)]),
      target: { of: 'ratio', least: 0.9 },
    },
  ];
}
