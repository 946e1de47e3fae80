/**
 * Measures what docs claim of speed and memory, as ratios within one run, so that machines and their moods cancel out.
 * Usage: npm run bench [name...]; names: training, map, contrast, coreset.
 */
import { Random } from '../dist/core/random.js';
import { anomalyMap } from '../dist/detector/heat/anomaly-map.js';
import { coreset as chooseCoreset } from '../dist/features/memory-bank/coreset.js';
import * as graph from '../dist/graph/index.js';
import { Graph, matmul } from '../dist/graph/index.js';
import { cladPresets } from '../dist/methods/clad/clad-options.js';
import { contrastLoss } from '../dist/methods/clad/contrast.js';
import { initialParameters } from '../dist/methods/clad/networks.js';
import { stepBuilder } from '../dist/methods/clad/step.js';
import { batchRows, batchSpec } from '../dist/methods/shared/batch-rows.js';
import { float32, int64 } from '../dist/runtime/engine.js';
import { nodeEngine } from '../dist/runtime/node.js';
import { initialState, trainingProgram } from '../dist/training/program.js';

const engine = await nodeEngine();
const random = new Random('bench');

/** Best of several runs, milliseconds: what the machine can do when nothing else asks for it. */
async function best(run, times = 7) {
  await run();
  let least = Number.POSITIVE_INFINITY;
  for (let time = 0; time < times; time++) {
    const started = performance.now();
    await run();
    least = Math.min(least, performance.now() - started);
  }
  return least;
}

const normals = (count) => random.fillNormal(new Float32Array(count));

/** A training step against bare matrix products of the same shapes and number. */
async function training() {
  const options = cladPresets.fast;
  const rows = batchRows(options.stage1.batch, options.batch, true);
  const width = 512;
  const classes = 4;
  const spec = {
    inputWidth: width,
    adaptorWidths: options.adaptor,
    discriminatorWidths: options.discriminator,
    classes,
  };
  const declared = initialParameters(spec, random);
  const state = initialState(declared, false);
  const { averageDecay, ...optimizer } = options.optimizer;
  const builder = stepBuilder({
    stage: 1,
    rows,
    classes,
    noiseDeviation: new Float32Array(width).fill(0.1),
    training: options,
  });
  const session = await engine.load(
    trainingProgram(declared, state, batchSpec(rows, width), builder, { optimizer, averageDecay }),
  );
  const steps = 8;
  const halves = (count) => ({
    dtype: 'float16',
    shape: [steps, count, width],
    data: new Uint16Array(steps * count * width).map(() => 0x3000 + random.integer(0x800)),
  });
  const feeds = {
    ...Object.fromEntries(
      Object.entries(state).map(([name, { shape, data }]) => [`${name}.in`, float32(data, shape)]),
    ),
    steps: int64([steps], []),
    learning_rate: float32(new Float32Array(steps).fill(1e-4), [steps]),
    normal: halves(rows.normal),
    classes: int64(
      Array.from({ length: steps * rows.normal }, () => random.integer(classes)),
      [steps, rows.normal],
    ),
    local: halves(rows.local),
    localNormal: halves(rows.local),
    beta: float32(new Float32Array(steps * rows.local).fill(0.5), [steps, rows.local]),
    noise: float32(normals(steps * rows.global * width), [steps, rows.global, width]),
  };
  const step = (await best(() => session.run(feeds))) / steps;
  await session.release();

  const widths = [width, ...options.adaptor, ...options.discriminator, classes + 2];
  const batch = options.stage1.batch;
  const layers = widths.slice(1).map((out, index) => [widths[index], out]);
  // Forward, gradient by weights, gradient by inputs; the ascent's two passes over the global rows; the pair matrix and its gradient.
  const flops =
    layers.reduce((sum, [from, to]) => sum + 2 * from * to * (3 * batch + 2 * rows.global), 0) +
    2 * 2 * batch * batch * options.adaptor[2];
  const size = 1024;
  const product = new Graph();
  product.output(
    'c',
    matmul(product.input('a', 'float32', [size, size]), product.input('b', 'float32', [size, size])),
  );
  const bare = await engine.load(product.toBytes());
  const operand = float32(normals(size * size), [size, size]);
  const milliseconds = await best(() => bare.run({ a: operand, b: operand }));
  await bare.release();
  const rate = (2 * size ** 3) / milliseconds;
  console.log(
    `training step, batch ${batch}: ${step.toFixed(1)} ms, ${(flops / step / 1e6).toFixed(0)} GFLOP/s in products;`,
  );
  console.log(`  bare product ${(rate / 1e6).toFixed(0)} GFLOP/s; ratio ${(flops / step / rate).toFixed(2)}`);
}

/** Upsampling and blur as one matrix against Resize and two convolutions. */
async function map() {
  const [grid, size, batch] = [28, 224, 8];
  const scores = float32(normals(batch * grid * grid), [batch * grid * grid]);
  const ours = new Graph();
  ours.output(
    'map',
    anomalyMap(
      ours.input('scores', 'float32', ['rows']),
      { rows: grid, columns: grid },
      { width: size, height: size, blurSigma: 4 },
    ),
  );
  const other = new Graph();
  const low = graph.reshape(other.input('scores', 'float32', ['rows']), [-1, 1, grid, grid], 'N');
  const high = graph.resizeLinear(low, [2, 3], [size, size]);
  const taps = Float32Array.from({ length: 33 }, (_, tap) => Math.exp(-((tap - 16) ** 2) / 32));
  const kernel = Float32Array.from({ length: 33 * 33 }, (_, at) => taps[Math.floor(at / 33)] * taps[at % 33]);
  other.output(
    'map',
    graph.conv(high, other.constant('kernel', kernel, [1, 1, 33, 33]), undefined, { padding: 16 }),
  );
  const times = [];
  for (const each of [ours, other]) {
    const session = await engine.load(each.toBytes());
    times.push((await best(() => session.run({ scores }))) / batch);
    await session.release();
  }
  console.log(
    `map from ${grid} to ${size} with blur: one matrix ${times[0].toFixed(2)} ms, resize and convolution ${times[1].toFixed(2)} ms an image; ratio ${(times[1] / times[0]).toFixed(0)}`,
  );
}

/** Memory of the contrastive term at the paper's batch. */
async function contrast() {
  const [count, width] = [8000, 512];
  const built = new Graph();
  const z = built.input('z', 'float32', [count, width]);
  const loss = contrastLoss(z, built.input('labels', 'int64', [count]), cladPresets.paper.losses);
  built.output('loss', loss);
  built.output('gradient', graph.gradients(loss, [z])[0]);
  const session = await engine.load(built.toBytes());
  const feeds = {
    z: float32(normals(count * width), [count, width]),
    labels: int64(
      Array.from({ length: count }, () => random.integer(16)),
      [count],
    ),
  };
  const before = process.memoryUsage.rss();
  const milliseconds = await best(() => session.run(feeds), 2);
  const peak = process.resourceUsage().maxRSS * 1024;
  await session.release();
  const matrix = (count * count * 4) / 2 ** 20;
  console.log(
    `contrastive loss and gradient at batch ${count} (one pair matrix would take ${matrix.toFixed(0)} MB): ${(milliseconds / 1000).toFixed(1)} s, ${((peak - before) / 2 ** 20).toFixed(0)} MB more than before`,
  );
}

/** Choosing a memory bank against the literal algorithm's passes, one row of distances a entry, of which a few are timed. */
async function coreset() {
  const [count, width, size, timed] = [200_000, 96, 2048, 16];
  const rows = normals(count * width);
  const started = performance.now();
  await chooseCoreset(engine, rows, width, new Random('bench'), { size });
  const chosen = performance.now() - started;
  const literal = new Graph();
  const [x, entry] = [
    literal.input('rows', 'float32', [count, width]),
    literal.input('entry', 'float32', [1, width]),
  ];
  const nearest = literal.input('nearest', 'float32', [count, 1]);
  // Less the rows' own lengths, which change nothing in it.
  literal.output('shortened', graph.minimum(nearest, matmul(x, graph.mul(entry, -2), { transB: true })));
  const session = await engine.load(literal.toBytes());
  const feeds = {
    rows: float32(rows, [count, width]),
    entry: float32(rows.subarray(0, width), [1, width]),
    nearest: float32(new Float32Array(count).fill(1e30), [count, 1]),
  };
  const pass = await best(() => session.run(feeds), timed);
  await session.release();
  console.log(
    `${size} entries of ${count} rows: ${(chosen / 1000).toFixed(1)} s, ${(chosen / size).toFixed(2)} ms an entry; a literal pass takes ${pass.toFixed(2)} ms; ratio ${((pass * size) / chosen).toFixed(1)}`,
  );
}

const benchmarks = { training, map, contrast, coreset };
const wanted = process.argv.slice(2);
for (const name of wanted.length > 0 ? wanted : Object.keys(benchmarks)) {
  if (!benchmarks[name]) {
    console.error(`bench: no benchmark ${name}; there are ${Object.keys(benchmarks).join(', ')}.`);
    process.exit(2);
  }
  await benchmarks[name]();
}
