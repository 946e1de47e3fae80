/** @file `clad history`: what has become of a detector since its training. */
import type { Command } from 'commander';
import { detectorHistory, type HistoryDocument } from '../jobs/update/history.ts';
import { printJson, printText } from './output.ts';
import { terminalTable } from './terminal-table.ts';

/** Gives the verb its arguments, its options and what it does. */
export function declare(command: Command): void {
  command
    .argument('<run>', 'folder that `clad train` wrote, or a detector file')
    .option('--json', 'print one JSON document')
    .addHelpText(
      'after',
      `
From the detector file itself, wherever it has been copied to: what \`clad update\` and \`clad calibrate\` did, when, and to which classes.
Of a run, <run>/versions/N/model.onnx is the file of version N.

Examples:
  $ clad history runs/parts
  $ clad history line-3.onnx --json`,
    )
    .action(async (run: string, { json }: { readonly json?: boolean }) => {
      const document = await detectorHistory(run);
      if (json) printJson(document);
      else printText(describe(document));
    });
}

const words = {
  train: 'trained',
  add: 'images added',
  'new-class': 'class added',
  'false-alarm': 'false alarms added',
  missed: 'threshold lowered',
  'remove-class': 'class removed',
  exclude: 'images left out',
  calibrate: 'calibrated',
} as const;

function describe({ model, versions, classes }: HistoryDocument): string {
  const signed = (value: number | null) => (value === null ? '-' : value > 0 ? `+${value}` : String(value));
  const number = (value: number | null) => (value === null ? '-' : value.toPrecision(4));
  const rows = versions.flatMap(({ version, created, action, classes: changed }) =>
    changed.map((each, at) => [
      ...(at === 0
        ? [version === null ? '-' : String(version), created.slice(0, 19).replace('T', ' '), words[action]]
        : ['', '', '']),
      each.class,
      action === 'train' ? String(each.images) : signed(each.images),
      signed(each.entries),
      number(each.thresholdBefore),
      number(each.thresholdAfter),
    ]),
  );
  const header = ['version', 'date (UTC)', 'what', 'class', 'images', 'entries', 'threshold before', 'after'];
  const now = classes.map((each) => `${each.class} ${each.images}`).join(', ');
  return [terminalTable({ header, rows }), '', `Good images now: ${now}`, `Detector: ${model}`].join('\n');
}
