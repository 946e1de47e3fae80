/**
 * The simplest thing that could work: how many deviations each pixel lies from the mean good image, smoothed; the
 * image's score is the largest. A data set on which this is good needs no learning; docs/demo-data.md quotes its numbers.
 * Usage: npm run build, then node bench/pixel-baseline.mjs DATA
 */
import { pathToFileURL } from 'node:url';

/** Levels added to every deviation, so that a pixel that never changed in training does not decide alone. */
const floor = 1.5;
const radius = 2;

/** Means and deviations of every pixel and channel over good images of one size. */
export function fitPixels(images) {
  const length = images[0].data.length;
  const sum = new Float64Array(length);
  const squares = new Float64Array(length);
  for (const { data } of images) {
    for (let at = 0; at < length; at++) {
      sum[at] += data[at];
      squares[at] += data[at] * data[at];
    }
  }
  const mean = sum.map((value) => value / images.length);
  const deviation = squares.map((value, at) =>
    Math.sqrt(Math.max(0, value / images.length - mean[at] * mean[at])),
  );
  return { mean, deviation };
}

/** The anomaly map of an image, as large as it is, and its largest value. */
export function scorePixels({ mean, deviation }, { width, height, data }) {
  const distance = new Float32Array(width * height);
  for (let pixel = 0, at = 0; pixel < distance.length; pixel++) {
    for (let channel = 0; channel < 3; channel++, at++) {
      const away = Math.abs(data[at] - mean[at]) / (deviation[at] + floor);
      if (away > distance[pixel]) distance[pixel] = away;
    }
  }
  const map = boxMean(boxMean(distance, width, height, 1, width), height, width, width, 1);
  return { map, score: map.reduce((most, value) => Math.max(most, value), 0) };
}

/** Means over `2 radius + 1` neighbours along lines; neighbours are `step` apart, lines `between`. */
function boxMean(from, length, lines, step, between) {
  const target = new Float32Array(from.length);
  for (let line = 0; line < lines; line++) {
    for (let index = 0; index < length; index++) {
      let sum = 0;
      for (let offset = -radius; offset <= radius; offset++)
        sum += from[line * between + Math.min(length - 1, Math.max(0, index + offset)) * step];
      target[line * between + index * step] = sum / (2 * radius + 1);
    }
  }
  return target;
}

async function main(root) {
  const { Evaluator } = await import('../dist/evaluation/evaluator.js');
  const { loadDataset } = await import('../dist/data/load.js');
  const { decodeImage } = await import('../dist/image/decode.js');
  const { decodeMasks } = await import('../dist/image/mask.js');
  const { classes, samples } = await loadDataset(root);
  const evaluator = new Evaluator();
  for (const className of classes) {
    const of = samples.filter((sample) => sample.className === className);
    const training = of.filter(({ split }) => split === 'train');
    const fitted = fitPixels(await Promise.all(training.map(({ path }) => decodeImage(path))));
    for (const { path, anomalous, maskPaths } of of.filter(({ split }) => split === 'test')) {
      const { map, score } = scorePixels(fitted, await decodeImage(path));
      const mask = maskPaths === undefined ? null : await decodeMasks(maskPaths);
      evaluator.add({ path, className, anomalous, mask, prediction: { score, map } });
    }
    evaluator.finish(className);
  }
  const { classes: records, mean } = evaluator.result();
  for (const [name, { imageAuroc, pixelAuroc, aupro }] of [...Object.entries(records), ['mean', mean]]) {
    const [image, pixel, region] = [imageAuroc, pixelAuroc, aupro].map((value) => value?.toFixed(3) ?? '-');
    console.log(`${name.padEnd(16)} image AUROC ${image}  pixel AUROC ${pixel}  AUPRO ${region}`);
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main(process.argv[2] ?? '.');
