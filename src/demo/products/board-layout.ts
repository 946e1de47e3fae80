/** @file Where the demo circuit board has its parts, traces and vias, in units from its middle. */
import type { Point } from '../shapes.ts';

/** A part on the board. */
export interface BoardPart {
  readonly kind: 'chip' | 'resistor' | 'ceramic' | 'capacitor';
  readonly at: Point;
  /** Radians. */
  readonly angle: number;
  readonly text: string;
}

const upright = Math.PI / 2;

/** All parts. */
export const parts: readonly BoardPart[] = [
  { kind: 'chip', at: [-52, -48], angle: 0, text: 'MC7401' },
  { kind: 'chip', at: [50, 34], angle: 0, text: 'LX22-8' },
  { kind: 'capacitor', at: [34, -78], angle: 0, text: '' },
  { kind: 'capacitor', at: [72, -78], angle: 0, text: '' },
  { kind: 'resistor', at: [10, -40], angle: 0, text: '103' },
  { kind: 'resistor', at: [38, -40], angle: 0, text: '472' },
  { kind: 'resistor', at: [66, -40], angle: 0, text: '220' },
  { kind: 'ceramic', at: [-92, 2], angle: upright, text: '' },
  { kind: 'ceramic', at: [-70, 2], angle: upright, text: '' },
  { kind: 'resistor', at: [-48, 2], angle: upright, text: '331' },
  { kind: 'resistor', at: [-26, 2], angle: upright, text: '331' },
  { kind: 'ceramic', at: [-84, 52], angle: 0, text: '' },
  { kind: 'ceramic', at: [-84, 76], angle: 0, text: '' },
  { kind: 'resistor', at: [-46, 52], angle: 0, text: '101' },
  { kind: 'resistor', at: [-46, 76], angle: 0, text: '101' },
  { kind: 'ceramic', at: [96, -40], angle: upright, text: '' },
];

/** Copper, each a line of straight pieces. */
export const traces: readonly (readonly Point[])[] = [
  [
    [-79, -24],
    [-79, -14],
    [-92, -6],
  ],
  [
    [-61, -24],
    [-61, -14],
    [-70, -6],
  ],
  [
    [-43, -24],
    [-43, -14],
    [-48, -6],
  ],
  [
    [-25, -24],
    [-25, -6],
  ],
  [
    [-92, 10],
    [-92, 30],
    [-76, 46],
    [-76, 52],
  ],
  [
    [-70, 10],
    [-70, 26],
    [-54, 42],
    [-54, 52],
  ],
  [
    [-48, 10],
    [-48, 22],
    [-16, 22],
    [0, 10],
    [23, 10],
  ],
  [
    [-26, 10],
    [-14, 10],
    [2, -6],
    [10, -6],
    [41, -6],
    [41, 10],
  ],
  [
    [-76, 76],
    [-65, 76],
    [-54, 76],
  ],
  [
    [-38, 52],
    [-24, 52],
    [-16, 58],
    [23, 58],
  ],
  [
    [-38, 76],
    [0, 76],
    [12, 70],
    [32, 70],
    [32, 58],
  ],
  [
    [-25, -72],
    [-25, -88],
    [-6, -88],
    [25, -78],
  ],
  [
    [-43, -72],
    [-43, -96],
    [0, -96],
    [14, -100],
    [62, -100],
    [63, -78],
  ],
  [
    [-61, -72],
    [-61, -104],
    [-30, -104],
  ],
  [
    [18, -40],
    [30, -40],
  ],
  [
    [46, -40],
    [58, -40],
  ],
  [
    [74, -40],
    [84, -40],
    [96, -48],
  ],
  [
    [2, -40],
    [-8, -40],
    [-8, -60],
    [18, -60],
    [25, -70],
  ],
  [
    [77, 10],
    [77, -14],
    [96, -32],
  ],
  [
    [59, 58],
    [59, 82],
    [84, 82],
    [84, 96],
  ],
  [
    [77, 58],
    [77, 70],
    [104, 70],
    [104, 20],
  ],
];

/** Plated holes. */
export const vias: readonly Point[] = [
  [-30, -104],
  [84, 96],
  [104, 20],
  [0, 40],
  [-10, 90],
  [20, 90],
  [46, 90],
  [-100, 28],
  [-100, -82],
  [100, 0],
  [6, -20],
];
