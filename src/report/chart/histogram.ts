/**
 * @file Scores of good images above the axis, of anomalous ones below it, with the threshold between right and wrong. Bars begin
 * at the threshold, so none holds both. The page's script draws it again for another threshold.
 */
import { bin, extent, max } from 'd3-array';
import { scaleLinear } from 'd3-scale';
import { html, type Markup } from '../html.ts';
import { box, coordinate, type Scale } from './frame.ts';

export interface HistogramOptions {
  readonly title: string;
  readonly good: readonly number[];
  readonly anomalous: readonly number[];
  readonly threshold: number | null;
  /** A threshold that another was chosen in the place of. */
  readonly before?: number | null;
}

const height = 216;
const bars = 26;
const middle = (box.top + height - box.bottom) / 2 + 4;

/** Draws the histogram of a class. */
export function histogram({ title, good, anomalous, threshold, before = null }: HistogramOptions): Markup {
  const known = [threshold, before].filter((each) => each !== null);
  const [least, most] = extent([...known, ...ends(good), ...ends(anomalous)]) as [number, number];
  const edges = edgesOf(least, most, threshold);
  const [low, high] = [edges[0] ?? 0, edges.at(-1) ?? 1];
  const x = scaleLinear([low, high], [box.left, box.width - box.right]);
  const inner = edges.slice(1, -1).map((edge) => (edge === threshold ? justAbove(edge) : edge));
  const count = bin<number, number>().domain([low, high]).thresholds(inner);
  const wrong = (middleOfBar: number, kind: 'good' | 'anomalous') =>
    threshold !== null && middleOfBar > threshold === (kind === 'good');
  const half = (scores: readonly number[], kind: 'good' | 'anomalous') => {
    const bins = count(scores);
    const most = max(bins, (each) => each.length) || 1;
    const reach = middle - box.top - 16;
    const y = scaleLinear([0, most], [0, reach]);
    return bins.map((each) => {
      if (each.length === 0) return null;
      const [from, to] = [x(each.x0 ?? low), x(each.x1 ?? high)];
      const size = Math.max(2, y(each.length));
      const top = kind === 'good' ? middle - size : middle;
      const name = wrong(((each.x0 ?? low) + (each.x1 ?? high)) / 2, kind) ? `${kind} wrong` : kind;
      return html`<rect class="${name}" x="${coordinate(from + 0.5)}" y="${coordinate(top)}" width="${coordinate(Math.max(1, to - from - 1))}" height="${coordinate(size)}"><title>${each.length} ${kind}</title></rect>`;
    });
  };
  return html`<svg viewBox="0 0 ${box.width} ${height}" role="img" aria-label="${describe(title, good, anomalous, threshold)}">
${half(good, 'good')}${half(anomalous, 'anomalous')}
<path class="axis" d="M${box.left} ${coordinate(middle)}H${box.width - box.right}"/>
${ticks(x)}
${before === null ? null : html`<path class="boundary" d="M${coordinate(x(before))} ${box.top}V${height - box.bottom}"/>`}
${threshold === null ? null : thresholdLine(x(threshold))}
<text class="label good" x="4" y="${coordinate(middle - 24)}">good</text><text class="tick" x="4" y="${coordinate(middle - 10)}">${good.length}</text>
<text class="label anomalous" x="4" y="${coordinate(middle + 18)}">anom.</text><text class="tick" x="4" y="${coordinate(middle + 32)}">${anomalous.length}</text>
<text class="label" x="${(box.left + box.width - box.right) / 2}" y="${height - 6}" text-anchor="middle">score of the image</text>
</svg>`;
}

/** The lowest and the highest; none of none. */
function ends(scores: readonly number[]): number[] {
  const [low, high] = extent(scores);
  return low === undefined || high === undefined ? [] : [low, high];
}

/** Bins hold what lies at their lower edge, and a score at the threshold is normal: its edge is a trifle higher. */
function justAbove(edge: number): number {
  return edge + Math.max(Math.abs(edge), 1e-6) * 1e-9;
}

/** Edges of equal steps from the threshold both ways, so that it is one of them. */
function edgesOf(low: number, high: number, threshold: number | null): number[] {
  const step = (high - low) / bars || 1;
  const origin = threshold ?? low;
  const first = Math.floor((low - origin) / step - 1e-9);
  const last = Math.ceil((high - origin) / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, index) => origin + (first + index) * step);
}

function ticks(x: Scale): Markup[] {
  const bottom = height - box.bottom;
  return x.ticks(6).map((value) => {
    const at = coordinate(x(value));
    return html`<text class="tick" x="${at}" y="${bottom + 15}" text-anchor="middle">${x.tickFormat(6)(value)}</text>`;
  });
}

function thresholdLine(at: number): Markup {
  const left = at > box.width / 2;
  return html`<path class="threshold" d="M${coordinate(at)} ${box.top}V${height - box.bottom}"/><text class="label threshold-label" x="${coordinate(at + (left ? -5 : 5))}" y="${box.top + 8}" text-anchor="${left ? 'end' : 'start'}">threshold</text>`;
}

function describe(
  title: string,
  good: readonly number[],
  anomalous: readonly number[],
  threshold: number | null,
): string {
  const range = (scores: readonly number[]) => {
    const [low, high] = ends(scores);
    return low === undefined || high === undefined
      ? 'none'
      : `${scores.length} from ${low.toPrecision(3)} to ${high.toPrecision(3)}`;
  };
  const line = threshold === null ? '' : ` Threshold ${threshold.toPrecision(3)}.`;
  return `Scores of ${title}. Good: ${range(good)}. Anomalous: ${range(anomalous)}.${line}`;
}
