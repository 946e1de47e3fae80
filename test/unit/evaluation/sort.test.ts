/** @file The radix sort against the language's own sort. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scoreKeys, scoreOfKey, sortKeys, sortKeysWith } from '../../../src/evaluation/sort.ts';

const floats = fc.float32Array({ noNaN: true, maxLength: 200 });

describe('keys of scores', () => {
  it('order scores from the highest, with ties exactly where scores are equal', () => {
    const anyFloat = fc.float({ noNaN: true });
    fc.assert(
      fc.property(anyFloat, anyFloat, (a, b) => {
        const [first, second] = scoreKeys([a, b], 'test') as unknown as [number, number];
        expect(Math.sign(first - second)).toBe(a === b ? 0 : a > b ? -1 : 1);
      }),
    );
  });

  it.each([0, -0, 1.5, -1.5, 1e-45, -1e-45, Infinity, -Infinity])('give %d back', (score) => {
    const [key] = scoreKeys([score], 'test');
    expect(scoreOfKey(key as number)).toBe(score === 0 ? 0 : Math.fround(score));
  });

  it('refuse NaN, with its position', () => {
    expect(() => scoreKeys([1, Number.NaN], 'image 3')).toThrow(/image 3.*value 1/);
  });

  it('read a view into a larger buffer', () => {
    const view = new Float32Array([9, 1, 2, 9]).subarray(1, 3);
    expect([...scoreKeys(view, 'test')].map(scoreOfKey)).toEqual([1, 2]);
  });
});

describe('radix sort', () => {
  it("sorts as JavaScript's own sort", () => {
    fc.assert(
      fc.property(floats, (scores) => {
        const sorted = [...sortKeys(scoreKeys(scores, 'test'))].map(scoreOfKey);
        const expected = [...scores].map((score) => score + 0).sort((a, b) => b - a);
        expect(sorted).toEqual(expected);
      }),
    );
  });

  it('carries payloads and keeps the order of equal keys', () => {
    const few = fc.uint8Array({ maxLength: 100, max: 7 });
    fc.assert(
      fc.property(few, fc.constantFrom(0, 11, 22), (small, shift) => {
        const keys = Uint32Array.from(small, (value) => value << shift);
        const expected = [...keys.keys()].sort((a, b) => (keys[a] as number) - (keys[b] as number) || a - b);
        const sorted = sortKeysWith(keys.slice(), Uint32Array.from(keys.keys()));
        expect([...sorted.payload]).toEqual(expected);
        expect([...sorted.keys]).toEqual(expected.map((index) => keys[index]));
      }),
    );
  });
});
