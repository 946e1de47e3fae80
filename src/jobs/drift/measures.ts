/** @file What `clad drift` compares of images, from which difference on it matters, and what a person should look at. */
import type { Seen } from '../../image/seen.ts';

interface Measure {
  readonly of: keyof Seen;
  /** A smaller difference of the medians is a trifle, however sure it is: of the one before, or in the measure's own unit. */
  readonly least: { readonly share: number } | { readonly difference: number };
  /** What images are where the measure is lower, and higher. */
  readonly words: readonly [string, string];
  readonly check: string;
}

/** In grey values of 255, but sharpness (exposure.ts) and shares of pixels. */
export const measures = {
  brightness: {
    of: 'mean',
    least: { share: 0.05 },
    words: ['darker', 'brighter'],
    check: 'check the lamp, the exposure time and the aperture',
  },
  contrast: {
    of: 'contrast',
    least: { share: 0.08 },
    words: ['lower in contrast', 'higher in contrast'],
    check: 'check the lamp, stray light and whether the lens is clean',
  },
  sharpness: {
    of: 'sharpness',
    least: { share: 0.1 },
    words: ['less sharp', 'sharper or noisier'],
    check: 'check the focus, the distance, vibration and the gain',
  },
  'clipped dark': {
    of: 'clippedDark',
    least: { difference: 0.01 },
    words: ['less often black', 'more often black'],
    check: 'check the exposure time and the lamp',
  },
  'clipped bright': {
    of: 'clippedBright',
    least: { difference: 0.01 },
    words: ['less often overexposed', 'more often overexposed'],
    check: 'check the exposure time and reflections',
  },
  warmth: {
    of: 'warmth',
    least: { difference: 3 },
    words: ['bluer', 'redder'],
    check: 'check the white balance and the colour of the light',
  },
  green: {
    of: 'green',
    least: { difference: 3 },
    words: ['more magenta', 'greener'],
    check: 'check the white balance and the colour of the light',
  },
} as const satisfies Readonly<Record<string, Measure>>;

export type MeasureName = keyof typeof measures;
export const measureNames = Object.keys(measures) as readonly MeasureName[];

/** Whether a difference of medians is more than a trifle. */
export function matters(name: MeasureName, before: number, now: number): boolean {
  const { least }: Measure = measures[name];
  const difference = Math.abs(now - before);
  return 'share' in least ? difference >= least.share * Math.abs(before) : difference >= least.difference;
}
