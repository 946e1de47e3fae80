/**
 * @file The outlines of regions of a map (marching squares). A value above 0 is inside; the outline runs where the values between the centres of two
 * neighbours pass through 0, and along the map's edge where a region reaches it. Pixels that touch at a corner are joined, as in regions.ts.
 */
import type { Regions } from './regions.ts';

/** Corners of a closed line, x and y; the last is joined to the first. */
export type Ring = readonly (readonly [x: number, y: number])[];

/** Cells of this many rows and columns more at each side: one outside of everything, and one at the very edge. */
const border = 2;
/** A line keeps this much of the way to the next centre from an inside one, so that no region is without area. */
const least = 1 / 16;

// Sides of a cell between four centres, and for each of the 16 ways in which these may be inside (1 upper left, 2 upper right, 4 lower right,
// 8 lower left) where a line with the inside on its right enters and leaves.
const [top, right, bottom, left] = [0, 1, 2, 3] as const;
const ways: readonly (readonly (readonly [from: number, to: number])[])[] = [
  [],
  [[top, left]],
  [[right, top]],
  [[right, left]],
  [[bottom, right]],
  [
    [top, right],
    [bottom, left],
  ],
  [[bottom, top]],
  [[bottom, left]],
  [[left, bottom]],
  [[top, bottom]],
  [
    [left, top],
    [right, bottom],
  ],
  [[right, bottom]],
  [[left, right]],
  [[top, right]],
  [[left, top]],
  [],
];

/**
 * @param values - [height, width], row by row; inside where above 0
 * @param regions - of the same values
 * @returns for each region its rings, in pixels of the map, where a pixel's centre is at a half: first the outer one, then those of holes, which run the other way round
 */
export function contours(values: Float32Array, width: number, height: number, regions: Regions): Ring[][] {
  const columns = width + 2 * border;
  const rows = height + 2 * border;
  const within = (at: number, length: number) => Math.min(Math.max(at - border, 0), length - 1);
  const pixel = (node: number) =>
    within(Math.floor(node / columns), height) * width + within(node % columns, width);
  const isOutermost = (node: number) => {
    const column = node % columns;
    return column === 0 || column === columns - 1 || node < columns || node >= columns * (rows - 1);
  };
  const heightOf = (node: number) => (isOutermost(node) ? 0 : values[pixel(node)]!);
  // Rows one by one, nothing computed twice: this is on the way of every prediction.
  const inside = new Uint8Array(columns * rows);
  for (let row = 1; row + 1 < rows; row++) {
    const from = within(row, height) * width;
    const into = row * columns + border;
    for (let column = 0; column < width; column++) if (values[from + column]! > 0) inside[into + column] = 1;
    // At the very edge the map goes on.
    inside[into - 1] = inside[into]!;
    inside[into + width] = inside[into + width - 1]!;
  }

  // An edge joins a node with the one right of it (even numbers) or below it (odd ones); each is entered once at most.
  const next = new Map<number, number>();
  for (let row = 0; row + 1 < rows; row++) {
    for (let column = 0; column + 1 < columns; column++) {
      const node = row * columns + column;
      const below = node + columns;
      const way =
        inside[node]! | (inside[node + 1]! << 1) | (inside[below + 1]! << 2) | (inside[below]! << 3);
      if (way === 0 || way === 15) continue;
      const edges = [2 * node, 2 * (node + 1) + 1, 2 * below, 2 * node + 1];
      for (const [from, to] of ways[way]!) next.set(edges[from]!, edges[to]!);
    }
  }

  const along = (node: number): [x: number, y: number] => [
    Math.min(Math.max((node % columns) - border + 0.5, 0), width),
    Math.min(Math.max(Math.floor(node / columns) - border + 0.5, 0), height),
  ];
  const ends = (edge: number): [inner: number, outer: number] => {
    const node = edge >> 1;
    const other = edge % 2 === 0 ? node + 1 : node + columns;
    return inside[node] ? [node, other] : [other, node];
  };
  const crossing = (edge: number): [x: number, y: number] => {
    const [inner, outer] = ends(edge);
    const value = heightOf(inner);
    const share = isOutermost(outer) ? 1 : Math.max(least, value / (value - heightOf(outer)));
    const [x, y] = along(inner);
    const [outerX, outerY] = along(outer);
    return [x + share * (outerX - x), y + share * (outerY - y)];
  };

  const found = regions.sizes.map((): Ring[] => []);
  for (const start of next.keys()) {
    if (!next.has(start)) continue;
    const ring: [number, number][] = [];
    for (let edge: number | undefined = start; edge !== undefined; ) {
      const following: number | undefined = next.get(edge);
      if (following === undefined) break;
      next.delete(edge);
      ring.push(crossing(edge));
      edge = following;
    }
    found[regions.labels[pixel(ends(start)[0])]! - 1]!.push(ring);
  }
  for (const rings of found) rings.sort((a, b) => signedArea(b) - signedArea(a));
  return found;
}

/** Square units; above 0 where the ring runs clockwise, as seen with y downwards. */
export function signedArea(ring: Ring): number {
  let sum = 0;
  for (let at = 0; at < ring.length; at++) {
    const [x, y] = ring[at]!;
    const [nextX, nextY] = ring[(at + 1) % ring.length]!;
    sum += x * nextY - nextX * y;
  }
  return sum / 2;
}

/**
 * The same ring with fewer corners (Douglas and Peucker): none that is left out lies further than `tolerance` from the line.
 * @param tolerance - in the ring's units
 */
export function simplified(ring: Ring, tolerance: number): Ring {
  if (ring.length < 4) return ring;
  const [first] = ring as readonly [Ring[number]];
  const furthest = ring.reduce(
    (best, [x, y], at) => {
      const distance = Math.hypot(x - first[0], y - first[1]);
      return distance > best.distance ? { at, distance } : best;
    },
    { at: 0, distance: -1 },
  ).at;
  const kept = new Set([0, furthest]);
  const spans: [from: number, to: number][] = [
    [0, furthest],
    [furthest, ring.length],
  ];
  for (let span = spans.pop(); span; span = spans.pop()) {
    const [from, to] = span;
    let far = { at: -1, distance: tolerance };
    for (let at = from + 1; at < to; at++) {
      const distance = distanceTo(ring[at]!, ring[from]!, ring[to % ring.length]!);
      if (distance > far.distance) far = { at, distance };
    }
    if (far.at < 0) continue;
    kept.add(far.at);
    spans.push([from, far.at], [far.at, to]);
  }
  // What is thinner than the tolerance would be a line.
  return kept.size < 3 ? ring : ring.filter((_, at) => kept.has(at));
}

/** From a point to the stretch between two others. */
function distanceTo([x, y]: Ring[number], [fromX, fromY]: Ring[number], [toX, toY]: Ring[number]): number {
  const [acrossX, acrossY] = [toX - fromX, toY - fromY];
  const length = acrossX ** 2 + acrossY ** 2;
  const along = length === 0 ? 0 : ((x - fromX) * acrossX + (y - fromY) * acrossY) / length;
  const share = Math.min(Math.max(along, 0), 1);
  return Math.hypot(x - fromX - share * acrossX, y - fromY - share * acrossY);
}
