/** @file False alarms against misses as a chart; where one of them is not known, the other over thresholds. The page's script places its mark by the same scales. */
import { scaleLinear, scaleSqrt } from 'd3-scale';
import type { TradeOffPoint } from '../../evaluation/trade-off.ts';
import { type Content, html, type Markup } from '../html.ts';
import { type Axis, box, type ChartOptions, coordinate } from './frame.ts';
import { type Line, lineMarks } from './lines.ts';
import { seriesColours } from './series.ts';

/** Ticks of an axis that spreads small shares. */
const shares = [0, 0.01, 0.1, 0.25, 0.5, 1];
/** The same colour, dashed (series.ts). */
const dashed = seriesColours;

type Rate = 'falseAlarms' | 'misses';
const labels: Readonly<Record<Rate, string>> = { falseAlarms: 'false alarms', misses: 'misses' };

/** Axes, and what stands on them. */
export interface TradeOffAxes {
  readonly x: Axis;
  readonly y: Axis;
  readonly across: (point: TradeOffPoint) => number;
  readonly rate: Rate;
}

/**
 * @param one - a point, which says what is known
 * @param ends - lowest and highest score of all
 */
export function tradeOffAxes(one: TradeOffPoint, ends: readonly [number, number]): TradeOffAxes {
  const range = { x: [box.left, box.width - box.right], y: [box.height - box.bottom, box.top] };
  const format = (share: number) => `${100 * share} %`;
  const shareAxis = (rate: Rate, along: readonly number[]): Axis => ({
    label: labels[rate],
    scale: scaleSqrt().domain([0, 1]).range(along),
    // The last one across would stand out of the chart.
    ticks: along === range.x ? shares.slice(0, -1) : shares,
    format,
  });
  const both = one.falseAlarms !== null && one.misses !== null;
  const rate: Rate = one.misses !== null ? 'misses' : 'falseAlarms';
  return {
    x: both
      ? shareAxis('falseAlarms', range.x)
      : { label: 'threshold', scale: scaleLinear().domain(ends).range(range.x).clamp(true) },
    y: shareAxis(rate, range.y),
    across: (point) => (both ? point.falseAlarms!.rate : point.threshold),
    rate,
  };
}

/** Where a point stands, as attributes of a circle. */
export function placeOf({ x, y, across, rate }: TradeOffAxes, point: TradeOffPoint) {
  return { cx: coordinate(x.scale(across(point))), cy: coordinate(y.scale(point[rate]!.rate)) };
}

export interface DrawnTradeOff {
  readonly options: ChartOptions;
  readonly marks: Content;
}

/**
 * @param curve - at least one point
 * @param now - the threshold in use; undefined where there is none
 * @param note - below the chart
 */
export function drawTradeOff(
  name: string,
  curve: readonly TradeOffPoint[],
  now: TradeOffPoint | undefined,
  note: string,
): DrawnTradeOff {
  const [first, last] = [curve[0]!, curve.at(-1)!];
  const axes = tradeOffAxes(first, [last.threshold, first.threshold]);
  const { x, y, across, rate } = axes;
  const lines = (['rate', 'low', 'high'] as const).map(
    (key): Line => ({
      name: key === 'rate' ? name : `${name}, ${key === 'low' ? 'lower' : 'upper'} limit`,
      series: key === 'rate' ? 0 : dashed,
      x: curve.map(across),
      y: curve.map((point) => point[rate]![key]),
    }),
  );
  const options = {
    title: name,
    description: `${y.label} over ${x.label}, with limits; the threshold of now is marked.`,
    ...{ x, y, note },
  };
  return { options, marks: [now && nowMark(axes, now), lineMarks(options, lines)] };
}

function nowMark(axes: TradeOffAxes, now: TradeOffPoint): Markup {
  const { cx, cy } = placeOf(axes, now);
  return html`<circle class="chosen" cx="${cx}" cy="${cy}" r="5"/>`;
}
