/** (d) Drawing a synthetic anomaly: texture, its changes, masks, foreground, fusion; beside one image through the bare backbone, which it must keep up with. */
import { join } from 'node:path';
import { fileImages } from '../../dist/data/file-images.js';
import { producer } from '../../dist/features/store/producer.js';
import { writePng } from '../../dist/image/encode.js';
import { loadMethod } from '../../dist/methods/registry.js';
import { bareBackbone, inputSize } from '../made/backbone.mjs';
import { madeImage } from '../made/images.mjs';
import { inTurns, line } from '../measure.mjs';

export const letter = 'd';
export const about = 'synthetic anomalies';
export const seconds = 15;

export async function measure(context) {
  const { synthesis } = (await loadMethod('clad')).presets.fast;
  const { perImage: _, ...how } = synthesis;
  const path = join(context.folder, 'image.png');
  await writePng(path, madeImage('one', 0, inputSize));
  const setup = {
    geometry: { width: inputSize, height: inputSize },
    seed: 0,
    synthesis: { ...how, grid: { rows: inputSize / 8, columns: inputSize / 8 } },
    textures: null,
    foregroundClasses: ['one'],
  };
  const plain = producer({ ...setup, perImage: 0 }, fileImages);
  const drawn = producer({ ...setup, perImage: 8 }, fileImages);
  const bare = await bareBackbone(context);
  let round = 0;
  const key = () => ({ path, className: 'one', key: String(round++) });
  const times = await inTurns(
    { plain: () => plain(key()), drawn: () => drawn(key()), bare: () => bare.run(1) },
    context.limits(10),
  );
  await bare.release();
  const each = times.drawn.map((time, index) => (time - times.plain[index]) / 8);
  return [
    line('one synthetic anomaly, without decoding', each, {
      beside: 'bare backbone',
      besideTimes: times.bare,
      kind: 'times',
    }),
  ];
}
