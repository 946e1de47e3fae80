/**
 * (i) The batches of a training step, drawn from a store of five million made-up patches beside one of five hundred thousand, with the memory for a tenth of the
 * smaller one, so that both are read in windows of shards. Cost a step shall not grow with the store. What the patches hold does not matter.
 */
import { join } from 'node:path';
import { diskStorage } from '../../dist/core/disk-storage.js';
import { FeatureStore } from '../../dist/features/store/store.js';
import { loadMethod } from '../../dist/methods/registry.js';
import { batchRows } from '../../dist/methods/shared/batch-rows.js';
import { PatchBatches } from '../../dist/methods/shared/patch-batches.js';
import { atMost, line, ratioOf } from '../measure.mjs';

export const letter = 'i';
export const about = 'stores of half a million and of five million patches';
export const seconds = 120;

const grid = { rows: 32, columns: 32 };
const perImage = grid.rows * grid.columns;
const imagesPerShard = 24;

async function madeStore(folder, patches, width) {
  const images = Math.round(patches / perImage);
  const header = { key: 'made', width, grid, classes: ['a', 'b', 'c', 'd'] };
  const store = new FeatureStore(diskStorage(folder), header);
  const localRows = imagesPerShard * 64;
  const features = new Uint16Array((imagesPerShard * perImage + localRows) * width).map(
    (_, at) => 0x3000 + (at % 2048),
  );
  const local = {
    image: Array.from({ length: localRows }, (_, row) => row % imagesPerShard),
    position: Array.from({ length: localRows }, (_, row) => row % perImage),
    coverage: new Array(localRows).fill(1),
  };
  const shards = Math.ceil(images / imagesPerShard);
  for (let shard = 0; shard < shards; shard++) {
    const members = Array.from({ length: imagesPerShard }, (_, index) => {
      const id = shard * imagesPerShard + index;
      return { id, path: `${id}.png`, classIndex: id % 4 };
    });
    await store.writeShard(shard, { key: 'made', images: members, local, features });
  }
  return { store, index: await store.finish(shards), images: shards * imagesPerShard };
}

/** Milliseconds a step over some hundred steps, so that reading windows is paid for in its share. */
async function stepTimes({ store, index, images }, { rows, steps, now }) {
  const batches = await PatchBatches.open(store, index, {
    seed: 0,
    stage: 1,
    rows,
    images: new Set(Array.from({ length: images }, (_, id) => id)),
    minCoverage: 0.3,
    noiseSpread: 1,
    windowBytes: 13e6,
  });
  const times = [];
  for (let round = 0; round < 3; round++) {
    const started = now();
    for (let step = 0; step < steps; step += 20) await batches.batches(round * steps + step, 20);
    times.push((now() - started) / steps);
  }
  return times;
}

export async function measure(context) {
  const options = (await loadMethod('clad')).presets.fast;
  const width = options.memoryBank.components;
  const rows = batchRows(options.stage1.batch, options.batch, true);
  const how = { rows, steps: 320, now: context.now };
  const measured = [];
  for (const patches of [500_000, 5_000_000]) {
    const made = await madeStore(join(context.folder, `store-${patches}`), patches, width);
    const times = await stepTimes(made, how);
    measured.push({ patches, times, most: process.resourceUsage().maxRSS / 1000 });
  }
  const [small, large] = measured;
  const what = (patches) => `batch of a step out of ${patches.toLocaleString('en')} patches`;
  return [
    {
      ...line(what(large.patches), large.times, atMost(1.1, what(small.patches), small.times)),
      ratio: ratioOf('times', large.times, small.times),
    },
    { what: '  more memory than with the smaller store', unit: 'MB', value: large.most - small.most },
  ];
}
