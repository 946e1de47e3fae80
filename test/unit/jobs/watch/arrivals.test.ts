/** @file A file is finished once nothing of it has changed for a while. */
import { describe, expect, it } from 'vitest';
import { Arrivals } from '../../../../src/jobs/watch/arrivals.ts';

const file = (path: string, bytes = 10, modified = 5) => ({ path, bytes, modified });
const paths = (files: readonly { readonly path: string }[]) => files.map(({ path }) => path);

describe('arrivals', () => {
  it('are handed out once they have not changed for so long, the oldest first', () => {
    const arrivals = new Arrivals(1000);
    const all = [file('b', 10, 7), file('a', 10, 7), file('c', 10, 6)];
    expect(arrivals.finished(all, 0)).toEqual([]);
    expect(arrivals.finished(all, 999)).toEqual([]);
    expect(paths(arrivals.finished(all, 1000))).toEqual(['c', 'a', 'b']);
    // Until they have been judged.
    expect(paths(arrivals.finished([file('b', 10, 7)], 1500))).toEqual(['b']);
    expect(arrivals.waiting).toBe(1);
  });

  it('begin anew with each change, of the size or of the time', () => {
    const arrivals = new Arrivals(1000);
    arrivals.finished([file('a', 10)], 0);
    expect(arrivals.finished([file('a', 20)], 900)).toEqual([]);
    expect(arrivals.finished([file('a', 20)], 1800)).toEqual([]);
    expect(arrivals.finished([file('a', 20, 6)], 1900)).toEqual([]);
    expect(paths(arrivals.finished([file('a', 20, 6)], 2900))).toEqual(['a']);
    expect(arrivals.unchangedFor(file('a', 20, 6), 3000)).toBe(1100);
  });

  it('that went away and came again are new', () => {
    const arrivals = new Arrivals(1000);
    arrivals.finished([file('a')], 0);
    arrivals.finished([], 500);
    expect(arrivals.finished([file('a')], 1200)).toEqual([]);
    expect(paths(arrivals.finished([file('a')], 2200))).toEqual(['a']);
  });

  it('that could not be read come again later', () => {
    const arrivals = new Arrivals(0);
    expect(paths(arrivals.finished([file('a')], 0))).toEqual(['a']);
    arrivals.later(file('a'), 500);
    expect(arrivals.finished([file('a')], 499)).toEqual([]);
    expect(paths(arrivals.finished([file('a')], 500))).toEqual(['a']);
    expect(arrivals.unchangedFor(file('a'), 500)).toBe(500);
  });
});
