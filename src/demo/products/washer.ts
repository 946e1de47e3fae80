/** @file A turned steel washer on a dark mat: chamfered edges, concentric marks of the tool. */
import type { Random } from '../../core/random.ts';
import { blot, dent, groove } from '../defects.ts';
import { ground, placed } from '../ground.ts';
import { NoiseField } from '../noise-field.ts';
import { defineProduct } from '../product.ts';
import { type Point, wander } from '../shapes.ts';
import { mix, mixed, type Pose, ramp, type Surface, scaled, srgb } from '../surface.ts';

const outer = 96;
const inner = 47;
const thick = 6;
const chamfer = 4.5;

export const washer = defineProduct({
  name: 'washer',
  description: 'turned steel washer on a dark mat',
  defects: {
    scratch: 'fine groove across the ring',
    dent: 'shallow bowl in the face',
    rust: 'brown blot',
    broken_edge: 'piece broken off the outer edge',
    eccentric_hole: 'hole out of the middle',
  },
  studio: { elevation: 50, noise: 2.2 },
  draw({ surface, light, random, flaw }) {
    ground(surface, random('mat'), {
      material: { colour: srgb('#3d4147'), gloss: 0.08 },
      grain: 2.6,
      rough: 0.2,
    });
    const pose = placed(random('pose'), { shift: 4, turn: 90, size: 0.008 });
    const within = (u: number, v: number) => {
      const radius = Math.hypot(u, v);
      return ramp(outer, outer - 2, radius) * ramp(inner, inner + 2, radius);
    };
    const hole =
      flaw?.kind === 'eccentric_hole' ? offset(flaw.random, mix(4, 12, flaw.severity)) : ([0, 0] as const);
    const bite = flaw?.kind === 'broken_edge' ? biteOf(flaw.random, flaw.severity) : undefined;
    ring(surface, pose, light.azimuth - pose.angle, random, hole, bite);
    if (!flaw) return;
    const from = flaw.random;
    const angle = from.uniform(0, 2 * Math.PI);
    const radius = from.uniform(inner + 14, outer - 14);
    const centre: Point = [radius * Math.cos(angle), radius * Math.sin(angle)];
    if (flaw.kind === 'scratch') {
      const length = mix(18, 75, flaw.severity * from.uniform(0.6, 1));
      const heading = angle + from.uniform(-0.6, 0.6) + Math.PI * from.integer(2);
      const start: Point = [
        centre[0] - (Math.cos(heading) * length) / 2,
        centre[1] - (Math.sin(heading) * length) / 2,
      ];
      const path = wander(from, start, heading, length, 0.05);
      const width = mix(0.8, 2.2, flaw.severity);
      groove({
        surface,
        pose,
        path,
        width,
        depth: mix(0.25, 1.1, flaw.severity),
        tone: mix(0.85, 0.5, flaw.severity),
        within,
      });
    } else if (flaw.kind === 'dent') {
      const size = mix(4.5, 13, flaw.severity * from.uniform(0.6, 1));
      const [stretch, depth] = [from.uniform(1, 1.6), mix(0.8, 3.2, flaw.severity)];
      dent({ surface, pose, centre, radius: size, depth, stretch, angle: from.uniform(0, 3), within });
    } else if (flaw.kind === 'rust') {
      const colour = mixed(srgb('#6b4226'), srgb('#8a5a34'), from.uniform());
      const size = mix(4, 17, flaw.severity * from.uniform(0.6, 1));
      const amount = mix(0.5, 1.1, flaw.severity);
      blot({
        surface,
        pose,
        random: from,
        centre,
        radius: size,
        material: { colour, gloss: 0.05 },
        amount,
        raise: 0.3,
        soft: 0.4,
        ragged: 0.75,
        patchy: 0.7,
        within,
      });
    }
  },
});

type Bite = { readonly centre: Point; readonly radius: number; readonly noise: NoiseField };

function ring(
  surface: Surface,
  pose: Pose,
  lamp: number,
  random: (name: string) => Random,
  hole: Point,
  bite: Bite | undefined,
): void {
  const marks = new NoiseField(random('marks'));
  const batch = random('steel');
  const colour = scaled(mixed(srgb('#c9ccd0'), srgb('#d3cdc4'), batch.uniform()), batch.uniform(0.72, 0.86));
  const feed = batch.uniform(0.55, 0.8);
  const [lampCos, lampSin] = [Math.cos(lamp), Math.sin(lamp)];
  const reach = outer + 4;
  surface.visit(pose, [-reach, -reach, reach, reach], (at, u, v) => {
    const radius = Math.sqrt(u * u + v * v);
    let edge = Math.max(radius - outer, inner - Math.hypot(u - hole[0], v - hole[1]));
    let broken = 0;
    if (bite) {
      const [du, dv] = [u - bite.centre[0], v - bite.centre[1]];
      const into = bite.radius * (1 + 0.2 * bite.noise.fractal(du / 9, dv / 9, 3)) - Math.hypot(du, dv);
      edge = Math.max(edge, into);
      broken = ramp(-4, -1, into);
    }
    const amount = surface.coverage(edge);
    if (amount <= 0) return;
    const depth = Math.max(0, -edge);
    // Around the ring without a seam: the direction is a place on a circle.
    const [cos, sin] = [u / radius, v / radius];
    const turned =
      marks.at(radius * feed + 1.5 * cos, 1.5 * sin) + 0.6 * marks.at(radius * feed * 2.3 + cos, 9 + sin);
    const uneven = marks.at(2 * cos + 30, 2 * sin + radius / 40);
    // Grooves reflect the lamp where they run across its direction: two bright sectors, as on a record.
    const across = cos * lampCos + sin * lampSin;
    const sectors = 0.3 * (across * across) ** 3 - 0.22 * (1 - across * across) ** 2 + 0.12 * across;
    const bevel = depth < chamfer ? ((1 - depth / chamfer) ** 2 * chamfer) / 1.4 : 0;
    const height = thick - bevel + 0.13 * turned + 0.5 * uneven - broken * 1.5;
    surface.paint(at, amount, { colour, metal: 1 - 0.5 * broken, gloss: 0.1 }, height);
    surface.tone(at, 1 + amount * (sectors + 0.07 * turned + 0.06 * uneven - 0.35 * broken));
  });
}

function offset(random: Random, distance: number): Point {
  const angle = random.uniform(0, 2 * Math.PI);
  return [distance * Math.cos(angle), distance * Math.sin(angle)];
}

function biteOf(random: Random, severity: number): Bite {
  const radius = mix(4, 16, severity * random.uniform(0.6, 1));
  const centre = offset(random, outer + radius * random.uniform(0, 0.35));
  return { centre, radius, noise: new NoiseField(random) };
}
