import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { floatToHalf } from '../../../src/core/half.ts';
import {
  decodeSafetensors,
  encodeSafetensors,
  type Safetensor,
  safetensorFloats,
} from '../../../src/core/safetensors.ts';

const shapes = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 3 });
const tensor: fc.Arbitrary<Safetensor> = fc
  .tuple(fc.constantFrom('F32', 'F16', 'BF16', 'F64', 'I64', 'U8', 'I32', 'BOOL'), shapes)
  .chain(([dtype, shape]) => {
    const count = shape.reduce((product, size) => product * size, 1);
    const bytes = fc.uint8Array({ minLength: count, maxLength: count });
    return bytes.map((numbers): Safetensor => {
      switch (dtype) {
        case 'F32':
          return { dtype, shape, data: Float32Array.from(numbers) };
        case 'F64':
          return { dtype, shape, data: Float64Array.from(numbers) };
        case 'I64':
          return { dtype, shape, data: BigInt64Array.from(numbers, BigInt) };
        case 'I32':
          return { dtype, shape, data: Int32Array.from(numbers) };
        case 'F16':
        case 'BF16':
          return { dtype, shape, data: Uint16Array.from(numbers) };
        default:
          return { dtype: dtype as 'U8' | 'BOOL', shape, data: numbers };
      }
    });
  });
const names = fc.oneof(
  fc.string(),
  fc.constantFrom('__proto__', 'constructor', '10', '9', 'größe', '\ud800', 'a"b'),
);
const notMetadata = names.filter((name) => name !== '__metadata__');

/** A file with a header of our choice. */
function file(header: unknown, data = 0, text = JSON.stringify(header)): Uint8Array {
  const bytes = new TextEncoder().encode(text);
  const whole = new Uint8Array(8 + bytes.length + data);
  new DataView(whole.buffer).setBigUint64(0, BigInt(bytes.length), true);
  whole.set(bytes, 8);
  return whole;
}

describe('safetensors', () => {
  it('gives back what was written, aligned, for any names and types', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(notMetadata, tensor)),
        fc.dictionary(fc.string(), fc.string()),
        (entries, metadata) => {
          const tensors = Object.assign(Object.create(null), Object.fromEntries(entries)) as Record<
            string,
            Safetensor
          >;
          const bytes = encodeSafetensors(tensors, metadata);
          const back = decodeSafetensors(bytes, 'x');
          expect(Object.entries(back.tensors).sort()).toEqual(Object.entries(tensors).sort());
          expect({ ...back.metadata }).toEqual({ ...metadata });
          for (const { data } of Object.values(back.tensors)) expect(data.buffer).toBe(bytes.buffer);
        },
      ),
    );
  });

  it('writes equal bytes for equal content, in whatever order', () => {
    const a: Safetensor = { dtype: 'F16', shape: [3], data: Uint16Array.of(1, 2, 3) };
    const b: Safetensor = { dtype: 'F32', shape: [1, 2], data: Float32Array.of(1.5, -2) };
    const bytes = encodeSafetensors({ a, b }, { x: '1', y: '2' });
    expect(encodeSafetensors({ b, a }, { y: '2', x: '1' })).toEqual(bytes);
    const header =
      '{"__metadata__":{"x":"1","y":"2"},"a":{"dtype":"F16","shape":[3],"data_offsets":[8,14]},"b":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]}}';
    expect(new TextDecoder().decode(bytes.subarray(8)).startsWith(header)).toBe(true);
    expect(new DataView(bytes.buffer).getUint32(0, true) % 8).toBe(0);
  });

  it('reads a file that is not aligned', () => {
    const bytes = encodeSafetensors({ a: { dtype: 'F64', shape: [1], data: Float64Array.of(0.1) } });
    const shifted = new Uint8Array(bytes.length + 1);
    shifted.set(bytes, 1);
    expect(decodeSafetensors(shifted.subarray(1), 'x').tensors.a?.data).toEqual(Float64Array.of(0.1));
  });

  it('converts every type to single precision', () => {
    const floats = (tensor: Safetensor) => Array.from(safetensorFloats(tensor));
    const shape = [2];
    const data = Float32Array.of(0.5, -3);
    expect(safetensorFloats({ dtype: 'F32', shape, data })).toBe(data);
    expect(floats({ dtype: 'F16', shape, data: Uint16Array.from([0.5, -3], floatToHalf) })).toEqual([
      0.5, -3,
    ]);
    expect(floats({ dtype: 'BF16', shape, data: Uint16Array.of(0x3f00, 0xc040) })).toEqual([0.5, -3]);
    expect(floats({ dtype: 'F64', shape, data: Float64Array.of(0.5, -3) })).toEqual([0.5, -3]);
    expect(floats({ dtype: 'I64', shape, data: BigInt64Array.of(7n, -3n) })).toEqual([7, -3]);
    expect(floats({ dtype: 'BOOL', shape, data: Uint8Array.of(1, 0) })).toEqual([1, 0]);
  });

  it('does not write data that contradict their shape', () => {
    const wrong: Safetensor = { dtype: 'F32', shape: [3], data: Float32Array.of(1) };
    expect(() => encodeSafetensors({ wrong })).toThrow(/Tensor wrong \(F32, \[3\]\) cannot be written/);
  });
});

describe('a damaged or hostile file', () => {
  const f32 = (shape: unknown, offsets: unknown, dtype: unknown = 'F32') => ({
    dtype,
    shape,
    data_offsets: offsets,
  });

  it.each([
    ['is empty', new Uint8Array(), '0 bytes are too few for a header'],
    [
      'ends in its header',
      encodeSafetensors({ a: { dtype: 'F32', shape: [0], data: new Float32Array() } }).subarray(0, 20),
      'its header should be',
    ],
    ['claims a gigantic header', new Uint8Array(20).fill(255), 'no file has one so long'],
    ['is no JSON', file({}, 0, 'PK\u0003\u0004 {'), 'its header is no JSON'],
    ['is a list', file([]), 'its header is no JSON object'],
    ['has a tensor that is text', file({ a: 'F32' }), 'nothing usable of tensor a'],
    ['has an unknown type', file({ a: f32([1], [0, 4], 'F4') }, 4), 'is of type "F4"'],
    ['has an inherited type', file({ a: f32([1], [0, 4], 'toString') }, 4), 'is of type "toString"'],
    ['has a negative size', file({ a: f32([-1], [0, 4]) }, 4), 'has the shape [-1]'],
    ['has a fractional size', file({ a: f32([0.5], [0, 2]) }, 2), 'has the shape [0.5]'],
    ['has one offset', file({ a: f32([1], [0]) }, 4), 'has the byte range [0]'],
    [
      'ends before its data',
      file({ a: f32([4], [0, 16]) }, 12),
      'takes bytes 0 to 16 of the data, the file holds 12',
    ],
    ['has a range backwards', file({ a: f32([0], [4, 0]) }, 4), 'takes bytes 4 to 0'],
    ['has a shape larger than its bytes', file({ a: f32([1e8, 1e8], [0, 4]) }, 4), 'has 4 bytes'],
    [
      'has tensors that overlap',
      file({ a: f32([2], [0, 8]), b: f32([2], [4, 12]) }, 12),
      'tensor b begins at byte 4 of the data; expected 8',
    ],
    ['has a gap', file({ a: f32([1], [4, 8]) }, 8), 'tensor a begins at byte 4 of the data; expected 0'],
    ['has data nobody owns', file({ a: f32([1], [0, 4]) }, 8), 'its tensors are 4 bytes, the file holds 8'],
    ['has metadata that is no text', file({ __metadata__: { epoch: 3 } }), 'should hold text by name'],
  ] as const)('that %s is refused', (_, bytes, reason) => {
    const read = () => decodeSafetensors(bytes, 'weights.safetensors');
    expect(read).toThrow(expect.objectContaining({ code: 'SAFETENSORS_INVALID' }));
    expect(read).toThrow('weights.safetensors: this is not a whole safetensors file: ');
    expect(read).toThrow(reason);
  });

  it('is read or refused, wherever it is cut or changed', () => {
    const whole = encodeSafetensors(
      { a: { dtype: 'F32', shape: [2], data: Float32Array.of(1, 2) } },
      { b: 'c' },
    );
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.nat(255), fc.boolean(), (at, byte, cut) => {
        const bytes = cut ? whole.slice(0, at) : whole.with(at, byte);
        try {
          decodeSafetensors(bytes, 'x');
        } catch (error) {
          expect(error).toHaveProperty('code', 'SAFETENSORS_INVALID');
        }
      }),
    );
  });
});
