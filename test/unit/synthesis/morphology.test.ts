import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/core/random.ts';
import type { Mask } from '../../../src/image/rgb.ts';
import {
  close,
  connectedToBorder,
  grow,
  invert,
  open,
  shrinkMask,
  withoutSmallParts,
} from '../../../src/synthesis/morphology.ts';

/** A mask drawn as text: `#` inside. */
function drawn(...lines: readonly string[]): Mask {
  const data = Uint8Array.from(lines.join(''), (sign) => (sign === '#' ? 1 : 0));
  return { width: lines[0]!.length, height: lines.length, data };
}

function text({ width, height, data }: Mask): string[] {
  return Array.from({ length: height }, (_, row) =>
    Array.from(data.subarray(row * width, (row + 1) * width), (inside) => (inside ? '#' : '.')).join(''),
  );
}

const anyMask = fc
  .tuple(fc.integer({ min: 1, max: 14 }), fc.integer({ min: 1, max: 14 }), fc.nat())
  .map(([width, height, seed]) => {
    const random = new Random(seed);
    return { width, height, data: Uint8Array.from({ length: width * height }, () => random.integer(2)) };
  });

const within = (inner: Mask, outer: Mask) =>
  inner.data.every((inside, at) => inside <= (outer.data[at] as number));

describe('morphology', () => {
  it('grows and shrinks by a square', () => {
    const dot = drawn('.....', '.....', '..#..', '.....', '.....');
    expect(text(grow(dot, 1))).toEqual(['.....', '.###.', '.###.', '.###.', '.....']);
    expect(shrinkMask(grow(dot, 1), 1)).toEqual(dot);
  });

  it('closes gaps and opens specks away', () => {
    expect(text(close(drawn('......', '##.###', '##.###', '##.###', '......'), 1))[2]).toBe('######');
    expect(text(open(drawn('......', '.###.#', '.###..', '.###..', '......'), 1))[1]).toBe('.###..');
  });

  it('leaves a part that touches the border touching it, and one that does not apart', () => {
    const half = drawn('###...', '###...', '###...', '###...', '###...');
    expect(open(half, 1)).toEqual(half);
    expect(close(half, 1)).toEqual(half);
    const away = drawn('......', '......', '..##..', '..##..', '......', '......');
    expect(close(away, 1)).toEqual(away);
  });

  it('keeps the order open within mask within close; both are idempotent', () => {
    fc.assert(
      fc.property(anyMask, fc.integer({ min: 1, max: 3 }), (mask, radius) => {
        const [opened, closed] = [open(mask, radius), close(mask, radius)];
        expect(within(opened, mask)).toBe(true);
        expect(within(mask, closed)).toBe(true);
        expect(shrinkMask(invert(mask), radius)).toEqual(invert(grow(mask, radius)));
      }),
    );
  });

  it('finds what is connected to the border by sides', () => {
    const mask = drawn('#....', '.###.', '.#.#.', '.###.', '.....');
    expect(text(connectedToBorder(mask))).toEqual(['#....', '.....', '.....', '.....', '.....']);
    expect(text(invert(connectedToBorder(invert(mask))))[2]).toBe('.###.');
  });

  it('drops parts that are small beside the largest', () => {
    const mask = drawn('###..#', '###...', '....##');
    expect(text(withoutSmallParts(mask, 0.3))).toEqual(['###...', '###...', '....##']);
    expect(withoutSmallParts(mask, 0)).toEqual(mask);
    const empty = drawn('...');
    expect(withoutSmallParts(empty, 0.5)).toEqual(empty);
  });
});
