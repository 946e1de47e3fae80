/** @file Whether a polygon that somebody has drawn crosses itself. */
import type { Ring } from '../../core/contours.ts';

/** x from the left, y from the top. */
export type Point = Ring[number];

/** The sides of a polygon that are no points. */
function sidesOf(points: readonly Point[]): [Point, Point][] {
  return points
    .map((point, at): [Point, Point] => [point, points[(at + 1) % points.length]!])
    .filter(([[x1, y1], [x2, y2]]) => x1 !== x2 || y1 !== y2);
}

/** A place where two sides of a polygon meet that are no neighbours, or lie on each other; undefined where there is none. */
export function crossingOf(points: readonly Point[]): Point | undefined {
  const sides = sidesOf(points);
  const count = sides.length;
  for (let one = 0; one < count; one++) {
    for (let other = one + 1; other < count; other++) {
      const [a, b] = sides[one]!;
      const [c, d] = sides[other]!;
      const next = other === one + 1;
      const around = one === 0 && other === count - 1;
      if (next || around) {
        // Neighbours share a corner; more than that only where one runs back over the other.
        const [corner, from, to] = next ? [b, a, d] : [a, b, c];
        if (isStraight(corner, from, to) && sameSide(corner, from, to)) return corner;
        continue;
      }
      if (meet(a, b, c, d)) return c;
    }
  }
  return undefined;
}

/** On which side of the line from a to b a point lies: above 0, below 0, or 0 on it. */
function turn([ax, ay]: Point, [bx, by]: Point, [px, py]: Point): number {
  return (bx - ax) * (py - ay) - (by - ay) * (px - ax);
}

function isStraight(corner: Point, from: Point, to: Point): boolean {
  return turn(corner, from, to) === 0;
}

function sameSide([x, y]: Point, [fx, fy]: Point, [tx, ty]: Point): boolean {
  return (fx - x) * (tx - x) + (fy - y) * (ty - y) > 0;
}

function meet(a: Point, b: Point, c: Point, d: Point): boolean {
  const [one, two, three, four] = [turn(a, b, c), turn(a, b, d), turn(c, d, a), turn(c, d, b)];
  if (Math.sign(one) * Math.sign(two) < 0 && Math.sign(three) * Math.sign(four) < 0) return true;
  return (
    (one === 0 && within(a, b, c)) ||
    (two === 0 && within(a, b, d)) ||
    (three === 0 && within(c, d, a)) ||
    (four === 0 && within(c, d, b))
  );
}

/** Whether a point on the line through a and b lies between them. */
function within([ax, ay]: Point, [bx, by]: Point, [px, py]: Point): boolean {
  return Math.min(ax, bx) <= px && px <= Math.max(ax, bx) && Math.min(ay, by) <= py && py <= Math.max(ay, by);
}
