import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TensorData } from '../../../src/runtime/engine.ts';
import { carried } from '../../../src/web/carried-values.ts';
import type { Values } from '../../../src/web/engine-messages.ts';

/** Arrays of every kind that a run may be given, some of them a part of a larger one. */
const data: fc.Arbitrary<TensorData> = fc
  .oneof(
    fc.float32Array(),
    fc.float64Array(),
    fc.uint16Array(),
    fc.uint8Array(),
    fc.int32Array(),
    fc.bigInt64Array(),
  )
  .chain((whole) => fc.nat(whole.length).map((from) => whole.subarray(from)));
const values: fc.Arbitrary<Values> = fc.dictionary(
  fc.string(),
  data.map((data) => ({ dtype: 'float32' as const, shape: [data.length], data })),
);
const bytesIn = (given: Values) => Object.values(given).reduce((sum, { data }) => sum + data.byteLength, 0);

describe('values on their way to a worker', () => {
  it('are what they were, and lie in one block', () => {
    fc.assert(
      fc.property(values, fc.nat(200), (given, size) => {
        const { values: moved, block } = carried(given, new ArrayBuffer(size));
        expect(moved).toEqual(given);
        for (const { data } of Object.values(moved)) expect(data.buffer).toBe(block);
        expect(block.byteLength).toBeGreaterThanOrEqual(bytesIn(given));
      }),
    );
  });

  it('fill the block of the run before where it is large enough', () => {
    const first = carried(
      { a: { dtype: 'float32', shape: [4], data: Float32Array.of(1, 2, 3, 4) } },
      new ArrayBuffer(0),
    );
    const second = carried({ b: { dtype: 'uint8', shape: [3], data: Uint8Array.of(5, 6, 7) } }, first.block);
    expect(second.block).toBe(first.block);
    expect(second.values.b?.data).toEqual(Uint8Array.of(5, 6, 7));
  });

  it('and their block move as one', () => {
    const { values: sent, block } = carried(
      { a: { dtype: 'uint8', shape: [3], data: Uint8Array.of(1, 2, 3) } },
      new ArrayBuffer(64),
    );
    const there = structuredClone({ sent, block }, { transfer: [block] });
    expect(there.sent.a?.data).toEqual(Uint8Array.of(1, 2, 3));
    expect(there.sent.a?.data.buffer).toBe(there.block);
    expect(block.byteLength).toBe(0);
  });
});
