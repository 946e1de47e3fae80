/** @file Plain-woven cloth: warp and weft over and under each other, every yarn a little different. */
import type { Random } from '../../core/random.ts';
import { blot, fibre } from '../defects.ts';
import { placed } from '../ground.ts';
import { NoiseField } from '../noise-field.ts';
import { defineProduct, type Flaw } from '../product.ts';
import { type Point, wander } from '../shapes.ts';
import { mix, mixed, type Pose, ramp, type Surface, scaled, srgb } from '../surface.ts';

const pitch = 7.6;

/** What is wrong with the weave itself at a place: a share of yarn gone, pushed aside or thickened. */
interface WeaveFlaw {
  gone(u: number, v: number): number;
  warpShift(u: number, v: number): number;
  /** Units the weft lies too high, over what it should go under. */
  weftLift(u: number, v: number): number;
  weftWidth(u: number, v: number): number;
}

export const cloth = defineProduct({
  name: 'woven_cloth',
  description: 'plain-woven upholstery cloth',
  defects: {
    hole: 'yarns broken, the backing shows',
    missing_yarn: 'a weft yarn left out over some length',
    slub: 'a thick, pale place in a yarn that floats over the others',
    pulled_warp: 'warp yarns pushed aside, a gap between them',
    loose_thread: 'a thread lying on the cloth',
    stain: 'dark or pale patch',
  },
  studio: { elevation: 42, key: 0.85, fill: 0.4, noise: 2.4 },
  draw({ surface, random, flaw }) {
    const pose = placed(random('pose'), { shift: 8, turn: 1.8, size: 0.012 });
    const lot = random('dye');
    const warp = scaled(mixed(srgb('#8e8672'), srgb('#968b74'), lot.uniform()), lot.uniform(0.93, 1.07));
    const weft = scaled(mixed(srgb('#a59c86'), srgb('#a69a80'), lot.uniform()), lot.uniform(0.93, 1.07));
    weave(surface, pose, warp, weft, random, flaw ? weaveFlaw(flaw) : undefined);
    if (flaw?.kind === 'loose_thread') looseThread(surface, pose, weft, flaw);
    if (flaw?.kind === 'stain') stain(surface, pose, flaw);
  },
});

function weave(
  surface: Surface,
  pose: Pose,
  warp: readonly [number, number, number],
  weft: readonly [number, number, number],
  random: (name: string) => Random,
  wrong: WeaveFlaw | undefined,
): void {
  const noise = new NoiseField(random('yarn'));
  const shades = random('shades');
  const yarns = Array.from({ length: 64 }, () => [shades.normal(0, 0.05), shades.normal(0, 0.05)] as const);
  const backing = { colour: srgb('#2d2a26') };
  const warpMaterial = { colour: warp, gloss: 0.05 };
  const weftMaterial = { colour: weft, gloss: 0.05 };
  surface.visit(pose, surface.endless(), (at, u, v) => {
    // Yarns waver.
    const waver = 0.9 * noise.at(u / 34, v / 34);
    const x = (u + waver + (wrong ? wrong.warpShift(u, v) : 0)) / pitch;
    const y = (v + 0.9 * noise.at(u / 30 + 20, v / 30 + 20)) / pitch;
    const column = Math.floor(x);
    const row = Math.floor(y);
    const across = x - column - 0.5;
    const down = y - row - 0.5;
    const over = ((column + row) & 1) === 0;
    const weftSize = 0.46 * (wrong ? wrong.weftWidth(u, v) : 1);
    const warpRound = Math.sqrt(Math.max(0, 1 - (across / 0.46) ** 2));
    const weftRound = weftSize > 0.02 ? Math.sqrt(Math.max(0, 1 - (down / weftSize) ** 2)) : 0;
    // Each yarn rises where it lies over the other, along its length.
    const warpTop = warpRound > 0 ? 1.6 * warpRound + (over ? 1 : -1) * Math.cos(down * Math.PI) : -3;
    const lift = wrong ? wrong.weftLift(u, v) : 0;
    const weftTop =
      weftRound > 0
        ? 1.6 * weftRound * (weftSize / 0.46) - (over ? 1 : -1) * Math.cos(across * Math.PI) + lift + lift
        : -3;
    const isWarp = warpTop > weftTop;
    const along = isWarp ? noise.fractal(u / 0.9, v / 5, 2) : noise.fractal(u / 5, v / 0.9, 2);
    const shade = isWarp ? yarns[column & 63]![0] : yarns[row & 63]![1] + 0.09 * lift;
    const gone = wrong ? wrong.gone(u, v) : 0;
    const top = Math.max(warpTop, weftTop);
    const bare = Math.max(ramp(-0.6, -1.6, top), gone);
    surface.paint(at, 1, isWarp ? warpMaterial : weftMaterial, 3.5 + top * 1.15 + 0.3 * along - 3 * gone);
    surface.tone(at, (1 + shade + 0.1 * along) * (0.72 + 0.28 * ramp(-1.2, 1.6, top)));
    surface.paint(at, bare * 0.9, backing);
  });
}

function weaveFlaw({ kind, random, severity }: Flaw): WeaveFlaw | undefined {
  const nothing: WeaveFlaw = { gone: () => 0, warpShift: () => 0, weftLift: () => 0, weftWidth: () => 1 };
  const centre: Point = [random.uniform(-95, 95), random.uniform(-95, 95)];
  if (kind === 'hole') {
    const noise = new NoiseField(random);
    const radius = mix(4.5, 19, severity);
    return {
      ...nothing,
      gone: (u, v) => {
        const away =
          Math.hypot(u - centre[0], v - centre[1]) + radius * 0.45 * noise.fractal(u / 9, v / 9, 3);
        // Ends of yarns hang into the hole.
        return ramp(radius + 1, radius - 2.5, away + 2.5 * noise.at(u / 1.6, v / 1.6));
      },
    };
  }
  if (kind === 'missing_yarn' || kind === 'slub') {
    const row = Math.floor(centre[1] / pitch);
    const length = kind === 'slub' ? mix(10, 32, severity) : mix(22, 150, severity);
    const there = (u: number, v: number, reach: number) => {
      const off = Math.abs(v / pitch - row - 0.5);
      return off > 1.2
        ? 0
        : ramp(length / 2 + 5, length / 2 - 5, Math.abs(u - centre[0])) *
            ramp(reach + 0.15, reach - 0.15, off);
    };
    if (kind === 'missing_yarn') return { ...nothing, weftWidth: (u, v) => 1 - there(u, v, 0.6) };
    const thick = mix(0.8, 2.6, severity);
    return {
      ...nothing,
      weftLift: (u, v) => thick * there(u, v, 0.5),
      weftWidth: (u, v) => 1 + 0.2 * there(u, v, 0.5),
    };
  }
  if (kind === 'pulled_warp') {
    const [length, push] = [mix(16, 60, severity), mix(2.6, 6.5, severity)];
    return {
      ...nothing,
      // Yarns to both sides of a line move apart.
      warpShift: (u, v) => {
        const off = u - centre[0];
        const near =
          Math.max(0, 1 - (off / 18) ** 2) ** 2 * Math.max(0, 1 - ((v - centre[1]) / length / 1.6) ** 2) ** 2;
        return -push * near * ramp(-0.6, 0.6, off) + push * near * ramp(0.6, -0.6, off);
      },
      gone: (u, v) => {
        const gap = push * Math.max(0, 1 - ((v - centre[1]) / length / 1.6) ** 2) ** 2 - 1.4;
        return 0.6 * ramp(gap + 0.7, gap - 0.7, Math.abs(u - centre[0]));
      },
    };
  }
  return undefined;
}

function looseThread(
  surface: Surface,
  pose: Pose,
  colour: readonly [number, number, number],
  flaw: Flaw,
): void {
  const { random, severity } = flaw;
  const centre: Point = [random.uniform(-80, 80), random.uniform(-80, 80)];
  const drift = random.uniform(-0.28, 0.28);
  const path = wander(
    random,
    centre,
    random.uniform(0, 2 * Math.PI),
    mix(22, 120, severity),
    0.25,
    16,
    drift,
  );
  const other = random.pick([colour, srgb('#cfc8b8'), srgb('#5a5248')]);
  const material = { colour: mixed(colour, other, mix(0.4, 1, severity)), gloss: 0.05 };
  fibre({ surface, pose, path, width: mix(2.2, 4.6, severity), material, lift: 1.6, twists: 14 });
}

function stain(surface: Surface, pose: Pose, { random, severity }: Flaw): void {
  const centre: Point = [random.uniform(-90, 90), random.uniform(-90, 90)];
  const colour = random.pick([srgb('#3b3026'), srgb('#4a4436'), srgb('#d8d2c4')]);
  const amount = mix(0.32, 0.7, severity);
  blot({
    surface,
    pose,
    random,
    centre,
    radius: mix(9, 32, severity),
    material: { colour },
    amount,
    soft: 0.25,
    ragged: 0.4,
    patchy: 0.3,
  });
}
