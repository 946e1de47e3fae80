/** @file `clad predict`: a detector on images and folders. */
import type { Command } from 'commander';
import { CladError } from '../core/errors.ts';
import { requireWritable } from '../core/files.ts';
import { dealt, type Share, wholeWork } from '../core/share.ts';
import { type LeftOut, summariseLeftOut } from '../data/left-out.ts';
import { openDetector, uncheckedNote } from '../detector/open.ts';
import type { Recognised } from '../detector/prediction.ts';
import {
  type PredictionFailure,
  type PredictionLine,
  type PredictTarget,
  predictImages,
  predictTargets,
  requireMapsApart,
  shareOfTargets,
} from '../jobs/predict.ts';
import { modelPathOf } from '../jobs/run-folder.ts';
import { WarningSummary } from '../jobs/warning-summary.ts';
import type { Device } from '../runtime/engine.ts';
import { nodeEngine } from '../runtime/node.ts';
import { deviceOption, shardOption, threadsOption } from './common-flags.ts';
import { printJsonLine, printLeftOut, printNote, printText } from './output.ts';
import { progressBars } from './progress.ts';
import { terminalTable } from './terminal-table.ts';

/** Gives the verb its arguments, its options and what it does. */
export function declare(command: Command): void {
  command
    .argument('<run>', 'folder that `clad train` wrote, or a detector file')
    .argument('<path...>', 'images, or folders of images')
    .option('--maps <dir>', 'write a heat map over each photograph into this folder')
    .option('--legend', 'with --maps: a strip below each map with the values of its colours')
    .addOption(
      shardOption('predict this share of the images, of which other machines do the others; with --json'),
    )
    .option('--class <name>', 'the class of the images, where it is known; else each image itself decides')
    .addOption(deviceOption())
    .addOption(threadsOption())
    .option('--json', 'print one JSON document per image, one per line, as they come')
    .addHelpText(
      'after',
      `
Examples:
  $ clad predict runs/parts part.jpg --maps maps/
  $ clad predict runs/parts/model.onnx incoming/ --json
  $ clad predict runs/parts line-3/ --class screw
  $ clad predict runs/parts incoming/ --json --shard 0/16 > results-0.jsonl

The lines of all shards together are those of the whole. What lies in a folder and is no image is counted on stderr; with --json a last line {"leftOut": ...} has all of it.

Exit status: 0 when every image was predicted, whatever the verdicts; 2 when one could not be read.`,
    )
    .action(run);
}

interface PredictFlags {
  readonly maps?: string;
  readonly legend?: boolean;
  readonly shard?: Share;
  readonly class?: string;
  readonly device?: Device;
  readonly threads?: number;
  readonly json?: boolean;
}

async function run(folder: string, paths: readonly string[], flags: PredictFlags): Promise<void> {
  if (flags.legend && flags.maps === undefined)
    throw new CladError('USAGE', {
      reason: '--legend belongs to heat maps: give --maps DIR too',
      help: '`clad predict --help`',
    });
  if (flags.shard && !flags.json)
    throw new CladError('USAGE', {
      reason: '--shard is for results that are put together by a program: give --json too',
      help: '`clad predict --help`',
    });
  const share = flags.shard ?? wholeWork;
  const leftOut: LeftOut[] = [];
  const onLeftOut = (entry: LeftOut) => leftOut.push(entry);
  // Once for all shards, so that what they say of left-out files adds up.
  const onLeftOutOnce = share.index === 0 ? onLeftOut : undefined;
  let targets: PredictTarget[];
  if (flags.maps === undefined) targets = await shareOfTargets(paths, share, onLeftOutOnce);
  else {
    const all = await predictTargets(paths, onLeftOutOnce);
    await requireMapsApart(flags.maps, paths, all);
    await requireWritable(flags.maps, 'Give another folder to --maps.');
    targets = dealt(all, share);
  }
  const engine = await nodeEngine({ device: flags.device, threads: flags.threads });
  const model = await modelPathOf(folder);
  const detector = await openDetector(engine, model);
  for (const note of uncheckedNote(detector, model)) printNote(`clad: ${note}`);
  if (flags.class !== undefined && !detector.searchesByClass)
    printNote(
      'clad: this detector does not search by class: --class decides on threshold, verdict and colours alone.',
    );
  const display = progressBars();
  const lines: PredictionLine[] = [];
  const warnings = new WarningSummary();
  // Of a million images nothing is kept that grows with them: with --json, lines and errors go out as they come.
  const failures: PredictionFailure[] = [];
  let failed = 0;
  try {
    let done = 0;
    for await (const line of predictImages(detector, targets, flags.maps, {
      class: flags.class,
      legend: flags.legend ?? false,
      onLeftOut,
    })) {
      if (flags.json) printJsonLine(line);
      if ('error' in line) {
        failed++;
        if (flags.json) display.log(`clad: ${line.error.message}`);
        else failures.push(line);
      } else {
        warnings.add(line.path, line);
        if (!flags.json) lines.push(line);
      }
      display.listener({ task: 'predicting', done: ++done, total: targets.length, unit: 'images' });
    }
  } finally {
    display.stop();
    await detector.release();
  }
  if (!flags.json) printText(describe(lines, flags.maps));
  else if (leftOut.length > 0) printJsonLine({ leftOut: summariseLeftOut(leftOut) });
  printLeftOut(summariseLeftOut(leftOut));
  for (const sentence of warnings.sentences) printNote(`clad: warning: ${sentence}`);
  for (const { error } of failures) printNote(`clad: ${error.message}`);
  if (failed > 0) process.exitCode = 2;
}

function describe(lines: readonly PredictionLine[], maps: string | undefined): string {
  const given = lines.some(({ recognised }) => recognised !== null);
  const number = (value: number | null) => (value === null ? '-' : value.toFixed(2));
  const table = terminalTable({
    header: [
      'image',
      'class',
      'votes',
      ...(given ? ['recognised as', 'votes'] : []),
      'score',
      'threshold',
      'verdict',
    ],
    rows: lines.map((line) => [
      line.path,
      ...recognition(line),
      ...(given ? recognition(line.recognised ?? line) : []),
      number(line.score),
      number(line.threshold),
      line.verdict ?? '-',
    ]),
  });
  return maps === undefined ? table : `${table}\n\nHeat maps: ${maps}`;
}

/** A class, and its share of the votes. */
function recognition({ class: name, classShare }: Recognised): string[] {
  return [name, `${Math.round(100 * classShare)} %`];
}
