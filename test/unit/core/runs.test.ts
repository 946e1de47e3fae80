/** @file Masks as runs, and back. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { maskOfRuns, runsOf } from '../../../src/core/runs.ts';

it('gives every mask back', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(0, 1), { minLength: 1, maxLength: 60 }), (values) => {
      const mask = Uint8Array.from(values);
      expect(maskOfRuns(runsOf(mask), mask.length)).toEqual(mask);
    }),
  );
});

it('begins with what is outside', () => {
  expect(runsOf(Uint8Array.of(1, 1, 0))).toEqual([0, 2, 1]);
  expect(runsOf(Uint8Array.of(0, 0, 1))).toEqual([2, 1]);
});

it('refuses runs of another size', () => {
  expect(maskOfRuns([3, 4], 8)).toBeUndefined();
});
