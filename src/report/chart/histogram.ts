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
  /** @default English */
  readonly words?: HistogramWords;
}

type Kind = 'good' | 'anomalous';

/** The scores of one half, as text. */
export interface ScoreRange {
  readonly count: number;
  readonly low: string;
  readonly high: string;
}

/** What stands in a histogram. */
export interface HistogramWords {
  /** Beside the halves; there is room for six letters. */
  readonly halves: Readonly<Record<Kind, string>>;
  readonly bar: (count: number, kind: Kind) => string;
  readonly threshold: string;
  readonly score: string;
  /** All of it as a sentence, for those who do not see it. @param ranges - null where there is none */
  readonly describe: (
    title: string,
    ranges: Readonly<Record<Kind, ScoreRange | null>>,
    threshold: string | null,
  ) => string;
}

const rangeText = (range: ScoreRange | null) =>
  range ? `${range.count} from ${range.low} to ${range.high}` : 'none';

export const englishHistogram: HistogramWords = {
  halves: { good: 'good', anomalous: 'anom.' },
  bar: (count, kind) => `${count} ${kind}`,
  threshold: 'threshold',
  score: 'score of the image',
  describe: (title, { good, anomalous }, threshold) =>
    `Scores of ${title}. Good: ${rangeText(good)}. Anomalous: ${rangeText(anomalous)}.${threshold === null ? '' : ` Threshold ${threshold}.`}`,
};

const height = 216;
const bars = 26;
const middle = (box.top + height - box.bottom) / 2 + 4;

/** Draws the histogram of a class. */
export function histogram({
  title,
  good,
  anomalous,
  threshold,
  before = null,
  words = englishHistogram,
}: HistogramOptions): Markup {
  const known = [threshold, before].filter((each) => each !== null);
  const [least, most] = extent([...known, ...ends(good), ...ends(anomalous)]) as [number, number];
  const edges = edgesOf(least, most, threshold);
  const [low, high] = [edges[0] ?? 0, edges.at(-1) ?? 1];
  const x = scaleLinear([low, high], [box.left, box.width - box.right]);
  const inner = edges.slice(1, -1).map((edge) => (edge === threshold ? justAbove(edge) : edge));
  const count = bin<number, number>().domain([low, high]).thresholds(inner);
  const wrong = (middleOfBar: number, kind: Kind) =>
    threshold !== null && middleOfBar > threshold === (kind === 'good');
  const half = (scores: readonly number[], kind: Kind) => {
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
      return html`<rect class="${name}" x="${coordinate(from + 0.5)}" y="${coordinate(top)}" width="${coordinate(Math.max(1, to - from - 1))}" height="${coordinate(size)}"><title>${words.bar(each.length, kind)}</title></rect>`;
    });
  };
  return html`<svg viewBox="0 0 ${box.width} ${height}" role="img" aria-label="${words.describe(title, { good: rangeOf(good), anomalous: rangeOf(anomalous) }, threshold?.toPrecision(3) ?? null)}">
${half(good, 'good')}${half(anomalous, 'anomalous')}
<path class="axis" d="M${box.left} ${coordinate(middle)}H${box.width - box.right}"/>
${ticks(x)}
${before === null ? null : html`<path class="boundary" d="M${coordinate(x(before))} ${box.top}V${height - box.bottom}"/>`}
${threshold === null ? null : thresholdLine(x(threshold), words.threshold)}
<text class="label good" x="4" y="${coordinate(middle - 24)}">${words.halves.good}</text><text class="tick" x="4" y="${coordinate(middle - 10)}">${good.length}</text>
<text class="label anomalous" x="4" y="${coordinate(middle + 18)}">${words.halves.anomalous}</text><text class="tick" x="4" y="${coordinate(middle + 32)}">${anomalous.length}</text>
<text class="label" x="${(box.left + box.width - box.right) / 2}" y="${height - 6}" text-anchor="middle">${words.score}</text>
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

function thresholdLine(at: number, word: string): Markup {
  const left = at > box.width / 2;
  return html`<path class="threshold" d="M${coordinate(at)} ${box.top}V${height - box.bottom}"/><text class="label threshold-label" x="${coordinate(at + (left ? -5 : 5))}" y="${box.top + 8}" text-anchor="${left ? 'end' : 'start'}">${word}</text>`;
}

function rangeOf(scores: readonly number[]): ScoreRange | null {
  const [low, high] = ends(scores);
  if (low === undefined || high === undefined) return null;
  return { count: scores.length, low: low.toPrecision(3), high: high.toPrecision(3) };
}
