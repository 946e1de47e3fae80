/** @file The table of all metrics by class. */
import { evaluationTable, type Table } from '../../evaluation/table.ts';
import { namedRegionTable } from '../../jobs/evaluate/named-regions.ts';
import { saturatedTable } from '../../jobs/evaluate/saturated.ts';
import type { TestResults } from '../data.ts';
import { html, type Markup } from '../html.ts';

/** Columns where less is better. */
const rates = new Set(['false alarms', 'misses']);

export function resultsSection({ document }: TestResults): Markup {
  const { header, rows } = evaluationTable(document);
  const mean = rows.length > 1 ? rows.at(-1) : undefined;
  const body = mean ? rows.slice(0, -1) : rows;
  const row = ([name, ...cells]: readonly string[]) =>
    html`<tr><th scope="row">${name}</th>${cells.map((text, index) => cell(text, header[index + 1] ?? ''))}</tr>
`;
  return html`<section id="results" aria-labelledby="results-title">
<h2 id="results-title">Results by class</h2>
<div class="scroll all" role="region" tabindex="0" aria-label="Results by class, scrolls sideways">
<table class="results">
<caption class="hidden">All metrics of every class, fractions from 0 to 1</caption>
<thead><tr>${header.map((title) => html`<th scope="col">${title.replace('-', '\u2011')}</th>`)}</tr></thead>
<tbody>${body.map(row)}</tbody>
${mean ? html`<tfoot>${row(mean)}</tfoot>` : null}
</table>
</div>
${namedRegions(document)}
${saturated(document)}
<p class="note">I is by image, P by pixel; fractions from 0 to 1, a dash where a metric cannot be computed. F1max takes its threshold
from the test labels, so no detector in use reaches it by right. <strong>AUPRO</strong> is exact: regions 8-connected, false positive rate to
0.3. <strong>AUPRO dilated</strong> thickens the prediction before the overlap as the published code of SimpleNet, GLASS and CRAS does; it is another, higher
metric and only comparable with theirs. False alarms and misses are at the detector's own thresholds.</p>
</section>`;
}

/** Named regions, each by its own threshold; nothing where no class has any. */
function namedRegions({ namedRegions: records }: TestResults['document']): Markup | null {
  if (!records) return null;
  const note = html`Each by its own score and threshold at the detector's own thresholds: good images that fail in it, defective ones whose ground truth lies in it, and how many of these it misses.`;
  return besides('Named regions', note, namedRegionTable(records));
}

/** AU-sPRO by kind of defect; nothing where no class says how much of its defects has to be found. */
function saturated({ saturated: results }: TestResults['document']): Markup | null {
  if (!results) return null;
  const note = html`Each kind against all good images. <strong>AU-sPRO</strong> asks of each defect for as much as <code>defects_config.json</code> says, to a false positive rate of ${results.limit}; it is the metric of MVTec LOCO.`;
  return besides('Kinds of defects', note, saturatedTable(results));
}

/** A table below that of all metrics. */
function besides(title: string, note: Markup, { header, rows }: Table): Markup {
  return html`<h3>${title}</h3>
<p class="note">${note}</p>
<div class="scroll all" role="region" tabindex="0" aria-label="${title}, scrolls sideways">
<table class="results">
<caption class="hidden">${title}</caption>
<thead><tr>${header.map((each) => html`<th scope="col">${each}</th>`)}</tr></thead>
<tbody>${rows.map(
    ([name, ...cells]) =>
      html`<tr><th scope="row">${name ?? ''}</th>${cells.map((text) => html`<td>${text === '-' ? '–' : text}</td>`)}</tr>
`,
  )}</tbody>
</table>
</div>`;
}

function cell(text: string, column: string): Markup {
  const value = Number(text);
  if (!text.includes('.') || Number.isNaN(value)) return html`<td>${text === '-' ? '–' : text}</td>`;
  return html`<td class="${rates.has(column) ? 'bar rate' : 'bar'}" style="--v:${value}">${text}</td>`;
}
