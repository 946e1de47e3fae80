/**
 * @file Which heat a map value has, 0 the coldest and 1 the hottest: the one scale of heat maps on disk, in the service, in reports and in
 * the browser, and of their legends. The lower half rises straight to `middle`. The upper half rises as a square root to `top`, since defects
 * reach many times as far above the threshold as good parts below it, the weak ones little and the strong ones all of it
 * (docs/decisions/0023-the-look-of-heat-maps-and-regions.md).
 */
import { CladError } from '../core/errors.ts';
import { colourOf } from './colour.ts';

/** Map values; `low < middle < top`. */
export interface HeatScale {
  /** At and below it the photograph shows unchanged. */
  readonly low: number;
  /** Half of the heat. */
  readonly middle: number;
  /** At and above it the heat is full. */
  readonly top: number;
  /** Whether the upper half rises straight too, as it does in files of before 28 November 2026. @default false */
  readonly straight?: boolean;
}

/** Share of the heat colour at the hot end, so that the part stays visible beneath. */
const opacityWhenHot = 0.8;

/** @throws CladError `OPTION_INVALID` when the three do not rise */
export function requireScale({ low, middle, top }: HeatScale): void {
  if (low < middle && middle < top) return;
  throw new CladError('OPTION_INVALID', {
    option: 'range',
    expected: 'low below middle below top',
    actual: `${low}, ${middle}, ${top}`,
  });
}

/** The heat of a map value, 0..1; NaN has none. */
export function heatOf(value: number, { low, middle, top, straight }: HeatScale): number {
  if (value <= middle) return Math.max(0, (value - low) / (middle - low) / 2);
  const share = Math.min(1, (value - middle) / (top - middle));
  // Not of NaN, which has none.
  return value > middle ? 0.5 + (straight ? share : Math.sqrt(share)) / 2 : 0;
}

/** The map value that has this heat. @param heat - 0..1 */
export function mapValueAt(heat: number, { low, middle, top, straight }: HeatScale): number {
  if (heat <= 0.5) return low + 2 * heat * (middle - low);
  return middle + (2 * heat - 1) ** (straight ? 1 : 2) * (top - middle);
}

/** The colour of a heat, and how much of it covers the photograph, 0..1. */
export function paintOf(heat: number): {
  readonly colour: readonly [number, number, number];
  readonly opacity: number;
} {
  return { colour: colourOf(heat), opacity: heat * opacityWhenHot };
}
