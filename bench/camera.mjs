/**
 * Measures the warnings about images that are unlike those of the training (docs/decisions/0019-camera.md), on a data set with test images. No network
 * is run: each image is compared with the profile of its own class.
 * Usage, after a build: node bench/camera.mjs DATA_SET [training images of a class, most]
 */
import { Random } from '../dist/core/random.js';
import { loadDataset } from '../dist/data/load.js';
import { cameraProfile } from '../dist/detector/camera/camera.js';
import { cameraWarnings } from '../dist/detector/camera/camera-warnings.js';
import { decodeImage } from '../dist/image/decode.js';
import { lookAt } from '../dist/image/look.js';

/** What may happen to a camera, its light or its files, as a change of all bytes (`value`) or of each pixel. */
const shifts = {
  'half the exposure': { value: (v) => v >> 1 },
  'a quarter darker': { value: (v) => Math.floor(0.75 * v) },
  'twice the exposure': { value: (v) => Math.min(255, 2 * v) },
  'a quarter brighter': { value: (v) => Math.min(255, Math.round(1.25 * v)) },
  '12 bits read as 16': { value: (v) => v >> 4 },
  inverted: { value: (v) => 255 - v },
  'half the contrast': { value: (v) => Math.round(64 + v / 2) },
  black: { value: () => 0 },
  white: { value: () => 255 },
  grey: {
    pixel: ([r, g, b]) => {
      const grey = (77 * r + 150 * g + 29 * b) >> 8;
      return [grey, grey, grey];
    },
  },
  'red and blue exchanged': { pixel: ([r, g, b]) => [b, g, r] },
};

function changed({ width, height, data, source }, { value, pixel }) {
  if (value) return { width, height, source, data: data.map(value) };
  const made = new Uint8Array(data.length);
  for (let at = 0; at < data.length; at += 3) made.set(pixel(data.subarray(at, at + 3)), at);
  return { width, height, source, data: made };
}

const seen = (image) => ({ look: lookAt(image), source: image.source });
const [root] = process.argv.slice(2);
const { samples, classes } = await loadDataset(root);
for (const name of classes) {
  const own = samples.filter(({ className }) => className === name);
  const train = [];
  for (const { path, split } of own) if (split === 'train') train.push(seen(await decodeImage(path)));
  const profile = cameraProfile(train);
  const warned = { good: [], anomalous: [] };
  const shifted = Object.fromEntries(Object.keys(shifts).map((shift) => [shift, 0]));
  for (const { path, split, anomalous } of own) {
    if (split !== 'test') continue;
    const image = await decodeImage(path);
    warned[anomalous ? 'anomalous' : 'good'].push(cameraWarnings(profile, seen(image), 16));
    if (anomalous) continue;
    for (const [shift, how] of Object.entries(shifts))
      if (cameraWarnings(profile, seen(changed(image, how)), 16).length > 0) shifted[shift]++;
  }
  const rate = (list) => {
    const some = list.filter(({ length }) => length > 0);
    return `${some.length} of ${list.length} ${[...new Set(some.flat().map(({ code }) => code))].join(' ')}`;
  };
  console.log(`${name}: good ${rate(warned.good)}; anomalous ${rate(warned.anomalous)}`);
  const parts = Object.entries(shifted).map(
    ([shift, count]) => `${shift} ${Math.round((100 * count) / Math.max(1, warned.good.length))} %`,
  );
  console.log(`  ${parts.join(', ')}`);
  // Profiles of a few training images, asked about all the others.
  const random = new Random('leave out', name);
  const rates = [3, 5, 10, 20, 50].map((count) => {
    let [asked, told] = [0, 0];
    for (let round = 0; round < 30 && train.length > count; round++) {
      const order = random.permutation(train.length);
      const few = cameraProfile(Array.from(order.subarray(0, count), (at) => train[at]));
      for (const at of order.subarray(count)) {
        asked++;
        if (cameraWarnings(few, train[at], 16).length > 0) told++;
      }
    }
    return `${count}: ${asked === 0 ? '-' : `${((100 * told) / asked).toFixed(1)} %`}`;
  });
  console.log(`  training images left out of a profile of so many: ${rates.join(', ')}`);
}
