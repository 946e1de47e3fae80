/** @file `clad tradeoff --html` and `--svg`: false alarms against misses as charts, with sliders and tables in a page without a network. */
import type { ClassTradeOff } from '../jobs/trade-off/class-trade-off.ts';
import type { TradeOffDocument } from '../jobs/trade-off/trade-off.ts';
import { version } from '../jobs/version.ts';
import { box, chartImage } from './chart/frame.ts';
import { seriesStyle } from './chart/series.ts';
import { drawTradeOff } from './chart/trade-off-chart.ts';
import { html } from './html.ts';
import { standalonePage } from './shell.ts';
import { pageStyle } from './style.ts';
import { controlData } from './thresholds/control-data.ts';
import { thresholdCards } from './thresholds/threshold-card.ts';

/** The whole page as text. */
export function tradeOffPage(document: TradeOffDocument): string {
  const { run, data, classes, confidence } = document;
  return standalonePage(
    {
      title: 'False alarms against misses',
      style: seriesStyle(1),
      version,
      thresholds: controlData({ run }, classes),
    },
    html`<main id="main">
<header><p class="kicker">${run}${data === null ? null : html` · ${data}`}</p><h1>False alarms against misses</h1>
<p class="lead">What each threshold costs, with intervals that hold the true share with ${100 * confidence} % certainty (Clopper and Pearson).</p></header>
${thresholdCards(classes)}
</main>`,
  );
}

/** Height of a title above its chart. */
const titleHeight = 46;

/** The charts alone, below each other, as an SVG file. */
export function tradeOffSvg({ classes }: TradeOffDocument): string {
  const shown = classes.filter(({ curve }) => curve.length > 0);
  const each = titleHeight + box.height;
  const height = Math.max(1, shown.length) * each;
  const kind = ({ defects }: ClassTradeOff) => (defects?.source === 'synthetic' ? ', SYNTHETIC defects' : '');
  const body = shown.map((one, at) => {
    const now = one.points.find(({ why }) => why.includes('now'));
    const { options, marks } = drawTradeOff(one.class, one.curve, now, '');
    return html`<text x="${box.left}" y="${at * each + 30}">${one.class}${kind(one)}</text>
<svg x="0" y="${at * each + titleHeight - 8}" width="${box.width}" height="${box.height}">${chartImage(options, marks)}</svg>
`;
  });
  return html`<svg xmlns="http://www.w3.org/2000/svg" width="${box.width}" height="${height}" viewBox="0 0 ${box.width} ${height}">
<style>${pageStyle}${seriesStyle(1)}</style>
<rect width="100%" height="100%" fill="var(--card)"/>
${body}</svg>
`.text;
}
