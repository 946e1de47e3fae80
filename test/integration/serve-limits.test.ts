/** @file A service that cannot be worn down: what costs much is limited, and what is slow holds nobody else up. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { decodeBytes } from '../../src/image/decode.ts';
import { clad } from '../helpers/clad.ts';
import { copySmallTraining } from '../helpers/common-training.ts';
import { encoded } from '../helpers/images.ts';
import { raw, rawConnection } from '../helpers/raw-http.ts';
import { type Serving, startServe } from '../helpers/serve.ts';

let folder = '';
let run = '';
let serving: Serving;
let small: Uint8Array<ArrayBuffer>;
let score = 0;

const prlimit = '/usr/bin/prlimit';
const predict = '/v1/detectors/parts/predict';
const infer = '/v2/models/parts/infer';
const png = { 'Content-Type': 'image/png' };
const json = { 'Content-Type': 'application/json' };

/** A grey image as a PNG of few bytes. */
async function grey(width: number, height: number): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await encoded({ width, height, data: new Uint8Array(width * height * 3).fill(90) }));
}

const post = (url: string, path: string, body: NonNullable<RequestInit['body']>, headers = {}) =>
  fetch(`${url}${path}`, { method: 'POST', body, headers });

interface Failure {
  readonly error: { readonly code: string; readonly message: string };
}
const failureOf = async (response: Response) => ((await response.json()) as Failure).error;

/** Whether the service predicts the small image as it did at first. */
async function requireWell(url: string): Promise<void> {
  const response = await post(url, predict, small, png);
  expect([response.status, ((await response.json()) as { score: number }).score]).toEqual([200, score]);
}

async function metric(url: string, name: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
}

const residentBytes = (url: string) => metric(url, 'process_resident_memory_bytes');

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clad-limits-'));
  run = join(folder, 'parts');
  const data = await copySmallTraining(folder, 'parts');
  small = new Uint8Array(await readFile(join(data, 'disc/test/good/000.png')));
  serving = await startServe(run, '--max-body', '8');
  score = ((await (await post(serving.url, predict, small, png)).json()) as { score: number }).score;
}, 180_000);

afterAll(async () => {
  await serving?.stop();
  await rm(folder, { recursive: true, force: true });
});

describe('images of extreme sides', () => {
  const sentence =
    /1 x 100000 pixels cannot be predicted as one image\. Expected sides .* Cut it into pieces\./;

  it('are refused on every way in, before memory is taken for them', async () => {
    const tall = await grey(1, 100_000);
    const before = await residentBytes(serving.url);
    const single = await post(serving.url, `${predict}?file=tall.png`, tall, png);
    expect(single.status).toBe(413);
    expect(await failureOf(single)).toMatchObject({
      code: 'IMAGE_TOO_LONG',
      message: expect.stringMatching(new RegExp(`^tall\\.png: ${sentence.source}`)),
    });
    const form = new FormData();
    form.append('a', new Blob([tall]), 'tall.png');
    form.append('a', new Blob([small]), 'small.png');
    const both = (await (await post(serving.url, predict, form)).json()) as unknown[];
    expect(both).toMatchObject([{ error: { code: 'IMAGE_TOO_LONG' } }, { score }]);
    const map = await post(serving.url, `${predict}?map=png`, tall, png);
    expect([map.status, (await failureOf(map)).code]).toEqual([413, 'IMAGE_TOO_LONG']);
    const inputs = { name: 'image', datatype: 'UINT8', shape: [1, 100_000, 1, 3] };
    const header = Buffer.from(
      JSON.stringify({ inputs: [{ ...inputs, parameters: { binary_data_size: 300_000 } }] }),
    );
    const tensors = [
      post(serving.url, infer, new Uint8Array(Buffer.concat([header, Buffer.alloc(300_000)])), {
        'Inference-Header-Content-Length': String(header.length),
      }),
      post(
        serving.url,
        infer,
        JSON.stringify({ inputs: [{ ...inputs, data: Array(300_000).fill(7) }] }),
        json,
      ),
    ];
    for (const response of await Promise.all(tensors))
      expect([response.status, await response.json()]).toEqual([
        413,
        { error: expect.stringMatching(sentence) },
      ]);
    expect((await residentBytes(serving.url)) - before).toBeLessThan(60e6);
    await requireWell(serving.url);
  });

  it('are refused by the command line with a sentence', async () => {
    const path = join(folder, 'tall.png');
    await writeFile(path, await grey(1, 100_000));
    const { status, stderr } = await clad('predict', run, path);
    expect(status).toBe(2);
    expect(stderr).toMatch(new RegExp(`tall\\.png: ${sentence.source}`));
    expect(stderr).not.toMatch(/^\s+at /m);
  });
});

describe('requests for inference', () => {
  it('of megabytes beside the tensor take no more memory than their bytes, and are not quoted in an error', async () => {
    const before = await residentBytes(serving.url);
    const of = (more: object) => JSON.stringify({ inputs: [{ name: 'image', datatype: 'UINT8', ...more }] });
    const bodies = [
      of({ shape: Array(2e6).fill(-1), data: [1] }),
      of({ shape: [1, 1, 1, 3], data: JSON.parse(`[${'[],'.repeat(2e6)}[]]`) }),
      of({ shape: [1, 1, 1, 3], datatype: 'a'.repeat(6e6), data: [1, 2, 3] }),
      JSON.stringify({ inputs: [], outputs: Array(4e5).fill({ name: 'x' }) }),
      of({ shape: [1, 1, 1, 3], datatype: 'a'.repeat(50_000), data: [1, 2, 3] }),
      of({ shape: Array(20_000).fill(7), data: [1, 2, 3] }),
    ];
    for (const body of bodies) {
      const response = await post(serving.url, infer, body, json);
      const text = await response.text();
      expect(response.status).toBe(400);
      expect(text.length).toBeLessThan(400);
    }
    expect((await residentBytes(serving.url)) - before).toBeLessThan(120e6);
    await requireWell(serving.url);
  });
});

describe('heat maps', () => {
  it('are drawn at the size of a screen, or on demand at that of the photograph, and at no other size', async () => {
    const image = await grey(1500, 1200);
    const sizeOf = async (query: string) => {
      const response = await post(serving.url, `${predict}?${query}`, image, png);
      const { width, height } = await decodeBytes(new Uint8Array(await response.arrayBuffer()), 'map');
      return [width, height];
    };
    expect(await sizeOf('map=png')).toEqual([1024, 819]);
    expect(await sizeOf('map=png&mapSize=full')).toEqual([1500, 1200]);
    expect((await post(serving.url, `${predict}?map=png&mapSize=huge`, image, png)).status).toBe(400);
    const vast = await grey(5000, 4000);
    const refused = await post(serving.url, `${predict}?map=png&mapSize=full`, vast, png);
    expect([refused.status, (await failureOf(refused)).code]).toEqual([413, 'MAP_TOO_LARGE']);
  });

  it('that take long do not hold up small images', async () => {
    const large = await grey(3000, 3000);
    const runs = () => metric(serving.url, 'clad_batch_size_count');
    const before = await runs();
    let drawn = 0;
    const maps = Array.from({ length: 2 }, async () => {
      const response = await post(serving.url, `${predict}?map=png&mapSize=full`, large, png);
      await response.arrayBuffer();
      drawn++;
      return response.status;
    });
    // The engine is done with them, and they are being drawn.
    await vi.waitFor(async () => expect(await runs()).toBe(before + 2), { timeout: 20_000 });
    for (let count = 0; count < 2; count++) await requireWell(serving.url);
    expect(drawn).toBe(0);
    expect(await Promise.all(maps)).toEqual([200, 200]);
  });
});

describe('memory and time of requests', () => {
  const upload = `POST ${predict} HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/png\r\n`;

  it('are counted as bytes arrive: uploads that promise much and send nothing take nothing', async () => {
    const held = [
      ...Array.from({ length: 8 }, () => `${upload}Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n`),
      ...Array.from({ length: 8 }, () => `${upload}Content-Length: 8000000\r\n\r\na`),
    ].map((text) => rawConnection(serving.url, text));
    await new Promise((resolve) => setTimeout(resolve, 200));
    for (const body of [small, small]) {
      const response = await post(serving.url, predict, body, png);
      expect(response.status).toBe(200);
    }
    for (const { socket } of held) socket.destroy();
  });

  it('are freed by uploads that are broken off', async () => {
    for (let count = 0; count < 8; count++) {
      const { socket, ended } = rawConnection(
        serving.url,
        `${upload}Content-Length: 8000000\r\n\r\n${'a'.repeat(7e6)}`,
      );
      await new Promise((resolve) => setTimeout(resolve, 60));
      socket.destroy();
      await ended;
    }
    await requireWell(serving.url);
  });

  it('are the same for a body in chunks of one byte and a whole one', async () => {
    const before = await residentBytes(serving.url);
    const pieces = '1\r\na\r\n'.repeat(300_000);
    const text = `${upload}Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n${pieces}0\r\n\r\n`;
    expect(await raw(serving.url, text)).toMatch(/^HTTP\/1\.1 422 /);
    expect((await residentBytes(serving.url)) - before).toBeLessThan(25e6);
  });

  it('are limited for clients that send nothing, send half, or do not read the answer', async () => {
    const limited = await startServe(run, '--timeout', '2');
    const asset = 'GET /docs/static/swagger-ui-bundle.js HTTP/1.1\r\nHost: localhost\r\n\r\n';
    const deaf = rawConnection(limited.url, '');
    deaf.socket.pause();
    deaf.socket.write(asset.repeat(30));
    const others = await Promise.all(
      ['', 'GET /v2 HTTP/1.1\r\nHos', `${upload}Content-Length: 9\r\n\r\nabc`].map(
        (text) => rawConnection(limited.url, text).ended,
      ),
    );
    for (const { text, milliseconds } of others) {
      expect(text).toMatch(/^HTTP\/1\.1 408 .*REQUEST_TOO_SLOW/s);
      expect(milliseconds).toBeLessThan(10_000);
    }
    await vi.waitFor(() => expect(limited.log()).toMatch(/the answer was not read in time/), {
      timeout: 10_000,
    });
    deaf.socket.resume();
    const { text } = await deaf.ended;
    // All thirty would be 40 MB.
    expect(text.length).toBeLessThan(30e6);
    await requireWell(limited.url);
    expect((await limited.stop()).status).toBe(0);
  });

  it('are saved where a client sends Expect: 100-continue', async () => {
    const asks = (length: number) =>
      `${upload}Content-Length: ${length}\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n`;
    expect(await raw(serving.url, asks(9e9))).toMatch(/^HTTP\/1\.1 413 /);
    expect(await raw(serving.url, `${asks(3)}abc`)).toMatch(
      /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 422 /,
    );
  });
});

describe.skipIf(!existsSync(prlimit))('a service without memory left', () => {
  it('answers that memory is short, and goes on', async () => {
    const limit = (bytes: string) =>
      execFileSync(prlimit, ['--pid', String(serving.child.pid), `--as=${bytes}:unlimited`]);
    const large = await grey(5000, 5000);
    await requireWell(serving.url);
    // The thread for large images is there: V8 ends a process in which it cannot reserve what a new one needs.
    expect((await post(serving.url, predict, await grey(3000, 3000), png)).status).toBe(200);
    const status = await readFile(`/proc/${serving.child.pid}/status`, 'utf8');
    const [, kilobytes] = /VmSize:\s+(\d+)/.exec(status) ?? [];
    limit(String(1024 * Number(kilobytes) + 100e6));
    try {
      const response = await post(serving.url, predict, large, png);
      expect([response.status, (await failureOf(response)).code]).toEqual([503, 'MEMORY_SHORT']);
    } finally {
      limit('unlimited');
    }
    await requireWell(serving.url);
    expect((await post(serving.url, predict, large, png)).status).toBe(200);
  });
});

describe('an address', () => {
  it('asked with another method is answered with the methods it takes', async () => {
    for (const [method, path, allowed] of [
      ['GET', predict, 'POST'],
      ['PUT', '/v2', 'GET, HEAD'],
      ['DELETE', '/v1/detectors/parts', 'GET, HEAD'],
      ['POST', '/', 'GET, HEAD'],
    ] as const) {
      const response = await fetch(`${serving.url}${path}`, { method });
      expect([path, response.status, response.headers.get('allow')]).toEqual([path, 405, allowed]);
      expect(JSON.stringify(await response.json())).toContain(`${path} does not take ${method}.`);
    }
    const options = await fetch(`${serving.url}/v2`, { method: 'OPTIONS' });
    expect([options.status, options.headers.get('allow')]).toEqual([204, 'GET, HEAD']);
    expect((await fetch(`${serving.url}/v2`, { method: 'HEAD' })).status).toBe(200);
    for (const unknown of ['/nowhere', '/docs/static/none.js', '/docs/static/..%2f..%2fpackage.json'])
      expect([unknown, (await fetch(`${serving.url}${unknown}`)).status]).toEqual([unknown, 404]);
  });

  it('of a service without token on all interfaces is refused under a foreign host name (DNS rebinding)', async () => {
    const open = await startServe(run, '--host', '0.0.0.0', '--insecure');
    const statusFor = async (host: string) =>
      (await raw(open.url, `GET /v1/detectors HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)).slice(
        9,
        12,
      );
    expect(await statusFor('evil.example')).toBe('421');
    expect(await statusFor('192.168.0.7:8080')).toBe('200');
    expect(await statusFor('localhost')).toBe('200');
    expect((await open.stop()).status).toBe(0);
  });
});

describe('the address /', () => {
  it('is a page for browsers, which loads nothing and runs only its own script', async () => {
    const response = await fetch(serving.url, {
      headers: { Accept: 'text/html,application/xhtml+xml,*/*;q=0.8' },
    });
    const html = await response.text();
    expect([response.status, response.headers.get('content-type')]).toEqual([
      200,
      'text/html; charset=utf-8',
    ]);
    expect(response.headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; script-src 'sha256-[^']+'; style-src 'sha256-[^']+'; img-src data:; connect-src 'self'; form-action 'none'/,
    );
    expect(html).toContain('>parts, version 1</option>');
    for (const address of ['/docs/', '/metrics', '/v2/health/ready'])
      expect(html).toContain(`href="${address}"`);
    expect(html).not.toMatch(/(?:src|href)="(?:https?:)?\/\//);
  });

  it('is JSON for machines', async () => {
    const response = await fetch(serving.url, { headers: { Accept: '*/*' } });
    expect(await response.json()).toMatchObject({
      name: 'clad',
      detectors: [{ name: 'parts', version: '1' }],
    });
  });

  it('lists what is served only to clients with the token', async () => {
    const file = join(folder, 'token');
    await writeFile(file, 'a-token-for-this-test');
    const guarded = await startServe(`secret=${run}`, '--token-file', file);
    const get = async (headers: Record<string, string>) => {
      const response = await fetch(guarded.url, { headers });
      return { status: response.status, text: await response.text() };
    };
    const page = { Accept: 'text/html' };
    const token = { Authorization: 'Bearer a-token-for-this-test' };
    expect((await get({})).status).toBe(401);
    const stranger = await get(page);
    expect(stranger.status).toBe(200);
    expect(stranger.text).not.toContain('secret');
    expect(stranger.text).toContain('id="token"');
    expect((await get({ ...page, ...token })).text).toContain('secret, version 1');
    expect((await get(token)).text).toContain('"secret"');
    expect((await guarded.stop()).status).toBe(0);
  });
});

describe('the service', () => {
  it('loads its detectors again after SIGHUP, and goes on', async () => {
    const hung = await startServe(run);
    hung.child.kill('SIGHUP');
    await vi.waitFor(() => expect(hung.log()).toMatch(/"msg":"the detector was loaded again"/), {
      timeout: 10_000,
    });
    await requireWell(hung.url);
    expect((await hung.stop()).status).toBe(0);
  });

  it('writes nothing but JSON lines, also when many images wait together', async () => {
    const form = new FormData();
    for (let at = 0; at < 24; at++) form.append('a', new Blob([small]), `${at}.png`);
    expect((await post(serving.url, predict, form)).status).toBe(200);
    await requireWell(serving.url);
    const lines = serving.log().trim().split('\n');
    const told = lines.map((line) => JSON.parse(line) as { level: number; msg: string });
    expect(told.filter(({ level, msg }) => level > 30 && msg !== 'MEMORY_SHORT')).toEqual([]);
  });
});
