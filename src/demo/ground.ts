/** @file What parts lie on, and where they come to lie. */
import type { Random } from '../core/random.ts';
import { NoiseField } from './noise-field.ts';
import { type Material, Pose, type Surface, side } from './surface.ts';

/** How far a part may lie from where it should. */
export interface Placement {
  /** Deviation of its place, units. */
  readonly shift: number;
  /** Deviation of its turn, degrees. */
  readonly turn: number;
  /** Deviation of its size, share. @default 0.006 */
  readonly size?: number;
}

/** Where a part lies: about the middle; nothing is further out than two and a half deviations. */
export function placed(random: Random, { shift, turn, size = 0.006 }: Placement): Pose {
  const draw = (deviation: number) => {
    const value = random.normal();
    return deviation * Math.min(2.5, Math.max(-2.5, value));
  };
  return new Pose(
    side / 2 + draw(shift),
    side / 2 + draw(shift),
    (draw(turn) * Math.PI) / 180,
    1 + draw(size),
  );
}

/** How a table looks. */
export interface GroundOptions {
  readonly material: Material;
  /** Size of its grain, units. @default 3 */
  readonly grain?: number;
  /** How strong the grain's colour is, share. @default 0.08 */
  readonly mottle?: number;
  /** Height of the grain, units. @default 0.15 */
  readonly rough?: number;
}

/** Covers the whole image: a table, a mat, a sheet of paper. */
export function ground(surface: Surface, random: Random, options: GroundOptions): void {
  const { material, grain = 3, mottle = 0.08, rough = 0.15 } = options;
  const noise = new NoiseField(random);
  const shade = 1 + random.normal(0, 0.04);
  surface.everywhere((at, x, y) => {
    const fine = noise.fractal(x / grain, y / grain, 2);
    const coarse = noise.at(x / 70 + 9, y / 70 + 9);
    surface.paint(at, 1, material, rough * fine);
    surface.tone(at, shade * (1 + mottle * (0.6 * fine + coarse)));
  });
  surface.covered.fill(0);
}
