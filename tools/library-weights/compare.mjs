/**
 * Builds a backbone of each file that write.py wrote, and prints how far its layers are from what the library computed, in parts of their root
 * mean square. Ends with 1 where one is further than 1e-4. Needs the build: node tools/library-weights/compare.mjs FOLDER
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildFromWeights } from '../../dist/features/backbones/families/families.js';
import { readWeights } from '../../dist/features/backbones/weights-file.js';
import { nodeEngine } from '../../dist/runtime/node.js';

const [folder = '.'] = process.argv.slice(2);
const engine = await nodeEngine();

function numbers(path) {
  return new Float32Array(Uint8Array.from(readFileSync(path)).buffer);
}

/** The largest difference. */
function apart(expected, actual) {
  let [largest, squares] = [0, 0];
  for (const [at, value] of expected.entries()) {
    largest = Math.max(largest, Math.abs(value - (actual[at] ?? Number.NaN)));
    squares += value * value;
  }
  return largest / Math.sqrt(squares / expected.length);
}

for (const name of readdirSync(folder).sort()) {
  const at = (file) => join(folder, name, file);
  const { image, ...layers } = JSON.parse(readFileSync(at('shapes.json'), 'utf8'));
  const built = buildFromWeights(await readWeights(at('model.safetensors'), undefined));
  const session = await engine.load(built.graph.toBytes());
  const data = numbers(at('image.bin'));
  const outputs = await session.run({ image: { dtype: 'float32', shape: image, data } });
  await session.release();
  const differences = Object.entries(layers).map(([layer, shape]) =>
    String(outputs[layer]?.shape) === String(shape)
      ? apart(numbers(at(`${layer}.bin`)), outputs[layer].data)
      : Number.NaN,
  );
  const worst = Math.max(0, ...differences);
  if (!(worst < 1e-4) || differences.length === 0) process.exitCode = 1;
  console.log(
    `${name.padEnd(44)} ${built.architecture.padEnd(28)} ${differences.length} layers, ${worst.toExponential(1)}`,
  );
}
