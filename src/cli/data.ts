/** @file `clad data`: what is in a data set (`inspect`), and what training makes of it. */
import { type Command, Option } from 'commander';
import type { Dataset } from '../data/dataset.ts';
import { type ClassSummary, type Inspection, inspectDataset, type Range } from '../data/inspect.ts';
import { printJson, printNote, printText } from './output.ts';
import { progressBars } from './progress.ts';
import { table } from './table.ts';

/** Adds the verb and its subcommands to the program. */
export function registerData(program: Command): void {
  const data = program.command('data').description('look at a data set before training on it');
  data
    .command('inspect')
    .description('classes, counts, sizes, masks and problems; decodes every file')
    .argument('<data>', 'folder: MVTec AD, VisA, VisA 1cls, or <product>/*.jpg of good parts')
    .addOption(new Option('--layout <name>', 'read it so').choices(['mvtec', 'visa', 'visa-1cls', 'plain']))
    .option('--json', 'print one JSON document')
    .addHelpText('after', '\nExit status: 0, or 2 when a problem of severity `error` would stop training.')
    .action(inspect);
}

interface InspectFlags {
  readonly layout?: Dataset['layout'];
  readonly json?: boolean;
}

async function inspect(root: string, { layout, json }: InspectFlags): Promise<void> {
  const progress = progressBars();
  let inspection: Inspection;
  try {
    inspection = await inspectDataset(root, { layout, onProgress: progress.listener });
  } finally {
    progress.stop();
  }
  if (json) printJson(inspection);
  else printText(describe(inspection));
  const errors = inspection.problems.filter(({ severity }) => severity === 'error').length;
  if (errors > 0) {
    printNote(
      `clad: ${inspection.root}: ${errors === 1 ? 'a problem' : `${errors} problems`} would stop training.`,
    );
    process.exitCode = 2;
  }
}

function describe({ root, layout, classes, total, problems }: Inspection): string {
  const body = table(
    [
      { heading: 'class' },
      { heading: 'train', align: 'right' },
      { heading: 'test good', align: 'right' },
      { heading: 'test anomalous', align: 'right' },
      { heading: 'masks', align: 'right' },
      { heading: 'size' },
      { heading: 'problems', align: 'right' },
    ],
    Object.entries(classes).map(([name, summary]) => [
      name,
      ...counts(summary),
      sizeOf(summary),
      String(problems.filter((problem) => problem.class === name).length || '-'),
    ]),
    ['total', ...counts(total), '', String(problems.length || '-')],
  );
  const list = problems.map(
    ({ severity, class: name, path, message }) => `  ${severity}: ${path ?? `class ${name}`}: ${message}`,
  );
  const ending = list.length > 0 ? ['', 'Problems:', ...list] : ['', 'No problems.'];
  return [`${root} (layout ${layout})`, '', body, ...ending].join('\n');
}

function counts({ train, testGood, testAnomalous, masks }: Inspection['total']): string[] {
  return [train, testGood, testAnomalous, masks].map(String);
}

function sizeOf({ width, height }: ClassSummary): string {
  return width && height ? `${span(width)} x ${span(height)}` : '-';
}

function span({ min, max }: Range): string {
  return min === max ? String(min) : `${min}-${max}`;
}
