/** @file The box of a crop: around the part, of the usual size, and never less than the part or more than the image. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cropBox, extent } from '../../../../src/image/roi/crop-model.ts';

const grid = { rows: 6, columns: 8 };
const cellsOf = (inside: (column: number, row: number) => boolean) =>
  Uint8Array.from({ length: 48 }, (_, cell) => (inside(cell % 8, Math.floor(cell / 8)) ? 1 : 0));

describe('the box of a crop', () => {
  it('lies around the middle of the part', () => {
    const cells = cellsOf((column, row) => column >= 3 && column < 5 && row >= 2 && row < 4);
    const box = cropBox(cells, grid, { columns: 4, rows: 4 }, { width: 800, height: 600 });
    expect(box).toEqual({ x: 200, y: 100, width: 400, height: 400 });
  });

  it('keeps its size at the rim of the image', () => {
    const cells = cellsOf((column, row) => column < 2 && row === 5);
    const box = cropBox(cells, grid, { columns: 4, rows: 3 }, { width: 800, height: 600 });
    expect(box).toEqual({ x: 0, y: 300, width: 400, height: 300 });
  });

  it('is as large as a part that is larger, and all of an image of which all counts', () => {
    const size = { width: 801, height: 599 };
    const wide = cellsOf((_, row) => row === 2);
    expect(cropBox(wide, grid, { columns: 4, rows: 4 }, size)).toMatchObject({ x: 0, width: 801 });
    expect(
      cropBox(
        cellsOf(() => true),
        grid,
        { columns: 4, rows: 4 },
        size,
      ),
    ).toEqual({ x: 0, y: 0, ...size });
  });

  it('holds the part, lies within the image and has one size for parts that are not larger than it', () => {
    const side = fc.integer({ min: 1, max: 4000 });
    const any = fc.array(fc.boolean(), { minLength: 48, maxLength: 48 }).filter((all) => all.includes(true));
    const usual = fc.record({
      columns: fc.integer({ min: 1, max: 8 }),
      rows: fc.integer({ min: 1, max: 6 }),
    });
    fc.assert(
      fc.property(any, usual, side, side, (inside, of, width, height) => {
        const cells = Uint8Array.from(inside, Number);
        const box = cropBox(cells, grid, of, { width, height });
        const { across, down } = extent(cells, grid);
        for (const [start, length, [first, last], count, most, pixels] of [
          [box.x, box.width, across, 8, of.columns, width],
          [box.y, box.height, down, 6, of.rows, height],
        ] as const) {
          expect(start).toBeGreaterThanOrEqual(0);
          expect(length).toBeGreaterThanOrEqual(1);
          expect(start + length).toBeLessThanOrEqual(pixels);
          // To the pixel, as cells are not whole ones.
          expect(start).toBeLessThanOrEqual(Math.ceil((first * pixels) / count));
          expect(start + length).toBeGreaterThanOrEqual(Math.floor(((last + 1) * pixels) / count));
          if (last - first + 1 <= most) expect(length).toBe(Math.ceil((most * pixels) / count));
        }
      }),
    );
  });
});
