/** @file What the server of the studio refuses: paths that lead away, names that are none, files that are no images, other sites, who has no token. */
import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { get, type IncomingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { WatchView } from '../../src/studio/line-api.ts';
import type { RunView } from '../../src/studio/run-api.ts';
import type { MarkedImage } from '../../src/studio/update-api.ts';
import { clad, startClad } from '../helpers/clad.ts';
import { copySmallTraining } from '../helpers/common-training.ts';
import { type Serving, startListening } from '../helpers/serve.ts';
import { smallPng } from '../helpers/small-png.ts';

let folder = '';
let work = '';
let studio: Serving;
let image: Uint8Array<ArrayBuffer>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clad-studio-server-'));
  work = join(folder, 'work');
  image = await smallPng();
  await mkdir(join(folder, 'outside'), { recursive: true });
  await writeFile(join(folder, 'outside/secret.png'), image);
  studio = await startListening('studio', work, '--port', '0', '--no-open');
}, 60_000);
afterAll(async () => {
  await studio?.stop();
  await rm(folder, { recursive: true, force: true });
});

interface Told {
  readonly status: number;
  readonly code: string | undefined;
  readonly message: string;
}

async function ask(path: string, options: RequestInit = {}): Promise<Told> {
  const answer = await fetch(`${studio.url}/api/${path}`, options);
  const body = (await answer.json().catch(() => ({}))) as {
    readonly error?: { code: string; message: string };
  };
  return { status: answer.status, code: body.error?.code, message: body.error?.message ?? '' };
}

function put(dataset: string, query: Readonly<Record<string, string>>, body = image): Promise<Told> {
  const given = { product: 'bolt', place: 'train', kind: 'good', file: 'a.png', ...query };
  const headers = { 'Content-Type': 'application/octet-stream' };
  const path = `datasets/${encodeURIComponent(dataset)}/images?${new URLSearchParams(given)}`;
  return ask(path, { method: 'PUT', body, headers });
}

describe('images that come in', () => {
  it('lie where they belong, once', async () => {
    expect(await put('parts', {})).toMatchObject({ status: 201 });
    expect(await put('parts', {})).toMatchObject({ status: 200 });
    expect(await put('parts', { place: 'test', kind: 'crack' })).toMatchObject({ status: 201 });
    const written = await readFile(join(work, 'data/parts/bolt/train/good/a.png'));
    expect(written.equals(image)).toBe(true);
    expect(existsSync(join(work, 'data/parts/bolt/test/crack/a.png'))).toBe(true);
  });

  it.each([
    ['..', {}],
    ['a/b', {}],
    ['parts', { product: '..' }],
    ['parts', { product: 'train' }],
    ['parts', { product: '<img src=x onerror=alert(1)>' }],
    ['parts', { file: '../../../up.png' }],
    ['parts', { file: 'a\u202egnp.exe.png' }],
    ['parts', { place: 'test', kind: 'a\\b' }],
  ])('are refused for their names: %s %j', async (dataset, query) => {
    const told = await put(dataset, query);
    expect(told.status).toBeGreaterThanOrEqual(400);
    expect(told.status).toBeLessThan(405);
    expect(existsSync(join(folder, 'up.png')) || existsSync(join(work, 'up.png'))).toBe(false);
  });

  it.each([
    [{ file: 'a.exe' }, undefined, 'expected an image'],
    [{ file: 'text.png' }, 'no image at all', 'not PNG'],
    [{ kind: 'crack' }, undefined, 'good parts alone'],
  ])('are refused for what they are: %j', async (query, text, reason) => {
    const body = text === undefined ? image : new TextEncoder().encode(text);
    expect(await put('parts', query, body)).toMatchObject({
      status: 422,
      code: 'UPLOAD_REFUSED',
      message: expect.stringContaining(reason),
    });
  });
});

describe('paths', () => {
  it.each([
    '../../../outside/secret.png',
    '/etc/passwd',
    '..%2f..%2foutside/secret.png',
    'bolt/../../../studio.sqlite',
  ])('that lead away are not read: %s', async (path) => {
    const told = await ask(`datasets/parts/picture?size=small&path=${encodeURIComponent(path)}`);
    expect([403, 404]).toContain(told.status);
  });
  it('that lead away by a link are not read', async () => {
    await symlink(join(folder, 'outside'), join(work, 'data/parts/away'));
    await symlink(join(folder, 'outside'), join(work, 'data/linked'));
    const told = await ask('datasets/parts/picture?size=small&path=away/secret.png');
    expect(told).toMatchObject({ status: 403, code: 'WORKSPACE_OUTSIDE' });
    expect(await ask('datasets/linked')).toMatchObject({ status: 403 });
    await rm(join(work, 'data/parts/away'));
    await rm(join(work, 'data/linked'));
  });
  it.each([
    'runs/..%2f..',
    'runs/none',
    'runs/none/detector',
    'runs/none/pictures/samples/x.png',
    'runs/none/detector?version=..%2fx.onnx',
    'runs/none/marks',
    'runs/none/results?key=0123456789abcdef',
    'runs/none/results/heat/0?key=..%2f..',
  ])('of runs that there are not: %s', async (path) => {
    expect([400, 404]).toContain((await ask(path)).status);
  });
});

describe('what a training may be asked for', () => {
  const train = { kind: 'train', dataset: 'parts', run: 'r', method: 'clad', preset: 'instant' };
  const post = (path: string, body: object) =>
    ask(path, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
  it('is what comes with the program: a file of a method or a backbone is a program of its own', async () => {
    const program = join(folder, 'outside/method.mjs');
    await writeFile(
      program,
      `import { writeFileSync } from 'node:fs'; writeFileSync(${JSON.stringify(join(folder, 'ran'))}, '');`,
    );
    for (const more of [{ method: program }, { backbone: program }]) {
      expect(await post('jobs', { ...train, ...more })).toMatchObject({ code: 'OPTION_INVALID' });
      const { kind: _, run: __, ...settings } = train;
      expect(await post('plan', { ...settings, ...more })).toMatchObject({ code: 'OPTION_INVALID' });
    }
    expect(existsSync(join(folder, 'ran'))).toBe(false);
  });
  it('has a name once, also where it is asked for twice at once', async () => {
    const told = await Promise.all([post('jobs', train), post('jobs', train)]);
    expect(told.map(({ status, code }) => code ?? status).sort()).toEqual([201, 'RUN_EXISTS']);
  });
});

it('a report or a detector that is a link out of the workspace is not handed out', async () => {
  await mkdir(join(work, 'runs/linked'), { recursive: true });
  await symlink(join(folder, 'outside'), join(work, 'runs/linked/report'));
  await writeFile(join(folder, 'outside/index.html'), 'secret');
  await symlink(join(folder, 'outside/secret.png'), join(work, 'runs/linked/model.onnx'));
  for (const what of ['report', 'detector'])
    expect(await ask(`runs/linked/${what}`)).toMatchObject({ status: 403, code: 'WORKSPACE_OUTSIDE' });
});

it('frames are judged by detectors that there are, and marks are of images that there are', async () => {
  const frame = { method: 'POST', body: image, headers: { 'Content-Type': 'application/octet-stream' } };
  for (const query of ['run=none', 'run=..', 'run=none&version=..%2fx.onnx'])
    expect([400, 403, 404]).toContain((await ask(`line?${query}`, frame)).status);
  expect(await ask('line', frame)).toMatchObject({ status: 400, code: 'REQUEST_INVALID' });
  const mark = {
    method: 'PUT',
    body: JSON.stringify({ path: '../secret.png', mark: 'missed' }),
    headers: { 'Content-Type': 'application/json' },
  };
  expect(await ask('runs/none/marks', mark)).toMatchObject({ status: 404, code: 'NOT_THERE' });
});

describe('what goes over the wire', () => {
  interface Wire {
    /** Of the answer with its head. */
    readonly bytes: number;
    readonly headers: IncomingHttpHeaders;
    readonly body: Buffer;
  }
  /** An answer as it comes, on a connection of its own. */
  const wire = (path: string, accepted?: string): Promise<Wire> =>
    new Promise((resolve, reject) => {
      const headers = accepted === undefined ? {} : { 'accept-encoding': accepted };
      get(`${studio.url}${path}`, { agent: false, headers }, async (answer) => {
        const chunks: Buffer[] = [];
        for await (const chunk of answer) chunks.push(chunk as Buffer);
        const { bytesRead: bytes } = answer.socket;
        resolve({ bytes, headers: answer.headers, body: Buffer.concat(chunks) });
      }).on('error', reject);
    });
  const plain = { br: brotliDecompressSync, gzip: gunzipSync } as const;

  it.each([
    ['br', 'gzip, deflate, br, zstd'],
    ['gzip', 'gzip'],
  ] as const)('the first load is below 300 kB, and is what it is without %s', async (encoding, accepted) => {
    const page = (await wire('/')).body.toString();
    const names = [...page.matchAll(/(?:src|href)="\.(\/assets\/[^"]+)"/g)].map(([, name]) => name as string);
    expect(names.length).toBeGreaterThan(1);
    let bytes = 0;
    for (const name of ['/', ...names]) {
      const [whole, small] = [await wire(name), await wire(name, accepted)];
      expect(small.headers).toMatchObject({ 'content-encoding': encoding, vary: 'Accept-Encoding' });
      expect(small.headers['content-type']).toBe(whole.headers['content-type']);
      expect(small.headers['cache-control']).toBe(whole.headers['cache-control']);
      expect(whole.headers['content-encoding']).toBeUndefined();
      expect(plain[encoding](small.body).equals(whole.body)).toBe(true);
      bytes += small.bytes;
    }
    for (const path of ['/api/overview', '/api/choices']) bytes += (await wire(path, accepted)).bytes;
    expect(bytes).toBeLessThan(300_000);
    expect((await wire(`${names[0]}.br`)).headers['content-type']).toContain('json');
    // What its name tells apart is asked for once; the page that names it, each time.
    expect((await wire(names[0] as string)).headers['cache-control']).toContain('immutable');
    for (const path of ['/', '/assets/none.js'])
      expect((await wire(path)).headers['cache-control'], path).toBe('no-store');
  });
  it('JSON is compressed for whoever takes that', async () => {
    const [whole, small] = [await wire('/api/choices'), await wire('/api/choices', 'deflate, gzip;q=0.5')];
    expect(small.headers).toMatchObject({ 'content-encoding': 'gzip', vary: 'Accept-Encoding' });
    expect(small.bytes).toBeLessThan(whole.bytes / 3);
    expect(gunzipSync(small.body).equals(whole.body)).toBe(true);
    for (const accepted of ['br', 'gzip;q=0', 'gzip;q=0.000, *', '*;q=0']) {
      const { headers, body } = await wire('/api/choices', accepted);
      expect([headers['content-encoding'], body.equals(whole.body)], accepted).toEqual([undefined, true]);
    }
  });
  it('events are told at once', async () => {
    const first = await new Promise<string>((resolve, reject) => {
      const headers = { 'accept-encoding': 'gzip, br' };
      const asked = get(`${studio.url}/api/events`, { agent: false, headers }, (answer) => {
        expect(answer.headers['content-encoding']).toBeUndefined();
        answer.once('data', (chunk: Buffer) => {
          resolve(chunk.toString());
          asked.destroy();
        });
      });
      asked.on('error', reject);
    });
    expect(first).toContain('"type":"jobs"');
  });
});

describe('folders that are watched', () => {
  const json = (method: string, body?: object) => ({
    method,
    ...(body && { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } }),
  });
  const view = async () => {
    const answer = await fetch(`${studio.url}/api/watches`);
    return ((await answer.json()) as { readonly watches: readonly WatchView[] }).watches[0];
  };
  it('are those of the workspace alone where no other was allowed', async () => {
    for (const path of ['/etc', '..', '../outside', 'runs', '.'])
      expect(await ask('watches', json('POST', { run: 'none', folder: path }))).toMatchObject({
        ...{ status: 403, code: 'WATCH_OUTSIDE' },
      });
    await mkdir(join(work, 'incoming'));
    expect(await ask('watches', json('POST', { run: 'none', folder: 'incoming' }))).toMatchObject({
      status: 404,
    });
    for (const path of ['watches/7/stop', 'watches/7/start'])
      expect(await ask(path, json('POST'))).toMatchObject({ status: 404, code: 'NOT_THERE' });
  });
  it('are judged as by clad watch, into a journal that it goes on with, and their pictures can be marked', async () => {
    const data = await copySmallTraining(join(work, 'runs'), 'watching');
    await copyFile(join(data, 'disc/test/blot/000.png'), join(work, 'incoming/a.png'));
    expect(await ask('watches', json('POST', { run: 'watching', folder: 'incoming' }))).toMatchObject({
      status: 201,
    });
    await expect.poll(async () => (await view())?.judged.length, { timeout: 30_000 }).toBe(1);
    const { id, judged, command } = (await view()) as WatchView;
    expect(judged[0]).toMatchObject({ path: 'a.png', outcome: 'reject', heat: true });
    for (const what of ['photograph', 'heat'])
      expect(
        (
          await fetch(
            `${studio.url}/api/watches/${id}/picture?judgement=${judged[0]?.id}&what=${what}&size=small`,
          )
        ).headers.get('content-type'),
      ).toBe('image/webp');
    const marked = await ask(
      `watches/${id}/mark`,
      json('POST', { judgement: judged[0]?.id, mark: 'false-alarm' }),
    );
    expect(marked.status).toBe(200);
    const marks = (await (await fetch(`${studio.url}/api/runs/watching/marks`)).json()) as MarkedImage[];
    expect(marks).toMatchObject([{ mark: 'false-alarm', from: 'line', said: { class: 'disc' } }]);
    expect(
      (await readFile(join(work, 'marked/watching', marks[0]?.path ?? ''))).equals(
        await readFile(join(work, 'incoming/a.png')),
      ),
    ).toBe(true);
    // Taken back, it is not kept.
    await ask('runs/watching/marks', json('PUT', { path: marks[0]?.path, mark: null }));
    expect(existsSync(join(work, 'marked/watching', marks[0]?.path ?? ''))).toBe(false);
    await ask(`watches/${id}/stop`, json('POST'));
    await expect
      .poll(() => existsSync(join(work, 'line/incoming-watching/.journal.sqlite.lock')), { timeout: 30_000 })
      .toBe(false);
    await copyFile(join(data, 'disc/test/good/000.png'), join(work, 'incoming/b.png'));
    // The command that the page shows.
    const words = command
      .split(' ')
      .slice(1)
      .map((word) => (/^(runs|line|incoming)/.test(word) ? join(work, word) : word));
    const { stdout } = await clad(...words, '--once', '--json');
    expect(
      stdout
        .trim()
        .split('\n')
        .map((line) => (JSON.parse(line) as { path?: string }).path),
    ).toEqual(['b.png', undefined]);
    // Two tabs that have the run learn at once: the second would learn twice.
    await ask(`watches/${id}/mark`, json('POST', { judgement: judged[0]?.id, mark: 'false-alarm' }));
    const { key } = (await (await fetch(`${studio.url}/api/runs/watching`)).json()) as RunView;
    const kept = { falseAlarms: [marks[0]?.path], missed: [] };
    const learn = {
      kind: 'update',
      run: 'watching',
      dataset: null,
      of: key,
      falseAlarms: [],
      missed: [],
      kept,
    };
    const asked = [json('POST', learn), json('POST', learn)].map((each) => ask('jobs', each));
    expect((await Promise.all(asked)).map(({ status, code }) => code ?? status).sort()).toEqual([
      ...[201, 'RUN_LEARNS'],
    ]);
  }, 90_000);
  it('are sorted by verdict where that is asked for, nothing is written over, and pictures are shown from there', async () => {
    const data = await copySmallTraining(join(work, 'runs'), 'sorting');
    for (const name of ['to-sort', 'sorted/reject']) await mkdir(join(work, name), { recursive: true });
    await writeFile(join(work, 'sorted/reject/a.png'), 'of somebody else');
    await copyFile(join(data, 'disc/test/blot/000.png'), join(work, 'to-sort/a.png'));
    await copyFile(join(data, 'disc/test/good/000.png'), join(work, 'to-sort/b.png'));
    const ordered = (move: object) => json('POST', { run: 'sorting', folder: 'to-sort', move });
    for (const folder of ['../outside', 'runs', 'to-sort/sorted'])
      expect(await ask('watches', ordered({ folder, removeOldest: false }))).toMatchObject({
        ...{ status: 403, code: 'WATCH_MOVE' },
      });
    expect(await ask('watches', ordered({ folder: 'sorted', removeOldest: false }))).toMatchObject({
      status: 201,
    });
    const found = async () => {
      const answer = await fetch(`${studio.url}/api/watches`);
      const { watches } = (await answer.json()) as { readonly watches: readonly WatchView[] };
      return watches.find(({ folder: of }) => of.endsWith('to-sort')) as WatchView;
    };
    await expect.poll(async () => (await found()).judged.length, { timeout: 30_000 }).toBe(2);
    await expect.poll(() => readdir(join(work, 'to-sort')), { timeout: 10_000 }).toEqual([]);
    const { id, judged } = await found();
    expect(judged.map(({ path, destination }) => [path, destination]).sort()).toEqual([
      ['a.png', 'reject/a-2.png'],
      ['b.png', 'pass/b.png'],
    ]);
    expect(await readFile(join(work, 'sorted/reject/a.png'), 'utf8')).toBe('of somebody else');
    const moved = await readFile(join(work, 'sorted/reject/a-2.png'));
    expect(moved.equals(await readFile(join(data, 'disc/test/blot/000.png')))).toBe(true);
    for (const { id: judgement } of judged) {
      const picture = `watches/${id}/picture?judgement=${judgement}&what=photograph&size=small`;
      expect(await ask(picture)).toMatchObject({ status: 200 });
    }
    const alarm = judged.find(({ outcome }) => outcome === 'reject')?.id;
    expect(
      await ask(`watches/${id}/mark`, json('POST', { judgement: alarm, mark: 'false-alarm' })),
    ).toMatchObject({ status: 200 });
    await ask(`watches/${id}/stop`, json('POST'));
    await ask(`watches/${id}`, json('DELETE'));
  }, 90_000);
});

describe('who asks', () => {
  it('a page of another site is refused, and a name that is not this machine', async () => {
    const origin = { headers: { Origin: 'https://elsewhere.example' } };
    expect(await ask('overview', origin)).toMatchObject({ status: 403, code: 'ORIGIN_REFUSED' });
    expect(await ask('jobs', { ...origin, method: 'POST', body: '{}' })).toMatchObject({ status: 403 });
    expect(await ask('overview', { headers: { 'Sec-Fetch-Site': 'cross-site' } })).toMatchObject({
      status: 403,
    });
  });
  it('a second studio on the same workspace is refused', async () => {
    const { status, stderr } = await clad('studio', work, '--port', '0', '--no-open');
    expect(status).toBe(2);
    expect(stderr).toContain('process');
    // Not in what may be removed.
    expect(existsSync(join(work, '.studio.sqlite.lock'))).toBe(true);
  });
  it('beyond this machine a token is needed, said once, and kept as a cookie that no script can read', async () => {
    const open = await startClad('studio', join(folder, 'b'), '--port', '0', '--no-open', '--host', '0.0.0.0')
      .ended;
    expect(open.stderr).toContain('--token-file');
    const file = join(folder, 'token');
    await writeFile(file, 'a-token-for-this-test');
    const guarded = await startListening(
      'studio',
      join(folder, 'c'),
      '--port',
      '0',
      '--no-open',
      '--token-file',
      file,
    );
    try {
      expect((await fetch(`${guarded.url}/`)).status).toBe(200);
      expect((await fetch(`${guarded.url}/api/overview`)).status).toBe(401);
      const say = (token: string) =>
        fetch(`${guarded.url}/api/session`, {
          method: 'POST',
          headers: { 'Content-Type': 'application/json' },
          body: JSON.stringify({ token }),
        });
      expect((await say('another-token-of-this')).status).toBe(401);
      const cookie = (await say('a-token-for-this-test')).headers.get('set-cookie') ?? '';
      expect(cookie).toContain('HttpOnly; SameSite=Strict');
      const answer = await fetch(`${guarded.url}/api/overview`, {
        headers: { Cookie: cookie.split(';')[0] ?? '' },
      });
      expect(answer.status).toBe(200);
    } finally {
      await guarded.stop();
    }
  });
});
