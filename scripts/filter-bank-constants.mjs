/**
 * Measures the constants of the built-in filter bank on 104 procedural textures, eight of each family, and writes
 * src/features/backbones/filter-bank-constants.ts (or the file that is named). Needs the build.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Random } from '../dist/core/random.js';
import { buildFilterBank } from '../dist/features/backbones/filter-bank.js';
import { nodeEngine } from '../dist/runtime/node.js';
import { proceduralTexture, textureFamilies } from '../dist/synthesis/procedural-textures.js';

const side = 224;
const perFamily = 8;
const target =
  process.argv[2] ??
  fileURLToPath(new URL('../src/features/backbones/filter-bank-constants.ts', import.meta.url));

/** Running sums of each channel. */
const sums = { layer2: [], layer3: [] };
let places = 0;

const session = await (await nodeEngine()).load(buildFilterBank(false).toBytes());
for (const family of textureFamilies) {
  for (let number = 0; number < perFamily; number++) {
    const { data } = proceduralTexture(
      { width: side, height: side },
      new Random('filter bank', family, number),
      family,
    );
    const planes = new Float32Array(3 * side * side);
    for (let at = 0; at < data.length; at++)
      planes[(at % 3) * side * side + Math.floor(at / 3)] = data[at] / 127.5 - 1;
    const outputs = await session.run({
      image: { dtype: 'float32', shape: [1, 3, side, side], data: planes },
    });
    const area = (side / 8) ** 2;
    for (const [layer, channels] of Object.entries(sums)) {
      outputs[layer].data.forEach((value, at) => {
        const channel = Math.floor(at / area);
        channels[channel] ??= { sum: 0, squares: 0 };
        channels[channel].sum += value;
        channels[channel].squares += value * value;
      });
    }
    places += area;
  }
}
await session.release();

/** Of neighbouring channels together; the deviation within each channel, root mean square. */
function moments(channels) {
  const means = channels.map(({ sum }) => sum / places);
  const variances = channels.map(({ squares }, index) => squares / places - means[index] ** 2);
  const average = (values) => values.reduce((total, value) => total + value, 0) / values.length;
  const digits = (value) => String(Number(value.toPrecision(4)));
  return `{ mean: ${digits(average(means))}, deviation: ${digits(Math.sqrt(average(variances)))} }`;
}

const groups = (channels, size) =>
  Array.from({ length: channels.length / size }, (_, group) =>
    moments(channels.slice(group * size, (group + 1) * size)),
  );
const list = (items, indent = '  ') =>
  `[\n${items.map((item) => `${indent}${item},\n`).join('')}${indent.slice(2)}]`;

const first = groups(sums.layer2.slice(3), 8);
const values = {
  colourMoments: list(groups(sums.layer2.slice(0, 3), 1)),
  firstMoments: list([0, 3, 6, 9].map((scale) => list(first.slice(scale, scale + 3), '    '))),
  secondMoments: list(groups(sums.layer3, 32)),
};
const source = readFileSync(target, 'utf8');
const written = Object.entries(values).reduce(
  (text, [name, value]) =>
    text.replace(new RegExp(`(export const ${name}: [^=]*= )\\[[^;]*;`), (_, head) => `${head}${value};`),
  source,
);
writeFileSync(target, written);
