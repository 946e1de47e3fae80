/** @file A zinc-plated hexagon bolt lying on a light felt, seen from the side: round bodies, a helical thread. */
import type { Random } from '../../core/random.ts';
import { blot, groove } from '../defects.ts';
import { ground, placed } from '../ground.ts';
import { NoiseField } from '../noise-field.ts';
import { defineProduct, type Flaw } from '../product.ts';
import { type Point, roundBox, wander } from '../shapes.ts';
import { mix, mixed, type Pose, ramp, type Surface, scaled, srgb } from '../surface.ts';

const head = { left: -112, right: -80, half: 42 };
const flange = { left: -80, right: -72, half: 50 };
const thread = { left: -44, right: 106, radius: 23, pitch: 8.8, depth: 3.4 };
const tip = 9;

/** How the shank is deformed; all of it is nothing for a good part. */
interface Deformation {
  /** Where the tip ends, units. */
  readonly end: number;
  readonly ragged?: NoiseField;
  /** Sideways, units at the tip. */
  readonly bend: number;
  /** Where the thread is flattened: from, to, and how much, 0 .. 1. */
  readonly flat?: readonly [from: number, to: number, share: number, upper: boolean];
}

export const screw = defineProduct({
  name: 'screw',
  description: 'zinc-plated bolt, seen from the side, on felt',
  defects: {
    flattened_thread: 'some turns of the thread worn or stripped on one side',
    scratch: 'groove on the head or the shank',
    broken_tip: 'tip broken off',
    bent: 'shank bent to one side',
    rust: 'brown blot',
  },
  studio: { elevation: 46, key: 0.85, noise: 2 },
  draw({ surface, random, flaw }) {
    ground(surface, random('felt'), {
      material: { colour: srgb('#c4c9cc') },
      grain: 2.2,
      mottle: 0.05,
      rough: 0.35,
    });
    const pose = placed(random('pose'), { shift: 3, turn: 3 });
    const batch = random('zinc');
    const colour = scaled(
      mixed(srgb('#bfc3c9'), srgb('#c9c3b2'), batch.uniform()),
      batch.uniform(0.77, 0.86),
    );
    const wear = new NoiseField(random('wear'));
    drawHead(surface, pose, colour, wear);
    drawShank(surface, pose, colour, wear, batch.uniform(0, 1), deformation(flaw));
    if (flaw?.kind === 'scratch') scratch(surface, pose, flaw);
    if (flaw?.kind === 'rust') rust(surface, pose, flaw);
  },
});

function deformation(flaw: Flaw | undefined): Deformation {
  const good: Deformation = { end: thread.right, bend: 0 };
  if (!flaw) return good;
  const { random, severity } = flaw;
  if (flaw.kind === 'broken_tip') {
    return { ...good, end: thread.right - mix(4, 30, severity), ragged: new NoiseField(random) };
  }
  if (flaw.kind === 'bent') return { ...good, bend: mix(7, 18, severity) * random.pick([-1, 1]) };
  if (flaw.kind === 'flattened_thread') {
    const from = random.uniform(thread.left + 6, thread.right - 50);
    const length = mix(14, 48, severity);
    return { ...good, flat: [from, from + length, mix(0.45, 1, severity), random.integer(2) === 0] };
  }
  return good;
}

function drawHead(
  surface: Surface,
  pose: Pose,
  colour: readonly [number, number, number],
  wear: NoiseField,
): void {
  const material = { colour, metal: 0.9, gloss: 0.25 };
  const middle = (head.left + head.right) / 2;
  const half = (head.right - head.left) / 2;
  surface.visit(pose, [head.left, -head.half, head.right, head.half], (at, u, v) => {
    const distance = roundBox(u - middle, v, half, head.half, 4);
    const amount = surface.coverage(distance);
    if (amount <= 0) return;
    // Three of the hexagon's faces: the middle one towards the camera, two sloping away.
    const off = Math.abs(v) - head.half / 2;
    const face = 34 - (off > 0 ? off * 0.6 : 0);
    const chamfer = Math.max(0, head.left + 7 + (v / head.half) ** 2 * 5 - u) * 0.45;
    const mark = 0.16 * wear.fractal(u / 9, v / 5, 3);
    surface.paint(at, amount, material, face - chamfer + mark);
  });
  surface.visit(pose, [flange.left, -flange.half, flange.right, flange.half], (at, u, v) => {
    const half = (flange.right - flange.left) / 2;
    const distance = roundBox(u - (flange.left + flange.right) / 2, v, half, flange.half, 2.5);
    const round = Math.sqrt(Math.max(0, 1 - (v / flange.half) ** 2));
    surface.paint(at, surface.coverage(distance), material, 6 + 34 * round + 0.3 * wear.at(u / 3, v / 3));
  });
}

function drawShank(
  surface: Surface,
  pose: Pose,
  colour: readonly [number, number, number],
  wear: NoiseField,
  start: number,
  { end, ragged, bend, flat }: Deformation,
): void {
  const reach = thread.radius + 18;
  surface.visit(pose, [flange.right, -reach, end + 4, reach], (at, u, side) => {
    const along = Math.max(0, (u - flange.right) / (thread.right - flange.right));
    const v = side - bend * along * along;
    const threaded = ramp(thread.left - 2, thread.left + 3, u);
    // The helix is half a pitch further on at the other side of the shank.
    const phase = u / thread.pitch + (0.25 * v) / thread.radius + start;
    const tooth = Math.abs(2 * (phase - Math.floor(phase)) - 1);
    let crest = tooth;
    let worn = 0;
    if (flat) {
      const [from, to, share, upper] = flat;
      worn = share * ramp(from - 2, from + 2, u) * ramp(to + 2, to - 2, u) * ramp(-5, 3, upper ? -v : v);
      crest = mix(tooth, 0.25, worn);
    }
    const chamfer = Math.max(0, u - (thread.right - tip)) * 0.75;
    const radius = mix(thread.radius - 1.4, thread.radius - thread.depth * (1 - crest), threaded) - chamfer;
    const cut = ragged ? 2.2 * ragged.fractal(u / 9, v / 5, 3) : 0;
    const distance = Math.max(Math.abs(v) - radius, u - end - cut, flange.right - u);
    const amount = surface.coverage(distance);
    if (amount <= 0) return;
    const round = Math.sqrt(Math.max(0, radius * radius - v * v));
    const mark = 0.18 * wear.fractal(u / 5, v / 9 + 20, 3);
    const jagged = ragged ? ramp(end - 4, end, u) : 0;
    surface.paint(
      at,
      amount,
      { colour, metal: 0.9 - 0.4 * jagged, gloss: 0.25 },
      10 + round + mark - 3 * jagged,
    );
    surface.tone(at, 1 - amount * (0.4 * threaded * (1 - crest) - 0.12 * worn));
  });
}

/** A place on the head or on the shank. */
function somewhere(random: Random): Point {
  return random.uniform() < 0.35
    ? [random.uniform(head.left + 6, head.right - 4), random.uniform(-32, 32)]
    : [random.uniform(flange.right + 4, thread.right - 10), random.uniform(-14, 14)];
}

function within(u: number, v: number): number {
  const half = u < flange.left ? head.half : u < flange.right ? flange.half : thread.radius - 1;
  return (
    ramp(head.left, head.left + 2, u) *
    ramp(half, half - 2, Math.abs(v)) *
    ramp(thread.right, thread.right - 2, u)
  );
}

function scratch(surface: Surface, pose: Pose, { random, severity }: Flaw): void {
  const start = somewhere(random);
  const path = wander(random, start, random.uniform(0, 2 * Math.PI), mix(24, 62, severity), 0.06);
  const bare = { colour: srgb('#e6e8ea'), metal: 0.9, gloss: 0.4 };
  groove({
    surface,
    pose,
    path,
    width: mix(1.6, 3.8, severity),
    depth: mix(1.2, 3, severity),
    tone: 0.5,
    bare: random.integer(2) === 0 ? bare : undefined,
    within,
  });
}

function rust(surface: Surface, pose: Pose, { random, severity }: Flaw): void {
  const colour = mixed(srgb('#6e3a18'), srgb('#95551f'), random.uniform());
  blot({
    surface,
    pose,
    random,
    centre: somewhere(random),
    radius: mix(6, 20, severity),
    material: { colour, gloss: 0.05 },
    amount: mix(0.65, 1.2, severity),
    raise: 0.3,
    soft: 0.45,
    ragged: 0.7,
    patchy: 0.5,
    stretch: 1.3,
    within,
  });
}
