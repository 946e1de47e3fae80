/** @file Cells, and the region of an image whose part was found: the patches that touch it, as a region has them that is drawn there. */
import { describe, expect, it } from 'vitest';
import { Random } from '../../../../src/core/random.ts';
import { cellGrid, cellOf, followedRegion } from '../../../../src/image/roi/part-model.ts';
import { regionOfInterest, wholeRegion } from '../../../../src/image/roi/region-of-interest.ts';

describe('cells', () => {
  it('are 64 along the longer side, 128 of a large input, and no smaller than pixels', () => {
    expect(cellGrid({ width: 1200, height: 912 })).toEqual({ rows: 97, columns: 128 });
    expect(cellGrid({ width: 640, height: 480 })).toEqual({ rows: 96, columns: 128 });
    expect(cellGrid({ width: 320, height: 320 })).toEqual({ rows: 64, columns: 64 });
    expect(cellGrid({ width: 40, height: 24 })).toEqual({ rows: 24, columns: 40 });
    expect(cellGrid({ width: 3, height: 640 })).toEqual({ rows: 128, columns: 1 });
  });

  it('divide the pixels evenly', () => {
    expect(cellOf(10, 4)).toEqual([0, 0, 0, 1, 1, 2, 2, 2, 3, 3]);
  });
});

describe('the region', () => {
  const [size, grid] = [
    { width: 150, height: 96 },
    { rows: 12, columns: 19 },
  ] as const;
  const { rows, columns } = cellGrid(size);

  it('is that which is drawn where the cells are, within that of the class', () => {
    const random = new Random('cells');
    const cells = Uint8Array.from({ length: rows * columns }, () => (random.uniform() < 0.1 ? 1 : 0));
    const found = followedRegion(cells, wholeRegion(size, grid), size, grid);
    const drawn = regionOfInterest({ ...size, data: found.pixels }, grid);
    expect(found.patches).toEqual(drawn.patches);
    expect(found.positions).toEqual(drawn.positions);
    const pixel = (x: number, y: number) =>
      cells[Math.floor((y * rows) / 96) * columns + Math.floor((x * columns) / 150)];
    for (let at = 0; at < 150 * 96; at += 11)
      expect(found.pixels[at]).toBe(pixel(at % 150, Math.floor(at / 150)));
    const left = regionOfInterest(
      { ...size, data: Uint8Array.from({ length: 150 * 96 }, (_, at) => (at % 150 < 70 ? 1 : 0)) },
      grid,
    );
    const both = followedRegion(cells, left, size, grid);
    expect(both.pixels).toEqual(found.pixels.map((inside, at) => inside & left.pixels[at]!));
    expect(both.positions.every((patch) => left.patches[patch] === 1)).toBe(true);
  });

  it("is all of the class's own where nothing would be left", () => {
    const own = regionOfInterest(
      { ...size, data: Uint8Array.from({ length: 150 * 96 }, (_, at) => (at % 150 < 70 ? 1 : 0)) },
      grid,
    );
    const found = followedRegion(new Uint8Array(rows * columns), own, size, grid);
    expect(found).toEqual(own);
  });
});
