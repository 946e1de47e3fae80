/** @file A blister pack: embossed foil, clear domes in rows, a tablet with a score line in each. */
import type { Random } from '../../core/random.ts';
import { crumbs, groove } from '../defects.ts';
import { ground, placed } from '../ground.ts';
import { type Light, lampDirection } from '../light.ts';
import { NoiseField } from '../noise-field.ts';
import { defineProduct, type Flaw } from '../product.ts';
import { disc, type Point, roundBox, wander } from '../shapes.ts';
import { mix, mixed, type Pose, ramp, type Surface, scaled, srgb } from '../surface.ts';

const half: Point = [112, 88];
const columns = 4;
const rows = 3;
const pitch = 54;
const dome = 23;
const tablet = 16.5;

/** How one tablet lies. */
interface Tablet {
  readonly shift: Point;
  readonly turn: number;
  readonly colour: readonly [number, number, number];
  /** What is left of it, in its own coordinates. @default all */
  readonly left?: (u: number, v: number) => number;
}

export const blister = defineProduct({
  name: 'blister_pack',
  description: 'blister pack of twelve tablets',
  defects: {
    missing_pill: 'an empty pocket',
    broken_pill: 'a tablet with a piece missing and crumbs beside it',
    wrong_colour: 'a tablet of another colour',
    contamination: 'crumbs or a hair on the foil or under a dome',
    foil_damage: 'crease or slit in the foil',
  },
  studio: { elevation: 50, key: 0.7, fill: 0.5 },
  draw(scene) {
    const { surface, light, random, flaw } = scene;
    ground(surface, random('bench'), {
      material: { colour: srgb('#4f565c') },
      grain: 5,
      mottle: 0.05,
      rough: 0.1,
    });
    const pose = placed(random('pose'), { shift: 3.5, turn: 2.2 });
    foil(surface, pose, random('foil'));
    const chosen = flaw ? flaw.random.integer(columns * rows) : -1;
    const lots = random('tablets');
    const colour = scaled(mixed(srgb('#e6d3bd'), srgb('#ecdccb'), lots.uniform()), lots.uniform(0.94, 1.02));
    const grain = new NoiseField(random('powder'));
    for (let pocket = 0; pocket < columns * rows; pocket++) {
      const place = pose.at(...centreOf(pocket));
      const lying: Tablet = {
        shift: [lots.normal(0, 1.1), lots.normal(0, 1.1)],
        turn: lots.uniform(0, Math.PI),
        colour: scaled(colour, 1 + lots.normal(0, 0.015)),
      };
      const shown = pocket === chosen && flaw ? changed(lying, flaw) : lying;
      hollow(surface, place);
      if (shown) drawTablet(surface, place, shown, grain);
      if (pocket === chosen && flaw?.kind === 'broken_pill' && shown) debris(surface, place, shown, flaw);
      if (pocket === chosen && flaw?.kind === 'contamination') dirt(surface, pose, centreOf(pocket), flaw);
      cover(surface, place, light, random(`dome ${pocket}`));
    }
    if (flaw?.kind === 'foil_damage') damage(surface, pose, flaw);
  },
});

function centreOf(pocket: number): Point {
  const [column, row] = [pocket % columns, Math.floor(pocket / columns)];
  return [(column - (columns - 1) / 2) * pitch, (row - (rows - 1) / 2) * pitch];
}

function foil(surface: Surface, pose: Pose, random: Random): void {
  const noise = new NoiseField(random);
  const material = { colour: scaled(srgb('#c4c8cc'), random.uniform(0.94, 1.04)), metal: 0.75, gloss: 0.2 };
  const shape = (u: number, v: number) => roundBox(u, v, half[0], half[1], 9);
  surface.fill(pose, [-half[0], -half[1], half[0], half[1]], shape, material, (u, v, depth) => {
    const embossed = Math.sin((u + v) * 1.45) * Math.sin((u - v) * 1.45);
    return 2.2 * Math.min(1, depth / 2) + 0.1 * embossed + 0.7 * noise.fractal(u / 40, v / 40, 3);
  });
}

/** The pocket's seam, and the plain foil at its bottom. */
function hollow(surface: Surface, place: Pose): void {
  surface.visit(place, [-dome - 3, -dome - 3, dome + 3, dome + 3], (at, u, v) => {
    const radius = Math.hypot(u, v);
    const seam = Math.exp(-(((radius - dome) / 1.3) ** 2));
    surface.height[at]! += 0.9 * seam - 0.4 * ramp(dome, dome - 2, radius);
    surface.tone(at, 1 - 0.12 * ramp(dome, dome - 3, radius) - 0.1 * seam);
  });
}

function drawTablet(
  surface: Surface,
  place: Pose,
  { shift, turn, colour, left }: Tablet,
  grain: NoiseField,
): void {
  const lying = place.at(shift[0], shift[1], turn);
  surface.visit(lying, [-tablet, -tablet, tablet, tablet], (at, u, v) => {
    const distance = disc(u, v, tablet);
    let amount = surface.coverage(distance);
    if (amount <= 0) return;
    const whole = left ? left(u, v) : 1;
    amount *= whole;
    const bevel = Math.max(0, 4.5 + distance);
    const score = Math.exp(-((u / 1.2) ** 2)) * ramp(0, 3, -distance - 1);
    const powder = 0.12 * grain.fractal((u + shift[0] * 40) / 2.2, (v + shift[1] * 40) / 2.2, 2);
    const height = 9 - 0.11 * bevel * bevel - 1.1 * score + powder;
    surface.paint(at, amount, { colour, gloss: 0.06 }, height);
    surface.tone(at, 1 + amount * (0.25 * powder - 0.1 * score));
  });
}

/** The clear dome: a lighter rim, a highlight towards the lamp, its fainter echo on the far side. */
function cover(surface: Surface, place: Pose, light: Light, random: Random): void {
  const [x, y] = lampDirection(light);
  const [toX, toY] = [
    (x * place.cos + y * place.sin) / place.scale,
    (y * place.cos - x * place.sin) / place.scale,
  ];
  const [width, strength] = [random.uniform(1.5, 2.1), random.uniform(0.22, 0.36)];
  const off = random.uniform(0.66, 0.74) * dome;
  surface.visit(place, [-dome, -dome, dome, dome], (at, u, v) => {
    const radius = Math.hypot(u, v);
    const inside = surface.coverage(radius - dome);
    if (inside <= 0) return;
    const toward = radius > 0 ? (u * toX + v * toY) / radius / 0.7 : 0;
    const ring = Math.exp(-(((radius - off) / width) ** 2));
    const bright = strength * ring * ramp(0.55, 0.95, toward) + 0.3 * strength * ring * ramp(0.6, 1, -toward);
    const edge = 0.06 * Math.exp(-(((radius - dome + 2) / 1.6) ** 2)) * (1 + toward);
    surface.glare[at]! += inside * (bright + edge + 0.012);
  });
}

function changed(tablet: Tablet, { kind, severity, random }: Flaw): Tablet | undefined {
  if (kind === 'missing_pill') return undefined;
  if (kind === 'wrong_colour') {
    const colour = random.pick([srgb('#c9a06f'), srgb('#b7c4a8'), srgb('#c7a9b0'), srgb('#a9b7c9')]);
    return { ...tablet, colour: mixed(tablet.colour, colour, mix(0.45, 1, severity)) };
  }
  if (kind !== 'broken_pill') return tablet;
  const noise = new NoiseField(random);
  const angle = random.uniform(0, 2 * Math.PI);
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const edge = mix(12.5, -1, severity);
  return {
    ...tablet,
    left: (u, v) => ramp(0.5, -0.5, u * cos + v * sin - edge - 1.8 * noise.fractal(u / 6, v / 6, 3)),
  };
}

function debris(surface: Surface, place: Pose, { colour }: Tablet, { random, severity }: Flaw): void {
  const count = Math.round(mix(1, 7, severity));
  const angle = random.uniform(0, 2 * Math.PI);
  const centre: Point = [15 * Math.cos(angle), 15 * Math.sin(angle)];
  const within = (u: number, v: number) => ramp(dome - 1, dome - 3, Math.hypot(u, v));
  crumbs({
    surface,
    pose: place,
    random,
    centre,
    spread: 6,
    count,
    radius: mix(1.3, 2.6, severity),
    material: { colour },
    within,
  });
}

function dirt(surface: Surface, pose: Pose, [u, v]: Point, { random, severity }: Flaw): void {
  const centre: Point = [u + random.uniform(-26, 26), v + random.uniform(-26, 26)];
  const within = (x: number, y: number) => ramp(0, -2, roundBox(x, y, half[0], half[1], 9));
  if (random.integer(3) === 0) {
    const path = wander(random, centre, random.uniform(0, 6.3), mix(14, 45, severity), 0.25, 12, 0.12);
    groove({ surface, pose, path, width: mix(0.9, 1.6, severity), depth: -0.8, tone: 0.3, within });
    return;
  }
  const material = { colour: random.pick([srgb('#3a2f26'), srgb('#8a6a4c'), srgb('#23272b')]) };
  const count = 1 + random.integer(1 + Math.round(4 * severity));
  crumbs({
    surface,
    pose,
    random,
    centre,
    spread: mix(2, 9, severity),
    count,
    radius: mix(2, 4.6, severity),
    material,
    within,
  });
}

/** Between the pockets, where the foil lies bare. */
function damage(surface: Surface, pose: Pose, { random, severity }: Flaw): void {
  const across = random.integer(2) === 0;
  const line =
    (random.integer(across ? rows + 1 : columns + 1) - (across ? rows : columns) / 2) * pitch * 0.97;
  const along = random.uniform(-0.7, 0.7) * (across ? half[0] : half[1]);
  const start: Point = across ? [along, line] : [line, along];
  const within = (u: number, v: number) => ramp(0, -1, roundBox(u, v, half[0], half[1], 9));
  const path = wander(
    random,
    start,
    (across ? 0 : Math.PI / 2) + random.uniform(-0.25, 0.25),
    mix(16, 60, severity),
    0.12,
  );
  const slit = random.integer(2) === 0;
  groove({
    surface,
    pose,
    path,
    width: slit ? mix(1.4, 3, severity) : mix(3, 6.5, severity),
    depth: slit ? 1.5 : mix(1.2, 2.6, severity),
    tone: slit ? 0.35 : 0.85,
    within,
  });
}
