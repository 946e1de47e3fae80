/** @file The service as its users meet it: the built command, a detector trained here, and requests over loopback. */
import { copyFile, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { crc32 } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Detector } from '../../src/detector/detector.ts';
import { heatImage } from '../../src/detector/heat/heat-image.ts';
import type { PredictionWithMap } from '../../src/detector/prediction.ts';
import { decodeBytes, decodeImage } from '../../src/image/decode.ts';
import type { PredictionLine } from '../../src/jobs/predict.ts';
import { nodeEngine } from '../../src/runtime/node.ts';
import { clad } from '../helpers/clad.ts';
import { copySmallTraining } from '../helpers/common-training.ts';
import { encoded, noise } from '../helpers/images.ts';
import { type Serving, startServe } from '../helpers/serve.ts';
import { trainSmall } from '../helpers/small-training.ts';

let folder = '';
let run = '';
let other = '';
let serving: Serving;
/** Test photographs, and what `clad predict --json` says of them, by path. */
const offline = new Map<string, PredictionLine>();
let paths: readonly string[] = [];
/** One whose decoding and predicting take so long that others come meanwhile. */
let slow: Buffer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clad-serve-'));
  run = join(folder, 'parts');
  other = join(folder, 'other');
  const data = await copySmallTraining(folder, 'parts');
  await trainSmall(folder, data, 'other', 'seed=1');
  const { stdout } = await clad('predict', run, join(data, 'disc/test'), join(data, 'weave/test'), '--json');
  for (const text of stdout.trim().split('\n')) {
    const line = JSON.parse(text) as PredictionLine;
    offline.set(line.path, line);
  }
  paths = [...offline.keys()];
  slow = await encoded({ width: 3600, height: 3600, data: new Uint8Array(3600 * 3600 * 3).fill(90) });
  serving = await startServe(run, `parts@2=${other}`, '--max-body', '40', '--max-batch', '4');
}, 180_000);

afterAll(async () => {
  await serving?.stop();
  await rm(folder, { recursive: true, force: true });
});

interface Failure {
  readonly error: { readonly code: string; readonly requestId: string };
}

const jsonOf = async <T>(response: Response) => (await response.json()) as T;

const png = { 'Content-Type': 'image/png' };

type Body = NonNullable<RequestInit['body']>;
type Headers = Readonly<Record<string, string>>;

function post(path: string, body: Body, headers: Headers = {}, url = serving.url): Promise<Response> {
  return fetch(`${url}${path}`, { method: 'POST', body, headers });
}

const predict = '/v1/detectors/parts/versions/1/predict';
const infer = '/v2/models/parts/versions/1/infer';

/** What `clad predict --json` says of an image, as the service says it. */
function expected(path: string, file: string | null): object {
  const { path: _, map: __, ...prediction } = offline.get(path)!;
  return { file, ...prediction };
}

async function form(
  files: readonly (readonly [name: string, bytes: Uint8Array<ArrayBuffer>])[],
): Promise<FormData> {
  const data = new FormData();
  for (const [name, bytes] of files) data.append('image', new Blob([bytes]), name);
  return data;
}

const bytesOf = async (path: string) => new Uint8Array(await readFile(path));

describe('/v1', () => {
  it('gives for every image exactly what clad predict --json gives', async () => {
    expect(paths).toHaveLength(12);
    for (const path of paths) {
      const response = await post(predict, await bytesOf(path), png);
      expect(response.status).toBe(200);
      expect(await response.json()).toEqual(expected(path, null));
    }
    const verdicts = new Set([...offline.values()].map(({ verdict }) => verdict));
    expect(verdicts.size).toBeGreaterThan(1);
  });

  it('gives each of many clients their own answer', async () => {
    const clients = Array.from({ length: 24 }, async (_, client) => {
      for (let turn = 0; turn < 6; turn++) {
        const path = paths[(client * 7 + turn * 5) % paths.length]!;
        const file = `${client}-${turn}.png`;
        const response = await post(`${predict}?file=${file}`, await bytesOf(path), png);
        expect(await response.json()).toEqual(expected(path, file));
      }
    });
    await Promise.all(clients);
    const metrics = await (await fetch(`${serving.url}/metrics`)).text();
    const [, single] = /clad_batch_size_bucket\{le="1"\} (\d+)/.exec(metrics) ?? [];
    const [, all] = /clad_batch_size_count (\d+)/.exec(metrics) ?? [];
    expect(Number(all)).toBeGreaterThan(Number(single));
  });

  it('answers a form with a list in its order, with an error for each image that cannot be predicted', async () => {
    const files = [
      ['a.png', await bytesOf(paths[0]!)],
      ['notes.txt', new TextEncoder().encode('no image')],
      ['b.png', await bytesOf(paths[9]!)],
    ] as const;
    const response = await post(predict, await form(files));
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual([
      expected(paths[0]!, 'a.png'),
      {
        file: 'notes.txt',
        error: { code: 'IMAGE_INVALID', message: expect.stringMatching(/^notes\.txt: /) },
      },
      expected(paths[9]!, 'b.png'),
    ]);
    const broken = await post(predict, await form([['notes.txt', files[1][1]]]));
    expect([broken.status, (await jsonOf<object[]>(broken)).length]).toEqual([422, 1]);
  });

  it('takes the class of the images, and says what they look like', async () => {
    const files = [paths[0]!, paths[9]!];
    const { stdout } = await clad('predict', run, ...files, '--class', 'weave', '--json');
    const lines = stdout
      .trim()
      .split('\n')
      .map((text) => JSON.parse(text) as PredictionLine);
    const sent = [
      ['a', await bytesOf(files[0]!)],
      ['b', await bytesOf(files[1]!)],
    ] as const;
    const answer = await jsonOf<object[]>(await post(`${predict}?class=weave`, await form(sent)));
    expect(answer).toEqual(
      lines.map(({ path: _, map: __, ...line }, index) => ({ file: sent[index]![0], ...line })),
    );
    const [disc, weave] = files.map((path) => offline.get(path)!);
    const recognised = ({ class: name, classShare }: PredictionLine) => ({ class: name, classShare });
    expect([recognised(disc!), recognised(weave!)].map(({ class: name }) => name)).toEqual(['disc', 'weave']);
    expect(lines[0]).toMatchObject({
      class: 'weave',
      recognised: recognised(disc!),
      warnings: expect.arrayContaining([expect.objectContaining({ code: 'CLASS' })]),
    });
    expect(lines[0]?.threshold).toBe(weave?.threshold);
    expect(lines[0]?.score).not.toBe(disc?.score);
    expect(lines[1]).toEqual({ ...weave!, recognised: recognised(weave!) });
  });

  it('refuses a class that the detector does not know, before others are kept waiting', async () => {
    for (const [query, status, code] of [
      ['class=screw', 400, 'CLASS_GIVEN_UNKNOWN'],
      ['class=__proto__', 400, 'CLASS_GIVEN_UNKNOWN'],
      ['class=', 400, 'REQUEST_INVALID'],
      [`class=${'x'.repeat(300)}`, 400, 'REQUEST_INVALID'],
      ['class=disc&class=weave', 400, 'REQUEST_INVALID'],
    ] as const) {
      const response = await post(`${predict}?${query}`, await bytesOf(paths[0]!), png);
      expect([query, response.status, (await jsonOf<Failure>(response)).error.code]).toEqual([
        query,
        status,
        code,
      ]);
    }
    const refused = await post(`${predict}?class=screw`, await bytesOf(paths[0]!), png);
    expect(await refused.text()).toContain('the detector knows disc, weave');
  });

  it('gives the heat map alone or in the JSON', async () => {
    const path = paths.find((each) => offline.get(each)?.verdict === 'anomalous')!;
    const model = join(run, 'model.onnx');
    const detector = await Detector.fromBytes(await nodeEngine({ threads: 1 }), await readFile(model), model);
    const image = await decodeImage(path);
    const wanted = heatImage(detector, image, await detector.predict(image));
    await detector.release();
    const bytes = await bytesOf(path);
    const asked = await post(`${predict}?map=png`, bytes, png);
    expect(asked.headers.get('content-type')).toBe('image/png');
    const accepted = await post(predict, bytes, { ...png, Accept: 'image/png' });
    const inside = await post(`${predict}?map=base64`, bytes, png);
    const { map, ...prediction } = await jsonOf<{ map: string }>(inside);
    expect(prediction).toEqual(expected(path, null));
    for (const heat of [
      await asked.arrayBuffer(),
      await accepted.arrayBuffer(),
      Buffer.from(map, 'base64'),
    ]) {
      const image = await decodeBytes(new Uint8Array(heat), 'heat');
      expect(Buffer.from(image.data).equals(wanted.data)).toBe(true);
    }
    expect(Buffer.from(wanted.data).equals(image.data)).toBe(false);
  });

  it('lists what is loaded, by version, and shows no path of this machine', async () => {
    const text = await (await fetch(`${serving.url}/v1/detectors`)).text();
    const { detectors } = JSON.parse(text);
    expect(detectors.map(({ name, version }: { name: string; version: string }) => [name, version])).toEqual([
      ['parts', '2'],
      ['parts', '1'],
    ]);
    expect(text).not.toContain(folder);
    const newest = await (await fetch(`${serving.url}/v1/detectors/parts`)).json();
    expect(newest).toMatchObject({
      version: '2',
      versions: ['2', '1'],
      classes: ['disc', 'weave'],
      provenance: { seed: 1 },
    });
    const first = await (await fetch(`${serving.url}/v1/detectors/parts/versions/1`)).json();
    expect(first).toMatchObject({ version: '1', provenance: { seed: 0 } });
    expect((await fetch(`${serving.url}/v1/detectors/other`)).status).toBe(404);
  });
});

describe('/v2, the Open Inference Protocol', () => {
  /** Predictions of some images of one size, and their tensor. */
  async function batch(): Promise<{ shape: number[]; data: Buffer; predictions: PredictionWithMap[] }> {
    const weaves = paths.filter((path) => offline.get(path)?.class === 'weave').slice(0, 3);
    const images = await Promise.all(weaves.map((path) => decodeImage(path)));
    const { width, height } = images[0]!;
    const same = images.filter((image) => image.width === width && image.height === height);
    const model = join(run, 'model.onnx');
    const detector = await Detector.fromBytes(await nodeEngine({ threads: 1 }), await readFile(model), model);
    const predictions = await Promise.all(same.map((image) => detector.predict(image)));
    await detector.release();
    return {
      shape: [same.length, height, width, 3],
      data: Buffer.concat(same.map(({ data }) => data)),
      predictions,
    };
  }

  const tensors = (predictions: readonly PredictionWithMap[]) => ({
    anomaly_map: predictions.flatMap(({ map }) => Array.from(map)),
    score: predictions.map(({ score }) => score),
    class_share: predictions.flatMap(({ classShares }) => [classShares.disc!, classShares.weave!]),
  });

  it("gives the file's own tensors as JSON", async () => {
    const { shape, data, predictions } = await batch();
    expect(predictions.length).toBeGreaterThan(1);
    const inputs = [{ name: 'image', datatype: 'UINT8', shape, data: Array.from(data) }];
    const response = await post(infer, JSON.stringify({ id: '42', inputs }), {
      'Content-Type': 'application/json',
    });
    const answer = await jsonOf<{
      outputs: { name: string; datatype: string; shape: number[]; data: number[] }[];
    }>(response);
    const n = predictions.length;
    expect(answer).toMatchObject({ model_name: 'parts', model_version: '1', id: '42' });
    expect(answer.outputs.map(({ name, datatype, shape }) => [name, datatype, shape])).toEqual([
      ['anomaly_map', 'FP32', [n, 64, 64]],
      ['score', 'FP32', [n]],
      ['class_share', 'FP32', [n, 2]],
    ]);
    const got = Object.fromEntries(answer.outputs.map(({ name, data }) => [name, data]));
    expect(got).toEqual(tensors(predictions));
  });

  it('takes a class with each image, by name or by index', async () => {
    const { shape, data, predictions } = await batch();
    const n = predictions.length;
    const image = { name: 'image', datatype: 'UINT8', shape, data: Array.from(data) };
    const score = async (datatype: string, classes: readonly (string | number)[]) => {
      const inputs = [image, { name: 'class', datatype, shape: [n], data: classes }];
      const body = JSON.stringify({ inputs, outputs: [{ name: 'score' }, { name: 'class_share' }] });
      return post(infer, body, { 'Content-Type': 'application/json' });
    };
    const numbers = async (response: Response) =>
      (await jsonOf<{ outputs: { data: number[] }[] }>(response)).outputs.map((each) => each.data);
    const wanted = tensors(predictions);
    const mixed = await numbers(await score('BYTES', ['disc', ...Array(n - 1).fill('weave')]));
    expect(mixed[1]).toEqual(wanted.class_share);
    expect(mixed[0]?.slice(1)).toEqual(wanted.score.slice(1));
    expect(mixed[0]?.[0]).not.toBe(wanted.score[0]);
    expect(await numbers(await score('INT64', [0, ...Array(n - 1).fill(-1)]))).toEqual(mixed);
    expect((await numbers(await score('BYTES', Array(n).fill(''))))[0]).toEqual(wanted.score);
    for (const [datatype, given] of [
      ['BYTES', 'screw'],
      ['INT64', 2],
    ] as const) {
      const refused = await score(datatype, Array(n).fill(given));
      expect(refused.status).toBe(400);
      expect(await refused.json()).toEqual({
        error: expect.stringMatching(
          /^Unknown class "?\w+"? was given with an image; the detector knows disc, weave/,
        ),
      });
    }
  });

  it('gives the same as bytes, to a request without content type as tritonclient sends it', async () => {
    const { shape, data, predictions } = await batch();
    const header = Buffer.from(
      JSON.stringify({
        inputs: [{ name: 'image', datatype: 'UINT8', shape, parameters: { binary_data_size: data.length } }],
        outputs: [
          { name: 'score', parameters: { binary_data: true } },
          { name: 'anomaly_map', parameters: { binary_data: true } },
          { name: 'class_share' },
        ],
      }),
    );
    const response = await post(infer, new Uint8Array(Buffer.concat([header, data])), {
      'Inference-Header-Content-Length': String(header.length),
    });
    expect(response.headers.get('content-type')).toBe('application/octet-stream');
    const body = Buffer.from(await response.arrayBuffer());
    const length = Number(response.headers.get('inference-header-content-length'));
    const { outputs } = JSON.parse(body.subarray(0, length).toString());
    const wanted = tensors(predictions);
    const n = predictions.length;
    expect(outputs).toEqual([
      { name: 'score', datatype: 'FP32', shape: [n], parameters: { binary_data_size: 4 * n } },
      {
        name: 'anomaly_map',
        datatype: 'FP32',
        shape: [n, 64, 64],
        parameters: { binary_data_size: 4 * n * 4096 },
      },
      { name: 'class_share', datatype: 'FP32', shape: [n, 2], data: wanted.class_share },
    ]);
    const floats = Array.from({ length: (body.length - length) / 4 }, (_, at) =>
      body.readFloatLE(length + 4 * at),
    );
    expect(floats).toEqual([...wanted.score, ...wanted.anomaly_map]);
  });

  it('describes the server and its models, and answers readiness and liveness', async () => {
    const get = async (path: string) => {
      const response = await fetch(`${serving.url}${path}`);
      return [response.status, await response.json()];
    };
    expect(await get('/v2')).toEqual([
      200,
      { name: 'clad', version: expect.any(String), extensions: ['binary_tensor_data'] },
    ]);
    expect(await get('/v2/models/parts')).toEqual([
      200,
      {
        name: 'parts',
        versions: ['2', '1'],
        platform: 'onnx_onnxv1',
        inputs: [
          { name: 'image', datatype: 'UINT8', shape: [-1, -1, -1, 3] },
          { name: 'class', datatype: 'BYTES', shape: [-1] },
        ],
        outputs: [
          { name: 'anomaly_map', datatype: 'FP32', shape: [-1, 64, 64] },
          { name: 'score', datatype: 'FP32', shape: [-1] },
          { name: 'class_share', datatype: 'FP32', shape: [-1, 2] },
        ],
      },
    ]);
    expect(await get('/v2/models/parts/versions/2/ready')).toEqual([200, { name: 'parts', ready: true }]);
    expect(await get('/v2/health/live')).toEqual([200, { live: true }]);
    expect(await get('/v2/health/ready')).toEqual([200, { live: true, ready: true }]);
    expect(await get('/v2/models/parts/versions/3')).toEqual([
      404,
      { error: expect.stringMatching(/version 3/) },
    ]);
    expect(await get('/v2/models/x/ready')).toEqual([404, { error: expect.any(String) }]);
  });
});

interface OpenApi {
  readonly openapi: string;
  readonly paths: Readonly<
    Record<string, { readonly post?: { readonly requestBody: { readonly content: object } } }>
  >;
}

describe("the service's description and counters", () => {
  it('describe every route in OpenAPI, and show it without the internet', async () => {
    const document = await jsonOf<OpenApi>(await fetch(`${serving.url}/openapi.json`));
    expect(document.openapi).toMatch(/^3\.1/);
    const paths = ['/', '/metrics', '/v1/detectors', '/v2', '/v2/health/live', '/v2/health/ready'];
    for (const start of ['/v1/detectors/{name}', '/v1/detectors/{name}/versions/{version}'])
      paths.push(start, `${start}/predict`);
    for (const start of ['/v2/models/{name}', '/v2/models/{name}/versions/{version}'])
      paths.push(start, `${start}/infer`, `${start}/ready`);
    expect(Object.keys(document.paths).toSorted()).toEqual(paths.toSorted());
    const { post: predictions } = document.paths['/v1/detectors/{name}/predict']!;
    expect(Object.keys(predictions!.requestBody.content)).toContain('multipart/form-data');
    const page = await fetch(`${serving.url}/docs/`);
    const html = await page.text();
    expect(page.status).toBe(200);
    expect(html).not.toMatch(/(?:src|href)="(?:https?:)?\/\//);
    for (const [, asset] of html.matchAll(/(?:src|href)="([^"]+)"/g)) {
      const response = await fetch(new URL(asset!, page.url));
      expect([asset, response.status]).toEqual([asset, 200]);
    }
  });

  it('count requests, verdicts and scores by class', async () => {
    await post(predict, await bytesOf(paths[0]!), png);
    const text = await (await fetch(`${serving.url}/metrics`)).text();
    const { class: product, verdict } = offline.get(paths[0]!)!;
    for (const line of [
      /^clad_http_requests_total\{method="POST",route="\/v1\/detectors\/:name\/versions\/:version\/predict",status="200"\} \d+$/m,
      /^clad_http_request_duration_seconds_bucket\{le="0\.1",method="POST",/m,
      new RegExp(
        `^clad_verdicts_total\\{detector="parts",version="1",class="${product}",verdict="${verdict}"\\} \\d+$`,
        'm',
      ),
      new RegExp(
        `^clad_score\\{quantile="0\\.5",detector="parts",version="1",class="${product}"\\} [\\d.]+$`,
        'm',
      ),
      /^clad_queue_depth 0$/m,
      /^clad_ready 1$/m,
    ])
      expect(text).toMatch(line);
  });

  it('have drift of each class, once the run is read', async () => {
    let text = '';
    for (let tries = 0; tries < 100 && !/^clad_drift_p\{/m.test(text); tries++) {
      await post(predict, await bytesOf(paths[0]!), png);
      text = await (await fetch(`${serving.url}/metrics`)).text();
      // Findings are good for a second.
      await sleep(100);
    }
    const { class: product } = offline.get(paths[0]!)!;
    const of = `detector="parts",version="1",class="${product}"`;
    const [, images] = new RegExp(`^clad_drift_images\\{${of}\\} (\\d+)$`, 'm').exec(text)!;
    expect(Number(images)).toBeGreaterThanOrEqual(20);
    expect(text).toMatch(new RegExp(`^clad_drift_alarm\\{${of},what="failures"\\} [01]$`, 'm'));
    expect(text).toMatch(new RegExp(`^clad_drift_now\\{${of},what="failures"\\} [\\d.]+$`, 'm'));
  });

  it('repeat a request id that is safe, and make one in place of one that is not', async () => {
    const idOf = async (id: string) =>
      (await fetch(`${serving.url}/v2`, { headers: { 'X-Request-Id': id } })).headers.get('x-request-id');
    expect(await idOf('line-7:4711')).toBe('line-7:4711');
    expect(await idOf('{"level":60}')).toMatch(/^[0-9a-f-]{36}$/);
    const response = await fetch(`${serving.url}/nowhere`, { headers: { 'X-Request-Id': 'a1' } });
    expect((await jsonOf<Failure>(response)).error).toMatchObject({ code: 'ROUTE_UNKNOWN', requestId: 'a1' });
    await vi.waitFor(() => expect(serving.log()).toMatch(/"reqId":"line-7:4711".*"status":200/));
  });
});

describe('hostile requests', () => {
  /** A whole PNG that says it has ten billion pixels. */
  async function bomb(): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = await encoded(noise(8, 8));
    bytes.writeUInt32BE(100_000, 16);
    bytes.writeUInt32BE(100_000, 20);
    bytes.writeUInt32BE(crc32(bytes.subarray(12, 29)), 29);
    return new Uint8Array(bytes);
  }

  const json = { 'Content-Type': 'application/json' };
  const one = (data: unknown) =>
    JSON.stringify({ inputs: [{ name: 'image', datatype: 'UINT8', shape: [1, 1, 1, 3], data }] });

  const bodies: readonly (readonly [string, number, () => Promise<Response>])[] = [
    ['no body', 400, () => post(predict, '', png)],
    ['text', 415, () => post(predict, 'hello', { 'Content-Type': 'text/plain' })],
    ['a compressed body', 415, () => post(predict, 'x', { ...png, 'Content-Encoding': 'gzip' })],
    ['noise', 422, () => post(predict, new Uint8Array(5000).fill(77), png)],
    ['half an image', 422, async () => post(predict, (await bytesOf(paths[0]!)).slice(0, 900), png)],
    ['a decompression bomb', 413, async () => post(predict, await bomb(), png)],
    ['more bytes than allowed', 413, () => post(predict, new Uint8Array(41 * 2 ** 20), png)],
    [
      'a form without an end',
      400,
      () =>
        post(predict, '--x\r\nContent-Disposition: form-data; name="a"; filename="a"\r\n\r\nabc', {
          'Content-Type': 'multipart/form-data; boundary=x',
        }),
    ],
    ['a form without a boundary', 400, () => post(predict, 'abc', { 'Content-Type': 'multipart/form-data' })],
    [
      'a form without a file',
      400,
      () => post(predict, '--x--\r\n', { 'Content-Type': 'multipart/form-data; boundary=x' }),
    ],
    [
      'a form of too many',
      413,
      async () =>
        post(predict, await form(Array.from({ length: 33 }, () => ['a', new Uint8Array(1)] as const))),
    ],
    [
      'an image of many',
      400,
      async () => post(`${predict}?map=png`, await form([1, 2].map(() => ['a', new Uint8Array(1)] as const))),
    ],
    ['an unknown field of the query', 400, () => post(`${predict}?trehshold=1`, 'x', png)],
    ['a field where none is read', 400, () => fetch(`${serving.url}/v1/detectors?limit=1`)],
    ['a query for tensors', 400, () => post(`${infer}?map=png`, one([1, 2, 3]), json)],
    [
      'a form with a field that is no file',
      400,
      async () => {
        const sent = await form([['a', await bytesOf(paths[0]!)]]);
        sent.append('threshold', '1');
        return post(predict, sent);
      },
    ],
    ['an unknown kind of map', 400, () => post(`${predict}?map=gif`, 'x', png)],
    ['a path for a name', 404, () => post('/v1/detectors/..%2F..%2Fetc%2Fpasswd/predict', 'x', png)],
    ['an address that is none', 400, () => fetch(`${serving.url}/v1/%zz`)],
    ['no JSON', 400, () => post(infer, '{', json)],
    ['deep JSON', 400, () => post(infer, '['.repeat(1e6), json)],
    ['deep data', 400, () => post(infer, one(JSON.parse('['.repeat(1000) + ']'.repeat(1000))), json)],
    ['values that are no bytes', 400, () => post(infer, one([1, 2, 256]), json)],
    ['too long a JSON part', 400, () => post(infer, '{}', { 'Inference-Header-Content-Length': '99' })],
    ['a form for tensors', 415, async () => post(infer, await form([['a', new Uint8Array(1)]]))],
    ['a page of elsewhere', 403, () => post(predict, 'x', { ...png, Origin: 'http://evil.example' })],
  ];

  it.each(bodies)('%s: %d', async (_, status, send) => {
    const response = await send();
    const body = await response.json();
    expect([response.status, body]).toEqual([status, { error: expect.anything() }]);
    expect(JSON.stringify(body)).not.toContain(folder);
  });

  it.each([
    ['garbage', 'nonsense\r\n\r\n', /^HTTP\/1\.1 400 .*REQUEST_INVALID/s],
    [
      'another host name',
      'GET /v1/detectors HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n',
      /^HTTP\/1\.1 421 /,
    ],
    [
      'two lengths',
      'POST /v2 HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab',
      /^HTTP\/1\.1 400 /,
    ],
    [
      'long headers',
      `GET /v2 HTTP/1.1\r\nHost: localhost\r\nX: ${'a'.repeat(40_000)}\r\n\r\n`,
      /^HTTP\/1\.1 431 /,
    ],
  ])('%s', async (_, text, answer) => {
    expect(await raw(serving.url, text)).toMatch(answer);
  });

  it('leave the service as it was', async () => {
    const response = await post(predict, await bytesOf(paths[3]!), png);
    expect(await response.json()).toEqual(expected(paths[3]!, null));
    expect(serving.log()).not.toMatch(/"level":[56]0/);
  });
});

/** Sends bytes as they are; gives everything until the connection ends. */
function raw(url: string, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect(Number(new URL(url).port), '127.0.0.1', () => socket.write(text));
    socket.setEncoding('utf8').on('data', (part: string) => {
      answer += part;
    });
    socket.on('error', reject).on('close', () => resolve(answer));
  });
}

describe('limits of the service', () => {
  it('answer 503 when the queue is full', async () => {
    const limited = await startServe(run, '--max-queue', '3');
    const answers = await Promise.all(
      Array.from({ length: 8 }, async () => {
        const response = await post(predict, new Uint8Array(slow), png, limited.url);
        const body = await jsonOf<Partial<Failure>>(response);
        return { status: response.status, again: response.headers.get('retry-after'), body };
      }),
    );
    const full = answers.filter(({ status }) => status === 503);
    expect(full.length).toBeGreaterThan(0);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(8 - full.length);
    for (const { again, body } of full) {
      expect(Number(again)).toBeGreaterThan(0);
      expect(body.error?.code).toBe('QUEUE_FULL');
    }
    // All at once or nothing of a form.
    const four = await post(
      predict,
      await form([1, 2, 3, 4].map(() => ['a', new Uint8Array(slow)] as const)),
      {},
      limited.url,
    );
    expect([four.status, (await jsonOf<Failure>(four)).error.code]).toEqual([413, 'BODY_TOO_LARGE']);
    expect((await limited.stop()).status).toBe(0);
  });

  it('answer 504 when time is over, and 408 to a client that sends too slowly', async () => {
    const limited = await startServe(run, '--timeout', '1');
    const many = await form(Array.from({ length: 24 }, () => ['a', new Uint8Array(slow)] as const));
    const [late, half] = await Promise.all([
      post(predict, many, {}, limited.url),
      raw(limited.url, 'GET /v2 HTTP/1.1\r\nHost: local'),
    ]);
    expect([late.status, (await jsonOf<Failure>(late)).error.code]).toEqual([504, 'TIME_OVER']);
    expect(half).toMatch(/^HTTP\/1\.1 408 .*REQUEST_TOO_SLOW/s);
    // What nobody waits for any more is given up, so the queue is free again.
    await vi.waitFor(
      async () => {
        const metrics = await (await fetch(`${limited.url}/metrics`)).text();
        expect(metrics).toMatch(/^clad_images_in_flight 0$/m);
      },
      { timeout: 10_000 },
    );
    expect((await limited.stop()).status).toBe(0);
  });

  it('ask for the token, except on probes and the description', async () => {
    const file = join(folder, 'token');
    await writeFile(file, 'a-token-for-this-test\n');
    const guarded = await startServe(
      run,
      '--host',
      '0.0.0.0',
      '--token-file',
      file,
      '--cors',
      'https://line.example',
    );
    const url = guarded.url.replace('0.0.0.0', '127.0.0.1');
    const status = async (path: string, headers: Headers = {}) =>
      (await fetch(`${url}${path}`, { headers })).status;
    const token = { Authorization: 'Bearer a-token-for-this-test' };
    for (const path of ['/v1/detectors', '/v2', '/v2/models/parts', '/metrics']) {
      expect([path, await status(path)]).toEqual([path, 401]);
      expect([path, await status(path, { Authorization: 'Bearer another-token-altogether' })]).toEqual([
        path,
        401,
      ]);
      expect([path, await status(path, token)]).toEqual([path, 200]);
    }
    expect(await status('/nowhere')).toBe(401);
    for (const path of ['/v2/health/live', '/v2/health/ready', '/docs/', '/openapi.json'])
      expect([path, await status(path)]).toEqual([path, 200]);
    const refused = await post(predict, 'x', png, url);
    expect(refused.headers.get('www-authenticate')).toBe('Bearer');
    expect((await jsonOf<Failure>(refused)).error.code).toBe('UNAUTHORIZED');
    const page = { Origin: 'https://line.example' };
    const preflight = await fetch(`${url}${predict}`, {
      method: 'OPTIONS',
      headers: {
        ...page,
        'Access-Control-Request-Method': 'POST',
        'Access-Control-Request-Headers': 'authorization',
      },
    });
    expect(preflight.headers.get('access-control-allow-origin')).toBe('https://line.example');
    expect(await status('/v1/detectors', { ...page, ...token })).toBe(200);
    expect(await status('/v1/detectors', { Origin: 'https://else.example', ...token })).toBe(403);
    const { status: end, stderr } = await guarded.stop();
    expect(end).toBe(0);
    expect(stderr).not.toContain('a-token-for-this-test');
  });

  it.each([
    [['--host', '0.0.0.0'], /a token is needed/],
    [['--max-images', '9', '--max-queue', '8'], /--max-images/],
    [['--token-file', '/no/such/file'], /cannot be read/],
    [['--cors', 'https://x.example/path'], /Expected an origin/],
    [['--port', '70000'], /Expected a port/],
  ])('refuse to start with %j', async (flags, message) => {
    const { status, stdout, stderr } = await clad('serve', run, '--port', '0', ...flags);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  it('report a port that is taken, and a file that is no detector', async () => {
    const { port } = new URL(serving.url);
    const taken = await clad('serve', run, '--port', port);
    expect([taken.status, taken.stderr]).toEqual([
      2,
      expect.stringMatching(/Cannot listen on 127\.0\.0\.1:\d+/),
    ]);
    const broken = join(folder, 'broken.onnx');
    await writeFile(broken, 'no model');
    const unusable = await clad('serve', broken, '--port', '0');
    expect([unusable.status, unusable.stderr]).toEqual([2, expect.stringMatching(/no usable detector/)]);
  });
});

describe('a running service', () => {
  it('loads a replaced file at once, keeps the old one when the new one is broken, and drops no request', async () => {
    const path = join(folder, 'live.onnx');
    await copyFile(join(run, 'model.onnx'), path);
    const live = await startServe(path);
    const scores = (await clad('predict', other, paths[0]!, '--json')).stdout;
    const before = offline.get(paths[0]!)!.score;
    const after = (JSON.parse(scores) as PredictionLine).score;
    expect(after).not.toBe(before);
    const bytes = await bytesOf(paths[0]!);
    const seen = new Set<number>();
    let asking = true;
    const clients = Array.from({ length: 4 }, async () => {
      while (asking) {
        const response = await post('/v1/detectors/live/predict', bytes, png, live.url);
        expect(response.status).toBe(200);
        seen.add((await jsonOf<{ score: number }>(response)).score);
      }
    });
    const replace = async (content: Uint8Array) => {
      await writeFile(`${path}.new`, content);
      await rename(`${path}.new`, path);
    };
    try {
      const damaged = await readFile(join(other, 'model.onnx'));
      damaged[damaged.length >> 1]! ^= 1;
      await replace(damaged);
      await vi.waitFor(() => expect(live.log()).toMatch(/the file cannot be used/), { timeout: 10_000 });
      expect([...seen]).toEqual([before]);
      await replace(await readFile(join(other, 'model.onnx')));
      await vi.waitFor(() => expect(seen.has(after)).toBe(true), { timeout: 10_000 });
      expect([...seen]).toEqual([before, after]);
    } finally {
      asking = false;
      await Promise.all(clients);
    }
    const metrics = await (await fetch(`${live.url}/metrics`)).text();
    for (const result of ['ok', 'failed'])
      expect(metrics).toContain(
        `clad_detector_reloads_total{detector="live",version="1",result="${result}"} 1`,
      );
    expect((await live.stop()).status).toBe(0);
  });

  it('finishes what it accepted after SIGTERM, and takes no more', async () => {
    const stopping = await startServe(run);
    const requests = Array.from({ length: 6 }, () => post(predict, new Uint8Array(slow), png, stopping.url));
    // One that says nothing must not hold it up.
    const silent = connect(Number(new URL(stopping.url).port), '127.0.0.1');
    silent.on('error', () => {});
    await vi.waitFor(
      async () => {
        const text = await (await fetch(`${stopping.url}/metrics`)).text();
        expect(text).toMatch(/^clad_images_in_flight 6$/m);
      },
      { timeout: 5000, interval: 10 },
    );
    const end = stopping.stop();
    const answers = await Promise.all(requests);
    for (const answer of answers) {
      expect(answer.status).toBe(200);
      expect((await jsonOf<{ class: string }>(answer)).class).toMatch(/disc|weave/);
    }
    expect((await end).status).toBe(0);
    await expect(fetch(`${stopping.url}/v2/health/live`)).rejects.toThrow();
  });

  it('does not wait for ever for a request that never arrives whole', async () => {
    const stopping = await startServe(run, '--timeout', '1');
    const half = `POST ${predict} HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/png\r\nContent-Length: 9\r\n\r\nabc`;
    const answer = raw(stopping.url, half).catch(() => '');
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect((await stopping.stop()).status).toBe(0);
    expect(await answer).not.toMatch(/^HTTP\/1\.1 200/);
  });

  it('ends at once with a second signal', async () => {
    const stopping = await startServe(run);
    // Several, so that a quick machine is not done before the second signal.
    const requests = Array.from({ length: 6 }, () =>
      post(predict, new Uint8Array(slow), png, stopping.url).catch((error: unknown) => error),
    );
    await vi.waitFor(
      async () => {
        const text = await (await fetch(`${stopping.url}/metrics`)).text();
        expect(text).toMatch(/^clad_images_in_flight 6$/m);
      },
      { timeout: 5000, interval: 10 },
    );
    stopping.child.kill('SIGTERM');
    await vi.waitFor(() => expect(stopping.log()).toMatch(/"msg":"stopping"/), { interval: 5 });
    stopping.child.kill('SIGTERM');
    expect((await stopping.ended).status).toBe(130);
    expect((await Promise.all(requests)).some((answer) => answer instanceof Error)).toBe(true);
  });
});
