import fc from 'fast-check';
import { expect, it } from 'vitest';
import { joined, valuesAtRanks } from '../../../src/core/arrays.ts';

it('are what the sorted list has there, whatever the parts', () => {
  const values = fc.float32Array({ noNaN: true, noDefaultInfinity: true });
  const one = fc.float({ noNaN: true, noDefaultInfinity: true });
  fc.assert(
    fc.property(fc.array(values, { maxLength: 5 }), one, fc.nat(99), (parts, last, percent) => {
      const all = [...parts, Float32Array.of(last)];
      const sorted = joined(Float32Array, all).sort();
      const ranks = [0, Math.floor((percent / 100) * sorted.length), sorted.length - 1];
      expect(valuesAtRanks(all, ranks)).toEqual(ranks.map((rank) => sorted[rank]));
    }),
  );
});

it('tell a zero below zero from zero, as sorting does', () => {
  expect(valuesAtRanks([Float32Array.of(0, -0)], [0, 1])).toEqual([-0, 0]);
});
