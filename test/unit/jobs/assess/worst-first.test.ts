import { describe, expect, it } from 'vitest';
import { countedShare } from '../../../../src/evaluation/intervals.ts';
import { type Unsorted, worstFirst } from '../../../../src/jobs/assess/worst-first.ts';

const product = (name: string, rate: number | undefined) =>
  ({
    class: name,
    misses: rate === undefined ? null : { expected: { ...countedShare(0, 1), rate }, table: [], half: [] },
  }) as unknown as Unsorted;

const weak = (...rates: readonly (number | undefined)[]) =>
  worstFirst(rates.map((rate, at) => product(String(at), rate))).map((each) => [each.class, each.weak]);

describe('the order of products', () => {
  it('begins with the one that misses most; nothing known comes last', () => {
    expect(weak(0.2, undefined, 0.5, 0.3).map(([name]) => name)).toEqual(['2', '3', '0', '1']);
  });

  it('calls weak what lies clearly above the others, or misses nearly all', () => {
    expect(weak(0.3, 0.32, 0.5)).toEqual([
      ['2', true],
      ['1', false],
      ['0', false],
    ]);
    expect(weak(0.8)).toEqual([['0', true]]);
    expect(weak(0.6)).toEqual([['0', false]]);
    expect(weak(undefined)).toEqual([['0', false]]);
  });
});
