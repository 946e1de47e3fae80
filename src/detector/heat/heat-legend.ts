/** @file What the colours of a class's heat maps mean, for pages to show beside them. */
import { type HeatScale, mapValueAt, paintOf } from '../../image/heat-scale.ts';
import type { DetectorMetadata } from '../metadata.ts';
import { heatScale } from './map-range.ts';

/** A place on the legend. */
export interface LegendStop {
  /** Where on it, 0 no heat .. 1 full. */
  readonly heat: number;
  /** Of the map. */
  readonly value: number;
  /** As CSS has it, with how much of the photograph it covers. */
  readonly colour: string;
}

/** The legend of one class. */
export interface HeatLegend {
  /** Map values: none of the heat, half of it, all of it. */
  readonly scale: HeatScale;
  /** Evenly over the heat, for a gradient. */
  readonly stops: readonly LegendStop[];
}

const count = 17;

/** @returns undefined for a class that has no colours */
export function heatLegend(
  { display }: Pick<DetectorMetadata, 'display'>,
  className: string,
): HeatLegend | undefined {
  const range = Object.hasOwn(display, className) ? display[className] : undefined;
  if (!range) return undefined;
  const scale = heatScale(range);
  return { scale, stops: heatStops().map((stop) => ({ ...stop, value: mapValueAt(stop.heat, scale) })) };
}

/** The colours without values, which are the same for all classes: none of the heat, the threshold in the middle, all of it. */
export function heatStops(): readonly Omit<LegendStop, 'value'>[] {
  return Array.from({ length: count }, (_, index) => {
    const heat = index / (count - 1);
    const { colour, opacity } = paintOf(heat);
    return { heat, colour: `rgb(${colour.join(' ')} / ${Number(opacity.toFixed(3))})` };
  });
}

/** The legend as a CSS background, from left to right. */
export function legendGradient({ stops }: { readonly stops: readonly Omit<LegendStop, 'value'>[] }): string {
  return `linear-gradient(to right, ${stops.map(({ colour, heat }) => `${colour} ${(100 * heat).toFixed(1)}%`).join(', ')})`;
}
