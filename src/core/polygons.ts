/** @file What is done with polygons: filled into pixels, and written for readers that know no holes. */
import { type Ring, signedArea } from './contours.ts';

/** Area inside a polygon's outer ring and outside of its holes, square units. @param rings - the outer one first */
export function polygonArea(rings: readonly Ring[]): number {
  return Math.abs(rings.reduce((sum, ring) => sum + signedArea(ring), 0));
}

/**
 * Sets the pixels whose centres are inside a polygon; where there is none, the one that holds its first corner.
 * @param data - [height, width], row by row; changed
 * @param rings - of one polygon, in pixels
 */
export function fillPolygon(data: Uint8Array, width: number, height: number, rings: readonly Ring[]): void {
  const [first] = rings[0] ?? [];
  if (!first || fillCentres(data, width, height, rings, 1)) return;
  const at = (value: number, length: number) => Math.min(Math.max(Math.floor(value), 0), length - 1);
  data[at(first[1], height) * width + at(first[0], width)] = 1;
}

/**
 * Sets the pixels whose centres are inside a polygon, and no others (even-odd, so that holes stay free).
 * @param data - [height, width], row by row; changed
 * @param rings - of one polygon, in pixels
 * @returns whether there are any
 */
export function fillCentres(
  data: Uint8Array,
  width: number,
  height: number,
  rings: readonly Ring[],
  value: 0 | 1,
): boolean {
  const crossings = new Map<number, number[]>();
  for (const ring of rings) {
    for (let at = 0; at < ring.length; at++) {
      const [x, y] = ring[at]!;
      const [nextX, nextY] = ring[(at + 1) % ring.length]!;
      const [upper, lower] = [Math.min(y, nextY), Math.max(y, nextY)];
      const last = Math.min(Math.ceil(lower - 0.5) - 1, height - 1);
      // Lines through the centres of rows, each of which an edge crosses at its upper end but not at its lower one.
      for (let row = Math.max(Math.ceil(upper - 0.5), 0); row <= last; row++) {
        const crossed = crossings.get(row) ?? [];
        crossings.set(row, crossed);
        crossed.push(x + ((row + 0.5 - y) / (nextY - y)) * (nextX - x));
      }
    }
  }
  let filled = false;
  for (const [row, crossed] of crossings) {
    crossed.sort((a, b) => a - b);
    for (let pair = 0; pair + 1 < crossed.length; pair += 2) {
      const from = Math.max(Math.ceil(crossed[pair]! - 0.5), 0);
      const to = Math.min(Math.ceil(crossed[pair + 1]! - 0.5), width);
      if (to <= from) continue;
      data.fill(value, row * width + from, row * width + to);
      filled = true;
    }
  }
  return filled;
}

/**
 * A polygon as a single ring: each hole is reached by a cut of no width, from its leftmost corner to what is left of it.
 * @param rings - the outer one first, holes the other way round
 */
export function asOneRing([outer = [], ...holes]: readonly Ring[]): Ring {
  const leftmost = (ring: Ring) => ring.reduce((best, [x], at) => (x < ring[best]![0] ? at : best), 0);
  // From the left: what a hole meets on its left belongs to the ring by then.
  const sorted = holes
    .map((hole) => ({ hole, start: leftmost(hole) }))
    .sort((a, b) => a.hole[a.start]![0] - b.hole[b.start]![0]);
  return sorted.reduce<Ring>((ring, { hole, start }) => {
    const [fromX, fromY] = hole[start]!;
    let met = { edge: -1, x: -Infinity };
    for (let edge = 0; edge < ring.length; edge++) {
      const [x, y] = ring[edge]!;
      const [nextX, nextY] = ring[(edge + 1) % ring.length]!;
      if (y === nextY || Math.min(y, nextY) > fromY || Math.max(y, nextY) < fromY) continue;
      const crossedAt = x + ((fromY - y) / (nextY - y)) * (nextX - x);
      if (crossedAt <= fromX && crossedAt > met.x) met = { edge, x: crossedAt };
    }
    if (met.edge < 0) return ring;
    const end: Ring[number] = [met.x, fromY];
    const round = [...hole.slice(start), ...hole.slice(0, start), hole[start]!];
    return [...ring.slice(0, met.edge + 1), end, ...round, end, ...ring.slice(met.edge + 1)];
  }, outer);
}
