import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitRequest } from '../../../src/server/tensor-json.ts';

const split = (text: string) => splitRequest(Buffer.from(text));
const request = (data: string) => `{"inputs":[{"name":"image","data":${data},"shape":[1]}],"id":"a\\"]"}`;

describe('splitRequest', () => {
  it('reads what JSON.parse reads, however it is written', () => {
    const tensor = fc.oneof(
      fc.array(fc.nat(255)),
      fc.array(fc.array(fc.nat(255))),
      fc.array(fc.array(fc.array(fc.array(fc.nat(255))))),
    );
    fc.assert(
      fc.property(tensor, fc.nat(4), fc.jsonValue(), (data, spaces, more) => {
        const value = {
          more,
          outputs: [{ data: [1] }],
          inputs: [{ before: more, data, after: more }],
          end: more,
        };
        const { json, values } = split(JSON.stringify(value, undefined, spaces));
        expect(Array.from(values ?? [])).toEqual(data.flat(3));
        expect(JSON.parse(json)).toEqual(
          JSON.parse(JSON.stringify({ ...value, inputs: [{ ...value.inputs[0], data: [] }] })),
        );
      }),
    );
  });

  it.each([
    ['[0, 255 ,\n7]', [0, 255, 7]],
    ['[1e2, 2.0, -0, 0.5e1]', [100, 2, 0, 5]],
    ['[]', []],
    ['[[],[3]]', [3]],
  ])('reads %s', (data, expected) => {
    expect(Array.from(split(request(data)).values ?? [7])).toEqual(expected);
  });

  it('finds the values under a key with escapes, and no others', () => {
    expect(Array.from(split('{"inputs":[{"d\\u0061ta":[5]}]}').values ?? [])).toEqual([5]);
    for (const other of [
      '{"data":[1]}',
      '{"inputs":{"x":{"data":[1]}}}',
      '{"x":[{"data":[1]}]}',
      '{"inputs":[[{"data":[1]}]]}',
      '{"inputs":[{"parameters":{"data":[1]}}]}',
      '{"inputs":[{"name":"data","shape":[1]}]}',
      '{"inputs":[{"x":"\\"data\\":[1]"}]}',
    ]) {
      const { json, values } = split(other);
      expect([json, values]).toEqual([other, undefined]);
    }
  });

  it('leaves the values of the input class in the JSON, as far as its name stands before them', () => {
    const image = '{"name":"image","data":[7]}';
    for (const own of ['["a"]', '[["a"],["b"]]', '[-1]', '[300]']) {
      const classes = `{"shape":[1],"n\\u0061me":"class","parameters":{"name":"image"},"data":${own}}`;
      for (const both of [`${image},${classes}`, `${classes},${image}`]) {
        const { json, values } = split(`{"inputs":[${both}]}`);
        expect(values).toEqual(Uint8Array.of(7));
        expect(JSON.parse(json)).toEqual(JSON.parse(`{"inputs":[${both.replace('[7]', '[]')}]}`));
      }
    }
    expect(() => split(`{"inputs":[${image},{"data":[1],"name":"class"}]}`)).toThrow(
      'whose name stands before it',
    );
  });

  it.each([
    ['[1 2]', 'it is no JSON'],
    ['[,1]', 'it is no JSON'],
    ['[1,]', 'it is no JSON'],
    ['[1,,2]', 'it is no JSON'],
    ['[[1][2]]', 'it is no JSON'],
    ['[01]', 'whole numbers'],
    ['[256]', 'whole numbers'],
    ['[-1]', 'whole numbers'],
    ['[1.5]', 'whole numbers'],
    ['[NaN]', 'whole numbers'],
    ['[1e999]', 'whole numbers'],
    ['[99999999999999999999999999999999999999999999999999]', 'whole numbers'],
    ['["1"]', 'whole numbers'],
    ['[null]', 'whole numbers'],
    ['[[[[[1]]]]]', 'nested deeper'],
  ])('refuses %s', (data, reason) => {
    expect(() => split(request(data))).toThrow(reason);
  });

  it('refuses texts that end too early', () => {
    for (const text of ['{"inputs":[{"data":[1', '{"inputs":[{"data":[1,', '{"inputs":[{"da'])
      expect(() => split(text)).toThrow('it is no JSON');
  });

  it('refuses a second list of values, and more beside them than a request needs', () => {
    expect(() => split('{"inputs":[{"data":[1]},{"data":[2]}]}')).toThrow('more than one list');
    expect(() => split('{"inputs":[{"data":[1],"data":[2]}]}')).toThrow('more than one list');
    const zeros = '0,'.repeat(50_000);
    for (const long of [
      `{"inputs":[{"shape":[${zeros}0],"data":[1]}]}`,
      `{"inputs":[{"data":[1],"shape":[${zeros}0]}]}`,
      `{"id":"${'a'.repeat(100_000)}"}`,
      `{"${'a'.repeat(100_000)}":1}`,
      '['.repeat(100_000),
    ])
      expect(() => split(long)).toThrow(/more than 65536 bytes/);
  });

  it('takes as many values as there are bytes for, and no lists of objects for them', () => {
    const count = 3_000_000;
    const body = Buffer.from(request(`[${'[1,2,3],'.repeat(count / 3).slice(0, -1)}]`));
    const before = process.memoryUsage();
    const { values } = splitRequest(body);
    const after = process.memoryUsage();
    expect(values).toHaveLength(count);
    expect(values?.subarray(-3)).toEqual(Uint8Array.of(1, 2, 3));
    expect(after.heapTotal - before.heapTotal).toBeLessThan(16e6);
  });
});
