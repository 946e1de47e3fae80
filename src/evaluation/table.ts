/**
 * @file Tables of an evaluation: cells as text, and their layout for a terminal or for Markdown. Fractions are shown
 * with three decimals, what could not be computed as a dash. The dilated AUPRO stands beside the exact one, never
 * alone. Columns are padded by characters, so names in wide scripts do not line up on a terminal.
 */
import { having, type Kind, list, requireArgument, text } from '../core/arguments.ts';
import type { ClassIntervals } from './bootstrap.ts';
import type { DefectRecord } from './by-defect.ts';
import type { ClassRecord, Evaluation, MetricName } from './evaluator.ts';

/** Cells as text; every row is as long as the header. */
export interface Table {
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

const measured: Kind = having('what an Evaluator measured, with classes and mean', {
  classes: having('', {}),
  mean: having('', {}),
});
const tableOfTexts: Kind = having('a table: header, a list of texts, and rows, a list of such lists', {
  header: list(text),
  rows: list(list(text)),
});

/** Column titles: I for image, P for pixel, as the field writes them. */
export const metricTitles: Readonly<Record<MetricName, string>> = {
  imageAuroc: 'I-AUROC',
  imageAp: 'I-AP',
  imageF1Max: 'I-F1max',
  pixelAuroc: 'P-AUROC',
  pixelAp: 'P-AP',
  pixelF1Max: 'P-F1max',
  aupro: 'AUPRO',
  auproDilated: 'AUPRO dilated',
  classAccuracy: 'class accuracy',
  falseAlarmRate: 'false alarms',
  missRate: 'misses',
};

/** Left out where no class has them, which says that nobody asked rather than that something failed. */
const optional: ReadonlySet<MetricName> = new Set(['classAccuracy', 'falseAlarmRate', 'missRate']);

/** One row a class and, for more than one class, a row with their mean (its numbers of images are left empty). */
export function evaluationTable(evaluation: Evaluation): Table {
  requireArgument('evaluationTable', 'evaluation', evaluation, measured);
  const { classes, mean } = evaluation;
  const columns = (Object.keys(metricTitles) as MetricName[]).filter(
    (name) => !optional.has(name) || mean[name] !== null,
  );
  const cells = (record: ClassRecord) => columns.map((name) => fraction(record[name]));
  const rows = Object.entries(classes).map(([name, record]) => [
    name,
    String(record.good),
    String(record.anomalous),
    ...cells(record),
  ]);
  if (rows.length > 1) rows.push(['mean', '', '', ...cells(mean)]);
  return { header: ['class', 'good', 'anomalous', ...columns.map((name) => metricTitles[name])], rows };
}

/** The metrics with their intervals over images, one row a class and one for the mean; nothing where no intervals were asked for. */
export function intervalTable({ classes, mean, intervals }: Evaluation): Table | undefined {
  if (intervals === undefined) return undefined;
  const columns = ['imageAuroc', 'imageAp', 'pixelAuroc', 'pixelAp', 'aupro'] as const;
  const cells = (record: ClassRecord, own: ClassIntervals | undefined) =>
    columns.map((name) => {
      const interval = own?.[name];
      return interval
        ? `${fraction(record[name])} (${fraction(interval.low)}-${fraction(interval.high)})`
        : '-';
    });
  const rows = Object.entries(classes).map(([name, record]) => [
    name,
    ...cells(record, intervals.classes[name]),
  ]);
  if (rows.length > 1) rows.push(['mean', ...cells(mean, intervals.mean)]);
  return { header: ['class, 95 % over images', ...columns.map((name) => metricTitles[name])], rows };
}

/** One row a kind of defect. @param defects - by class, then by kind */
export function defectTable(
  defects: Readonly<Record<string, Readonly<Record<string, DefectRecord>>>>,
): Table {
  const columns = ['imageAuroc', 'imageAp', 'pixelAuroc', 'pixelAp', 'aupro'] as const;
  return {
    header: ['class', 'defect', 'images', 'missed', ...columns.map((name) => metricTitles[name])],
    rows: Object.entries(defects).flatMap(([className, byDefect]) =>
      Object.entries(byDefect).map(([defect, record]) => [
        className,
        defect,
        String(record.images),
        record.missed === null ? '-' : String(record.missed),
        ...columns.map((name) => fraction(record[name])),
      ]),
    ),
  };
}

/** A fraction with three decimals, a dash for null. */
export function fraction(value: number | null): string {
  return value === null ? '-' : value.toFixed(3);
}

/** Lines for a terminal: first column left, the others right, a rule under the header. */
export function textTable(table: Table): string {
  requireArgument('textTable', 'table', table, tableOfTexts);
  const widths = columnWidths(table);
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => align(cell, column, widths[column] as number))
      .join('  ')
      .trimEnd();
  const rule = widths.map((width) => '-'.repeat(width));
  return [table.header, rule, ...table.rows].map(line).join('\n');
}

/** A Markdown table, its source lined up too. */
export function markdownTable(table: Table): string {
  requireArgument('markdownTable', 'table', table, tableOfTexts);
  const escaped: Table = {
    header: table.header.map(escapeCell),
    rows: table.rows.map((row) => row.map(escapeCell)),
  };
  const widths = columnWidths(escaped).map((width) => Math.max(width, 3));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => align(cell, column, widths[column] as number)).join(' | ')} |`;
  const rule = widths.map((width, column) =>
    column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`,
  );
  return [escaped.header, rule, ...escaped.rows].map(line).join('\n');
}

function columnWidths({ header, rows }: Table): number[] {
  return header.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => (row[column] ?? '').length)),
  );
}

function align(cell: string, column: number, width: number): string {
  return column === 0 ? cell.padEnd(width) : cell.padStart(width);
}

function escapeCell(cell: string): string {
  return cell.replaceAll('|', '\\|');
}
