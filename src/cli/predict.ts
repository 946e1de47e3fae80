/** @file `clad predict`: a detector on images and folders. */
import type { Command } from 'commander';
import { CladError } from '../core/errors.ts';
import { requireWritable } from '../core/files.ts';
import { type LeftOut, summariseLeftOut } from '../data/left-out.ts';
import { openDetector, uncheckedNote } from '../detector/open.ts';
import type { Recognised } from '../detector/prediction.ts';
import {
  type PredictionFailure,
  type PredictionLine,
  predictImages,
  predictTargets,
  requireMapsApart,
} from '../jobs/predict.ts';
import { modelPathOf } from '../jobs/run-folder.ts';
import { WarningSummary } from '../jobs/warning-summary.ts';
import type { Device } from '../runtime/engine.ts';
import { nodeEngine } from '../runtime/node.ts';
import { deviceOption, threadsOption } from './common-flags.ts';
import { printJsonLine, printLeftOut, printNote, printText } from './output.ts';
import { progressBars } from './progress.ts';
import { terminalTable } from './terminal-table.ts';

/** Adds the verb to the program. */
export function registerPredict(program: Command): void {
  program
    .command('predict')
    .description('predict photographs: class, score, verdict, heat map')
    .argument('<run>', 'folder that `clad train` wrote, or a detector file')
    .argument('<path...>', 'images, or folders of images')
    .option('--maps <dir>', 'write a heat map over each photograph into this folder')
    .option('--legend', 'with --maps: a strip below each map with the values of its colours')
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

What lies in a folder and is no image is counted on stderr; with --json a last line {"leftOut": ...} has all of it.

Exit status: 0 when every image was predicted, whatever the verdicts; 2 when one could not be read.`,
    )
    .action(run);
}

interface PredictFlags {
  readonly maps?: string;
  readonly legend?: boolean;
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
  const leftOut: LeftOut[] = [];
  const onLeftOut = (entry: LeftOut) => leftOut.push(entry);
  const targets = await predictTargets(paths, onLeftOut);
  if (flags.maps !== undefined) {
    await requireMapsApart(flags.maps, paths, targets);
    await requireWritable(flags.maps, 'Give another folder to --maps.');
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
  const failures: PredictionFailure[] = [];
  try {
    let done = 0;
    for await (const line of predictImages(detector, targets, flags.maps, {
      class: flags.class,
      legend: flags.legend ?? false,
      onLeftOut,
    })) {
      if (flags.json) printJsonLine(line);
      if ('error' in line) failures.push(line);
      else {
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
  if (failures.length > 0) process.exitCode = 2;
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
