/** @file `clad evaluate`: a run's detector on test images. */
import type { Command } from 'commander';
import { CladError } from '../core/errors.ts';
import type { Dataset } from '../data/dataset.ts';
import { besidePaper } from '../evaluation/published.ts';
import { defectTable, evaluationTable, intervalTable } from '../evaluation/table.ts';
import { type EvaluationDocument, evaluateRun } from '../jobs/evaluate/evaluate.ts';
import { namedRegionTable } from '../jobs/evaluate/named-regions.ts';
import { saturatedTable } from '../jobs/evaluate/saturated.ts';
import { evaluateWithReport } from '../report/report.ts';
import type { Device } from '../runtime/engine.ts';
import { deviceOption, layoutOption, threadsOption } from './common-flags.ts';
import { printJson, printLeftOut, printNote, printText } from './output.ts';
import { progressBars } from './progress.ts';
import { terminalTable } from './terminal-table.ts';

/** Gives the verb its arguments, its options and what it does. */
export function declare(command: Command): void {
  command
    .argument('<run>', 'folder that `clad train` wrote, or a detector file')
    .argument('[data]', 'data set with test images (default: the one it was trained on)')
    .addOption(layoutOption())
    .addOption(deviceOption())
    .addOption(threadsOption())
    .option('--skip-broken', 'leave out images that cannot be decoded')
    .option('--report <dir>', 'write a page to look at, index.html, with results.md and results.csv')
    .option(
      '--details <dir>',
      "write every image's score, results by kind of defect, and the points of ROC, PR and PRO curves, as JSON and CSV",
    )
    .option('--intervals', 'say how sure the metrics are: 95 % intervals, by resampling test images')
    .option('--json', 'print one JSON document')
    .addHelpText(
      'after',
      `
Examples:
  $ clad evaluate runs/parts
  $ clad evaluate runs/parts --report report/
  $ clad evaluate runs/parts --details details/
  $ clad evaluate runs/parts --intervals
  $ clad evaluate runs/parts other-photos/ --json > result.json
  $ clad evaluate parts-int8.onnx photos/

What each metric is: docs/metrics.md. The result on the run's own data is also written to <run>/evaluation.json.`,
    )
    .action(run);
}

interface EvaluateFlags {
  readonly layout?: Dataset['layout'];
  readonly device?: Device;
  readonly threads?: number;
  readonly skipBroken?: boolean;
  readonly report?: string;
  readonly details?: string;
  readonly intervals?: boolean;
  readonly json?: boolean;
}

async function run(folder: string, data: string | undefined, flags: EvaluateFlags): Promise<void> {
  if (flags.report !== undefined && folder.endsWith('.onnx')) {
    const expected = "given with a run's folder: a report shows the training too";
    throw new CladError('OPTION_INVALID', {
      option: '--report',
      expected,
      actual: `a detector file, ${folder}`,
    });
  }
  const display = progressBars();
  let document: EvaluationDocument;
  let page: string | undefined;
  try {
    const request = {
      run: folder,
      data,
      layout: flags.layout,
      device: flags.device,
      threads: flags.threads,
      skipBroken: flags.skipBroken ?? false,
      details: flags.details,
      intervals: flags.intervals ?? false,
      onProgress: display.listener,
      note: (text: string) => display.log(`clad: ${text}`),
    };
    if (flags.report === undefined) document = await evaluateRun(request);
    else ({ document, page } = await evaluateWithReport({ ...request, folder: flags.report }));
  } finally {
    display.stop();
  }
  if (flags.json) printJson(document);
  else printText(describe(document));
  printLeftOut(document.leftOut, document.data);
  if (flags.details !== undefined) printNote(`Details: ${flags.details}`);
  if (page !== undefined) printNote(`Report: ${page}`);
}

function describe(document: EvaluationDocument): string {
  const { protocol, timing } = document;
  const changes = protocol.changes === '{}' ? '' : ` (changed: ${protocol.changes})`;
  const facts = `method ${protocol.method}, preset ${protocol.preset}${changes}, selection ${protocol.selection}, seed ${protocol.seed}, backbone ${protocol.backbone}, input ${protocol.inputSize} px`;
  const inside = protocol.pixelsInside
    ? [`pixel metrics inside the region of interest: ${protocol.pixelsInside}`]
    : [];
  const { p50, p95 } = timing.latencyMs;
  const speed = `${timing.imagesPerSecond.toFixed(1)} images/s; detector ${p50.toFixed(0)} ms (median), ${p95.toFixed(0)} ms (95 %)`;
  const paper = protocol.method === 'clad' && protocol.preset === 'paper' ? besidePaper(document) : undefined;
  const sure = intervalTable(document);
  return [
    `${document.data}`,
    '',
    terminalTable(evaluationTable(document)),
    ...(sure ? ['', terminalTable(sure)] : []),
    ...(document.defects ? ['', terminalTable(defectTable(document.defects))] : []),
    ...(document.saturated ? ['', terminalTable(saturatedTable(document.saturated))] : []),
    ...(document.namedRegions ? ['', terminalTable(namedRegionTable(document.namedRegions))] : []),
    ...(paper ? ['', terminalTable(paper)] : []),
    '',
    facts,
    ...inside,
    speed,
  ].join('\n');
}
