/**
 * @file Defects that any surface can have. Each is drawn into material and height, so the light falls on it as on the
 * rest. `within` keeps them on the part: the share, 0 .. 1, that a place belongs to it.
 */
import type { Random } from '../core/random.ts';
import { NoiseField } from './noise-field.ts';
import { alongPath, boxAround, type Point } from './shapes.ts';
import { type Material, type Pose, ramp, type Surface } from './surface.ts';

/** Share of a place that belongs to the part. */
export type Within = (u: number, v: number) => number;

interface Placed {
  readonly surface: Surface;
  readonly pose: Pose;
  /** @default everywhere */
  readonly within?: Within;
}

/** A scratch or a crack along a line: a groove, lighter or darker than what it runs through. */
export function groove(
  options: Placed & {
    readonly path: readonly Point[];
    /** Across the middle, units; the ends are finer. */
    readonly width: number;
    /** Units. */
    readonly depth: number;
    /** Factor of the colour at its bottom. */
    readonly tone: number;
    /** What shows there instead, where the groove goes through a coating. */
    readonly bare?: Material;
  },
): void {
  const { surface, pose, path, width, depth, tone, bare, within } = options;
  surface.visit(pose, boxAround(path, width + 1), (at, u, v) => {
    const [distance, along] = alongPath(u, v, path);
    const half = (width / 2) * (0.35 + 0.65 * Math.sqrt(Math.sin(Math.PI * Math.min(1, Math.max(0, along)))));
    let amount = Math.min(1, Math.max(0, 0.5 + (half - distance) / Math.max(0.8, surface.pixel)));
    if (amount <= 0) return;
    amount *= within ? within(u, v) : 1;
    surface.tone(at, 1 + (tone - 1) * amount);
    if (bare) surface.paint(at, amount * 0.85, bare);
    surface.height[at]! -= depth * amount;
  });
}

/** A dent: a bowl with a low rim pushed up around it. */
export function dent(
  options: Placed & {
    readonly centre: Point;
    readonly radius: number;
    readonly depth: number;
    /** Its length over its width. @default 1 */
    readonly stretch?: number;
    readonly angle?: number;
  },
): void {
  const { surface, pose, centre, radius, depth, stretch = 1, angle = 0, within } = options;
  const place = pose.at(centre[0], centre[1], angle);
  const reach = radius * 1.7;
  const toPart = backTo(centre, angle);
  surface.visit(place, [-reach * stretch, -reach, reach * stretch, reach], (at, u, v) => {
    const away = Math.hypot(u / stretch, v) / radius;
    const bowl = away < 1 ? -((1 - away * away) ** 2) : 0;
    const rim = 0.16 * Math.exp(-(((away - 1.15) / 0.22) ** 2));
    surface.height[at]! += depth * (bowl + rim) * (within ? within(...toPart(u, v)) : 1);
    if (away < 1)
      surface.tone(at, 1 - 0.1 * Math.min(1, depth) * (1 - away) * (within ? within(...toPart(u, v)) : 1));
  });
}

/** A blot of irregular outline: rust, ink, grease, a stain, something stuck on. */
export function blot(
  options: Placed & {
    readonly random: Random;
    readonly centre: Point;
    readonly radius: number;
    readonly material: Material;
    /** How much of the material covers the ground, 0 .. 1. */
    readonly amount: number;
    /** Units it stands up in the middle. @default 0 */
    readonly raise?: number;
    /** Softness of the outline, share of the radius. @default 0.15 */
    readonly soft?: number;
    /** Raggedness of the outline, 0 .. 1. @default 0.4 */
    readonly ragged?: number;
    /** How patchy it is inside, 0 .. 1. @default 0.3 */
    readonly patchy?: number;
    /** How much darker (below 0) or lighter its rim is, as where a liquid has dried. @default 0 */
    readonly rim?: number;
    readonly stretch?: number;
  },
): void {
  const { surface, pose, random, centre, radius, material, amount, within } = options;
  const { raise = 0, soft = 0.15, ragged = 0.4, patchy = 0.3, rim = 0, stretch = 1 } = options;
  const noise = new NoiseField(random);
  const angle = random.uniform(0, Math.PI);
  const place = pose.at(centre[0], centre[1], angle);
  const reach = radius * (1.3 + ragged);
  const toPart = backTo(centre, angle);
  surface.visit(place, [-reach * stretch, -reach, reach * stretch, reach], (at, u, v) => {
    const [x, y] = [u / radius / stretch, v / radius];
    const away = Math.hypot(x, y) - 1 - ragged * noise.fractal(x * 1.1 + 7, y * 1.1 + 7, 4);
    const inside = ramp(soft, -soft, away);
    if (inside <= 0) return;
    const share = inside * (within ? within(...toPart(u, v)) : 1);
    const spread = 1 - patchy * (0.5 + 0.5 * noise.fractal(x * 3.1 + 20, y * 3.1 + 20, 3));
    surface.paint(at, share * amount * Math.min(1, Math.max(0, spread)), material);
    if (rim !== 0) surface.tone(at, 1 + rim * share * Math.exp(-((away / 0.14) ** 2)));
    if (raise !== 0) {
      const dome = Math.sqrt(Math.min(1, Math.max(0, -away + soft)));
      surface.height[at]! += raise * share * dome * (1 + 0.35 * noise.fractal(x * 2.3, y * 2.3, 3));
    }
  });
}

/** Crumbs lying about a place. */
export function crumbs(
  options: Placed & {
    readonly random: Random;
    readonly centre: Point;
    readonly spread: number;
    readonly count: number;
    /** Of the largest, units. */
    readonly radius: number;
    readonly material: Material;
  },
): void {
  const { surface, pose, random, centre, spread, count, radius, material, within } = options;
  for (let crumb = 0; crumb < count; crumb++) {
    const place: Point = [
      centre[0] + spread * random.normal() * 0.6,
      centre[1] + spread * random.normal() * 0.6,
    ];
    const size = radius * (crumb === 0 ? 1 : random.uniform(0.35, 0.9));
    const shade = random.uniform(0.8, 1.2);
    const colour = material.colour.map((channel) => channel * shade) as unknown as Material['colour'];
    blot({
      surface,
      pose,
      random,
      centre: place,
      radius: size,
      material: { ...material, colour },
      amount: 1,
      raise: size * 0.9,
      soft: 0.3,
      ragged: 0.5,
      patchy: 0,
      within,
    });
  }
}

/** A hair or a thread lying on the surface. */
export function fibre(
  options: Placed & {
    readonly path: readonly Point[];
    readonly width: number;
    readonly material: Material;
    /** How far it stands off the ground, units. @default 0 */
    readonly lift?: number;
    /** Turns of its twist along the path; 0 for a hair. @default 0 */
    readonly twists?: number;
  },
): void {
  const { surface, pose, path, width, material, within, lift = 0, twists = 0 } = options;
  surface.visit(pose, boxAround(path, width), (at, u, v) => {
    const [distance, along] = alongPath(u, v, path);
    const amount = surface.coverage(distance - width / 2) * (within ? within(u, v) : 1);
    if (amount <= 0) return;
    const across = Math.min(1, distance / (width / 2));
    const round = Math.sqrt(1 - across * across) * (width / 2);
    const twist = twists > 0 ? 0.22 * width * Math.sin(2 * Math.PI * (along * twists + across * 0.3)) : 0;
    surface.paint(at, amount, material, surface.height[at]! + lift + round + twist);
  });
}

/** From a turned place around `centre` back to the part's own coordinates. */
function backTo(centre: Point, angle: number): (u: number, v: number) => Point {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return (u, v) => [centre[0] + u * cos - v * sin, centre[1] + u * sin + v * cos];
}
