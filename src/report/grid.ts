/** @file What came of a grid: `index.html`, `results.md`, `results.csv` and `results.json` in its folder. */
import { join } from 'node:path';
import { csvLine } from '../core/csv.ts';
import { writeFileAtomic } from '../core/files.ts';
import { type MetricName, metricNames } from '../evaluation/evaluator.ts';
import { markdownTable, metricTitles, type Table } from '../evaluation/table.ts';
import type { GridCell } from '../jobs/compare/grid.ts';
import { type GridRow, type SeedSpread, summarise } from '../jobs/compare/grid-summary.ts';
import { version } from '../jobs/version.ts';
import { html } from './html.ts';
import { standalonePage } from './shell.ts';
import { plain } from './tables.ts';

/** The metrics that methods are compared by. */
const shown: readonly MetricName[] = metricNames.filter((name) => name !== 'auproDilated');

export interface GridReport {
  /** Heading, e.g. `Methods on mvtec`. */
  readonly title: string;
  readonly cells: readonly GridCell[];
}

/** Writes all four; returns the page's path. */
export async function writeGrid(folder: string, report: GridReport): Promise<string> {
  const rows = summarise(report.cells);
  const page = join(folder, 'index.html');
  await writeFileAtomic(
    join(folder, 'results.json'),
    `${JSON.stringify({ rows, cells: report.cells }, null, 2)}\n`,
  );
  await writeFileAtomic(join(folder, 'results.csv'), gridCsv(report.cells));
  await writeFileAtomic(join(folder, 'results.md'), gridMarkdown(report, rows));
  await writeFileAtomic(page, gridPage(report, rows));
  return page;
}

/** One row a variant: percent, mean and deviation over seeds; then what it costs. */
export function gridTable(rows: readonly GridRow[]): Table {
  return {
    header: ['', 'seeds', ...shown.map((name) => metricTitles[name]), 'training', 'latency', 'model'],
    rows: rows.map(({ variant, seeds, metrics, trainingSeconds, latencyMs, modelBytes }) => [
      variant,
      String(seeds),
      ...shown.map((name) => spreadText(metrics[name])),
      trainingSeconds ? `${trainingSeconds.mean.toFixed(0)} s` : '-',
      latencyMs ? `${latencyMs.mean.toFixed(0)} ms` : '-',
      `${(modelBytes / 1e6).toFixed(0)} MB`,
    ]),
  };
}

function spreadText(spread: SeedSpread | null): string {
  if (spread === null) return '-';
  const percent = (value: number) => (100 * value).toFixed(1);
  return spread.deviation === 0
    ? percent(spread.mean)
    : `${percent(spread.mean)} ± ${percent(spread.deviation)}`;
}

function classTable(rows: readonly GridRow[], metric: MetricName): Table {
  const classes = Object.keys(rows[0]?.classes ?? {});
  return {
    header: [metricTitles[metric], ...classes],
    rows: rows.map((row) => [
      row.variant,
      ...classes.map((name) => spreadText(row.classes[name]?.[metric] ?? null)),
    ]),
  };
}

const classMetrics: readonly MetricName[] = ['imageAuroc', 'pixelAuroc', 'aupro'];

function settings({ cells }: GridReport): [string, string][] {
  const first = cells[0];
  if (!first) return [];
  const { protocol, data } = first.evaluation;
  return [
    ['Data', data],
    ['Test data', String(protocol.testFingerprint)],
    ['Backbone', String(protocol.backbone)],
    ['Textures', String(protocol.textures)],
    ['Seeds', [...new Set(cells.map(({ seed }) => seed))].join(', ')],
    ['Device', String(protocol.device)],
    ['clad', version],
    ['Written', new Date().toISOString()],
  ];
}

const explanation =
  'Percent, means over the classes; ± is the standard deviation over as many seeds as the row has: a training that diverged is left out. Training is without the extraction of features, which the rows of a seed share; rows of CLAD that want the same memory bank share that too, and only the first of them has its time. A dash stands where a training had been stopped in between. Latency is the median of the whole detector on one image.';

function gridMarkdown(report: GridReport, rows: readonly GridRow[]): string {
  const written = ({ header, rows: lines }: Table) =>
    markdownTable({ header: header.map(plain), rows: lines.map((cells) => cells.map(plain)) });
  return `# ${plain(report.title)}

${written(gridTable(rows))}

${explanation}

${classMetrics.map((metric) => written(classTable(rows, metric))).join('\n\n')}

${settings(report)
  .map(([name, value]) => `- ${name}: ${plain(value)}`)
  .join('\n')}
`;
}

/** One row a training and class. */
function gridCsv(cells: readonly GridCell[]): string {
  const lines = cells.flatMap(({ variant, seed, trainingSeconds, modelBytes, evaluation }) =>
    [...Object.entries(evaluation.classes), ['(mean)', evaluation.mean] as const].map(([name, record]) =>
      csvLine([
        variant,
        seed,
        name,
        ...metricNames.map((metric) => record[metric]),
        trainingSeconds,
        evaluation.timing.latencyMs.p50,
        modelBytes,
      ]),
    ),
  );
  const header = ['variant', 'seed', 'class', ...metricNames, 'trainingSeconds', 'latencyMs', 'modelBytes'];
  return `${[csvLine(header), ...lines].join('\r\n')}\r\n`;
}

/** Of rates of mistakes the lowest is best. */
const lowerIsBetter: readonly MetricName[] = ['falseAlarmRate', 'missRate'];

/** The best mean of the rows; undefined where none has one. */
export function bestOf(rows: readonly GridRow[], name: MetricName): number | undefined {
  const means = rows.flatMap(({ metrics }) => metrics[name]?.mean ?? []);
  if (means.length === 0) return undefined;
  return lowerIsBetter.includes(name) ? Math.min(...means) : Math.max(...means);
}

function gridPage(report: GridReport, rows: readonly GridRow[]): string {
  const cell = (row: GridRow, name: MetricName) => {
    const spread = row.metrics[name];
    if (spread === null) return html`<td>-</td>`;
    const text = spreadText(spread);
    return html`<td class="bar" style="--v:${spread.mean}">${spread.mean === bestOf(rows, name) ? html`<strong>${text}</strong>` : text}</td>`;
  };
  const { header, rows: texts } = gridTable(rows);
  const markup = (table: Table) => html`<div class="scroll"><table>
<thead><tr>${table.header.map((title) => html`<th scope="col">${title}</th>`)}</tr></thead>
<tbody>${table.rows.map(([name, ...values]) => html`<tr><th scope="row">${name}</th>${values.map((value) => html`<td>${value}</td>`)}</tr>`)}</tbody>
</table></div>`;
  return standalonePage(
    { title: report.title, version },
    html`<main id="main">
<header><h1>${report.title}</h1></header>
<section>
<div class="scroll"><table>
<thead><tr>${header.map((title) => html`<th scope="col">${title}</th>`)}</tr></thead>
<tbody>${rows.map(
      (row, index) =>
        html`<tr><th scope="row">${row.variant}</th><td>${row.seeds}</td>${shown.map((name) => cell(row, name))}${texts[
          index
        ]
          ?.slice(2 + shown.length)
          .map((text) => html`<td>${text}</td>`)}</tr>`,
    )}</tbody>
</table></div>
<p class="note">${explanation}</p>
</section>
<section><h2>By class</h2>
${classMetrics.map((metric) => html`<h3>${metricTitles[metric]}</h3>${markup(classTable(rows, metric))}`)}
</section>
<section><h2>Settings</h2>
${markup({ header: ['', ''], rows: settings(report) })}
</section>
</main>`,
  );
}
