import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  fittingInput,
  inputOfGrid,
  mirroredPlaces,
  placeTiles,
  tileCount,
} from '../../../src/image/tiles.ts';

/** Inputs that tiles fit into, with the grids of a backbone's layers at strides 8 and 16. */
const fitting = fc
  .record({
    tile: fc.record({ width: fc.integer({ min: 2, max: 8 }), height: fc.integer({ min: 2, max: 8 }) }),
    more: fc.record({ width: fc.integer({ min: 0, max: 20 }), height: fc.integer({ min: 0, max: 20 }) }),
    overlap: fc.integer({ min: 0, max: 31 }),
    mirrored: fc.constantFrom(undefined, 0, 5, 16, 40),
  })
  .map(({ tile, more, overlap, mirrored }) => {
    const [width, height] = [tile.width * 16, tile.height * 16];
    const grid = (stride: number) => ({ rows: height / stride, columns: width / stride });
    return {
      input: { width: width + more.width * 16, height: height + more.height * 16 },
      tiling: { width, height, overlap, ...(mirrored !== undefined && { mirrored }) },
      around: Math.ceil((mirrored ?? 0) / 16) * 16,
      grids: [grid(8), grid(16)],
      patches: grid(8),
    };
  });

describe('placeTiles', () => {
  it('takes each patch of the input from a tile that has it at the same place', () => {
    fc.assert(
      fc.property(fitting, ({ input, tiling, around, grids, patches }) => {
        const { mirrored, corners, grid, taken, places, order } = placeTiles(input, tiling, grids, patches);
        expect(mirrored).toEqual({ across: around, down: around });
        expect(grid).toEqual({ rows: input.height / 8, columns: input.width / 8 });
        expect(order).toHaveLength(grid.rows * grid.columns);
        order.forEach((at, patch) => {
          const { x, y } = corners[Math.floor(at / taken)]!;
          const own = places[at]!;
          const column = (x - around) / 8 + (own % patches.columns);
          const row = (y - around) / 8 + Math.floor(own / patches.columns);
          expect(row * grid.columns + column).toBe(patch);
        });
      }),
    );
  });

  it('places tiles inside, as many as the overlap needs, on multiples of the coarsest stride', () => {
    fc.assert(
      fc.property(fitting, ({ input: { width, height }, tiling, around, grids, patches }) => {
        const input = { width: width + 2 * around, height: height + 2 * around };
        const { corners } = placeTiles({ width, height }, tiling, grids, patches);
        const { rows, columns } = tileCount({ width, height }, tiling, 16);
        expect(corners).toHaveLength(rows * columns);
        for (const { x, y } of corners) {
          expect([x % 16, y % 16]).toEqual([0, 0]);
          expect(x + tiling.width).toBeLessThanOrEqual(input.width);
          expect(y + tiling.height).toBeLessThanOrEqual(input.height);
        }
        expect(corners.at(-1)).toEqual({ x: input.width - tiling.width, y: input.height - tiling.height });
      }),
    );
  });

  it('takes a patch from the tile in whose middle it lies most', () => {
    const square = { rows: 4, columns: 4 };
    const { corners, taken, order } = placeTiles(
      { width: 64, height: 32 },
      { width: 32, height: 32, overlap: 8 },
      [square],
      square,
    );
    expect(corners.map(({ x }) => x)).toEqual([0, 16, 32]);
    // Middles of the tiles are at 16, 32 and 48; those of the patches of the first row at 4, 12, 20, ...
    expect(order.slice(0, 8).map((at) => Math.floor(at / taken))).toEqual([0, 0, 0, 1, 1, 2, 2, 2]);
  });

  it.each([
    [{ width: 64, height: 16 }, { width: 32, height: 32, overlap: 8 }, /as large as a tile/],
    [{ width: 65, height: 32 }, { width: 32, height: 32, overlap: 8 }, /--input-size 72x32/],
    [{ width: 64, height: 32 }, { width: 32, height: 32, overlap: 32 }, /less than the tiles' sides/],
    [{ width: 64, height: 32 }, { width: 30, height: 30, overlap: 8 }, /divides evenly/],
  ])('refuses %o in %o', (input, tiling, sentence) => {
    const square = { rows: 4, columns: 4 };
    expect(() => placeTiles(input, tiling, [square], square)).toThrow(sentence);
  });
});

describe('what is mirrored around an input', () => {
  it('goes back over its end, as often as that takes', () => {
    expect(mirroredPlaces(4, 3)).toEqual([2, 1, 0, 0, 1, 2, 3, 3, 2, 1]);
    expect(mirroredPlaces(2, 5)).toEqual(
      [0, 1, 1, 0, 0, 0, 1, 1, 1, 0, 0, 1].map((_, at) => [0, 1, 1, 0][(at + 3) % 4]),
    );
    expect(mirroredPlaces(3, 0)).toEqual([0, 1, 2]);
  });

  it('keeps patches at the rim of the input away from the rim of their tile', () => {
    const square = { rows: 12, columns: 12 };
    const tiling = { width: 96, height: 96, overlap: 32, mirrored: 16 };
    const { places, order } = placeTiles({ width: 192, height: 128 }, tiling, [square], square);
    for (const at of order) {
      const [row, column] = [Math.floor(places[at]! / 12), places[at]! % 12];
      for (const place of [row, column]) expect(Math.min(place, 11 - place)).toBeGreaterThanOrEqual(2);
    }
  });
});

describe('inputOfGrid', () => {
  it('is an input of so many tiles, which fit into it', () => {
    fc.assert(
      fc.property(
        fitting,
        fc.record({ rows: fc.integer({ min: 1, max: 9 }), columns: fc.integer({ min: 2, max: 9 }) }),
        ({ tiling, around, grids, patches }, asked) => {
          fc.pre(Math.min(tiling.width, tiling.height) > Math.max(2 * around, tiling.overlap + 16));
          const input = inputOfGrid(asked, tiling, 16);
          expect(tileCount(input, tiling, 16)).toEqual(asked);
          expect(placeTiles(input, tiling, grids, patches).corners).toHaveLength(asked.rows * asked.columns);
        },
      ),
    );
    const tiling = { width: 320, height: 256, overlap: 64, mirrored: 32 };
    expect(inputOfGrid({ rows: 1, columns: 1 }, tiling, 16)).toEqual({ width: 320, height: 256 });
    expect(inputOfGrid({ rows: 1, columns: 2 }, tiling, 16)).toEqual({ width: 512, height: 192 });
  });
});

describe('fittingInput', () => {
  it('is the wanted size, rounded up to a tile and steps of the unit', () => {
    const tiling = { width: 320, height: 320, overlap: 64 };
    expect(fittingInput({ width: 1200, height: 900 }, tiling, 16)).toEqual({ width: 1200, height: 912 });
    expect(fittingInput({ width: 200, height: 320 }, tiling, 16)).toEqual({ width: 320, height: 320 });
  });
});
