/**
 * @file A class's threshold: scores, false alarms against misses, a table of thresholds worth a look; and a slider, which shows itself where the page's script runs
 * (in-page/). Both pages with thresholds are made of these.
 */
import type { ClassTradeOff } from '../../jobs/trade-off/class-trade-off.ts';
import { chart } from '../chart/frame.ts';
import { histogram } from '../chart/histogram.ts';
import { drawTradeOff } from '../chart/trade-off-chart.ts';
import { html, type Markup } from '../html.ts';
import { shareText } from '../words.ts';
import { sourcesOf } from './sources.ts';

/** With more classes than this only the first ones are open. */
const openAll = 6;
const openFirst = 2;

/** Cards of all classes, in the order of the script's data. @param noteOf - what more is to be said of a class */
export function thresholdCards(
  classes: readonly ClassTradeOff[],
  noteOf: (each: ClassTradeOff) => string = () => '',
): Markup {
  return html`${classes.map((each, index) => card(each, index, index < (classes.length > openAll ? openFirst : openAll), noteOf(each)))}
${commandBar}`;
}

function card(each: ClassTradeOff, index: number, open: boolean, note: string): Markup {
  const { class: name, curve, points, scores, defects } = each;
  const made = defects?.source === 'synthetic';
  if (curve.length === 0)
    return html`<section class="product"><h3>${name}</h3><p class="note">${sourcesOf(each)} ${note}</p></section>`;
  const now = points.find(({ why }) => why.includes('now'));
  const numbers = (images: readonly { readonly score: number }[]) => images.map(({ score }) => score);
  const bars = histogram({
    title: name,
    good: numbers(scores.good),
    anomalous: numbers(scores.defective),
    threshold: now?.threshold ?? null,
  });
  const { options, marks } = drawTradeOff(
    name,
    curve,
    now,
    `Dashed: 95 % limits of ${each.defects ? 'misses' : 'false alarms'}. Circle: the threshold of now.`,
  );
  return html`<details class="product tuned"${open ? html` open` : null} data-class="${index}"><summary><h3>${name}</h3><span class="quiet" data-summary>${
    now &&
    html` threshold ${now.threshold}: ${now.falseAlarms && `false alarms ${now.falseAlarms.count} of ${now.falseAlarms.of}`}${now.falseAlarms && now.misses && ', '}${now.misses && `misses ${now.misses.count} of ${now.misses.of}${made ? ' SYNTHETIC' : ''}`}`
  }</span></summary>
<p class="note">${sourcesOf(each)} ${note}</p>
${slider(name, index, made)}
<div class="charts two"><figure class="chart"><figcaption>Scores</figcaption><div data-histogram>${bars}</div>
<div class="note">Good images above the line, ${made ? 'SYNTHETIC defects' : 'anomalous ones'} below it; strong colour is on the wrong side of the threshold.</div></figure>
${chart({ ...options, title: 'False alarms against misses' }, marks)}</div>
<div class="beside">${neighbours(name)}
<div><h4>Thresholds worth a look</h4><div class="scroll" role="region" tabindex="0" aria-label="Thresholds of ${name}, scrolls sideways"><table>
<caption class="hidden">Thresholds of ${name} worth a look, with 95 % limits of both shares</caption>
<thead><tr><th scope="col">threshold</th><th scope="col">for</th><th scope="col">false alarms (95 % limits)</th><th scope="col">misses${made ? ' of SYNTHETIC defects' : null} (95 % limits)</th></tr></thead>
<tbody>${points.map(
    ({ why, threshold, falseAlarms, misses }) =>
      html`<tr><th scope="row">${threshold}</th><td>${why.join(', ')}</td><td>${shareText(falseAlarms)}</td><td>${shareText(misses)}</td></tr>`,
  )}</tbody></table></div></div></div></details>`;
}

function slider(name: string, index: number, made: boolean): Markup {
  return html`<div class="tuner" data-tuner hidden>
<div class="tuner-row"><label for="slide-${index}">Threshold of ${name}</label>
<input type="range" id="slide-${index}" min="0" step="1" data-slide>
<input type="number" step="any" aria-label="Threshold of ${name} as a number" data-number>
<button type="button" data-reset disabled>Reset</button></div>
<dl class="tuner-counts" aria-live="polite"><div><dt>False alarms (95 % limits)</dt><dd data-alarms></dd></div>
<div><dt>Misses${made ? ' of SYNTHETIC defects' : null} (95 % limits)</dt><dd data-misses></dd></div></dl>
</div>`;
}

/** Filled by the script. */
function neighbours(name: string): Markup {
  return html`<div data-neighbours hidden><h4>Images around the threshold</h4>
<div class="scroll" role="region" tabindex="0" aria-label="Images around the threshold of ${name}, scrolls sideways"><table>
<caption class="hidden">Images of ${name} that score nearest to the threshold</caption>
<thead><tr><th scope="col">score</th><th scope="col">result</th><th scope="col">is</th><th scope="col">image</th></tr></thead><tbody data-around></tbody></table></div></div>`;
}

/** Stays in sight while a slider is moved. */
const commandBar = html`<div class="command" role="region" aria-label="The command that sets the thresholds" data-command hidden>
<p>This sets what was moved, in a file of its own:</p>
<code tabindex="0" data-command-text></code>
<p><button type="button" data-copy>Copy</button> <button type="button" data-reset-all>Reset all</button> <span role="status" data-status></span></p>
</div>`;
