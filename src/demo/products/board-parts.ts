/** @file The parts of the demo circuit board, and the pads they sit on. */
import { drawText, textWidth } from '../glyphs.ts';
import { disc, type Point, roundBox } from '../shapes.ts';
import { type Pose, type Surface, scaled, srgb } from '../surface.ts';
import type { BoardPart } from './board-layout.ts';

/** Solder. */
export const tin = { colour: srgb('#c9cbcc'), metal: 0.6, gloss: 0.3 };
const grey = { colour: srgb('#9a9c9c'), gloss: 0.1 };

type Kind = BoardPart['kind'];

/** The places of a part's pads, and half their size. */
export function padsOf(kind: Kind): { places: Point[]; size: Point } {
  if (kind === 'chip') {
    const places = Array.from({ length: 14 }, (_, pin): Point => [((pin % 7) - 3) * 9, pin < 7 ? -24 : 24]);
    return { places, size: [2.6, 5] };
  }
  if (kind === 'capacitor')
    return {
      places: [
        [-9, 0],
        [9, 0],
      ],
      size: [4, 3.4],
    };
  return {
    places: [
      [-8, 0],
      [8, 0],
    ],
    size: [3.6, 5],
  };
}

/** Tinned copper where a part is to be soldered. */
export function drawPads(surface: Surface, pose: Pose, kind: Kind): void {
  const { places, size } = padsOf(kind);
  for (const place of places) {
    const box = [-size[0], -size[1], size[0], size[1]] as const;
    surface.fill(
      pose.at(...place),
      box,
      (u, v) => roundBox(u, v, size[0], size[1], 1),
      tin,
      (_u, _v, depth) => 4.5 + 0.5 * Math.min(2, depth),
    );
  }
}

/** A part: a chip, a capacitor can, or a small box with tinned ends. */
export function drawPart(surface: Surface, pose: Pose, kind: Kind, text: string, shade: number): void {
  if (kind === 'chip') {
    drawChip(surface, pose, text, shade);
    return;
  }
  if (kind === 'capacitor') {
    const can = { colour: scaled(srgb('#aeb2b5'), shade), metal: 0.85, gloss: 0.3 };
    surface.fill(
      pose,
      [-14, -14, 14, 14],
      (u, v) => roundBox(u, v, 13.5, 13.5, 3),
      { colour: srgb('#1d1e20'), gloss: 0.3 },
      7,
    );
    surface.fill(
      pose,
      [-13, -13, 13, 13],
      (u, v) => disc(u, v, 12.4),
      can,
      (u, v, depth) =>
        22 - Math.max(0, 2.2 - depth) ** 2 * 0.6 - (Math.abs(u) < 0.5 || Math.abs(v) < 0.5 ? 0.25 : 0),
    );
    surface.visit(pose, [-13, -13, -5, 13], (at, u, v) => {
      surface.paint(at, surface.coverage(Math.max(disc(u, v, 11.4), u + 7)), {
        colour: srgb('#22262c'),
        gloss: 0.2,
      });
    });
    return;
  }
  // Resistors are black with a grey number, ceramic capacitors plain and brown.
  const resistor = kind === 'resistor';
  const body = { colour: scaled(resistor ? srgb('#26282b') : srgb('#a98a68'), shade), gloss: 0.25 };
  const ends = { ...tin, colour: srgb('#d3d3cf') };
  surface.fill(
    pose,
    [-9, -5, 9, 5],
    (u, v) => roundBox(u, v, 9, 4.8, 0.8),
    ends,
    (_u, _v, depth) => 7 + 0.8 * Math.min(1.4, depth),
  );
  surface.fill(
    pose,
    [-6, -5, 6, 5],
    (u, v) => roundBox(u, v, 5.8, 4.8, 0.3),
    body,
    (_u, _v, depth) => 7.4 + 0.8 * Math.min(1.4, depth),
  );
  if (resistor)
    drawText(surface, pose, [-textWidth(text, 4.2) / 2, -2.1], text, {
      height: 4.2,
      weight: 0.8,
      material: grey,
    });
}

function drawChip(surface: Surface, pose: Pose, text: string, shade: number): void {
  const lead = { ...tin, colour: srgb('#d0d2d3') };
  for (const [u, v] of padsOf('chip').places) {
    const slope = (_u: number, y: number) => 11 - 0.55 * Math.max(0, Math.sign(v) * y + 3);
    surface.fill(
      pose.at(u, v * 0.93),
      [-1.8, -5, 1.8, 5],
      (x, y) => roundBox(x, y, 1.6, 4.6, 0.5),
      lead,
      slope,
    );
  }
  const body = { colour: scaled(srgb('#232427'), shade), gloss: 0.22 };
  surface.fill(
    pose,
    [-33, -19, 33, 19],
    (u, v) => roundBox(u, v, 33, 18.5, 1.2),
    body,
    (_u, _v, depth) => 9 + 1.1 * Math.min(3.5, depth),
  );
  surface.fill(pose.at(-26, 11), [-3, -3, 3, 3], (u, v) => disc(u, v, 2.3), body, 11.6);
  drawText(surface, pose, [-textWidth(text, 7) / 2, -9], text, { height: 7, weight: 1.1, material: grey });
}
