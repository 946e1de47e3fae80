/**
 * Step 1 of the distillation: draws the images and writes what the teacher says of each.
 *
 *   node tools/distil/targets.mjs --teacher resnet50v2.onnx --textures DTD --out WORK --count 12000
 *
 * Into WORK go `axes.json` and `about.json`, then for every 100 images `N.images` (uint8 [100, 3, side, side]), `N.layer2` and `N.layer3`
 * (float16 [100, axes, H, W]). A target is the teacher's layer, each channel divided by its deviation, turned to its principal axes,
 * and each axis divided by the root of its own deviation: fine differences count, but not as much as coarse ones.
 * Chunks that are there already are kept, so it may be stopped and started again.
 */
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { isMainThread, Worker, workerData } from 'node:worker_threads';
import { Random } from '../../dist/core/random.js';
import { listTextures } from '../../dist/data/textures.js';
import { loadBackbone } from '../../dist/features/backbones/backbone.js';
import { principalComponents } from '../../dist/features/memory-bank/principal-components.js';
import { attach, cast, conv, Graph, matmul } from '../../dist/graph/index.js';
import { nodeEngine } from '../../dist/runtime/node.js';
import { drawnImage, side } from './images.mjs';

const chunkSize = 100;
const axesImages = 400;
const layers = [
  { name: 'layer2', side: 28, axes: 256, rows: 64 },
  { name: 'layer3', side: 14, axes: 384, rows: 48 },
];

const { values: options } = parseArgs({
  args: isMainThread ? process.argv.slice(2) : workerData.args,
  options: {
    teacher: { type: 'string' },
    textures: { type: 'string' },
    out: { type: 'string' },
    count: { type: 'string', default: '12000' },
    seed: { type: 'string', default: '0' },
    threads: { type: 'string', default: '2' },
  },
});
if (!options.teacher || !options.out)
  throw new Error('--teacher and --out are needed; see the top of this file');
const out = resolve(options.out);
const seed = Number(options.seed);
const photographs = options.textures ? await listTextures(options.textures) : [];
const teacher = await loadBackbone(options.teacher);
const { mean, std, inputName } = teacher.card;

if (isMainThread) await direct();
else await work(workerData.part, workerData.parts);

async function direct() {
  await mkdir(out, { recursive: true });
  if (!existsSync(join(out, 'axes.json'))) await save('axes.json', JSON.stringify(await findAxes()));
  const photographed = photographs.length === 0 ? 'none' : `${photographs.length} texture photographs`;
  const about = {
    teacher: `${teacher.card.name}, sha256 ${teacher.sha256}`,
    images: `drawn by tools/distil/images.mjs, seed ${seed}; photographs among the textures: ${photographed}`,
  };
  await save('about.json', JSON.stringify(about));
  const parts = Number(options.threads);
  const finished = Array.from({ length: parts }, (_, part) => {
    const worker = new Worker(new URL(import.meta.url), {
      workerData: { part, parts, args: process.argv.slice(2) },
    });
    return new Promise((done, failed) => worker.on('exit', done).on('error', failed));
  });
  await Promise.all(finished);
}

/** Every `parts`-th chunk. */
async function work(part, parts) {
  const axes = JSON.parse(await readFile(join(out, 'axes.json'), 'utf8'));
  const session = await (await nodeEngine({ threads: 1 })).load(targetGraph(axes).toBytes());
  const started = Date.now();
  for (let chunk = part, made = 0; chunk * chunkSize < Number(options.count); chunk += parts) {
    if (existsSync(join(out, `${chunk}.layer3`))) continue;
    const images = [];
    const targets = layers.map(() => []);
    for (let index = 0; index < chunkSize; index++) {
      const planes = planesOf(await drawnImage(seed, chunk * chunkSize + index, photographs));
      images.push(planes);
      const outputs = await session.run({ image: feed(planes) });
      layers.forEach(({ name }, layer) => {
        targets[layer].push(bytesOf(outputs[name].data));
      });
    }
    await save(`${chunk}.images`, Buffer.concat(images));
    for (const [layer, { name }] of layers.entries())
      await save(`${chunk}.${name}`, Buffer.concat(targets[layer]));
    made += chunkSize;
    const rate = (made * parts * 1000) / (Date.now() - started);
    console.log(
      `chunk ${chunk} of ${Math.ceil(Number(options.count) / chunkSize)}, ${rate.toFixed(1)} images/s`,
    );
  }
}

/** Principal axes of the teacher's layers over the first images, as 1 x 1 convolutions. */
async function findAxes() {
  const engine = await nodeEngine();
  const graph = new Graph();
  const channels = layers.map(
    ({ name }) => teacher.card.layers.find((layer) => layer.name === name).channels,
  );
  teacherLayers(graph).forEach((tensor, layer) => {
    graph.output(layers[layer].name, tensor);
  });
  const session = await engine.load(graph.toBytes());
  const random = new Random(seed, 'distil', 'axes');
  const rows = layers.map((layer, index) => new Float32Array(axesImages * layer.rows * channels[index]));
  for (let number = 0; number < axesImages; number++) {
    const outputs = await session.run({ image: feed(planesOf(await drawnImage(seed, number, photographs))) });
    layers.forEach(({ name, side: grid, rows: wanted }, layer) => {
      const { data } = outputs[name];
      for (let row = 0; row < wanted; row++) {
        const place = random.integer(grid * grid);
        for (let channel = 0; channel < channels[layer]; channel++)
          rows[layer][(number * wanted + row) * channels[layer] + channel] =
            data[channel * grid * grid + place];
      }
    });
  }
  const found = {};
  for (const [layer, { name, axes }] of layers.entries())
    found[name] = await axesOf(engine, rows[layer], channels[layer], axes, random);
  return found;
}

async function axesOf(engine, rows, width, axes, random) {
  const count = rows.length / width;
  const deviations = Array.from({ length: width }, (_, channel) => {
    let [sum, squares] = [0, 0];
    for (let row = 0; row < count; row++) {
      const value = rows[row * width + channel];
      sum += value;
      squares += value * value;
    }
    return Math.sqrt(Math.max(1e-12, squares / count - (sum / count) ** 2));
  });
  const floor = 0.05 * (deviations.reduce((sum, value) => sum + value, 0) / width);
  const scales = deviations.map((value) => 1 / Math.max(value, floor));
  for (let at = 0; at < rows.length; at++) rows[at] *= scales[at % width];
  const projection = await principalComponents(engine, rows, width, axes, random);
  const graph = new Graph();
  const matrix = graph.constant('matrix', projection.matrix, [width, axes]);
  graph.output('turned', matmul(graph.input('rows', 'float32', ['n', width]), matrix));
  const session = await engine.load(graph.toBytes());
  const { turned } = await session.run({ rows: { dtype: 'float32', shape: [count, width], data: rows } });
  // Of each axis: its mean, and one over the root of its deviation.
  const weight = new Float32Array(axes * width);
  const bias = new Float32Array(axes);
  for (let axis = 0; axis < axes; axis++) {
    let [sum, squares] = [0, 0];
    for (let row = 0; row < count; row++) {
      const value = turned.data[row * axes + axis];
      sum += value;
      squares += value * value;
    }
    const scale = 1 / Math.sqrt(Math.sqrt(squares / count - (sum / count) ** 2));
    bias[axis] = (-sum / count) * scale;
    for (let channel = 0; channel < width; channel++)
      weight[axis * width + channel] = projection.matrix[channel * axes + axis] * scales[channel] * scale;
  }
  console.log(`${axes} axes of ${width} channels explain ${projection.explained.toFixed(3)}`);
  return { weight: Array.from(weight), bias: Array.from(bias), explained: projection.explained };
}

function targetGraph(axes) {
  const graph = new Graph();
  teacherLayers(graph).forEach((tensor, layer) => {
    const { name, axes: count } = layers[layer];
    const { weight, bias } = axes[name];
    const width = weight.length / count;
    const turned = conv(
      tensor,
      graph.constant(`${name}_axes`, Float32Array.from(weight), [count, width, 1, 1]),
      graph.constant(`${name}_bias`, Float32Array.from(bias), [count]),
    );
    graph.output(name, cast(turned, 'float16'));
  });
  return graph;
}

function teacherLayers(graph) {
  const image = graph.input('image', 'float32', ['n', 3, side, side]);
  const wanted = layers.map(({ name, side: grid }) => ({
    name,
    shape: ['n', teacher.card.layers.find((layer) => layer.name === name).channels, grid, grid],
  }));
  return attach(graph, teacher.model, { [inputName]: image }, wanted);
}

/** uint8 [3, side, side] */
function planesOf({ data }) {
  const area = side * side;
  const planes = new Uint8Array(3 * area);
  for (let at = 0; at < area; at++)
    for (let channel = 0; channel < 3; channel++) planes[channel * area + at] = data[at * 3 + channel];
  return planes;
}

function feed(planes) {
  const area = side * side;
  const data = Float32Array.from(planes, (value, at) => {
    const channel = Math.floor(at / area);
    return (value / 255 - mean[channel]) / std[channel];
  });
  return { dtype: 'float32', shape: [1, 3, side, side], data };
}

function bytesOf(halves) {
  return Buffer.from(halves.buffer, halves.byteOffset, halves.byteLength);
}

async function save(name, content) {
  await writeFile(join(out, `${name}.partial`), content);
  await rename(join(out, `${name}.partial`), join(out, name));
}
