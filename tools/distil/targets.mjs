/**
 * Step 1 of the distillation: draws the images and writes what the teachers say of each.
 *
 *   node tools/distil/targets.mjs --teacher resnet50v2.onnx --teacher tinyvit.onnx --textures DTD --out WORK --count 9000
 *
 * Into WORK go `axes.json` and `about.json`, then for every 100 images `N.images` (uint8 [100, 3, side, side]) and for each target
 * `N.TARGET` (float16 [100, axes, H, W]). Targets are the teachers' layers of stride 8 and 16. Each channel is divided by its
 * deviation, turned to the layer's principal axes, and each axis divided by the root of its own deviation: fine differences
 * count, but not as much as coarse ones.
 * A teacher whose input is a multiple of our side sees that many images at once, side by side: 448 pixels are four. Windows of
 * a transformer that divide a side see one image each; convolutions see a little of their neighbour at the seams.
 * Chunks that are there already are kept, so it may be stopped and started again. `--part 1/2` makes every second chunk from the
 * first on, so that two calls, or two machines, share the work; `axes.json` must be there before the second starts.
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
/** Of each stride: patches of an image that the axes are found from, and the most axes. */
const strides = { 8: { rows: 64, most: 256 }, 16: { rows: 48, most: 384 } };

const { values: options } = parseArgs({
  args: isMainThread ? process.argv.slice(2) : workerData.args,
  options: {
    teacher: { type: 'string', multiple: true },
    textures: { type: 'string' },
    out: { type: 'string' },
    count: { type: 'string', default: '9000' },
    seed: { type: 'string', default: '0' },
    threads: { type: 'string', default: '2' },
    part: { type: 'string', default: '1/1' },
  },
});
if (!options.teacher || !options.out)
  throw new Error('--teacher and --out are needed; see the top of this file');
const out = resolve(options.out);
const seed = Number(options.seed);
const photographs = options.textures ? await listTextures(options.textures) : [];
const teachers = await Promise.all(options.teacher.map(teacherOf));

if (isMainThread) await direct();
else await work(workerData.part, workerData.parts);

async function direct() {
  await mkdir(out, { recursive: true });
  if (!existsSync(join(out, 'axes.json'))) await save('axes.json', JSON.stringify(await findAxes()));
  const photographed = photographs.length === 0 ? 'none' : `${photographs.length} texture photographs`;
  const about = {
    teachers: teachers.map(({ backbone }) => `${backbone.card.name}, sha256 ${backbone.sha256}`),
    images: `drawn by tools/distil/images.mjs, seed ${seed}; photographs among the textures: ${photographed}`,
    targets: teachers.flatMap(({ targets }, teacher) =>
      targets.map(({ name, axes, stride, grid }) => ({ name, teacher, axes, stride, side: grid })),
    ),
  };
  await save('about.json', JSON.stringify(about));
  const threads = Number(options.threads);
  const [call, calls] = options.part.split('/').map(Number);
  const parts = threads * calls;
  const finished = Array.from({ length: threads }, (_, thread) => {
    const part = (call - 1) * threads + thread;
    const worker = new Worker(new URL(import.meta.url), {
      workerData: { part, parts, args: process.argv.slice(2) },
    });
    return new Promise((done, failed) => worker.on('exit', done).on('error', failed));
  });
  await Promise.all(finished);
}

/** A teacher: its network, how many of our images it sees across, and which layers are targets. */
async function teacherOf(path, index) {
  const backbone = await loadBackbone(path, { normalization: 'imagenet' });
  const across = backbone.card.inputSize / side;
  if (!Number.isInteger(across)) throw new Error(`${path}: its input is no multiple of ${side} pixels`);
  const targets = backbone.card.layers
    .filter(({ stride }) => stride in strides)
    .map(({ name, channels, stride }) => ({
      name: `teacher${index + 1}-${name}`,
      layer: name,
      channels,
      stride,
      grid: side / stride,
      axes: Math.min(Math.round(channels / 2), strides[stride].most),
    }));
  return { backbone, across, targets };
}

/** Every `parts`-th chunk. */
async function work(part, parts) {
  const axes = JSON.parse(await readFile(join(out, 'axes.json'), 'utf8'));
  const engine = await nodeEngine({ threads: 1 });
  const sessions = await Promise.all(
    teachers.map((teacher) => engine.load(targetGraph(teacher, axes).toBytes())),
  );
  const started = Date.now();
  for (let chunk = part, made = 0; chunk * chunkSize < Number(options.count); chunk += parts) {
    if (existsSync(join(out, `${chunk}.images`))) continue;
    const images = [];
    for (let index = 0; index < chunkSize; index++)
      images.push(planesOf(await drawnImage(seed, chunk * chunkSize + index, photographs)));
    for (const [index, teacher] of teachers.entries()) {
      const said = new Map(teacher.targets.map(({ name }) => [name, []]));
      await ask(teacher, sessions[index], images, (_, maps) => {
        for (const [name, map] of Object.entries(maps)) said.get(name).push(bytesOf(map));
      });
      for (const [name, maps] of said) await save(`${chunk}.${name}`, Buffer.concat(maps));
    }
    // Last, as a sign that the chunk is whole.
    await save(`${chunk}.images`, Buffer.concat(images));
    made += chunkSize;
    const rate = (made * parts * 1000) / (Date.now() - started);
    console.log(
      `chunk ${chunk} of ${Math.ceil(Number(options.count) / chunkSize)}, ${rate.toFixed(1)} images/s`,
    );
  }
}

/** Shows images to a teacher, as many at once as it takes, and calls `each` with the number and the maps of each, by target. */
async function ask({ backbone, across, targets }, session, images, each) {
  const tiles = across * across;
  for (let start = 0; start < images.length; start += tiles) {
    const shown = images.slice(start, start + tiles);
    const outputs = await session.run({ [backbone.card.inputName]: feed(shown, across, backbone.card) });
    for (const index of shown.keys()) {
      const maps = targets.map(({ name, grid }) => [name, tileOf(outputs[name], index, across, grid)]);
      each(start + index, Object.fromEntries(maps));
    }
  }
}

/** One image's part of a map, [channels, grid, grid]. */
function tileOf({ data, shape }, index, across, grid) {
  if (across === 1) return data;
  const channels = shape[1];
  const tile = new data.constructor(channels * grid * grid);
  const left = (index % across) * grid;
  const top = Math.floor(index / across) * grid;
  for (let row = 0; row < channels * grid; row++) {
    const start = (Math.floor(row / grid) * across * grid + top + (row % grid)) * across * grid + left;
    tile.set(data.subarray(start, start + grid), row * grid);
  }
  return tile;
}

/** Principal axes of the teachers' layers over the first images, as 1 x 1 convolutions. */
async function findAxes() {
  const engine = await nodeEngine();
  const random = new Random(seed, 'distil', 'axes');
  const images = [];
  for (let number = 0; number < axesImages; number++)
    images.push(planesOf(await drawnImage(seed, number, photographs)));
  const found = {};
  for (const teacher of teachers) {
    const graph = new Graph();
    teacherLayers(graph, teacher).forEach((tensor, index) => {
      graph.output(teacher.targets[index].name, tensor);
    });
    const session = await engine.load(graph.toBytes());
    const rows = new Map(
      teacher.targets.map(({ name, stride, channels }) => [
        name,
        new Float32Array(axesImages * strides[stride].rows * channels),
      ]),
    );
    await ask(teacher, session, images, (number, maps) => {
      for (const { name, stride, channels, grid } of teacher.targets) {
        const wanted = strides[stride].rows;
        for (let row = 0; row < wanted; row++) {
          const place = random.integer(grid * grid);
          for (let channel = 0; channel < channels; channel++)
            rows.get(name)[(number * wanted + row) * channels + channel] =
              maps[name][channel * grid * grid + place];
        }
      }
    });
    for (const { name, channels, axes } of teacher.targets)
      found[name] = await axesOf(engine, rows.get(name), channels, axes, random);
  }
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

/** The teacher with its layers turned to the axes, float16. */
function targetGraph(teacher, axes) {
  const graph = new Graph();
  teacherLayers(graph, teacher).forEach((tensor, index) => {
    const { name, channels, axes: count } = teacher.targets[index];
    const turned = conv(
      tensor,
      graph.constant(`${name}_axes`, Float32Array.from(axes[name].weight), [count, channels, 1, 1]),
      graph.constant(`${name}_bias`, Float32Array.from(axes[name].bias), [count]),
    );
    graph.output(name, cast(turned, 'float16'));
  });
  return graph;
}

function teacherLayers(graph, { backbone, across, targets }) {
  const { inputName } = backbone.card;
  const image = graph.input(inputName, 'float32', [1, 3, across * side, across * side]);
  const wanted = targets.map(({ layer, channels, grid }) => ({
    name: layer,
    shape: [1, channels, across * grid, across * grid],
  }));
  return attach(graph, backbone.model, { [inputName]: image }, wanted);
}

/** uint8 [3, side, side] */
function planesOf({ data }) {
  const area = side * side;
  const planes = new Uint8Array(3 * area);
  for (let at = 0; at < area; at++)
    for (let channel = 0; channel < 3; channel++) planes[channel * area + at] = data[at * 3 + channel];
  return planes;
}

/** Images side by side, normalised; where there are too few, the rest is as the mean. */
function feed(images, across, { mean, std }) {
  const whole = across * side;
  const data = new Float32Array(3 * whole * whole);
  for (const [index, planes] of images.entries()) {
    const corner = (Math.floor(index / across) * whole + (index % across)) * side;
    for (let channel = 0; channel < 3; channel++) {
      for (let row = 0; row < side; row++) {
        const from = (channel * side + row) * side;
        const to = channel * whole * whole + corner + row * whole;
        for (let column = 0; column < side; column++)
          data[to + column] = (planes[from + column] / 255 - mean[channel]) / std[channel];
      }
    }
  }
  return { dtype: 'float32', shape: [1, 3, whole, whole], data };
}

function bytesOf(halves) {
  return Buffer.from(halves.buffer, halves.byteOffset, halves.byteLength);
}

async function save(name, content) {
  await writeFile(join(out, `${name}.partial`), content);
  await rename(join(out, `${name}.partial`), join(out, name));
}
