/**
 * Plays a shift on a line and checks that nothing was lost: photographs of eight drawn products drop into a watched folder, some with defects, some of no known
 * product, some written slowly, some cut for good. Meanwhile `clad watch` is killed, the broker goes away, and the disk fills up.
 * Afterwards the journal, the moved files, the heat maps, the MQTT messages and predictions made offline have to agree to the last one.
 *
 *     npm run shift -- [--images 2000] [--rate 5] [--kills 10] [--seed 0] [--keep DIR] [--as-built]
 *
 * `--as-built` takes what is built, as tests do beside which nothing may be built anew.
 * The disk is a small memory disk of its own where this may be mounted (Linux, root); else it is not filled, which is said.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Aedes } from 'aedes';
import sharp from 'sharp';
import { setup } from './setup.mjs';
import { agreement, sha256 } from './shift-check.mjs';

const usage = `npm run shift -- [options]

Plays a shift on a line with clad watch, and checks that nothing was lost. Exit status 0 where everything agrees, 1 where it does not.

  --images N    photographs, from 20 (2000)
  --rate N      a second (5)
  --kills N     how often the command is killed (10)
  --seed N      of what happens when (0)
  --keep DIR    leave everything in this folder
  --as-built    do not build anew`;

/** What is asked for; ends with a sentence where it cannot be. */
function asked(options) {
  try {
    return parseArgs({ options }).values;
  } catch (error) {
    console.error(`shift: ${error.message}\n\n${usage}`);
    process.exit(2);
  }
}
const values = asked({
  images: { type: 'string', default: '2000' },
  rate: { type: 'string', default: '5' },
  kills: { type: 'string', default: '10' },
  seed: { type: 'string', default: '0' },
  keep: { type: 'string' },
  'as-built': { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
});
if (values.help) {
  console.log(usage);
  process.exit(0);
}
const [count, rate, kills, seed] = ['images', 'rate', 'kills', 'seed'].map((name) => Number(values[name]));
if (![count, rate, kills, seed].every((value) => value >= 0) || count < 20 || rate === 0) {
  console.error('shift: expected numbers: --images from 20, --rate above 0, --kills and --seed from 0.');
  process.exit(2);
}

if (!values['as-built']) setup();
const cli = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
const root = values.keep ? resolve(values.keep) : await mkdtemp(join(tmpdir(), 'clad-shift-'));
const at = (...names) => join(root, ...names);
const [line, port] = [at('line'), 18_830 + (process.pid % 1000)];
const [incoming, sorted, maps] = ['incoming', 'sorted', 'maps'].map((name) => join(line, name));

/** Numbers from 0 to 1, the same for the same seed. */
function drawn(state) {
  let value = (state * 2_654_435_761 + 1) >>> 0;
  return () => {
    value = (Math.imul(value ^ (value >>> 15), 0x2c1b3c6d) + 0x9e3779b9) >>> 0;
    return value / 2 ** 32;
  };
}
const random = drawn(seed + 1);

/** Runs the command. Of predictions of photographs that cannot be read it tells by its status, and says the others. */
function clad(...args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...args], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  if (status !== 0 && args[0] !== 'predict') throw new Error(`clad ${args.join(' ')}: ${stderr}`);
  return stdout;
}

/** Photographs of the shift by content: each is another file, though some look alike. */
async function photographs() {
  const good = Math.ceil((count * 0.7) / 8);
  const bad = Math.ceil((count * 0.25) / 8);
  const size = [
    '--size',
    '160',
    '--train',
    '24',
    '--test-good',
    String(good),
    '--test-anomalous',
    String(bad),
  ];
  console.log('shift: drawing the factory and training on it ...');
  clad('data', 'demo', '--out', at('factory'), '--seed', String(seed), ...size);
  clad('train', at('factory'), '--out', at('run'), '--no-report', '--input-size', '160');
  const files = [];
  for (const entry of await readdir(at('factory'), { recursive: true, withFileTypes: true }))
    if (entry.isFile() && entry.parentPath.includes('/test/')) files.push(join(entry.parentPath, entry.name));
  for (let number = 0; files.length < count || number < count * 0.05; number++) {
    const data = Buffer.from(Array.from({ length: 160 * 160 * 3 }, () => Math.floor(256 * random())));
    const path = at(`unknown-${number}.png`);
    await sharp(data, { raw: { width: 160, height: 160, channels: 3 } })
      .png()
      .toFile(path);
    files.unshift(path);
  }
  // In an order of chance.
  const chosen = files.slice(0, count);
  for (let last = chosen.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    [chosen[last], chosen[other]] = [chosen[other], chosen[last]];
  }
  return chosen;
}

/** A disk of its own, small enough to be filled. @returns whether there is one */
async function smallDisk() {
  await mkdir(line, { recursive: true });
  const megabytes = 64 + Math.ceil(count / 8);
  return spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', line]).status === 0;
}

const messages = [];
/** How often. */
const happened = { kills: 0, restarts: 0, lost: 0, fills: 0 };
let broker;
async function startBroker() {
  const aedes = await Aedes.createBroker();
  aedes.on('publish', ({ topic, payload }, client) => {
    if (client && topic.startsWith('shift/')) messages.push(JSON.parse(payload.toString()));
  });
  aedes.authorizePublish = (client, { topic }, done) => {
    // Some messages arrive whose sender is cut off before it hears so.
    if (client && topic.startsWith('shift/') && random() < 0.03) {
      client.conn.destroy();
      happened.lost++;
    }
    done(null);
  };
  const server = createServer(aedes.handle);
  const sockets = new Set();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => {});
  });
  await once(server.listen(port, '127.0.0.1'), 'listening');
  broker = async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await new Promise((done) => aedes.close(done));
  };
}

/** Photographs that come all at once before the disk is filled, and how many of them are still to come. */
const burst = 8;
let hurried = 0;

let watching;
const said = [];
function startWatch() {
  const args = ['watch', at('run'), incoming, '--move', sorted, '--settle', '0.4', '--give-up', '2'];
  const child = spawn(process.execPath, [
    cli,
    ...args,
    ...['--interval', '0.1', '--threads', '1', '--mqtt', `mqtt://127.0.0.1:${port}`],
    ...['--mqtt-topic', 'shift/{class}', '--maps', maps],
  ]);
  child.stdout.resume();
  child.stderr.on('data', (text) => said.push(String(text)));
  watching = { child, ended: once(child, 'exit') };
}

/** Drops a photograph as a camera does: slowly now and then. A full disk makes the camera wait. */
async function drop(number, source, cut) {
  const content = await readFile(source);
  const path = join(incoming, `${String(number).padStart(5, '0')}${basename(source).replace(/^[^.]*/, '')}`);
  const written = cut ? content.subarray(0, content.length >> 1) : content;
  for (;;) {
    try {
      if (number % 5 === 0 && !cut) {
        await writeFile(path, written.subarray(0, written.length >> 1));
        await sleep(150);
        await appendFile(path, written.subarray(written.length >> 1));
      } else await writeFile(path, written);
      return sha256(written);
    } catch (error) {
      if (error.code !== 'ENOSPC') throw error;
      // What was written of it is begun anew, under the same name.
      await rm(path, { force: true });
      await sleep(300);
    }
  }
}

function fillDisk() {
  const filler = join(line, 'filler');
  // `dd` writes until there is no room.
  spawnSync('dd', ['if=/dev/zero', `of=${filler}`, 'bs=64k']);
  setTimeout(() => rm(filler, { force: true }), 5000);
  happened.fills++;
}

/** What happens at which photograph. */
function events(hasDisk) {
  const planned = new Map();
  const plan = (share, what, behind = 0) => {
    let photograph = Math.floor(share * count) + behind;
    while (planned.has(photograph)) photograph++;
    planned.set(photograph, what);
  };
  for (let kill = 0; kill < kills; kill++)
    plan((kill + 0.2 + 0.6 * random()) / kills, async () => {
      watching.child.kill('SIGKILL');
      await watching.ended;
      happened.kills++;
      startWatch();
    });
  plan(0.35, async () => {
    await broker();
    setTimeout(startBroker, 4000);
    happened.restarts++;
  });
  // Photographs that have just come in are to be judged while there is no room for a row in the journal.
  plan(0.65, async () => {
    hurried = burst;
  });
  if (hasDisk) plan(0.65, fillDisk, burst);
  return planned;
}

async function play() {
  const files = await photographs();
  const hasDisk = await smallDisk();
  await mkdir(incoming, { recursive: true });
  await startBroker();
  startWatch();
  const planned = events(hasDisk);
  const dropped = [];
  const started = Date.now();
  for (const [number, file] of files.entries()) {
    await planned.get(number)?.();
    dropped.push(await drop(number, file, number % 97 === 96));
    const due = started + (1000 * (number + 1)) / rate;
    if (hurried > 0) hurried--;
    else if (Date.now() < due) await sleep(due - Date.now());
    if (number % Math.ceil(count / 10) === 0) console.log(`shift: ${number} of ${count} photographs`);
  }
  const isLeft = async () => (await readdir(incoming)).some((name) => name.endsWith('.png'));
  const end = Date.now() + 60_000 + 500 * count;
  while ((await isLeft()) && Date.now() < end) await sleep(200);
  await sleep(3000);
  watching.child.kill('SIGTERM');
  await watching.ended;
  await broker();
  return { dropped, hasDisk };
}

try {
  const { dropped, hasDisk } = await play();
  // Another place than the run's, whose data are not needed.
  await copyFile(at('run', 'model.onnx'), at('model.onnx'));
  const predict = (folder) =>
    clad('predict', at('model.onnx'), folder, '--json')
      .trim()
      .split('\n')
      .map((text) => JSON.parse(text));
  const { faults, found } = await agreement({ incoming, sorted, maps, dropped, messages, predict });
  console.log(`shift: ${found}`);
  const { kills: killed, restarts, lost, fills } = happened;
  const filled = hasDisk ? `${fills}` : 'not, as no memory disk may be mounted';
  console.log(
    `shift: killed ${killed} times, broker restarted ${restarts}, connections to it cut ${lost}, disk filled ${filled}.`,
  );
  const told = new Set(
    said
      .join('')
      .split('\n')
      .filter((text) => /tried again until|works again|goes on/.test(text)),
  );
  console.log(
    [...told]
      .slice(0, 8)
      .map((text) => `  ${text}`)
      .join('\n'),
  );
  for (const fault of faults.slice(0, 20)) console.error(`shift: ${fault}.`);
  console.log(faults.length === 0 ? 'shift: everything agrees.' : `shift: ${faults.length} faults.`);
  await writeFile(at('said.txt'), said.join(''));
  process.exitCode = faults.length > 0 ? 1 : 0;
} finally {
  watching?.child.kill('SIGKILL');
  await watching?.ended;
  // At once, though the journal may still be held.
  spawnSync('umount', ['-l', line]);
  if (!values.keep && process.exitCode === 0) await rm(root, { recursive: true, force: true });
  else console.log(`shift: everything lies in ${root}`);
}
