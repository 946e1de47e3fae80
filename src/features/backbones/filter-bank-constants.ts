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
  { mean: -1.335, deviation: 0.5159 },
  { mean: 0.0002348, deviation: 0.2932 },
  { mean: 0.02316, deviation: 0.2984 },
];

/** By scale, then by colour. */
export const firstMoments: readonly (readonly Moments[])[] = [
  [
    { mean: 0.2253, deviation: 0.113 },
    { mean: 0.09865, deviation: 0.07056 },
    { mean: 0.09903, deviation: 0.074 },
  ],
  [
    { mean: 0.1979, deviation: 0.111 },
    { mean: 0.08791, deviation: 0.06341 },
    { mean: 0.08929, deviation: 0.06871 },
  ],
  [
    { mean: 0.2023, deviation: 0.1136 },
    { mean: 0.09123, deviation: 0.06204 },
    { mean: 0.09466, deviation: 0.07583 },
  ],
  [
    { mean: 0.1877, deviation: 0.1021 },
    { mean: 0.08638, deviation: 0.06136 },
    { mean: 0.08929, deviation: 0.07226 },
  ],
];

/** By the pairs of a first-order scale and a spacing. */
export const secondMoments: readonly Moments[] = [
  { mean: 0.1152, deviation: 0.0606 },
  { mean: 0.1066, deviation: 0.05679 },
  { mean: 0.09817, deviation: 0.05088 },
  { mean: 0.08884, deviation: 0.0487 },
  { mean: 0.08771, deviation: 0.0481 },
  { mean: 0.0863, deviation: 0.04622 },
];
