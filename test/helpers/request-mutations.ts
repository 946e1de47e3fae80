/** @file Valid requests to the service, and seeded ways to spoil them: what broken clients, scanners and attackers send. */
import type { Random } from '../../src/core/random.ts';
import { damaged } from './hostile.ts';

/** A request before it is written: what mutations change. */
export interface Plan {
  method: string;
  path: string;
  headers: (readonly [name: string, value: string])[];
  body: Buffer;
}

const predict = '/v1/detectors/parts/predict';
const infer = '/v2/models/parts/infer';
const json = 'application/json';
const form = 'multipart/form-data; boundary=line';

const planOf = (method: string, path: string, type = '', body: Buffer = Buffer.alloc(0)): Plan => ({
  method,
  path,
  headers: [['Host', 'localhost'], ...(type ? ([['Content-Type', type]] as const) : [])],
  body,
});

function part(name: string, file: string, bytes: Uint8Array): Buffer {
  const head = `--line\r\nContent-Disposition: form-data; name="${name}"; filename="${file}"\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), bytes, Buffer.from('\r\n')]);
}

const formOf = (...parts: readonly Buffer[]) => Buffer.concat([...parts, Buffer.from('--line--\r\n')]);

const inputOf = (more: object) => ({ name: 'image', datatype: 'UINT8', ...more });

function tensorText(random: Random): string {
  const [height, width] = [1 + random.integer(9), 1 + random.integer(9)];
  const data = Array.from({ length: height * width * 3 }, () => random.integer(256));
  return JSON.stringify({
    id: '7',
    inputs: [inputOf({ shape: [1, height, width, 3], data })],
    outputs: [{ name: 'score' }, { name: 'class_share', parameters: { binary_data: true } }],
  });
}

/** With the class of the one image, of which the service may know the name or the index. */
function classTensor(random: Random): string {
  const [datatype, data] = random.pick<[string, string | number]>([
    ['BYTES', random.pick(['disc', 'weave', '', 'screw', '__proto__'])],
    ['INT64', random.pick([-2, -1, 0, 1, 2, 2 ** 60])],
  ]);
  const given = { name: 'class', datatype, shape: [1], data: [data] };
  return JSON.stringify({
    inputs: [given, inputOf({ shape: [1, 1, 1, 3], data: [1, 2, 3] })],
    outputs: [{ name: 'score' }],
  });
}

function tensorBytes(): Plan {
  const header = JSON.stringify({
    inputs: [inputOf({ shape: [1, 2, 2, 3], parameters: { binary_data_size: 12 } })],
  });
  const body = Buffer.concat([Buffer.from(header), Buffer.alloc(12, 9)]);
  const plan = planOf('POST', infer, 'application/octet-stream', body);
  plan.headers.push(['Inference-Header-Content-Length', String(header.length)]);
  return plan;
}

/**
 * A request that is valid as it is, for a service of one detector called `parts`.
 * @param images - bytes of image files
 */
export function validRequest(random: Random, images: readonly Buffer[]): Plan {
  const [image, other] = [random.pick(images), random.pick(images)];
  const pages = ['/', '/v1/detectors', '/v2', '/v2/models/parts', '/metrics', '/openapi.json'];
  return random.pick([
    () => planOf('POST', predict, 'image/png', image),
    () => planOf('POST', `${predict}?map=base64&file=a.png`, 'application/octet-stream', image),
    () => planOf('POST', `${predict}?map=png&mapSize=full`, 'image/png', image),
    () => planOf('POST', `${predict}?class=${random.pick(['disc', 'screw', ''])}`, 'image/png', image),
    () => planOf('POST', predict, form, formOf(part('a', 'a.png', image), part('b', 'b', other))),
    () => planOf('POST', infer, json, Buffer.from(tensorText(random))),
    () => planOf('POST', infer, json, Buffer.from(classTensor(random))),
    tensorBytes,
    () => planOf('GET', random.pick(pages)),
  ])();
}

const oddTexts: readonly string[] = [
  '',
  'a'.repeat(5000),
  '../../../etc/passwd',
  '..%2f..%2fetc%2fpasswd',
  '%00',
  '%zz',
  '\u00ff\u001b[2J',
  '{"level":60}',
  '<script>alert(1)</script>',
  '__proto__',
  'NaN',
  '-1',
  '1e999',
  '99999999999999999999',
  'gzip',
  'chunked',
  '100-continue',
  'multipart/form-data',
  'text/html',
];

const oddValues = [
  ...['NaN', 'Infinity', '-0', '1e999', '-1', '0.5', '256', '9007199254740993'],
  ...['null', '"1"', '[]', '{}'],
];

const oddNames = [
  ...['Content-Length', 'Transfer-Encoding', 'Content-Encoding', 'Content-Type', 'Connection', 'Expect'],
  ...['Host', 'Origin', 'Accept', 'Authorization', 'X-Request-Id', 'Sec-Fetch-Site', 'Upgrade'],
  'Inference-Header-Content-Length',
];

/** A damaged copy; of a plain array, since those of Node behave otherwise when they are cut. */
function spoiled(bytes: Buffer, random: Random): Buffer {
  return Buffer.from(damaged(new Uint8Array(bytes), random).bytes);
}

/** Changes a plan, or gives the bytes of a request that no plan stands for. */
type Mutation = (plan: Plan, random: Random) => Buffer | undefined;

/** All of them, by name. */
export const mutations: Readonly<Record<string, Mutation>> = {
  damagedBody(plan, random) {
    if (plan.body.length > 0) plan.body = spoiled(plan.body, random);
    return undefined;
  },

  damagedBytes: (plan, random) => spoiled(written(plan), random),

  oddHeader(plan, random) {
    plan.headers.push([random.pick(oddNames), random.pick(oddTexts)]);
    return undefined;
  },

  headerGone(plan, random) {
    plan.headers.splice(random.integer(plan.headers.length), 1);
    return undefined;
  },

  manyHeaders(plan, random) {
    for (let count = random.integer(300); count > 0; count--)
      plan.headers.push([`X-${count}`, 'a'.repeat(random.integer(90))]);
    return undefined;
  },

  oddMethod(plan, random) {
    const methods = ['GET', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS', 'TRACE', 'PROPFIND', 'NONE'];
    plan.method = random.pick(methods);
    return undefined;
  },

  oddPath(plan, random) {
    const odd = encodeURI(random.pick(oddTexts));
    plan.path = random.pick([
      `/v1/detectors/${odd}/predict`,
      `/v1/detectors/parts/versions/${odd}`,
      `/v2/models/${odd}/infer`,
      `/${odd}`,
      `/docs/static/${odd}`,
      `${plan.path}?${odd}`,
      `${plan.path}?map=${odd}&map=png&mapSize=${odd}`,
      `//${odd}`,
      `http://elsewhere.example/${odd}`,
    ]);
    return undefined;
  },

  /** Only of bodies that are JSON. */
  oddValue(plan, random) {
    const text = plan.body.toString('latin1');
    const numbers = [...text.matchAll(/\d+/g)];
    if (!text.startsWith('{') || numbers.length === 0) return undefined;
    const { index, 0: number } = random.pick(numbers);
    const rest = text.slice(index + number.length);
    plan.body = Buffer.from(text.slice(0, index) + random.pick(oddValues) + rest, 'latin1');
    return undefined;
  },

  oddJson(plan, random) {
    const many = 1 + random.integer(20_000);
    const input = (rest: string) => `{"inputs":[{"name":"image","datatype":"UINT8",${rest}}]}`;
    plan.method = 'POST';
    plan.path = infer;
    plan.body = Buffer.from(
      random.pick([
        '['.repeat(many),
        `${'{"a":'.repeat(many)}1${'}'.repeat(many)}`,
        input(`"shape":[${'-1,'.repeat(many)}1],"data":[1]`),
        input(`"shape":[1,1,1,3],"data":[${'[],'.repeat(many)}[]]`),
        `{"inputs":[${'{},'.repeat(many)}{}]}`,
        input('"data":[1],"data":[2],"shape":[1,1,1,3]'),
        `{"__proto__":{"x":1},${input('"shape":[1,1,1,3],"data":[1,2,3]').slice(1)}`,
        input(`"id":"${'n'.repeat(many)}","shape":[1,1,1,3],"data":[1,2,3]`),
        input(`"shape":[1,${many},1,3],"data":[${'1,'.repeat(3 * many)}1]`),
        input(`"shape":[1,${many},${many},3],"data":[1]`),
        input(`"shape":[${many},1,1,3],"data":[1]`),
      ]),
    );
    return undefined;
  },

  oddForm(plan, random) {
    const many = 1 + random.integer(60);
    const odd = random.pick(oddTexts);
    const one = Buffer.alloc(1);
    plan.method = 'POST';
    plan.path = predict;
    plan.headers = [
      ['Host', 'localhost'],
      ['Content-Type', form],
    ];
    plan.body = random.pick([
      formOf(...Array.from({ length: many }, () => part('a', 'a.png', one))),
      formOf(part('same', 'same.png', one), part('same', 'same.png', one)),
      formOf(part(odd, odd, one)),
      Buffer.from(`--line\r\nContent-Disposition: form-data; name="a"\r\n\r\n${odd}\r\n`.repeat(many)),
      Buffer.from(`--line\r\n${'X: y\r\n'.repeat(many * 50)}\r\n\r\n--line--\r\n`),
      Buffer.from('--line\r\n'.repeat(many)),
      formOf(),
    ]);
    return undefined;
  },

  chunked(plan, random) {
    const headers = [...plan.headers, ['Transfer-Encoding', 'chunked'] as const];
    const pieces = [written({ ...plan, headers, body: Buffer.alloc(0) })];
    for (let at = 0; at < plan.body.length; ) {
      const piece = plan.body.subarray(at, at + 1 + random.integer(300));
      pieces.push(Buffer.from(`${piece.length.toString(16)}\r\n`), piece, Buffer.from('\r\n'));
      at += piece.length;
    }
    pieces.push(Buffer.from(random.pick(['0\r\n\r\n', '', 'zz\r\n', 'ffffffffff\r\n'])));
    return Buffer.concat(pieces);
  },

  twice(plan, random) {
    const once = written(plan);
    return Buffer.concat([once, random.pick([once, Buffer.from('nonsense\r\n\r\n'), once.subarray(0, 40)])]);
  },
};

/** A request as it goes over the wire; the connection ends with its answer. */
export function written({ method, path, headers, body }: Plan): Buffer {
  const names = new Set(headers.map(([name]) => name.toLowerCase()));
  const needsLength = body.length > 0 && !names.has('content-length') && !names.has('transfer-encoding');
  const lines = [
    `${method} ${path} HTTP/1.1`,
    ...headers.map(([name, value]) => `${name}: ${value}`),
    ...(needsLength ? [`Content-Length: ${body.length}`] : []),
    'Connection: close',
  ];
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), body]);
}
