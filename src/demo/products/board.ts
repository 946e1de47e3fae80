/** @file A populated circuit board: green solder mask over copper, pads, chips, resistors, capacitors, white legend. */
import type { Random } from '../../core/random.ts';
import { blot, groove } from '../defects.ts';
import { drawText, textWidth } from '../glyphs.ts';
import { ground, placed } from '../ground.ts';
import { NoiseField } from '../noise-field.ts';
import { defineProduct, type Flaw } from '../product.ts';
import { alongPath, boxAround, disc, type Point, roundBox, wander } from '../shapes.ts';
import { mix, mixed, type Pose, ramp, type Surface, scaled, srgb } from '../surface.ts';
import { parts, traces, vias } from './board-layout.ts';
import { drawPads, drawPart, padsOf, tin } from './board-parts.ts';

const half: Point = [118, 118];
const white = { colour: srgb('#dfe3df'), gloss: 0.1 };

export const board = defineProduct({
  name: 'circuit_board',
  description: 'populated circuit board',
  defects: {
    missing_part: 'empty pads where a part should be',
    misplaced_part: 'a part shifted, turned or standing on one end',
    solder_bridge: 'solder between two neighbouring pins',
    broken_trace: 'a trace burnt through',
    scratch: 'solder mask scratched down to the copper',
    contamination: 'flux residue or dirt',
  },
  studio: { elevation: 52, key: 0.75, fill: 0.45, noise: 2.2 },
  draw({ surface, random, flaw }) {
    ground(surface, random('bench'), { material: { colour: srgb('#6b6f73') }, grain: 3, mottle: 0.05 });
    const pose = placed(random('pose'), { shift: 2.4, turn: 0.7, size: 0.004 });
    const batch = random('batch');
    const mask = scaled(mixed(srgb('#146b42'), srgb('#1a7348'), batch.uniform()), batch.uniform(0.9, 1.08));
    bareBoard(surface, pose, mask, new NoiseField(random('laminate')), flaw);
    const placement = random('placement');
    const chosen =
      flaw && (flaw.kind === 'missing_part' || flaw.kind === 'misplaced_part')
        ? flaw.random.integer(parts.length)
        : -1;
    for (const [index, part] of parts.entries()) {
      // The machine that places parts is good, not perfect.
      let [u, v, angle] = [placement.normal(0, 0.25), placement.normal(0, 0.25), placement.normal(0, 0.008)];
      const shade = 1 + placement.normal(0, 0.035);
      drawPads(surface, pose.at(part.at[0], part.at[1], part.angle), part.kind);
      if (index === chosen && flaw?.kind === 'missing_part') continue;
      if (index === chosen && flaw) {
        const push = mix(2.4, 8, flaw.severity) * flaw.random.pick([-1, 1]);
        [u, v] = flaw.random.integer(2) === 0 ? [u + push, v + push * 0.4] : [u, v + push];
        angle += mix(0.1, 0.6, flaw.severity) * flaw.random.pick([-1, 1]);
      }
      drawPart(
        surface,
        pose.at(part.at[0] + u, part.at[1] + v, part.angle + angle),
        part.kind,
        part.text,
        shade,
      );
    }
    if (flaw) spoil(surface, pose, flaw);
  },
});

function bareBoard(
  surface: Surface,
  pose: Pose,
  colour: readonly [number, number, number],
  weave: NoiseField,
  flaw: Flaw | undefined,
): void {
  const material = { colour, gloss: 0.4 };
  const shape = (u: number, v: number) => roundBox(u, v, half[0], half[1], 6);
  surface.fill(pose, [-half[0], -half[1], half[0], half[1]], shape, material, (u, v, depth) => {
    const glass = 0.04 * Math.sin(u * 1.7) * Math.sin(v * 1.7);
    return 4 * Math.min(1, depth / 2) + glass + 0.25 * weave.fractal(u / 50, v / 50, 2);
  });
  // Copper under the mask: lighter, and a little raised.
  const copper = { colour: mixed(colour, srgb('#7cc487'), 0.6), gloss: 0.4 };
  const cut = flaw?.kind === 'broken_trace' ? cutOf(flaw) : undefined;
  for (const [index, path] of traces.entries()) {
    surface.visit(pose, boxAround(path, 3), (at, u, v) => {
      const distance = alongPath(u, v, path)[0] - 1.6;
      let amount = surface.coverage(distance);
      if (amount <= 0) return;
      if (cut?.trace === index) amount *= cut.left(u, v);
      surface.paint(at, amount, copper, surface.height[at]! + 0.5);
    });
  }
  if (cut) scorch(surface, pose, cut.centre, cut.gap, weave);
  for (const [u, v] of vias) {
    const place = pose.at(u, v);
    surface.fill(place, [-3, -3, 3, 3], (x, y) => disc(x, y, 2.8), tin, 4.6);
    surface.fill(place, [-2, -2, 2, 2], (x, y) => disc(x, y, 1.3), { colour: srgb('#101512') }, 2);
  }
  for (const corner of [
    [-104, -104],
    [104, -104],
    [-104, 104],
    [104, 104],
  ] as const) {
    const place = pose.at(corner[0], corner[1]);
    surface.fill(place, [-9, -9, 9, 9], (x, y) => disc(x, y, 8), tin, 4.6);
    surface.fill(place, [-6, -6, 6, 6], (x, y) => disc(x, y, 5), { colour: srgb('#4a4d50') }, 0);
  }
  drawText(surface, pose, [-textWidth('CTRL-7 REV B', 8) / 2, 101], 'CTRL-7 REV B', {
    height: 8,
    weight: 1.5,
    material: white,
  });
}

/** Bare, browned laminate where the trace was. */
function scorch(surface: Surface, pose: Pose, [u0, v0]: Point, gap: number, noise: NoiseField): void {
  const burnt = { colour: srgb('#4d4a2c'), gloss: 0.1 };
  const reach = gap * 1.2;
  surface.visit(pose.at(u0, v0), [-reach, -reach, reach, reach], (at, u, v) => {
    const away = Math.hypot(u, v * 1.3) + 0.3 * gap * noise.fractal(u / 5 + u0, v / 5 + v0, 2);
    surface.paint(at, 0.75 * ramp(gap * 0.95, gap * 0.4, away), burnt);
  });
}

interface Cut {
  readonly trace: number;
  readonly centre: Point;
  /** Half of its length, units. */
  readonly gap: number;
  left(u: number, v: number): number;
}

/** Which trace is cut, and what is left of it at a place. */
function cutOf({ random, severity }: Flaw): Cut {
  const trace = random.integer(traces.length);
  const path = traces[trace]!;
  const piece = random.integer(path.length - 1);
  const share = random.uniform(0.3, 0.7);
  const centre: Point = [
    mix(path[piece]![0], path[piece + 1]![0], share),
    mix(path[piece]![1], path[piece + 1]![1], share),
  ];
  const gap = mix(4.5, 16, severity);
  return {
    trace,
    centre,
    gap,
    left: (u, v) => ramp(gap - 0.8, gap + 0.8, Math.hypot(u - centre[0], v - centre[1])),
  };
}

function spoil(surface: Surface, pose: Pose, { kind, random, severity }: Flaw): void {
  const within = (u: number, v: number) => ramp(0, -2, roundBox(u, v, half[0], half[1], 6));
  const centre: Point = [random.uniform(-100, 100), random.uniform(-100, 100)];
  if (kind === 'solder_bridge') bridge(surface, pose, random, severity);
  else if (kind === 'scratch') {
    const path = wander(random, centre, random.uniform(0, 2 * Math.PI), mix(18, 75, severity), 0.06);
    const bare = { colour: random.pick([srgb('#c98a55'), srgb('#a9d9b0')]), metal: 0.3, gloss: 0.2 };
    groove({ surface, pose, path, width: mix(1.1, 2.8, severity), depth: 0.5, tone: 1, bare, within });
  } else if (kind === 'contamination') {
    const material = random.pick([
      { colour: srgb('#b9a25e'), gloss: 0.8 },
      { colour: srgb('#e1dfd2'), gloss: 0.1 },
      { colour: srgb('#33291f'), gloss: 0.2 },
    ]);
    blot({
      surface,
      pose,
      random,
      centre,
      radius: mix(5, 16, severity),
      material,
      amount: mix(0.3, 0.75, severity),
      raise: 0.8,
      soft: 0.35,
      ragged: 0.6,
      patchy: 0.4,
      rim: 0.15,
      within,
    });
  }
}

/** Solder between neighbouring pins of a chip: two, or three where it is severe. */
function bridge(surface: Surface, pose: Pose, random: Random, severity: number): void {
  const chip = random.pick(parts.filter((part) => part.kind === 'chip'));
  const { places } = padsOf('chip');
  const pins = severity > 0.7 ? 3 : 2;
  const pin = random.integer(8 - pins) + 7 * random.integer(2);
  const [a, b] = [places[pin], places[pin + pins - 1]];
  const out = a![1] + random.uniform(-1, 3) * Math.sign(a![1]);
  const place = pose.at(chip.at[0], chip.at[1], chip.angle).at((a![0] + b![0]) / 2, out);
  const half = (b![0] - a![0]) / 2 + 1.5;
  const thick = mix(2.6, 6, severity);
  const shape = (u: number, v: number) => roundBox(u, v, half, thick * (0.7 + 0.3 * (u / half) ** 2), 1.5);
  const dome = (_u: number, _v: number, depth: number) => 5.5 + 1.4 * Math.sqrt(Math.min(6, 2.4 * depth));
  surface.fill(place, [-half, -thick - 2, half, thick + 2], shape, tin, dome);
}
