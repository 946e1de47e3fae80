/**
 * @file Which values of an anomaly map a heat map's colours span, so that a good part never looks hot. Stretching each
 * map between its own minimum and maximum, as is often done, paints a red spot on every good part; a fixed range
 * learnt from good maps does not.
 *
 * The range of a class starts where all but half a per cent of the pixels of good maps end, and puts the verdict's
 * threshold in the middle of the colours: cold is normal, the upper half is what the verdict calls anomalous. Where
 * the threshold stands too close to the good pixels to spread colours over (few images, or a score that is
 * not a pixel's value), a quarter of the good pixels' own spread stands in for its distance.
 *
 * The upper half ends where strong defects end: a training has made some to know that (jobs/train/made-defects.ts).
 */
import { valuesAtRanks } from '../../core/arrays.ts';
import { CladError } from '../../core/errors.ts';
import type { HeatScale } from '../../image/heat-scale.ts';

/** Fraction of good pixels that lie below the start of the range. */
export const goodFraction = 0.995;

/** Map values: `low` has the coldest colour, the middle between `low` and `high` the middle one, `top` the hottest; `low < high < top`. */
export interface MapRange {
  readonly low: number;
  readonly high: number;
  /** Absent in files of before 28 November 2026, whose colours end at `high`. */
  readonly top?: number | undefined;
}

/** Where nothing is known of defects: they reach so many times the threshold's distance above it. On four classes strong ones reached 3 to 7 times it. */
const usualReach = 5;
/** The upper half spans this many times the lower at least. */
const leastReach = 1;

/** The scale of heat maps. */
export function heatScale({ low, high, top }: MapRange): HeatScale {
  const middle = (low + high) / 2;
  return top === undefined ? { low, middle, top: high, straight: true } : { low, middle, top };
}

/** The range with another end. @param top - what strong defects reach; raised where it lies in the lower half or near it */
export function endingAt({ low, high }: MapRange, top: number): MapRange {
  const { middle } = heatScale({ low, high });
  return { low, high, top: Math.max(top, middle + leastReach * (middle - low)) };
}

/** What is known of the good pixels of one class. */
export interface GoodPixels {
  readonly median: number;
  /** The quantile `goodFraction`. */
  readonly upper: number;
}

/**
 * Quantiles of all pixels of good maps of one class (nearest rank).
 * @throws CladError OPTION_INVALID where there are no pixels or one is not finite
 */
export function goodPixels(maps: readonly Float32Array[]): GoodPixels {
  const count = maps.reduce((sum, { length }) => sum + length, 0);
  const strange = maps.flatMap((map) => map.find((value) => !Number.isFinite(value)) ?? []);
  if (count === 0 || strange.length > 0) {
    throw new CladError('OPTION_INVALID', {
      option: 'the maps of good images',
      expected: 'at least one pixel, all of them finite',
      actual: count === 0 ? 'none' : String(strange[0]),
    });
  }
  const rank = (fraction: number) => Math.ceil(fraction * count) - 1;
  const [median, upper] = valuesAtRanks(maps, [rank(0.5), rank(goodFraction)]) as [number, number];
  return { median, upper };
}

/**
 * The display range of a class.
 * @param good - from `goodPixels`
 * @param threshold - the verdict's threshold, in the map's units
 * @returns `low` = `good.upper`; `high` at least twice as far above it as the threshold is; `top` as where nothing is known of defects
 * @throws CladError OPTION_INVALID where a value is not finite
 */
export function mapRange(good: GoodPixels, threshold: number): MapRange {
  const { median, upper } = good;
  if (![median, upper, threshold].every(Number.isFinite)) {
    throw new CladError('OPTION_INVALID', {
      option: 'the display range',
      expected: 'made from finite numbers',
      actual: `median ${median}, upper quantile ${upper}, threshold ${threshold}`,
    });
  }
  // The last term keeps maps of one single value displayable, in single precision as well.
  const half = Math.max(threshold - upper, (upper - median) / 4, Math.max(Math.abs(upper), 1) * 1e-5);
  return { low: upper, high: upper + 2 * half, top: upper + (1 + usualReach) * half };
}
