/**
 * What a detector misses, by how long the defect is in pixels of the photograph: from `clad evaluate RUN --details DIR` and the masks of the data set.
 *
 *   node bench/misses-by-size.mjs DIR/images.json DATA [edges, by default 20,30,40,50,60]
 *
 * A defect's length is the longer side of the box around its mask, the longest of several; an image without a mask is not counted, and said.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { lengthOf } from '../dist/demo/small-part.js';
import { decodeMask, loadDataset } from '../dist/index.js';

const [details, data, edges = '20,30,40,50,60'] = process.argv.slice(2);
if (!details || !data) {
  console.error('Usage: node bench/misses-by-size.mjs DETAILS/images.json DATA [20,30,40]');
  process.exit(2);
}
const bounds = edges.split(',').map(Number);
const { root, samples } = await loadDataset(data);
const byPath = new Map(samples.map((sample) => [sample.path, sample]));
const judged = JSON.parse(await readFile(details, 'utf8')).filter(
  ({ anomalous, verdict }) => anomalous && verdict,
);
const rows = new Map();
let unmasked = 0;
for (const { image, class: name, verdict } of judged) {
  const sample = byPath.get(join(root, image));
  const masks = await Promise.all((sample?.maskPaths ?? []).map(decodeMask));
  if (masks.length === 0) {
    unmasked++;
    continue;
  }
  const length = Math.max(...masks.map(lengthOf));
  const bin = bounds.findLastIndex((edge) => length >= edge);
  const counts = rows.get(name) ?? bounds.map(() => [0, 0]);
  rows.set(name, counts);
  if (bin < 0) continue;
  counts[bin][0] += verdict === 'normal' ? 1 : 0;
  counts[bin][1]++;
}
const heads = bounds.map((edge, at) =>
  at + 1 < bounds.length ? `${edge} to ${bounds[at + 1] - 1}` : `${edge} and more`,
);
console.log(`| class | ${heads.join(' | ')} |\n|${'---|'.repeat(heads.length + 1)}`);
for (const [name, counts] of rows)
  console.log(
    `| ${name} | ${counts.map(([missed, all]) => (all === 0 ? '' : `${missed} of ${all}`)).join(' | ')} |`,
  );
if (unmasked > 0) console.log(`${unmasked} images without a mask are not counted.`);
