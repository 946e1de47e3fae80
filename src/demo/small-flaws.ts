/**
 * @file Defects as small as they are in large photographs: a few dozen pixels, the same kinds on every product, somewhere on the part.
 */
import type { Random } from '../core/random.ts';
import { blot, dent, fibre, groove, type Within } from './defects.ts';
import type { Flaw } from './product.ts';
import { type Point, wander } from './shapes.ts';
import { mix, Pose, type Surface, srgb } from './surface.ts';

/** What they look like. */
export const smallFlaws = {
  scratch: 'short, fine groove',
  dent: 'small bowl',
  spot: 'speck of rust or dirt',
  hair: 'bit of a thread lying on the part',
} as const;

/** Length of a small defect, pixels of the photograph. */
export const smallest = 20;
export const largest = 60;

/** Where a small defect lies, units. */
export interface SmallPlace {
  readonly centre: Point;
  /** Units. */
  readonly length: number;
}

/** Places tried before a part is said to have no room for a defect. */
const attempts = 4000;

/**
 * Draws a place on the part, with room for the defect around it.
 * @returns undefined where there is none
 */
export function smallPlace(surface: Surface, { random, severity }: Flaw): SmallPlace | undefined {
  const { frame, covered, pixel } = surface;
  const pixels = mix(smallest, largest, 0.15 + 0.7 * severity * random.uniform(0.5, 1));
  const room = Math.ceil(0.7 * pixels);
  const around = [
    [0, 0],
    [1, 0],
    [-1, 0],
    [0, 1],
    [0, -1],
    [0.7, 0.7],
    [-0.7, 0.7],
    [0.7, -0.7],
    [-0.7, -0.7],
  ] as const;
  for (let attempt = 0; attempt < attempts; attempt++) {
    const [column, row] = [random.integer(frame.width), random.integer(frame.height)];
    const inside = around.every(([across, down]) => {
      const [x, y] = [column + Math.round(across * room), row + Math.round(down * room)];
      return x >= 0 && y >= 0 && x < frame.width && y < frame.height && covered[y * frame.width + x] === 1;
    });
    if (inside)
      return {
        centre: [(column + 0.5) * pixel + frame.left, (row + 0.5) * pixel + frame.top],
        length: pixels * pixel,
      };
  }
  return undefined;
}

/** Draws it. Widths and depths go with the length, so that it looks alike at every size of the photograph. */
export function drawSmall(surface: Surface, { centre, length }: SmallPlace, flaw: Flaw): void {
  const { random, severity } = flaw;
  const pose = new Pose(0, 0);
  const within: Within = (u, v) => surface.covered[surface.indexAt(u, v) ?? -1] ?? 0;
  const shared = { surface, pose, within };
  const line = (share: number, bend: number) => lineThrough(random, centre, length * share, bend);
  switch (flaw.kind as keyof typeof smallFlaws) {
    case 'scratch':
      groove({
        ...shared,
        path: line(1, 0.08),
        width: length * mix(0.1, 0.16, severity),
        depth: length * mix(0.03, 0.08, severity),
        tone: mix(0.72, 0.35, severity),
      });
      break;
    case 'dent':
      dent({
        ...shared,
        centre,
        radius: length / 2.4,
        depth: length * mix(0.12, 0.3, severity),
        stretch: random.uniform(1, 1.2),
        angle: random.uniform(0, Math.PI),
      });
      break;
    case 'spot':
      blot({
        ...shared,
        random,
        centre,
        radius: length / 2.6,
        material: { colour: srgb(random.pick(['#5b3a22', '#2f2c2a', '#7a5a2e'])), gloss: 0.05 },
        amount: mix(0.45, 1, severity),
        raise: length * 0.02,
        soft: 0.3,
        ragged: 0.5,
        patchy: 0.4,
      });
      break;
    case 'hair':
      fibre({
        ...shared,
        path: line(1.1, 0.35),
        width: length * mix(0.08, 0.12, severity),
        material: { colour: srgb(random.pick(['#26221f', '#d9d4c8'])), gloss: 0.1 },
        lift: length * 0.03,
      });
      break;
  }
}

/** A line of a length whose middle is about a place. */
function lineThrough(random: Random, [u, v]: Point, length: number, bend: number): Point[] {
  const heading = random.uniform(0, 2 * Math.PI);
  const start: Point = [u - (Math.cos(heading) * length) / 2, v - (Math.sin(heading) * length) / 2];
  return wander(random, start, heading, length, bend);
}
