import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type InferLimits,
  outputNames,
  readInferRequest,
  writeInferResponse,
} from '../../../src/server/infer-codec.ts';

const limits: InferLimits = { maxImages: 4, maxPixels: 100, outputs: outputNames(false) };

/** A tensor of images that the limits allow. */
const tensor = fc
  .tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 11 }))
  .chain(([count, height, width]) => {
    const size = count * height * width * 3;
    return fc.record({
      shape: fc.constant([count, height, width, 3] as const),
      data: fc.uint8Array({ minLength: size, maxLength: size }),
    });
  });

const json = (value: unknown) => Buffer.from(JSON.stringify(value));
const input = (shape: readonly number[], more: object) => ({
  name: 'image',
  datatype: 'UINT8',
  shape,
  ...more,
});

/** Numbers as nested lists of these lengths. */
function nested(data: Uint8Array, [, ...inner]: readonly number[]): unknown {
  if (inner.length === 0) return Array.from(data);
  const size = inner.reduce((product, side) => product * side, 1);
  return Array.from({ length: data.length / size }, (_, at) =>
    nested(data.subarray(at * size, (at + 1) * size), inner),
  );
}

const joined = (images: readonly { data: Uint8Array }[]) => Buffer.concat(images.map(({ data }) => data));

describe('readInferRequest', () => {
  it('reads the same from bytes, a list and nested lists', () => {
    fc.assert(
      fc.property(tensor, ({ shape, data }) => {
        const header = json({ inputs: [input(shape, { parameters: { binary_data_size: data.length } })] });
        const requests = [
          readInferRequest(Buffer.concat([header, data]), header.length, limits),
          readInferRequest(json({ inputs: [input(shape, { data: Array.from(data) })] }), undefined, limits),
          readInferRequest(
            json({ inputs: [input(shape, { data: nested(data, shape) })] }),
            undefined,
            limits,
          ),
        ];
        for (const { images } of requests) {
          expect(images.map(({ height, width }) => [height, width])).toEqual(
            Array.from({ length: shape[0] }, () => [shape[1], shape[2]]),
          );
          expect(joined(images).equals(data)).toBe(true);
        }
      }),
    );
  });

  it('answers any bytes with values or a sentence', () => {
    const anything = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.json().map((text) => Buffer.from(text)),
      fc
        .record({
          inputs: fc.array(
            fc.record({
              name: fc.constantFrom('image', 'class'),
              datatype: fc.constantFrom('UINT8', 'BYTES', 'INT64'),
              shape: fc.oneof(fc.array(fc.integer()), fc.constantFrom([1], [1, 1, 1, 3])),
              data: fc.anything(),
            }),
          ),
        })
        .map((value) => Buffer.from(JSON.stringify(value))),
    );
    fc.assert(
      fc.property(anything, fc.option(fc.nat(300), { nil: undefined }), (body, headerLength) => {
        try {
          readInferRequest(body, headerLength, limits);
        } catch (error) {
          expect(error).toMatchObject({ name: 'CladError', code: 'REQUEST_INVALID' });
        }
      }),
    );
  });

  const data = [1, 2, 3];
  const pixel = () => input([1, 1, 1, 3], { data });
  const int64 = { datatype: 'INT64' };
  const classes = (values: readonly unknown[], more: object = {}) => ({
    name: 'class',
    datatype: 'BYTES',
    shape: [1],
    data: values,
    ...more,
  });
  const bytesOfClass = (size: unknown, more: object = {}) => ({
    ...classes([], more),
    data: undefined,
    parameters: { binary_data_size: size },
  });

  it('reads the classes the same from names, however they are sent, and from indices, before the image and behind it', () => {
    const name = fc.string({ maxLength: 20, unit: 'grapheme' });
    const index = fc.integer({ min: -1, max: 2 ** 40 });
    const given = fc.oneof(
      fc.array(name, { minLength: 1, maxLength: 4 }).map((values) => ({ values, datatype: 'BYTES' })),
      fc.array(index, { minLength: 1, maxLength: 4 }).map((values) => ({ values, datatype: 'INT64' })),
    );
    fc.assert(
      fc.property(given, fc.boolean(), fc.boolean(), ({ values, datatype }, columns, first) => {
        const n = values.length;
        const more = { datatype, shape: columns ? [n, 1] : [n] };
        const image = input([n, 1, 1, 3], { data: Array(3 * n).fill(7) });
        const inOrder = (of: object, other: object) => (first ? [of, other] : [other, of]);
        const rows = columns ? values.map((value) => [value]) : values;
        const asJson = json({ inputs: inOrder(classes(rows, more), image) });
        const tail = Buffer.concat(
          values.map((value) => {
            if (typeof value === 'string') {
              const text = Buffer.from(value, 'utf8');
              const length = Buffer.alloc(4);
              length.writeUInt32LE(text.length);
              return Buffer.concat([length, text]);
            }
            const bytes = Buffer.alloc(8);
            bytes.writeBigInt64LE(BigInt(value));
            return bytes;
          }),
        );
        const pixels = Buffer.alloc(3 * n, 7);
        const mixed = json({ inputs: inOrder(bytesOfClass(tail.length, more), image) });
        const binary = input([n, 1, 1, 3], { parameters: { binary_data_size: 3 * n } });
        const asBytes = json({ inputs: inOrder(bytesOfClass(tail.length, more), binary) });
        const expected = values.map((value) => (value === '' || value === -1 ? undefined : value));
        for (const [body, header] of [
          [asJson, undefined],
          [Buffer.concat([mixed, tail]), mixed.length],
          [Buffer.concat([asBytes, ...(first ? [tail, pixels] : [pixels, tail])]), asBytes.length],
        ] as const) {
          const read = readInferRequest(body, header, limits);
          expect(read.classes).toEqual(expected);
          expect(joined(read.images).equals(pixels)).toBe(true);
        }
      }),
      { numRuns: 50 },
    );
  });

  it.each<[string, unknown, object, readonly number[]]>([
    ['a length too few', 3, {}, [1, 0, 0]],
    ['a text that ends too early', 5, {}, [2, 0, 0, 0, 65]],
    ['a text too many', 10, {}, [1, 0, 0, 0, 65, 1, 0, 0, 0, 66]],
    ['no text', 0, {}, []],
    ['no UTF-8', 5, {}, [1, 0, 0, 0, 0xff]],
    ['a length of 4 GB', 5, {}, [255, 255, 255, 255, 65]],
    ['half an index', 4, int64, [0, 0, 0, 0]],
    ['a size beyond the body', 9, int64, Array(8).fill(0)],
    ['a size below zero', -1, int64, Array(8).fill(0)],
    ['a size that is no number', '8', int64, Array(8).fill(0)],
  ])('refuses bytes of class with %s', (_, size, more, bytes) => {
    const header = json({ inputs: [pixel(), bytesOfClass(size, more)] });
    expect(() =>
      readInferRequest(Buffer.concat([header, Buffer.from(bytes)]), header.length, limits),
    ).toThrow(
      expect.objectContaining({ code: 'REQUEST_INVALID', message: expect.stringContaining('class') }),
    );
  });

  it.each([
    ['no input', {}],
    ['an input of another name', { inputs: [{ ...input([1, 1, 1, 3], { data }), name: 'x' }] }],
    ['two inputs called image', { inputs: [input([1, 1, 1, 3], { data }), input([1, 1, 1, 3], { data })] }],
    ['another type', { inputs: [{ ...input([1, 1, 1, 3], { data }), datatype: 'FP32' }] }],
    ['four channels', { inputs: [input([1, 1, 1, 4], { data: [1, 2, 3, 4] })] }],
    ['a shape without batch', { inputs: [input([1, 1, 3], { data })] }],
    ['no image', { inputs: [input([0, 1, 1, 3], { data: [] })] }],
    ['too many images', { inputs: [input([5, 1, 1, 3], { data: Array(15).fill(0) })] }],
    ['too many pixels', { inputs: [input([1, 101, 1, 3], { data: Array(303).fill(0) })] }],
    ['a value too few', { inputs: [input([1, 1, 1, 3], { data: [1, 2] })] }],
    ['a value too many', { inputs: [input([1, 1, 1, 3], { data: [1, 2, 3, 4] })] }],
    ['a value above a byte', { inputs: [input([1, 1, 1, 3], { data: [1, 2, 256] })] }],
    ['a broken value', { inputs: [input([1, 1, 1, 3], { data: [1, 2, 0.5] })] }],
    ['neither data nor bytes', { inputs: [input([1, 1, 1, 3], {})] }],
    [
      'bytes without their header',
      { inputs: [input([1, 1, 1, 3], { parameters: { binary_data_size: 3 } })] },
    ],
    ['two inputs called class', { inputs: [pixel(), classes(['a']), classes(['a'])] }],
    ['a class without an image', { inputs: [classes(['a'])] }],
    ['a class of another type', { inputs: [pixel(), classes([1], { datatype: 'INT32' })] }],
    ['a class too many', { inputs: [pixel(), classes(['a', 'b'])] }],
    ['a shape of class too long', { inputs: [pixel(), classes(['a'], { shape: [1, 1, 1] })] }],
    ['a class for two images', { inputs: [pixel(), classes(['a'], { shape: [2] })] }],
    ['a number as name', { inputs: [pixel(), classes([1])] }],
    ['a name as index', { inputs: [pixel(), classes(['a'], int64)] }],
    ['half an index', { inputs: [pixel(), classes([0.5], int64)] }],
    ['an index below -1', { inputs: [pixel(), classes([-2], int64)] }],
    ['a list of two classes', { inputs: [pixel(), classes([['a', 'b']])] }],
    ['classes that are no list', { inputs: [pixel(), classes('a' as never)] }],
    ['neither data nor bytes of class', { inputs: [pixel(), { ...classes([]), data: undefined }] }],
    ['bytes of class without their header', { inputs: [pixel(), bytesOfClass(8)] }],
    ['an unknown output', { inputs: [input([1, 1, 1, 3], { data })], outputs: [{ name: 'x' }] }],
    [
      'an output twice',
      { inputs: [input([1, 1, 1, 3], { data })], outputs: [{ name: 'score' }, { name: 'score' }] },
    ],
  ])('refuses %s', (_, request) => {
    expect(() => readInferRequest(json(request), undefined, limits)).toThrow(
      expect.objectContaining({ code: 'REQUEST_INVALID' }),
    );
  });

  it('refuses a shape far larger than its values before it allocates memory for it', () => {
    const request = json({ inputs: [input([1, 2 ** 20, 2 ** 20, 3], { data: [] })] });
    const roomy = { ...limits, maxPixels: 2 ** 41 };
    expect(() => readInferRequest(request, undefined, roomy)).toThrow(
      /data has 0 values, its shape 3298534883328/,
    );
  });

  it.each([2, 4])('refuses %d bytes where the shape has three', (count) => {
    const header = json({ inputs: [input([1, 1, 1, 3], { parameters: { binary_data_size: 3 } })] });
    const body = Buffer.concat([header, Buffer.alloc(count)]);
    expect(() => readInferRequest(body, header.length, limits)).toThrow(/expected 3 bytes behind the JSON/);
  });

  it('gives all outputs in the order of the file, or those asked for, each as asked for', () => {
    const read = (more: object) =>
      readInferRequest(json({ inputs: [input([1, 1, 1, 3], { data })], ...more }), undefined, limits).outputs;
    expect(read({})).toEqual(outputNames(false).map((name) => ({ name, binary: false })));
    expect(read({ parameters: { binary_data_output: true } }).every(({ binary }) => binary)).toBe(true);
    const outputs = [{ name: 'score', parameters: { binary_data: false } }, { name: 'anomaly_map' }];
    expect(read({ parameters: { binary_data_output: true }, outputs })).toEqual([
      { name: 'score', binary: false },
      { name: 'anomaly_map', binary: true },
    ]);
  });
});

it('has the scores of named regions where the detector has any, and refuses them elsewhere', () => {
  const body = json({
    inputs: [input([1, 1, 1, 3], { data: [1, 2, 3] })],
    outputs: [{ name: 'region_score' }],
  });
  const named = { ...limits, outputs: outputNames(true) };
  expect(readInferRequest(body, undefined, named).outputs).toEqual([{ name: 'region_score', binary: false }]);
  expect(() => readInferRequest(body, undefined, limits)).toThrow(/no output is called region_score/);
});

describe('writeInferResponse', () => {
  it('gives the same numbers back as JSON and as bytes', () => {
    const number = fc.float({ noNaN: true, noDefaultInfinity: true });
    const output = fc.record({ data: fc.array(number, { maxLength: 20 }), binary: fc.boolean() });
    fc.assert(
      fc.property(
        fc.array(output, { maxLength: 3 }),
        fc.option(fc.string(), { nil: undefined }),
        (given, id) => {
          const outputs = given.map(({ data, binary }, index) => ({
            name: outputNames(false)[index]!,
            shape: [data.length],
            data: Float32Array.from(data),
            binary,
          }));
          const { body, headerLength } = writeInferResponse({ model: 'm', version: '2', id }, outputs);
          expect(headerLength === undefined).toBe(!outputs.some(({ binary }) => binary));
          const end = headerLength ?? body.length;
          const response = JSON.parse(Buffer.from(body.subarray(0, end)).toString('utf8'));
          expect([response.model_name, response.model_version, response.id]).toEqual(['m', '2', id]);
          let at = end;
          for (const [index, { data }] of outputs.entries()) {
            const said = response.outputs[index];
            const size = said.parameters?.binary_data_size;
            const read = size === undefined ? Float32Array.from(said.data) : floatsAt(body, at, size);
            // As JavaScript's text of it, -0 is 0.
            expect(Array.from(read, (value) => value + 0)).toEqual(Array.from(data, (value) => value + 0));
            at += size ?? 0;
          }
          expect(at).toBe(body.length);
        },
      ),
    );
  });
});

function floatsAt(body: Uint8Array, at: number, size: number): Float32Array {
  const view = new DataView(body.buffer, body.byteOffset + at, size);
  return Float32Array.from({ length: size / 4 }, (_, index) => view.getFloat32(index * 4, true));
}
