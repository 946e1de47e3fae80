/**
 * @file Signed distance functions, negative inside, after Inigo Quilez (https://iquilezles.org/articles/distfunctions2d/),
 * and lines that wander.
 */
import type { Random } from '../core/random.ts';
import type { Box } from './surface.ts';

/** A place. */
export type Point = readonly [u: number, v: number];

/** Distance to a disc around the origin. */
export function disc(u: number, v: number, radius: number): number {
  return Math.sqrt(u * u + v * v) - radius;
}

/** Distance to a rectangle around the origin, its corners rounded. */
export function roundBox(u: number, v: number, halfWidth: number, halfHeight: number, corner = 0): number {
  const across = Math.abs(u) - halfWidth + corner;
  const down = Math.abs(v) - halfHeight + corner;
  const outside = Math.sqrt(Math.max(across, 0) ** 2 + Math.max(down, 0) ** 2);
  return outside + Math.min(Math.max(across, down), 0) - corner;
}

/** Distance to the line from one point to another. */
function segment(u: number, v: number, a: Point, b: Point): number {
  const [du, dv] = [b[0] - a[0], b[1] - a[1]];
  const [pu, pv] = [u - a[0], v - a[1]];
  const length = du * du + dv * dv;
  const share = length === 0 ? 0 : Math.min(1, Math.max(0, (pu * du + pv * dv) / length));
  const [ru, rv] = [pu - du * share, pv - dv * share];
  return Math.sqrt(ru * ru + rv * rv);
}

/** Distance to a line through points, and how far along it the nearest place is, 0 .. 1. */
export function alongPath(u: number, v: number, path: readonly Point[]): [distance: number, along: number] {
  let nearest = Number.POSITIVE_INFINITY;
  let along = 0;
  const pieces = path.length - 1;
  for (let piece = 0; piece < pieces; piece++) {
    const [a, b] = [path[piece]!, path[piece + 1]!];
    const du = b[0] - a[0];
    const dv = b[1] - a[1];
    const pu = u - a[0];
    const pv = v - a[1];
    const length = du * du + dv * dv;
    const share = length === 0 ? 0 : Math.min(1, Math.max(0, (pu * du + pv * dv) / length));
    const square = (pu - du * share) ** 2 + (pv - dv * share) ** 2;
    if (square >= nearest) continue;
    nearest = square;
    along = (piece + share) / pieces;
  }
  return [Math.sqrt(nearest), along];
}

/** Distance to a filled polygon. */
export function polygon(u: number, v: number, corners: readonly Point[]): number {
  let nearest = Number.POSITIVE_INFINITY;
  let inside = false;
  for (let index = 0, before = corners.length - 1; index < corners.length; before = index++) {
    const [a, b] = [corners[index]!, corners[before]!];
    nearest = Math.min(nearest, segment(u, v, a, b));
    if (a[1] > v !== b[1] > v && u < ((b[0] - a[0]) * (v - a[1])) / (b[1] - a[1]) + a[0]) inside = !inside;
  }
  return inside ? -nearest : nearest;
}

/** The box around points, with a margin. */
export function boxAround(points: readonly Point[], margin: number): Box {
  const across = points.map(([u]) => u);
  const down = points.map(([, v]) => v);
  return [
    Math.min(...across) - margin,
    Math.min(...down) - margin,
    Math.max(...across) + margin,
    Math.max(...down) + margin,
  ];
}

/**
 * A line that wanders from a point.
 * @param angle - in which direction, radians
 * @param bend - deviation of the turn at each step, radians; small for a scratch, large for a crack
 * @param drift - turn added at each step, for an arc
 */
export function wander(
  random: Random,
  from: Point,
  angle: number,
  length: number,
  bend: number,
  steps = 8,
  drift = 0,
): Point[] {
  const path: Point[] = [from];
  let [u, v] = from;
  let heading = angle;
  for (let step = 0; step < steps; step++) {
    heading += random.normal(0, bend) + drift;
    u += (Math.cos(heading) * length) / steps;
    v += (Math.sin(heading) * length) / steps;
    path.push([u, v]);
  }
  return path;
}
