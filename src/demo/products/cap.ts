/** @file A plastic screw cap from above: knurled skirt, rounded edge, a printed brand on the recessed top. */
import type { Random } from '../../core/random.ts';
import { blot, crumbs, groove } from '../defects.ts';
import { drawText, textWidth } from '../glyphs.ts';
import { ground, placed } from '../ground.ts';
import { NoiseField } from '../noise-field.ts';
import { defineProduct } from '../product.ts';
import { disc, type Point, wander } from '../shapes.ts';
import { mix, mixed, type Pose, ramp, type Surface, scaled, srgb } from '../surface.ts';

const rim = 98;
const top = 82;
const knurls = 72;
const recess = 66;
const raised = 16;

export const cap = defineProduct({
  name: 'bottle_cap',
  description: 'blue plastic screw cap with a printed brand, from above',
  defects: {
    crack: 'thin crack from the edge inwards',
    misprint: 'brand printed out of place, or part of it missing',
    contamination: 'crumbs or a drop stuck to the top',
    broken_edge: 'some ribs of the skirt missing',
    discolouration: 'patch of burnt or pale plastic',
    scratch: 'whitish scuff on the top',
  },
  studio: { elevation: 52, key: 0.75, fill: 0.45 },
  draw({ surface, random, flaw }) {
    ground(surface, random('belt'), {
      material: { colour: srgb('#d5d3cc') },
      grain: 4,
      mottle: 0.03,
      rough: 0.12,
    });
    const pose = placed(random('pose'), { shift: 4, turn: 5 });
    const batch = random('plastic');
    const colour = scaled(
      mixed(srgb('#1f5fae'), srgb('#2568b4'), batch.uniform()),
      batch.uniform(0.92, 1.08),
    );
    const start = batch.uniform(0, 1);
    const gap =
      flaw?.kind === 'broken_edge'
        ? ([flaw.random.uniform(-Math.PI, Math.PI), mix(0.07, 0.34, flaw.severity)] as const)
        : undefined;
    body(surface, pose, colour, new NoiseField(random('grain')), start, gap);
    const shift: Point =
      flaw?.kind === 'misprint' && flaw.random.integer(2) === 0
        ? polar(flaw.random, mix(3, 11, flaw.severity))
        : [0, 0];
    const lost =
      flaw?.kind === 'misprint' && shift[0] === 0 ? lostInk(flaw.random, flaw.severity) : undefined;
    print(surface, pose.at(shift[0], shift[1]), new NoiseField(random('ink')), lost);
    if (!flaw) return;
    const { random: from, severity } = flaw;
    const within = (u: number, v: number) => ramp(rim - 1, rim - 3, Math.hypot(u, v));
    const centre = polar(from, from.uniform(10, 70));
    if (flaw.kind === 'crack') {
      const edge = polar(from, from.uniform(rim - 14, rim - 4));
      const path = wander(
        from,
        edge,
        Math.atan2(-edge[1], -edge[0]) + from.uniform(-0.7, 0.7),
        mix(14, 62, severity),
        0.32,
        11,
      );
      groove({
        surface,
        pose,
        path,
        width: mix(1.1, 2.6, severity),
        depth: mix(0.8, 2.4, severity),
        tone: mix(0.5, 0.15, severity),
        within,
      });
    } else if (flaw.kind === 'contamination') {
      const material = from.pick([
        { colour: srgb('#4a3d2c'), gloss: 0.1 },
        { colour: srgb('#c8c2b0'), gloss: 0.1 },
        { colour: srgb('#15181c'), gloss: 0.5 },
      ]);
      crumbs({
        surface,
        pose,
        random: from,
        centre,
        spread: mix(3, 14, severity),
        count: 1 + from.integer(1 + Math.round(5 * severity)),
        radius: mix(2.4, 6, severity),
        material,
        within,
      });
    } else if (flaw.kind === 'discolouration') {
      const tint = from.integer(2) === 0 ? scaled(colour, 0.45) : mixed(colour, srgb('#a9c3df'), 0.6);
      blot({
        surface,
        pose,
        random: from,
        centre,
        radius: mix(8, 30, severity),
        material: { colour: tint, gloss: 0.25 },
        amount: mix(0.4, 0.85, severity),
        soft: 0.6,
        ragged: 0.5,
        patchy: 0.3,
        within,
      });
    } else if (flaw.kind === 'scratch') {
      const heading = from.uniform(0, 2 * Math.PI);
      for (let line = 0; line < 1 + Math.round(2 * severity); line++) {
        const start: Point = [centre[0] + from.uniform(-5, 5) * line, centre[1] + from.uniform(-5, 5) * line];
        const path = wander(from, start, heading + from.normal(0, 0.12), mix(14, 50, severity), 0.05);
        const bare = { colour: mixed(colour, srgb('#c5d6ea'), mix(0.35, 0.75, severity)), gloss: 0.1 };
        groove({ surface, pose, path, width: mix(1.1, 2.6, severity), depth: 0.25, tone: 1, bare, within });
      }
    }
  },
});

function polar(random: Random, radius: number): Point {
  const angle = random.uniform(0, 2 * Math.PI);
  return [radius * Math.cos(angle), radius * Math.sin(angle)];
}

function body(
  surface: Surface,
  pose: Pose,
  colour: readonly [number, number, number],
  grain: NoiseField,
  start: number,
  gap: readonly [angle: number, width: number] | undefined,
): void {
  surface.visit(pose, [-rim - 3, -rim - 3, rim + 3, rim + 3], (at, u, v) => {
    const radius = Math.sqrt(u * u + v * v);
    const angle = Math.atan2(v, u);
    const rib = 0.5 + 0.5 * Math.cos(angle * knurls + start * 2 * Math.PI);
    let missing = 0;
    if (gap) {
      const turn = Math.abs(angle - gap[0]);
      const away = Math.min(turn, 2 * Math.PI - turn) + 0.02 * grain.at(u / 3, v / 3);
      missing = ramp(gap[1], gap[1] * 0.8, away) * ramp(top, top + 4, radius);
    }
    const silhouette = rim - 2.2 * (1 - rib) - missing * (8 + 3 * grain.at(u / 4 + 40, v / 4));
    const amount = surface.coverage(radius - silhouette);
    if (amount <= 0) return;
    const skirt = ramp(top - 2, top + 5, radius);
    // Flat top, a rounded shoulder, then the skirt going down with its ribs.
    const down = Math.max(0, radius - top + 6);
    let height = raised - 0.045 * down * down + 1.6 * skirt * rib * (1 - missing);
    height -= 1.6 * ramp(recess + 1.5, recess - 1.5, radius);
    height += 0.09 * grain.fractal(u / 2.5, v / 2.5, 2) + 0.35 * grain.at(u / 38 + 5, v / 38);
    // The mark of the mould's gate in the middle.
    height += 0.9 * ramp(4.2, 3, Math.hypot(u - 0, v - 52)) * 0.6;
    surface.paint(at, amount, { colour, gloss: 0.5 }, height);
    surface.tone(at, 1 + amount * (0.02 * grain.at(u / 5, v / 5) - 0.25 * skirt * (1 - rib) - 0.2 * missing));
  });
}

/** A band where the printing plate did not touch. */
function lostInk(random: Random, severity: number): (u: number, v: number) => number {
  const angle = random.uniform(0, Math.PI);
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const place = random.uniform(-18, 18);
  const half = mix(3, 16, severity);
  const edge = new NoiseField(random);
  return (u, v) =>
    ramp(half - 2, half + 2, Math.abs(u * cos + v * sin - place) + 4 * edge.fractal(u / 9, v / 9, 2));
}

function print(
  surface: Surface,
  pose: Pose,
  grain: NoiseField,
  lost?: (u: number, v: number) => number,
): void {
  const white = { colour: srgb('#eef1f2'), gloss: 0.35 };
  const ink = (u: number, v: number) => (0.9 + 0.08 * grain.at(u / 4, v / 4)) * (lost ? lost(u, v) : 1);
  drawText(surface, pose, [-textWidth('AQUA', 24) / 2, -8], 'AQUA', {
    height: 24,
    weight: 4.6,
    material: white,
    ink,
  });
  // A drop above the brand, two waves below it.
  surface.visit(pose, [-14, -46, 14, -12], (at, u, v) => {
    const taper = v < -26 ? ((v + 44) / 18) * 9.5 : 0;
    const distance = v < -26 ? Math.abs(u) - taper : disc(u, v + 26, 9.5);
    surface.paint(at, surface.coverage(Math.max(distance, -44 - v)) * ink(u, v), white);
  });
  surface.visit(pose, [-40, 22, 40, 42], (at, u, v) => {
    const wave = 2.2 * Math.sin(u / 5.5);
    const distance = Math.min(Math.abs(v - 28 - wave), Math.abs(v - 36 - wave)) - 1.2;
    surface.paint(at, surface.coverage(Math.max(distance, Math.abs(u) - 36)) * ink(u, v), white);
  });
}
