/**
 * Measures `clad serve` under load against the same detector without a service, in one run: offline, service, offline again, so that
 * the machine's moods cancel out. Every answer is compared with the offline one of its image alone, digit by digit. Detectors that were
 * trained before `sharesOfVotes` counted by a class may have another last digit of the shares in a batch; that is counted by itself.
 * Usage: npm run bench:serve -- DETECTOR FOLDER [--clients 32] [--seconds 60] [-- flags of clad serve]
 */
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual, parseArgs } from 'node:util';
import { openDetector } from '../dist/detector/open.js';
import { decodeBytes } from '../dist/image/decode.js';
import { predictTargets } from '../dist/jobs/predict.js';
import { nodeEngine } from '../dist/runtime/node.js';

const split = process.argv.indexOf('--', 2);
const own = process.argv.slice(2, split < 0 ? undefined : split);
const serveFlags = split < 0 ? [] : process.argv.slice(split + 1);
const { values, positionals } = parseArgs({
  args: own,
  allowPositionals: true,
  options: {
    clients: { type: 'string', default: '32' },
    seconds: { type: 'string', default: '60' },
  },
});
const [model, folder] = positionals;
const clients = Number(values.clients);
const seconds = Number(values.seconds);
if (!model?.endsWith('.onnx') || !folder || !(clients >= 1) || !(seconds > 0)) {
  console.error(
    'Usage: npm run bench:serve -- model.onnx FOLDER [--clients 32] [--seconds 60] [-- flags of clad serve]',
  );
  process.exit(2);
}
const flag = (name, fallback) => {
  const at = serveFlags.indexOf(name);
  return at < 0 ? fallback : Number(serveFlags[at + 1]);
};
const threads = flag('--threads', undefined);
const maxBatch = flag('--max-batch', 1);

const images = await Promise.all(
  (await predictTargets([folder])).map(async ({ path }) => ({ path, bytes: await readFile(path) })),
);

/** Predicts images in batches as the service would, decoding ahead: until time is up, or each once where somebody listens. */
async function offline(milliseconds, size, onPrediction) {
  const detector = await openDetector(await nodeEngine({ threads }), model);
  const batches = [];
  const bySize = new Map();
  for (const image of images) {
    const { width, height } = await decodeBytes(image.bytes, image.path);
    const key = `${width}x${height}`;
    const open = bySize.get(key) ?? [];
    open.push(image);
    bySize.set(key, open);
    if (open.length === size) {
      batches.push(open);
      bySize.delete(key);
    }
  }
  batches.push(...bySize.values());
  const decoded = (at) =>
    Promise.all(batches[at % batches.length].map(({ bytes, path }) => decodeBytes(bytes, path)));
  const started = performance.now();
  let count = 0;
  let next = decoded(0);
  for (let at = 0; at < (onPrediction ? batches.length : Infinity); at++) {
    const images = await next;
    next = decoded(at + 1);
    const predictions = await detector.predictAll(images);
    predictions.forEach(({ map: _, ...prediction }, index) => {
      onPrediction?.(batches[at][index].path, prediction);
    });
    count += predictions.length;
    if (!onPrediction && performance.now() - started > milliseconds) break;
  }
  await next;
  await detector.release();
  return count / ((performance.now() - started) / 1000);
}

const expected = new Map();
await offline(0, 1, (path, prediction) => expected.set(path, prediction));
const before = await offline((1000 * seconds) / 4, maxBatch);

const command = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
const child = spawn(
  process.execPath,
  [command, 'serve', `bench=${model}`, '--port', '0', '--log-level', 'warn', ...serveFlags],
  { stdio: ['ignore', 'pipe', 'inherit'] },
);
const url = await new Promise((resolve, reject) => {
  let said = '';
  child.on('exit', (status) => reject(new Error(`clad serve ended with ${status}`)));
  child.stdout.setEncoding('utf8').on('data', (text) => {
    said += text;
    const found = / on (http:\S+)\n/.exec(said);
    if (found) resolve(found[1]);
  });
});

const agent = new Agent({ keepAlive: true, maxSockets: clients });

function post(path, body) {
  return new Promise((resolve, reject) => {
    const sent = request(
      `${url}${path}`,
      { method: 'POST', agent, headers: { 'Content-Type': 'image/png', 'Content-Length': body.length } },
      (response) => {
        const parts = [];
        response.on('data', (part) => parts.push(part));
        response.on('error', reject);
        response.on('end', () =>
          resolve({ status: response.statusCode, text: Buffer.concat(parts).toString() }),
        );
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}

async function gauge(name) {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
}

const latencies = [];
const count = { answered: 0, refused: 0, lost: 0, lastDigit: 0, mixed: 0 };

/** Whether nothing differs but the last digits of the shares. */
function nearly({ classShare: a, classShares: all, ...one }, { classShare: b, classShares, ...other }) {
  const near = Object.keys(classShares).every((name) => Math.abs(all[name] - classShares[name]) < 1e-6);
  return near && Math.abs(a - b) < 1e-6 && isDeepStrictEqual(one, other);
}

async function client(number, until) {
  for (let turn = 0; performance.now() < until; turn++) {
    const { path, bytes } = images[(number * 13 + turn * 7) % images.length];
    const file = `${number}-${turn}`;
    const started = performance.now();
    try {
      const { status, text } = await post(`/v1/detectors/bench/predict?file=${file}`, bytes);
      if (status === 503) {
        count.refused++;
        continue;
      }
      const { file: named, ...prediction } = JSON.parse(text);
      if (status !== 200) count.lost++;
      else if (named === file && isDeepStrictEqual(prediction, expected.get(path))) count.answered++;
      else if (named === file && nearly(prediction, expected.get(path))) count.lastDigit++;
      else count.mixed++;
      latencies.push(performance.now() - started);
    } catch {
      count.lost++;
    }
  }
}

// One at a time first: what a request takes when nothing else is there.
const alone = [];
for (let turn = 0; turn < 10; turn++) {
  const { bytes } = images[turn % images.length];
  const started = performance.now();
  await post('/v1/detectors/bench/predict', bytes);
  alone.push(performance.now() - started);
}
const warm = performance.now() + Math.min(5000, 200 * seconds);
await Promise.all(Array.from({ length: clients }, (_, number) => client(number, warm)));
latencies.length = 0;
for (const key of Object.keys(count)) count[key] = 0;

const memoryBefore = await gauge('process_resident_memory_bytes');
const [batchesBefore, predictedBefore] = [
  await gauge('clad_batch_size_count'),
  await gauge('clad_batch_size_sum'),
];
const started = performance.now();
await Promise.all(Array.from({ length: clients }, (_, number) => client(number, started + 1000 * seconds)));
const rate = (count.answered + count.lastDigit) / ((performance.now() - started) / 1000);
const memoryAfter = await gauge('process_resident_memory_bytes');
const [batches, predicted] = [await gauge('clad_batch_size_count'), await gauge('clad_batch_size_sum')];
agent.destroy();
child.removeAllListeners('exit');
const ended = new Promise((resolve) => child.on('exit', resolve));
child.kill('SIGTERM');
const status = await ended;
const after = await offline((1000 * seconds) / 4, maxBatch);

const offlineRate = (before + after) / 2;
const quantile = (list, share) =>
  list.toSorted((a, b) => a - b)[Math.min(list.length - 1, Math.floor(share * list.length))];
const ms = (value) => `${value.toFixed(0)} ms`;
const mb = (bytes) => `${(bytes / 2 ** 20).toFixed(0)} MB`;
console.log(`${images.length} images, ${clients} clients, ${seconds} s, batches of at most ${maxBatch}`);
console.log(
  `service ${rate.toFixed(2)} images/s, offline ${offlineRate.toFixed(2)} (${before.toFixed(2)} before, ${after.toFixed(2)} after): ratio ${(rate / offlineRate).toFixed(2)}`,
);
console.log(
  `latency p50 ${ms(quantile(latencies, 0.5))}, p95 ${ms(quantile(latencies, 0.95))}, p99 ${ms(quantile(latencies, 0.99))}; alone ${ms(quantile(alone, 0.5))}`,
);
console.log(`mean batch ${((predicted - predictedBefore) / (batches - batchesBefore)).toFixed(2)}`);
console.log(
  `answers ${count.answered} as offline, ${count.lastDigit} but for the last digit of the shares, ${count.mixed} mixed up, ${count.lost} lost, ${count.refused} refused (503); exit status ${status}`,
);
console.log(`memory ${mb(memoryBefore)} at the start, ${mb(memoryAfter)} at the end`);
process.exitCode = count.mixed + count.lost + status === 0 ? 0 : 1;
