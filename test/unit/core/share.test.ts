import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dealt, isShare, nameOfShare, shareFromText, stretchOf } from '../../../src/core/share.ts';

const counts = { count: fc.integer({ min: 1, max: 60 }), total: fc.integer({ min: 0, max: 500 }) };

/** Items 0 .. total - 1 of every share. */
function everyShare(count: number, total: number, kind: 'stretch' | 'dealt'): number[][] {
  const items = Array.from({ length: total }, (_, item) => item);
  return Array.from({ length: count }, (_, index) => {
    if (kind === 'dealt') return dealt(items, { index, count });
    const { from, to } = stretchOf({ index, count }, total);
    return items.slice(from, to);
  });
}

describe('shares of work', () => {
  it('have every item once between them, and differ by one at most', () => {
    fc.assert(
      fc.property(
        fc.record({ ...counts, kind: fc.constantFrom('stretch', 'dealt') }),
        ({ count, total, kind }) => {
          const shares = everyShare(count, total, kind);
          const all = shares.flat().sort((a, b) => a - b);
          expect(all).toEqual(Array.from({ length: total }, (_, item) => item));
          const sizes = shares.map(({ length }) => length);
          expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
        },
      ),
    );
  });

  it('are stretches one after another, of one machine everything', () => {
    fc.assert(
      fc.property(fc.record(counts), ({ count, total }) => {
        expect(everyShare(count, total, 'stretch').flat()).toEqual(everyShare(1, total, 'stretch')[0]);
      }),
    );
  });

  it('are read as they are written', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_000_000 }), fc.nat(), (count, any) => {
        const share = { index: any % count, count };
        expect(shareFromText(nameOfShare(share))).toEqual(share);
      }),
    );
  });

  it('are not anything else', () => {
    for (const text of [
      '4/4',
      '0/0',
      '-1/4',
      '1',
      '1/',
      '/4',
      '1.5/4',
      '1/4/2',
      '0x1/4',
      '1e0/4',
      ' ',
      '0/1000001',
    ])
      expect(shareFromText(text), text).toBeUndefined();
    for (const value of [
      undefined,
      null,
      {},
      { index: 0 },
      { index: 1, count: 1 },
      { index: 0.5, count: 2 },
      '0/2',
    ])
      expect(isShare(value), JSON.stringify(value)).toBe(false);
  });
});
