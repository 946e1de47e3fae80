/** @file A planed board: annual rings cut lengthwise, fine pores, every board grown differently. */
import { blot, dent, groove } from '../defects.ts';
import { NoiseField } from '../noise-field.ts';
import { defineProduct, type Flaw } from '../product.ts';
import { disc, type Point, wander } from '../shapes.ts';
import { mix, mixed, Pose, ramp, type Surface, scaled, side, srgb } from '../surface.ts';

/** A branch the rings go around. */
interface Knot {
  readonly centre: Point;
  readonly radius: number;
}

export const wood = defineProduct({
  name: 'wood_grain',
  description: 'planed, oiled board',
  defects: {
    knot: 'a branch, with the grain bent around it',
    crack: 'split along the grain',
    scratch: 'groove across the grain',
    hole: 'drilled or eaten by insects',
    dent: 'pressed-in spot',
    stain: 'dark or pale patch',
  },
  studio: { elevation: 55, key: 0.7, fill: 0.45 },
  draw({ surface, random, flaw }) {
    const growth = random('growth');
    const pose = new Pose(side / 2, side / 2, (growth.normal(0, 2) * Math.PI) / 180);
    const tree = new NoiseField(growth);
    const early = scaled(
      mixed(srgb('#cfa878'), srgb('#c79c6a'), growth.uniform()),
      growth.uniform(0.92, 1.06),
    );
    const late = mixed(early, srgb('#70431f'), growth.uniform(0.62, 0.92));
    const rings = [growth.uniform(9, 14), growth.uniform(0, 40)] as const;
    const knot = flaw?.kind === 'knot' ? knotOf(flaw) : undefined;
    board(surface, pose, tree, early, late, rings, knot);
    if (flaw) spoil(surface, pose, late, flaw);
  },
});

function knotOf({ random, severity }: Flaw): Knot {
  return { centre: [random.uniform(-95, 95), random.uniform(-95, 95)], radius: mix(3.5, 15, severity) };
}

function board(
  surface: Surface,
  pose: Pose,
  tree: NoiseField,
  early: readonly [number, number, number],
  late: readonly [number, number, number],
  [width, start]: readonly [number, number],
  knot: Knot | undefined,
): void {
  surface.visit(pose, surface.endless(), (at, u, v) => {
    let bent = v + 22 * tree.at(u / 260 + 3, v / 120) + 2.4 * tree.at(u / 110, v / 26 + 11);
    let heart = 0;
    if (knot) {
      const [du, dv] = [(u - knot.centre[0]) / 1.35, v - knot.centre[1]];
      const away = Math.hypot(du, dv) + 0.8 * tree.at(u / 4, v / 4);
      // The grain flows around the branch.
      const sway = Math.exp(-((du / (knot.radius * 2.4)) ** 2) - (dv / (knot.radius * 2)) ** 2);
      bent += Math.sign(dv) * -knot.radius * 0.9 * sway * Math.min(1, Math.abs(dv) / knot.radius);
      heart = ramp(knot.radius + 1.2, knot.radius - 1.2, away);
      if (heart > 0) bent = mix(bent, away * 5.5 + 5, heart);
    }
    const ring = (bent + start) / width + 0.5 * tree.at(u / 400, bent / 24 + 40);
    const phase = ring - Math.floor(ring);
    // Early wood is broad and pale; late wood darkens slowly and ends at once.
    const dark = ramp(0.25, 0.93, phase) * ramp(1, 0.88, phase);
    const year = 0.14 * tree.at(Math.floor(ring) * 3.7, 0.5);
    const grain = tree.fractal(u / 34, bent / 1.5 + 7, 3);
    const pore = ramp(0.4, 0.7, tree.at(u / 15 + 31, bent / 0.9)) * (1 - 0.5 * dark);
    const share = Math.min(1, Math.max(0, 0.85 * dark + year + 0.24 * grain));
    let colour = mixed(early, late, share);
    if (heart > 0) colour = mixed(colour, srgb('#4a2409'), 0.68 * heart);
    surface.paint(at, 1, { colour, gloss: 0.14 }, 2 + 0.05 * grain - 0.3 * pore + 0.025 * dark);
    surface.tone(at, 1 - 0.42 * pore + 0.05 * grain + 0.04 * tree.at(u / 90 + 50, v / 90));
    if (knot && heart > 0 && heart < 1) surface.tone(at, 1 - 0.5 * heart * (1 - heart) * 4 * 0.6);
  });
}

function spoil(surface: Surface, pose: Pose, late: readonly [number, number, number], flaw: Flaw): void {
  const { kind, random, severity } = flaw;
  const centre: Point = [random.uniform(-95, 95), random.uniform(-95, 95)];
  if (kind === 'crack') {
    const path = wander(
      random,
      centre,
      random.uniform(-0.06, 0.06) + Math.PI * random.integer(2),
      mix(22, 120, severity),
      0.05,
      12,
    );
    groove({
      surface,
      pose,
      path,
      width: mix(1.4, 3.4, severity),
      depth: mix(0.6, 2, severity),
      tone: mix(0.5, 0.2, severity),
    });
  } else if (kind === 'scratch') {
    const heading = Math.PI / 2 + random.uniform(-0.9, 0.9) + Math.PI * random.integer(2);
    const path = wander(random, centre, heading, mix(22, 90, severity), 0.06);
    groove({
      surface,
      pose,
      path,
      width: mix(1.3, 2.8, severity),
      depth: mix(0.2, 0.7, severity),
      tone: random.pick([1.55, 0.6]),
    });
  } else if (kind === 'hole') {
    const count = random.integer(2) === 0 ? 1 : 1 + random.integer(4);
    for (let hole = 0; hole < count; hole++) {
      const place: Point =
        hole === 0 ? centre : [centre[0] + random.normal(0, 14), centre[1] + random.normal(0, 10)];
      const radius = count === 1 ? mix(1.8, 5.5, severity) : mix(1.6, 3, severity);
      const box = [-radius, -radius, radius, radius] as const;
      const wall = { colour: scaled(late, 0.12) };
      surface.fill(
        pose.at(...place),
        box,
        (u, v) => disc(u, v, radius),
        wall,
        (_u, _v, depth) => 1.5 - 5 * Math.min(1, depth),
      );
    }
  } else if (kind === 'dent') {
    dent({
      surface,
      pose,
      centre,
      radius: mix(5, 15, severity),
      depth: mix(2.6, 6.5, severity),
      stretch: random.uniform(1, 2),
      angle: random.uniform(0, 3),
    });
  } else if (kind === 'stain') {
    const material = random.pick([
      { colour: srgb('#3a2a1e'), gloss: 0.1 },
      { colour: srgb('#43464a'), gloss: 0.1 },
      { colour: srgb('#e2d3bb'), gloss: 0.05 },
    ]);
    blot({
      surface,
      pose,
      random,
      centre,
      radius: mix(7, 30, severity),
      material,
      amount: mix(0.2, 0.52, severity),
      soft: 0.3,
      ragged: 0.35,
      patchy: 0.35,
      rim: -0.1,
    });
  }
}
