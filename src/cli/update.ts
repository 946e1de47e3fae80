/** @file `clad update`: a finished detector changed without a new training; so far, good images that are not good leave it. */
import type { Command } from 'commander';
import { CladError } from '../core/errors.ts';
import { textTable } from '../evaluation/table.ts';
import { type ExcludeDocument, excludeImages } from '../jobs/update/exclude.ts';
import type { Device } from '../runtime/engine.ts';
import { deviceOption, threadsOption } from './common-flags.ts';
import { percent, printJson, printText, programName, shellWord } from './output.ts';
import { progressBars } from './progress.ts';

/** Gives the verb its arguments, its options and what it does. */
export function declare(command: Command): void {
  command
    .argument('<run>', 'folder that `clad train` wrote')
    .option('--exclude <files...>', 'training images to leave out, as paths or as good-images.csv has them')
    .option(
      '--exclude-outliers',
      'leave out what stands out among the good images, and what is recognised as another class',
    )
    .addOption(deviceOption())
    .addOption(threadsOption())
    .option('--json', 'print one JSON document')
    .addHelpText(
      'after',
      `
The entries of these images in the memory bank are put out of reach, and the thresholds of their classes are set anew: seconds, as nothing is trained.
The networks keep what they learnt; for them, train again with \`clad train --exclude\`. The detector of before is kept in <run>/versions/.

Examples:
  $ clad update runs/parts --exclude photos/bottle/141.png photos/screw/216.png
  $ clad update runs/parts --exclude-outliers`,
    )
    .action(run);
}

interface UpdateFlags {
  readonly exclude?: readonly string[];
  readonly excludeOutliers?: boolean;
  readonly device?: Device;
  readonly threads?: number;
  readonly json?: boolean;
}

async function run(folder: string, flags: UpdateFlags): Promise<void> {
  const { exclude = [], excludeOutliers = false, device, threads, json } = flags;
  if (exclude.length === 0 && !excludeOutliers) {
    const reason = 'Nothing says what to change: give --exclude FILE or --exclude-outliers';
    throw new CladError('USAGE', { reason, help: '`clad update --help`' });
  }
  const display = progressBars();
  let document: ExcludeDocument;
  try {
    const onProgress = display.listener;
    document = await excludeImages({
      run: folder,
      exclude,
      outliers: excludeOutliers,
      device,
      threads,
      onProgress,
    });
  } finally {
    display.stop();
  }
  if (json) printJson(document);
  else printText(describeExclusion(folder, document));
}

/** What was left out, and what that did to thresholds. */
export function describeExclusion(
  folder: string,
  { excluded, classes, before, model }: ExcludeDocument,
): string {
  if (before === null) return 'Nothing to leave out; the detector stays as it is.';
  const rows = classes.map((each) => [
    each.class,
    String(each.images),
    each.before.threshold.toPrecision(4),
    each.after.threshold.toPrecision(4),
    percent(each.after.achievableRate),
  ]);
  return [
    `Left out ${excluded.length} good image${excluded.length === 1 ? '' : 's'}:`,
    ...excluded.map((image) => `  ${image.class}: ${image.path}`),
    '',
    textTable({ header: ['class', 'good images', 'threshold before', 'now', 'false alarms, about'], rows }),
    '',
    'Other classes keep their thresholds.',
    `Detector: ${model} (before: ${before})`,
    '',
    'Next:',
    `  ${programName()} evaluate ${shellWord(folder)}`,
  ].join('\n');
}
