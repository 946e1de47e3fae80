/** @file Damaged requests against the service: each is answered in a sentence or not at all, and the service is as well afterwards as before. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Random } from '../../src/core/random.ts';
import { copySmallTraining } from '../helpers/common-training.ts';
import { rounds } from '../helpers/hostile.ts';
import { encoded, noise } from '../helpers/images.ts';
import { rawConnection } from '../helpers/raw-http.ts';
import { mutations, validRequest, written } from '../helpers/request-mutations.ts';
import { type Serving, startServe } from '../helpers/serve.ts';

/** Requests under way at a time. */
const together = 24;
/** Milliseconds that an unfinished request stays open. */
const patience = 2000;
/** Bytes that the process may have grown by: what allocators keep, not what requests leave behind. */
const mostGrowth = 120e6;

let folder = '';
let serving: Serving;
let images: readonly Buffer[] = [];
let score = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clad-requests-'));
  const data = await copySmallTraining(folder, 'parts');
  images = [
    await readFile(join(data, 'disc/test/good/000.png')),
    await encoded(noise(40, 30), 'jpeg'),
    await encoded(noise(20, 20), 'webp'),
    await encoded(noise(20, 20), 'tiff'),
  ];
  const limits = ['--max-body', '2', '--max-pixels', '4', '--timeout', '4'];
  serving = await startServe(join(folder, 'parts'), ...limits);
  score = (await predicted()).score;
}, 180_000);

afterAll(async () => {
  await serving?.stop();
  await rm(folder, { recursive: true, force: true });
});

/** What the service says of the first image. */
async function predicted(): Promise<{ readonly status: number; readonly score: number }> {
  const response = await fetch(`${serving.url}/v1/detectors/parts/predict`, {
    method: 'POST',
    body: new Uint8Array(images[0]!),
    headers: { 'Content-Type': 'image/png' },
  });
  return { status: response.status, score: ((await response.json()) as { score: number }).score };
}

async function metric(name: string): Promise<number> {
  const text = await (await fetch(`${serving.url}/metrics`)).text();
  return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
}

/** The request of a round, and what was done to it. */
function requestOf(random: Random): { readonly how: string; readonly bytes: Buffer } {
  const plan = validRequest(random, images);
  const done: string[] = [];
  let bytes: Buffer | undefined;
  for (let count = random.integer(3); count > 0 && !bytes; count--) {
    const [name, mutation] = random.pick(Object.entries(mutations));
    done.push(name);
    bytes = mutation(plan, random);
  }
  return { how: done.join(', '), bytes: bytes ?? written(plan) };
}

/** Sends a round's request, in one piece or several, to its end or not; gives everything that came back. */
async function send(round: number): Promise<{ readonly how: string; readonly text: string }> {
  const random = new Random('requests', round);
  const { how, bytes } = requestOf(random);
  const cuts = Array.from({ length: random.integer(3) }, () => random.integer(bytes.length + 1));
  const { socket, ended } = rawConnection(serving.url, '');
  let sent = 0;
  for (const cut of cuts.toSorted((a, b) => a - b)) {
    socket.write(bytes.subarray(sent, cut));
    sent = cut;
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  if (random.integer(20) === 0) socket.destroy();
  else socket.write(bytes.subarray(sent));
  // One that promised more than it sends would be waited for.
  const enough = setTimeout(() => socket.end(), patience);
  const { text } = await ended;
  clearTimeout(enough);
  return { how: `round ${round}: ${how}`, text };
}

/** What is wrong with an answer; undefined where nothing is, or where there is none since the connection was broken off. */
function wrongWith({ how, text }: { readonly how: string; readonly text: string }): string | undefined {
  if (text === '') return undefined;
  const [, code, body = ''] = /^HTTP\/1\.1 (\d{3}) .*?\r\n\r\n(.*)$/s.exec(text) ?? [];
  const status = Number(code);
  const known = (status >= 100 && status < 500) || status === 503 || status === 504;
  // 417 is Node's own, and an answer to HEAD has no body.
  const silent = status === 417 || body === '';
  const inWords = status < 400 || silent || /"error":("|\{"code":)/.test(body);
  return known && inWords ? undefined : `${how}: ${text.slice(0, 600)}`;
}

const all = rounds(200, 6000);

it(`${all.length} damaged requests are answered in sentences and leave the service as it was`, async () => {
  // What grows with the first requests of each kind is no leak.
  for (const round of rounds(40, 100)) await send(-round - 1);
  const before = await metric('process_resident_memory_bytes');
  const wrong: string[] = [];
  const statuses = new Map<string, number>();
  const left = [...all];
  const clients = Array.from({ length: together }, async () => {
    for (let round = left.shift(); round !== undefined; round = left.shift()) {
      const answer = await send(round);
      wrong.push(...[wrongWith(answer) ?? []].flat());
      const status = answer.text.slice(9, 12) || 'none';
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      if (round % 50 === 0) expect(await predicted()).toEqual({ status: 200, score });
    }
  });
  await Promise.all(clients);
  expect(wrong).toEqual([]);
  // Mutations are no good where nothing gets through, or nothing is refused.
  expect([...statuses.keys()]).toEqual(
    expect.arrayContaining(['200', '400', '404', '405', '413', '415', '422']),
  );
  await expect.poll(() => metric('clad_images_in_flight'), { timeout: 20_000 }).toBe(0);
  expect(await predicted()).toEqual({ status: 200, score });
  const after = await metric('process_resident_memory_bytes');
  expect(after - before).toBeLessThan(mostGrowth);
  const log = serving.log().trim().split('\n');
  expect(log.filter((line) => (JSON.parse(line) as { level: number }).level > 40)).toEqual([]);
  const counts = JSON.stringify(Object.fromEntries([...statuses].toSorted()));
  process.stdout.write(`requests by status: ${counts}; ${before / 1e6} MB before, ${after / 1e6} MB after\n`);
}, 900_000);
