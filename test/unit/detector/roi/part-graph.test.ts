/** @file Where the part is, found by a graph: the same as by a slow reference that fills and labels cells one by one, and what that is on drawn scenes. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../../../src/core/random.ts';
import { PartFinder } from '../../../../src/detector/roi/part-finder.ts';
import { partOfRow, partRow } from '../../../../src/detector/roi/part-graph.ts';
import type { RgbImage } from '../../../../src/image/rgb.ts';
import { cellGrid, type PartModel } from '../../../../src/image/roi/part-model.ts';
import { nodeEngine } from '../../../../src/runtime/node.ts';
import { toOklab } from '../../../../src/synthesis/oklab.ts';

/** As many pixels as cells, so that a cell's colour is a pixel's. */
const geometry = { width: 64, height: 48 };
const { rows, columns } = cellGrid(geometry);
const cells = rows * columns;
let finder: PartFinder;

beforeAll(async () => {
  finder = await PartFinder.create(await nodeEngine({ threads: 1 }), geometry);
});
afterAll(() => finder.release());

const ground = [70, 74, 80] as const;
const steel = [200, 198, 190] as const;

type Paint = (x: number, y: number) => readonly number[] | undefined;

/** A scene on ground that is not quite even. */
function scene(paint: Paint, seed = 1): RgbImage {
  const random = new Random(seed);
  const data = new Uint8Array(cells * 3);
  for (let y = 0; y < 48; y++)
    for (let x = 0; x < 64; x++) {
      const colour = paint(x, y) ?? ground;
      data.set(
        colour.map((value) => value + Math.round(random.uniform(-3, 3))),
        3 * (y * 64 + x),
      );
    }
  return { ...geometry, data };
}

const within = (x: number, y: number, left: number, top: number, width: number, height: number) =>
  x >= left && x < left + width && y >= top && y < top + height;
const disc = (x: number, y: number, radius: number) => (x - 32) ** 2 + (y - 24) ** 2 < radius ** 2;

const part: PartModel = {
  ground: 12,
  dense: 0.41,
  wide: 0.1234,
  open: 2,
  holes: 1,
  least: 0.05,
  most: 0.6,
  margin: 2,
};

const find = async (image: RgbImage, model = part) => finder.find(await finder.distances(image), model);
const at = (found: Uint8Array, x: number, y: number) => found[y * columns + x];

describe('distances', () => {
  it('are those in OKLab to the median of the border', async () => {
    const image = scene((x, y) => (disc(x, y, 12) ? steel : undefined));
    const { planes } = toOklab(image);
    const border = Array.from({ length: cells }, (_, cell) => cell).filter((cell) => {
      const [y, x] = [Math.floor(cell / 64), cell % 64];
      return x === 0 || y === 0 || x === 63 || y === 47;
    });
    // The upper of the two in the middle, or the one there is.
    const middle = (plane: Float32Array) =>
      border.map((cell) => plane[cell]!).sort((a, b) => b - a)[Math.floor(border.length / 2)]!;
    const centre = planes.map(middle);
    const found = await finder.distances(image);
    for (let cell = 0; cell < cells; cell += 13) {
      const away = Math.hypot(...planes.map((plane, axis) => plane[cell]! - centre[axis]!));
      expect(found[cell]).toBeCloseTo(away, 2);
    }
  });
});

/** The same by queues and labels. */
function reference(distances: Float32Array, model: PartModel): { cells: Uint8Array; share: number } {
  const inGrid = (x: number, y: number) => x >= 0 && y >= 0 && x < columns && y < rows;
  const square = (mask: readonly boolean[], radius: number, cell: number) => {
    const [y, x] = [Math.floor(cell / columns), cell % columns];
    const seen: boolean[] = [];
    for (let dy = -radius; dy <= radius; dy++)
      for (let dx = -radius; dx <= radius; dx++)
        if (inGrid(x + dx, y + dy)) seen.push(mask[(y + dy) * columns + x + dx]!);
    return seen;
  };
  const all = Array.from({ length: cells }, (_, cell) => cell);
  const grown = (mask: readonly boolean[], radius: number) =>
    all.map((cell) => square(mask, radius, cell).includes(true));
  const dense = (mask: readonly boolean[], cell: number, side = 9) =>
    square(mask, (side - 1) / 2, cell).filter((each) => each).length / side ** 2;
  const spread = (seeds: readonly number[], mask: readonly boolean[], corners: boolean) => {
    const reached = new Set(seeds.filter((cell) => mask[cell]));
    const open = [...reached];
    for (let cell = open.pop(); cell !== undefined; cell = open.pop()) {
      const [y, x] = [Math.floor(cell / columns), cell % columns];
      for (let dy = -1; dy <= 1; dy++)
        for (let dx = -1; dx <= 1; dx++) {
          if (!inGrid(x + dx, y + dy) || (!corners && dx !== 0 && dy !== 0)) continue;
          const next = (y + dy) * columns + x + dx;
          if (!mask[next] || reached.has(next)) continue;
          reached.add(next);
          open.push(next);
        }
    }
    return all.map((cell) => reached.has(cell));
  };
  const something = all.map((cell) => distances[cell]! > Math.fround(model.ground));
  const free = grown(
    grown(something, 1).map((each) => !each),
    1,
  );
  const border = all.filter((cell) => {
    const [y, x] = [Math.floor(cell / columns), cell % columns];
    return x === 0 || y === 0 || x === columns - 1 || y === rows - 1;
  });
  const outside = spread(border, free, false);
  const open = spread([...border, ...all.filter((cell) => dense(free, cell) >= model.open)], free, false);
  const holes = all.filter((cell) => open[cell] && !outside[cell]).length / cells;
  const things = (holes > Math.fround(model.holes) ? outside : open).map((each) => !each);
  const found = spread(
    all.filter((cell) => dense(things, cell) >= model.dense && dense(things, cell, 25) >= model.wide),
    things,
    true,
  );
  const share = found.filter((each) => each).length / cells;
  const isFound = share >= model.least && share <= model.most;
  const shrunk = () =>
    grown(
      found.map((each) => !each),
      -model.margin,
    ).map((each) => !each);
  const withMargin = () => (model.margin < 0 ? shrunk() : grown(found, model.margin));
  const inside = isFound ? withMargin() : found.map(() => true);
  return { cells: Uint8Array.from(inside, Number), share };
}

describe('the part', () => {
  it.each([
    ['filled', part],
    ['with its holes open', { ...part, open: 0.999 }],
    ['with few of its holes open', { ...part, open: 0.999, holes: 0.03 }],
    ['with a wide margin', { ...part, margin: 11 }],
    ['with none', { ...part, margin: 0 }],
    ['without its rim', { ...part, margin: -3 }],
  ])('is that of the reference on random blots, %s', async (_, model) => {
    for (let seed = 0; seed < 4; seed++) {
      const random = new Random('blots', seed);
      const blots = Array.from({ length: 9 }, () => ({
        x: random.integer(64),
        y: random.integer(48),
        radius: random.uniform(1, 12),
        hole: random.uniform(0, 8),
      }));
      const image = scene((x, y) => {
        const over = blots.some((blot) => {
          const away = Math.hypot(x - blot.x, y - blot.y);
          return away < blot.radius && away >= blot.hole - 2;
        });
        return over ? steel : undefined;
      }, seed);
      const distances = await finder.distances(image);
      const [found, expected] = [await finder.find(distances, model), reference(distances, model)];
      expect(found.share).toBeCloseTo(expected.share, 6);
      expect(found.cells).toEqual(expected.cells);
    }
  });

  it('is found with its margin, wherever it lies, and dirt beside it is not', async () => {
    for (const left of [6, 20, 34]) {
      const { cells: found } = await find(
        scene((x, y) =>
          within(x, y, left, 12, 20, 24) ? steel : within(x, y, 58, 2, 3, 3) ? [20, 18, 16] : undefined,
        ),
      );
      expect(at(found, left + 10, 24)).toBe(1);
      expect([at(found, left - 2, 24), at(found, left - 3, 24)]).toEqual([1, 0]);
      expect(at(found, 59, 3)).toBe(0);
    }
  });

  it('keeps its holes, but for wide ones where the class has holes', async () => {
    const ring = scene((x, y) => (disc(x, y, 18) && !disc(x, y, 9) ? steel : undefined));
    const pierced = scene((x, y) => (disc(x, y, 18) && !disc(x, y, 3) ? steel : undefined));
    expect(at((await find(ring)).cells, 32, 24)).toBe(1);
    const open = { ...part, open: 0.999 };
    expect(at((await find(ring, open)).cells, 32, 24)).toBe(0);
    expect(at((await find(pierced, open)).cells, 32, 24)).toBe(1);
  });

  it('keeps all of its holes where there is one more than good parts have', async () => {
    const good = (x: number, y: number) => within(x, y, 8, 4, 48, 40) && !within(x, y, 14, 14, 14, 14);
    const defective = (x: number, y: number) => good(x, y) && !within(x, y, 38, 16, 11, 11);
    const usual = (14 * 14) / cells;
    const open = { ...part, open: 0.999, most: 1, holes: usual + 81 / (2 * cells) };
    const [before, after] = [
      await find(
        scene((x, y) => (good(x, y) ? steel : undefined)),
        open,
      ),
      await find(
        scene((x, y) => (defective(x, y) ? steel : undefined)),
        open,
      ),
    ];
    expect(at(before.cells, 21, 21)).toBe(0);
    for (const [x, y] of [
      [21, 21],
      [43, 21],
    ] as const)
      expect(at(after.cells, x, y)).toBe(1);
  });

  it('keeps what sticks out of it, and a piece that is broken off its rim', async () => {
    const burr = await find(
      scene((x, y) => (within(x, y, 20, 12, 20, 24) || within(x, y, 40, 22, 9, 3) ? steel : undefined)),
    );
    for (const x of [40, 44, 48]) expect(at(burr.cells, x, 23)).toBe(1);
    const chipped = await find(
      scene((x, y) => (within(x, y, 20, 12, 20, 24) && !within(x, y, 37, 20, 3, 4) ? steel : undefined)),
    );
    for (const x of [37, 38, 39]) expect(at(chipped.cells, x, 21)).toBe(1);
  });

  it('is all of the image where there is none, or far too little or too much of one', async () => {
    const none = await find(scene(() => undefined));
    const crumb = await find(scene((x, y) => (within(x, y, 30, 20, 7, 7) ? steel : undefined)));
    const heap = await find(scene((x, y) => (within(x, y, 2, 2, 60, 44) ? steel : undefined)));
    for (const { cells: found } of [none, crumb, heap]) expect(found.every((each) => each === 1)).toBe(true);
    expect(none.share).toBe(0);
  });
});

it('is found in a large input on a grid that is twice as fine, as what it is in a small one', async () => {
  const large = { width: 1280, height: 960 };
  const fine = cellGrid(large);
  expect(fine).toEqual({ rows: 96, columns: 128 });
  const inLarge = await PartFinder.create(await nodeEngine({ threads: 1 }), large);
  try {
    const paint: Paint = (x, y) =>
      (within(x, y, 20, 12, 20, 24) && !within(x, y, 28, 18, 6, 6)) || within(x, y, 58, 2, 3, 3)
        ? steel
        : undefined;
    const small = await find(scene(paint), { ...part, margin: 0 });
    const data = new Uint8Array(large.width * large.height * 3);
    for (let pixel = 0; pixel < large.width * large.height; pixel++) {
      const [x, y] = [pixel % large.width, Math.floor(pixel / large.width)];
      data.set(paint(Math.floor(x / 20), Math.floor(y / 20)) ?? ground, 3 * pixel);
    }
    const distances = await inLarge.distances({ ...large, data });
    const found = await inLarge.find(distances, { ...part, margin: 0 });
    expect(found.share).toBeCloseTo(small.share, 6);
    for (const [cell, inside] of small.cells.entries())
      expect(found.cells[2 * Math.floor(cell / 64) * 128 + 2 * (cell % 64)]).toBe(inside);
    const rimless = await inLarge.find(distances, { ...part, margin: -2 });
    expect(rimless.cells.filter((each) => each === 1)).toHaveLength((40 - 4) * (48 - 4));
  } finally {
    await inLarge.release();
  }
});

it('is written as a row of numbers and read again', () => {
  for (const margin of [21, 0, -13]) {
    const row = Float32Array.from(partRow({ ...part, margin }));
    expect(partOfRow(row)).toMatchObject({ ground: 12, open: 2, margin });
    // As files have it in which regions could not be smaller than the part.
    if (margin >= 0) expect(partOfRow(row.subarray(0, 12))).toEqual(partOfRow(row));
  }
  expect(partRow(undefined).every((value) => value === 0)).toBe(true);
});
