/**
 * Makes docs/images/demo.jpg from a finished demo (`npm run demo`): of each of six classes the anomalous test photograph whose score
 * is the median, its defect's mask, and its heat map. No image is chosen by hand.
 */
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { loadDataset } from '../dist/data/load.js';
import { Detector } from '../dist/detector/detector.js';
import { heatImage } from '../dist/detector/heat/heat-image.js';
import { decodeImage } from '../dist/image/decode.js';
import { decodeMasks } from '../dist/image/mask.js';
import { sideBySide } from '../dist/image/overlay.js';
import { nodeEngine } from '../dist/runtime/node.js';

const demo = process.argv[2] ?? 'clad-demo';
const products = ['bottle_cap', 'circuit_board', 'printed_label', 'screw', 'washer', 'woven_cloth'];
const side = 200;
const gap = 4;

const detector = await Detector.fromBytes(
  await nodeEngine(),
  readFileSync(join(demo, 'run/model.onnx')),
  demo,
);
const { samples } = await loadDataset(join(demo, 'data'));
const columns = [];
for (const product of products) {
  const predicted = [];
  for (const sample of samples.filter((each) => each.className === product && each.anomalous)) {
    const image = await decodeImage(sample.path);
    predicted.push({ sample, image, prediction: await detector.predict(image) });
  }
  predicted.sort((a, b) => a.prediction.score - b.prediction.score);
  const { sample, image, prediction } = predicted[Math.floor(predicted.length / 2)];
  const mask = await decodeMasks(sample.maskPaths);
  const truth = Uint8Array.from(image.data, (_, at) => (mask.data[Math.floor(at / 3)] ? 255 : 30));
  const heat = heatImage(detector, image, prediction);
  columns.push(await Promise.all([image, { ...image, data: truth }, heat].map(small)));
}
await detector.release();

const rows = [0, 1, 2].map((row) =>
  sideBySide(
    columns.map((column) => column[row]),
    gap,
  ),
);
const { width } = rows[0];
const folder = fileURLToPath(new URL('../docs/images', import.meta.url));
mkdirSync(folder, { recursive: true });
await sharp({ create: { width, height: 3 * side + 2 * gap, channels: 3, background: 'white' } })
  .composite(
    rows.map((row, index) => ({
      input: Buffer.from(row.data),
      raw: { width: row.width, height: row.height, channels: 3 },
      left: 0,
      top: index * (side + gap),
    })),
  )
  .jpeg({ quality: 85 })
  .toFile(join(folder, 'demo.jpg'));

async function small({ width, height, data }) {
  const resized = await sharp(data, { raw: { width, height, channels: 3 } })
    .resize(side, side)
    .raw()
    .toBuffer();
  return { width: side, height: side, data: new Uint8Array(resized) };
}
