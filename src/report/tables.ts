/** @file The results without images: Markdown for people and pull requests, CSV for spreadsheets and scripts. */
import { csvLine } from '../core/csv.ts';
import { metricNames } from '../evaluation/evaluator.ts';
import { evaluationTable, markdownTable, type Table } from '../evaluation/table.ts';
import { sizeText } from '../image/size-option.ts';
import type { EvaluationDocument } from '../jobs/evaluate/evaluate.ts';
import { namedRegionTable } from '../jobs/evaluate/named-regions.ts';
import { saturatedTable } from '../jobs/evaluate/saturated.ts';
import type { ReportData } from './data.ts';
import { selectionSentence, trainedOnSentence } from './words.ts';

/** `results.md`. */
export function resultsMarkdown({ name, metadata, test }: ReportData): string {
  if (!test) return '';
  const { document } = test;
  const { provenance, geometry } = metadata;
  const { backbone } = provenance;
  const table = escaped(evaluationTable(document));
  const { p50, p95 } = document.timing.latencyMs;
  const known = trainedOnSentence(document);
  return `# ${plain(name)}

${markdownTable(table)}
${besides(document)}
I is by image, P by pixel; fractions from 0 to 1, - where a metric cannot be computed. AUPRO is exact (8-connected regions, false positive
rate to 0.3); AUPRO dilated is another metric, as the published code of SimpleNet, GLASS and CRAS computes it. False alarms and misses are at the
detector's own thresholds.

- Selection: ${plain(selectionSentence(provenance.selection))}
${known === '' ? '' : `- Known images: ${known}\n`}- Method: ${plain(`${metadata.method} ${metadata.cladVersion}, preset ${provenance.preset}, seed ${provenance.seed}`)}
- Backbone: ${plain(backbone.precision ? `${backbone.name} in ${backbone.precision}` : backbone.name)}, input ${sizeText(geometry)} px
- Textures: ${plain(provenance.textures)}
- Training data: ${plain(provenance.data.fingerprint)}
- Test data: ${plain(String(document.protocol.testFingerprint ?? 'not known'))}
- Speed: ${document.timing.imagesPerSecond.toFixed(1)} images/s; detector ${p50.toFixed(0)} ms (median), ${p95.toFixed(0)} ms (95 %) on ${plain(provenance.device)}
`;
}

/** Tables that there are for some classes. */
function besides({ namedRegions, saturated }: EvaluationDocument): string {
  const tables = [
    ...(namedRegions ? [namedRegionTable(namedRegions)] : []),
    ...(saturated ? [saturatedTable(saturated)] : []),
  ];
  return tables.map((table) => `\n${markdownTable(escaped(table))}\n`).join('');
}

function escaped({ header, rows }: Table): Table {
  return { header, rows: rows.map((cells) => cells.map(plain)) };
}

/** Text that Markdown shows as it is; bars are escaped by the table. */
export function plain(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/[\\`*[\]<>&]/g, (character) => `\\${character}`);
}

/** `results.csv`: one row a class and their mean, all digits, empty where a metric could not be computed. */
export function resultsCsv({ classes, mean }: EvaluationDocument): string {
  const columns = ['good', 'anomalous', ...metricNames] as const;
  return `${[
    csvLine(['class', ...columns]),
    ...Object.entries(classes).map(([name, record]) =>
      csvLine([name, ...columns.map((column) => record[column])]),
    ),
    csvLine(['(mean)', ...columns.map((column) => mean[column])]),
  ].join('\r\n')}\r\n`;
}
