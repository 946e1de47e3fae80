/** @file `clad tradeoff --html` and `--svg`: false alarms against misses as charts, with tables in a page without a network. */
import { scaleLinear, scaleSqrt } from 'd3-scale';
import type { CountedShare } from '../evaluation/intervals.ts';
import type { TradeOffPoint } from '../evaluation/trade-off.ts';
import type { ClassTradeOff, TradeOffDocument } from '../jobs/trade-off/trade-off.ts';
import { version } from '../jobs/version.ts';
import { type Axis, box, type ChartOptions, chart, chartImage } from './chart/frame.ts';
import { type Line, lineMarks } from './chart/lines.ts';
import { palette, seriesStyle } from './chart/series.ts';
import { type Content, html, type Markup } from './html.ts';
import { standalonePage } from './shell.ts';
import { pageStyle } from './style.ts';
import { percentText } from './words.ts';

/** Ticks of an axis that spreads small shares. */
const shares = [0, 0.01, 0.1, 0.25, 0.5, 1];
const shareText = (share: number) => `${100 * share} %`;
/** The same colour, dashed (chart/series.ts). */
const dashed = palette.length;

/** The whole page as text. */
export function tradeOffPage(document: TradeOffDocument): string {
  const { run, data, classes, confidence } = document;
  return standalonePage(
    { title: 'False alarms against misses', style: seriesStyle(1), version },
    html`<main id="main">
<header><p class="kicker">${run}${data === null ? null : html` · ${data}`}</p><h1>False alarms against misses</h1>
<p class="lead">What each threshold costs, with intervals that hold the true share with ${shareText(confidence)} certainty (Clopper and Pearson).</p></header>
<section><h2>Charts</h2><div class="charts">${classes.map((each) => {
      const drawn = tradeOffChart(each);
      return drawn && chart(drawn.options, drawn.marks);
    })}</div></section>
${classes.map(section)}
</main>`,
  );
}

/** Height of a title above its chart. */
const titleHeight = 46;

/** The charts alone, below each other, as an SVG file. */
export function tradeOffSvg({ classes }: TradeOffDocument): string {
  const charts = classes.map((each) => ({ each, drawn: tradeOffChart(each) }));
  const shown = charts.flatMap(({ each, drawn }) => (drawn ? [{ each, ...drawn }] : []));
  const each = titleHeight + box.height;
  const height = Math.max(1, shown.length) * each;
  const kind = ({ defects }: ClassTradeOff) => (defects?.source === 'synthetic' ? ', SYNTHETIC defects' : '');
  const body = shown.map(
    (one, at) => html`<text x="${box.left}" y="${at * each + 30}">${one.each.class}${kind(one.each)}</text>
<svg x="0" y="${at * each + titleHeight - 8}" width="${box.width}" height="${box.height}">${chartImage(one.options, one.marks)}</svg>
`,
  );
  return html`<svg xmlns="http://www.w3.org/2000/svg" width="${box.width}" height="${height}" viewBox="0 0 ${box.width} ${height}">
<style>${pageStyle}${seriesStyle(1)}</style>
<rect width="100%" height="100%" fill="var(--card)"/>
${body}</svg>
`.text;
}

type Rate = 'falseAlarms' | 'misses';
const labels: Readonly<Record<Rate, string>> = { falseAlarms: 'false alarms', misses: 'misses' };

/** Misses over false alarms; where one of them is not known, the other over thresholds. */
function tradeOffChart(each: ClassTradeOff): { options: ChartOptions; marks: Content } | null {
  const { class: name, curve, points, good, defects } = each;
  if (curve.length === 0) return null;
  const range = { x: [box.left, box.width - box.right], y: [box.height - box.bottom, box.top] };
  const shareAxis = (rate: Rate, along: readonly number[]): Axis => ({
    label: labels[rate],
    scale: scaleSqrt().domain([0, 1]).range(along),
    // The last one across would stand out of the chart.
    ticks: along === range.x ? shares.slice(0, -1) : shares,
    format: shareText,
  });
  const thresholds = curve.map(({ threshold }) => threshold);
  const both = good !== null && defects !== null;
  const rate: Rate = both || good === null ? 'misses' : 'falseAlarms';
  const y = shareAxis(rate, range.y);
  const x: Axis = both
    ? shareAxis('falseAlarms', range.x)
    : {
        label: 'threshold',
        scale: scaleLinear()
          .domain([Math.min(...thresholds), Math.max(...thresholds)])
          .range(range.x),
      };
  const across = (point: TradeOffPoint) => (both ? point.falseAlarms!.rate : point.threshold);
  const lines = (['rate', 'low', 'high'] as const).map(
    (key): Line => ({
      name: key === 'rate' ? name : `${name}, ${key === 'low' ? 'lower' : 'upper'} limit`,
      series: key === 'rate' ? 0 : dashed,
      x: curve.map(across),
      y: curve.map((point) => point[rate]![key]),
    }),
  );
  const now = points.find(({ why }) => why.includes('now'));
  const mark =
    now && html`<circle class="chosen" cx="${x.scale(across(now))}" cy="${y.scale(now[rate]!.rate)}" r="5"/>`;
  const options = {
    title: name,
    description: `${y.label} over ${x.label}, with limits; the threshold of now is marked.`,
    ...{ x, y },
    note: `${sourcesOf(each)} Dashed: limits of ${y.label}. Circle: the threshold of now.`,
  };
  return { options, marks: [mark, lineMarks(options, lines)] };
}

/** What was counted, in a sentence. */
export function sourcesOf({ good, defects, setAside }: ClassTradeOff): string {
  const aside = setAside > 0 ? `; not counted, as they stand out: ${setAside}` : '';
  const goodText =
    good === null
      ? 'No good images.'
      : good.source === 'test'
        ? `Good: ${good.images} test images.`
        : `Good: ${good.images} images of the training, each as if it were new${aside}.`;
  const defectText =
    defects === null
      ? 'No defects.'
      : defects.source === 'test'
        ? `Defects: ${defects.images} test images.`
        : `Defects: ${defects.images} SYNTHETIC ones, made on good images; real ones may be missed more or less often.`;
  return `${goodText} ${defectText}`;
}

function section(each: ClassTradeOff): Markup {
  const cell = (share: CountedShare | null): Content =>
    share === null
      ? '–'
      : `${percentText(share.rate)} (${share.count} of ${share.of}; ${percentText(share.low)} to ${percentText(share.high)})`;
  return html`<section><h2>${each.class}</h2>
<p class="note">${sourcesOf(each)}</p>
<div class="scroll" role="region" tabindex="0" aria-label="${each.class}, scrolls sideways"><table>
<thead><tr><th scope="col">threshold</th><th scope="col">for</th><th scope="col">false alarms</th><th scope="col">misses${each.defects?.source === 'synthetic' ? ' (synthetic)' : null}</th></tr></thead>
<tbody>${each.points.map(
    ({ why, threshold, falseAlarms, misses }) =>
      html`<tr><th scope="row">${threshold}</th><td>${why.join(', ')}</td><td>${cell(falseAlarms)}</td><td>${cell(misses)}</td></tr>`,
  )}</tbody></table></div></section>`;
}
