/**
 * @file Means and standard deviations of the filter bank's channels on procedural textures, by groups that differ in orientation
 * only. Written by scripts/filter-bank-constants.mjs; no photograph has a part in them.
 */

/** Of one group of channels. */
export interface Moments {
  readonly mean: number;
  readonly deviation: number;
}

/** Of light, red against green, yellow against blue. */
export const colourMoments: readonly Moments[] = [
  { mean: -0.3213, deviation: 0.4946 },
  { mean: 0.002643, deviation: 0.2711 },
  { mean: 0.02776, deviation: 0.2664 },
];

/** By scale, then by colour. */
export const firstMoments: readonly (readonly Moments[])[] = [
  [
    { mean: 0.218, deviation: 0.1095 },
    { mean: 0.08971, deviation: 0.06877 },
    { mean: 0.0899, deviation: 0.06679 },
  ],
  [
    { mean: 0.1929, deviation: 0.1086 },
    { mean: 0.08619, deviation: 0.06389 },
    { mean: 0.08604, deviation: 0.06282 },
  ],
  [
    { mean: 0.1971, deviation: 0.1112 },
    { mean: 0.09138, deviation: 0.06129 },
    { mean: 0.09197, deviation: 0.06965 },
  ],
  [
    { mean: 0.1819, deviation: 0.1007 },
    { mean: 0.08557, deviation: 0.05901 },
    { mean: 0.08664, deviation: 0.06687 },
  ],
];

/** By the pairs of a first-order scale and a spacing. */
export const secondMoments: readonly Moments[] = [
  { mean: 0.1111, deviation: 0.05875 },
  { mean: 0.1025, deviation: 0.05479 },
  { mean: 0.0949, deviation: 0.04994 },
  { mean: 0.08461, deviation: 0.04623 },
  { mean: 0.08433, deviation: 0.04611 },
  { mean: 0.08305, deviation: 0.04452 },
];
