/** @file A printed paper label on a box: brand, logo, lines of text, a lot number that changes, a bar code. */
import type { Random } from '../../core/random.ts';
import { blot, groove } from '../defects.ts';
import { drawText } from '../glyphs.ts';
import { ground, placed } from '../ground.ts';
import { NoiseField } from '../noise-field.ts';
import { defineProduct, type Flaw } from '../product.ts';
import { disc, type Point, roundBox, wander } from '../shapes.ts';
import { mix, type Pose, ramp, type Surface, srgb } from '../surface.ts';

const half: Point = [108, 84];
const black = { colour: srgb('#22242a'), gloss: 0.05 };
const teal = { colour: srgb('#13707a'), gloss: 0.05 };
const orange = { colour: srgb('#d9772b'), gloss: 0.05 };
type Ink = (u: number, v: number) => number;

export const label = defineProduct({
  name: 'printed_label',
  description: 'paper label with text, logo and bar code on a cardboard box',
  defects: {
    smudge: 'ink wiped across the paper',
    missing_print: 'band or spot where the ink is lost or pale',
    misprint: 'one colour printed out of register, or a wrong letter',
    tear: 'corner or edge torn off',
    crease: 'fold across the label',
    stain: 'dried drop',
  },
  studio: { elevation: 58, key: 0.6, fill: 0.5, noise: 1.8 },
  draw({ surface, random, flaw }) {
    ground(surface, random('box'), {
      material: { colour: srgb('#a58663') },
      grain: 2.4,
      mottle: 0.08,
      rough: 0.16,
    });
    const pose = placed(random('pose'), { shift: 3, turn: 1.6 });
    const fibres = new NoiseField(random('paper'));
    paper(surface, pose, fibres, flaw?.kind === 'tear' ? flaw : undefined);
    const press = random('press');
    const strength = press.uniform(0.9, 0.98);
    const lost = flaw?.kind === 'missing_print' ? lostInk(flaw.random, flaw.severity) : undefined;
    const torn = flaw?.kind === 'tear' ? tornAway(flaw) : undefined;
    const ink: Ink = (u, v) =>
      strength *
      (1 + 0.06 * fibres.at(u / 2 + 50, v / 2)) *
      (lost ? lost(u, v) : 1) *
      (torn ? ramp(-0.5, 1.5, torn(u, v)) : 1);
    // Colours are never quite in register.
    const register: Point = [press.normal(0, 0.2), press.normal(0, 0.2)];
    const wrongLetter = flaw?.kind === 'misprint' && flaw.random.integer(2) === 0 ? flaw : undefined;
    const shift = flaw?.kind === 'misprint' && !wrongLetter ? mix(2, 6.5, flaw.severity) : 0;
    const angle = shift > 0 && flaw ? flaw.random.uniform(0, 2 * Math.PI) : 0;
    const coloured = pose.at(register[0] + shift * Math.cos(angle), register[1] + shift * Math.sin(angle));
    logo(surface, coloured, (u, v) => ink(u, v));
    texts(surface, pose, ink, random('lot'), wrongLetter);
    barCode(surface, pose, ink);
    if (flaw) spoil(surface, pose, flaw);
  },
});

function paper(surface: Surface, pose: Pose, fibres: NoiseField, tear: Flaw | undefined): void {
  const torn = tear ? tornAway(tear) : undefined;
  surface.visit(pose, [-half[0], -half[1], half[0], half[1]], (at, u, v) => {
    const edge = roundBox(u, v, half[0], half[1], 5);
    const away = torn ? torn(u, v) : 100;
    const amount = surface.coverage(Math.max(edge, -away));
    if (amount <= 0) return;
    const texture = 0.07 * fibres.fractal(u / 2.2, v / 2.2, 2) + 0.35 * fibres.at(u / 60 + 20, v / 45);
    surface.paint(at, amount, { colour: srgbPaper, gloss: 0.12 }, 1.4 + texture - 0.8 * ramp(3, 0, away));
    // A torn edge shows the paper's white core.
    if (away < 3) surface.tone(at, 1 + 0.1 * ramp(3, 0, away));
  });
}

const srgbPaper = srgb('#e4e1d8');

/** Signed distance from a ragged line across a corner or an edge; below 0 the paper is gone. */
function tornAway({ random: stream, severity }: Flaw): Ink {
  const shape = tearShapes.get(stream);
  if (shape) return shape;
  const noise = new NoiseField(stream);
  const corner: Point = [half[0] * stream.pick([-1, 1]), half[1] * stream.pick([-1, 1])];
  const bite = mix(9, 40, severity);
  const lean = stream.uniform(0.55, 1.6);
  const length = Math.hypot(1, lean);
  const made: Ink = (u, v) =>
    (Math.abs(corner[0] - u) + lean * Math.abs(corner[1] - v)) / length -
    bite +
    3 * noise.fractal(u / 14, v / 14, 4);
  tearShapes.set(stream, made);
  return made;
}

const tearShapes = new WeakMap<Random, Ink>();

function lostInk(random: Random, severity: number): Ink {
  const noise = new NoiseField(random);
  const pale = mix(0.55, 0, severity);
  const centre: Point = [random.uniform(-80, 80), random.uniform(-60, 60)];
  const size = mix(9, 26, severity);
  const band = random.integer(2) === 0;
  return (u, v) => {
    const rough = 3 * noise.fractal(u / 7, v / 7, 3);
    const distance = band
      ? Math.abs(u - centre[0]) - size * 0.35
      : Math.hypot(u - centre[0], v - centre[1]) - size;
    return mix(pale, 1, ramp(-1.5, 1.5, distance + rough));
  };
}

function logo(surface: Surface, pose: Pose, ink: Ink): void {
  surface.visit(pose, [-98, -74, -54, -30], (at, u, v) => {
    const ring = Math.abs(disc(u + 76, v + 52, 17)) - 3.2;
    surface.paint(at, surface.coverage(ring) * ink(u, v), teal);
    const leaf = Math.max(disc(u + 82, v + 52, 12.5), disc(u + 70, v + 52, 12.5));
    surface.paint(at, surface.coverage(leaf) * ink(u, v), orange);
  });
  drawText(surface, pose, [-46, -70], 'VERDANTA', { height: 17, weight: 3.6, material: teal, ink });
  surface.visit(pose, [-46, -46, 98, -42], (at, u, v) => {
    surface.paint(at, surface.coverage(roundBox(u - 26, v + 44, 72, 1.1)) * ink(u, v), orange);
  });
}

function texts(surface: Surface, pose: Pose, ink: Ink, lot: Random, wrong: Flaw | undefined): void {
  const small = { height: 8, weight: 1.5, material: black, ink };
  const digits = (count: number) => Array.from({ length: count }, () => lot.integer(10)).join('');
  const lines: [Point, string][] = [
    [[-46, -36], 'HERBAL TONIC 250 ML'],
    [[-96, -18], 'STORE IN A COOL DRY PLACE'],
    [[-96, -4], 'KEEP OUT OF DIRECT LIGHT'],
    [[-96, 20], 'LOT'],
    [[-96, 34], 'EXP'],
  ];
  const line = wrong ? wrong.random.integer(3) : -1;
  for (const [index, [place, text]] of lines.entries())
    drawText(surface, pose, place, index === line && wrong ? misspelt(text, wrong) : text, small);
  drawText(surface, pose, [-66, 20], `L204${digits(2)}`, small);
  drawText(surface, pose, [-66, 34], `0${1 + lot.integer(9)}/2031`, small);
}

/** The text with letters exchanged: one, or more where the defect is severe. */
function misspelt(text: string, { random, severity }: Flaw): string {
  const letters = [...text];
  const places = letters.flatMap((letter, index) => (letter === ' ' ? [] : [index]));
  for (const place of random.sample(places, 2 + Math.floor(severity * 5))) {
    const others = [...'AEHKMNORSTUWXZ8'].filter((letter) => letter !== letters[place]);
    letters[place] = random.pick(others);
  }
  return letters.join('');
}

function barCode(surface: Surface, pose: Pose, ink: Ink): void {
  // Always the same number: bars and gaps of one to three modules.
  const modules = new Uint8Array(62);
  for (let at = 0, bar = 1, step = 0; at < modules.length; bar ^= 1, step++) {
    const width = 1 + ((step * step * 7 + step * 3) % 5 > 2 ? 1 : 0) + (step % 7 === 3 ? 1 : 0);
    modules.fill(bar, at, Math.min(modules.length, at + width));
    at += width;
  }
  const module = 1.5;
  surface.visit(pose, [4, 18, 98, 66], (at, u, v) => {
    const vertical = surface.coverage(Math.abs(v - 42) - 22);
    if (vertical <= 0) return;
    // The share of the pixel that bars cover, from a run of places within it.
    let covered = 0;
    for (let tap = -1; tap <= 1; tap++) {
      const index = Math.floor((u + (tap * surface.pixel) / 3 - 5) / module);
      covered += modules[index] ?? 0;
    }
    surface.paint(at, vertical * (covered / 3) * ink(u, v), black);
  });
  drawText(surface, pose, [8, 69], '2 004711 86035', { height: 6, weight: 1.1, material: black, ink });
}

function spoil(surface: Surface, pose: Pose, { kind, random, severity }: Flaw): void {
  const within: Ink = (u, v) => ramp(0, -2, roundBox(u, v, half[0], half[1], 5));
  const centre: Point = [random.uniform(-85, 85), random.uniform(-62, 62)];
  if (kind === 'smudge') {
    const angle = random.uniform(0, Math.PI);
    for (let pass = 0; pass < 3; pass++) {
      const place: Point = [centre[0] + 4 * pass * Math.cos(angle), centre[1] + 4 * pass * Math.sin(angle)];
      blot({
        surface,
        pose,
        random,
        centre: place,
        radius: mix(4, 11, severity),
        material: black,
        amount: mix(0.16, 0.5, severity),
        soft: 0.8,
        ragged: 0.5,
        patchy: 0.7,
        stretch: random.uniform(1.6, 3),
        within,
      });
    }
  } else if (kind === 'crease') {
    const path = wander(random, centre, random.uniform(0, 2 * Math.PI), mix(30, 120, severity), 0.05);
    groove({
      surface,
      pose,
      path,
      width: mix(3, 7, severity),
      depth: -mix(1, 3, severity),
      tone: 1,
      within,
    });
    groove({
      surface,
      pose,
      path,
      width: 1,
      depth: mix(0.3, 0.8, severity),
      tone: mix(0.8, 0.5, severity),
      within,
    });
  } else if (kind === 'stain') {
    const material = random.pick([srgb('#b08a4e'), srgb('#8d7a66'), srgb('#7f9a8a')]);
    blot({
      surface,
      pose,
      random,
      centre,
      radius: mix(7, 26, severity),
      material: { colour: material, gloss: 0.15 },
      amount: mix(0.2, 0.55, severity),
      soft: 0.12,
      ragged: 0.3,
      patchy: 0.3,
      rim: -mix(0.08, 0.2, severity),
      within,
    });
  }
}
