/** @file `clad predict`: a detector on images and folders. */
import type { Command } from 'commander';
import type { ClassNumbers } from '../core/class-numbers.ts';
import { CladError } from '../core/errors.ts';
import { dealt, type Share, wholeWork } from '../core/share.ts';
import { type LeftOut, summariseLeftOut } from '../data/left-out.ts';
import { openDetector, uncheckedNote } from '../detector/open.ts';
import type { Recognised } from '../detector/prediction.ts';
import { failedRegions } from '../detector/roi/named-results.ts';
import { hasNamedRegions } from '../detector/roi/roi-metadata.ts';
import { type PredictionFailure, type PredictionLine, predictImages } from '../jobs/predict.ts';
import { type PredictTarget, predictTargets, shareOfTargets } from '../jobs/predict-targets.ts';
import { modelPathOf } from '../jobs/run-folder.ts';
import { WarningSummary } from '../jobs/warning-summary.ts';
import type { Device } from '../runtime/engine.ts';
import { nodeEngine } from '../runtime/node.ts';
import { classNumberFrom } from './arguments.ts';
import { deviceOption, shardOption, threadsOption } from './common-flags.ts';
import { onInterrupt } from './interrupt.ts';
import { printJsonLine, printLeftOut, printNote, printText } from './output.ts';
import {
  needsNames,
  type OutputFlags,
  outputOptions,
  requireOutputsFit,
  requireOutputsWritable,
} from './predict-outputs.ts';
import { progressBars } from './progress.ts';
import { terminalTable } from './terminal-table.ts';

/** Gives the verb its arguments, its options and what it does. */
export function declare(command: Command): void {
  const declared = command
    .argument('<run>', 'folder that `clad train` wrote, or a detector file')
    .argument('<path...>', 'images, or folders of images');
  outputOptions(declared)
    .addOption(
      shardOption(
        'predict this share of the images, of which other machines do the others; with --json, --csv or --coco',
      ),
    )
    .option(
      '--threshold <[class[/region]=]value>',
      'call anomalous what scores above this, in the place of the threshold of the detector, of a class or of a named region of one; may be repeated',
      classNumberFrom(),
    )
    .option(
      '--check-threshold <[class=]value>',
      'a second, lower threshold: what scores between both is to be checked; may be repeated',
      classNumberFrom(),
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
  $ clad predict runs/parts line-3/ --threshold 5 --threshold screw=4.2 --check-threshold screw=3.5
  $ clad predict runs/parts line-3/ --threshold bottle/rim=6
  $ clad predict runs/parts incoming/ --csv results.csv --masks masks/ --raw-maps raw/
  $ clad predict runs/parts incoming/ --coco regions.json
  $ clad predict runs/parts incoming/ --json --shard 0/16 > results-0.jsonl

Masks, polygons (--json, --coco) and the outlines of --maps are of the same regions. Where images of different folders have one name, files of them are written into folders too.
The lines of all shards together are those of the whole; so are rows of --csv, but for each file's first, and the lists of --coco. What lies in a folder and is no image is counted on stderr; with --json a last line {"leftOut": ...} has all of it.

Exit status: 0 when every image was predicted, whatever the verdicts; 2 when one could not be read.`,
    )
    .action(run);
}

interface PredictFlags extends OutputFlags {
  readonly shard?: Share;
  readonly threshold?: ClassNumbers;
  readonly checkThreshold?: ClassNumbers;
  readonly class?: string;
  readonly device?: Device;
  readonly threads?: number;
  readonly json?: boolean;
}

async function run(folder: string, paths: readonly string[], flags: PredictFlags): Promise<void> {
  requireOutputsFit(flags);
  if (flags.shard && !flags.json && flags.csv === undefined && flags.coco === undefined)
    throw new CladError('USAGE', {
      reason: '--shard is for results that are put together by a program: give --json, --csv or --coco too',
      help: '`clad predict --help`',
    });
  const share = flags.shard ?? wholeWork;
  const leftOut: LeftOut[] = [];
  const onLeftOut = (entry: LeftOut) => leftOut.push(entry);
  // Once for all shards, so that what they say of left-out files adds up.
  const onLeftOutOnce = share.index === 0 ? onLeftOut : undefined;
  let targets: PredictTarget[];
  if (needsNames(flags)) {
    const all = await predictTargets(paths, onLeftOutOnce);
    await requireOutputsWritable(flags, paths, all);
    targets = dealt(all, share);
  } else {
    targets = await shareOfTargets(paths, share, onLeftOutOnce);
    await requireOutputsWritable(flags, paths, []);
  }
  const engine = await nodeEngine({ device: flags.device, threads: flags.threads });
  const model = await modelPathOf(folder);
  const { threshold: thresholds, checkThreshold: checks } = flags;
  const detector = (await openDetector(engine, model)).withThresholds({ thresholds, checks });
  for (const note of uncheckedNote(detector, model)) printNote(`clad: ${note}`);
  if (flags.class !== undefined && !detector.searchesByClass)
    printNote(
      'clad: this detector does not search by class: --class decides on threshold, verdict and colours alone.',
    );
  const hasTwoLevels = Object.values(detector.metadata.thresholds).some(
    ({ checkAbove }) => checkAbove !== undefined,
  );
  const hasNamed = hasNamedRegions(detector.metadata);
  const display = progressBars();
  const lines: PredictionLine[] = [];
  const warnings = new WarningSummary();
  // Of a million images nothing is kept that grows with them: with --json, lines and errors go out as they come.
  const failures: PredictionFailure[] = [];
  let failed = 0;
  const files = [flags.csv, flags.coco].filter((file) => file !== undefined);
  // Of files that are there as a whole or not at all nothing is left behind.
  const interrupt = files.length > 0 ? onInterrupt(() => {}) : undefined;
  try {
    let done = 0;
    for await (const line of predictImages(detector, targets, flags.maps, {
      class: flags.class,
      legend: flags.legend ?? false,
      masks: flags.masks,
      rawMaps: flags.rawMaps,
      rawMapFormat: flags.rawMapFormat,
      csv: flags.csv,
      coco: flags.coco,
      share,
      onLeftOut,
    })) {
      if (interrupt?.signal.aborted) break;
      if (flags.json) printJsonLine(line);
      if ('error' in line) {
        failed++;
        if (flags.json) display.log(`clad: ${line.error.message}`);
        else failures.push(line);
      } else {
        warnings.add(line.path, line);
        // The table shows no regions, and their outlines take room.
        if (!flags.json) lines.push({ ...line, regions: [] });
      }
      display.listener({ task: 'predicting', done: ++done, total: targets.length, unit: 'images' });
    }
  } finally {
    interrupt?.release();
    display.stop();
    await detector.release();
  }
  if (interrupt?.signal.aborted) {
    printNote(
      `clad: stopped, so that ${files.join(' and ')} ${files.length > 1 ? 'are' : 'is'} not written.`,
    );
    process.exitCode = 130;
    return;
  }
  if (!flags.json) printText(describe(lines, flags, { twoLevels: hasTwoLevels, named: hasNamed }));
  else if (leftOut.length > 0) printJsonLine({ leftOut: summariseLeftOut(leftOut) });
  printLeftOut(summariseLeftOut(leftOut));
  for (const sentence of warnings.sentences) printNote(`clad: warning: ${sentence}`);
  for (const { error } of failures) printNote(`clad: ${error.message}`);
  if (failed > 0) process.exitCode = 2;
}

function describe(
  lines: readonly PredictionLine[],
  flags: PredictFlags,
  { twoLevels, named }: { readonly twoLevels: boolean; readonly named: boolean },
): string {
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
      'margin',
      'verdict',
      ...(twoLevels ? ['decision'] : []),
      ...(named ? ['fails in'] : []),
    ],
    rows: lines.map((line) => [
      line.path,
      ...recognition(line),
      ...(given ? recognition(line.recognised ?? line) : []),
      number(line.score),
      number(line.threshold),
      line.margin === null ? '-' : `${line.margin > 0 ? '+' : ''}${line.margin.toFixed(2)}`,
      line.verdict ?? '-',
      ...(twoLevels ? [line.decision ?? '-'] : []),
      ...(named ? [failures(line)] : []),
    ]),
  });
  const written = [
    ['Heat maps', flags.maps],
    ['Masks', flags.masks],
    ['Raw maps', flags.rawMaps],
    ['Table', flags.csv],
    ['Regions', flags.coco],
  ].flatMap(([what, place]) => (place === undefined ? [] : [`${what}: ${place}`]));
  return [table, ...(written.length > 0 ? ['', ...written] : [])].join('\n');
}

/** The named regions that fail, each with its margin. */
function failures({ namedRegions }: PredictionLine): string {
  const failed = failedRegions(namedRegions).map(({ name, margin }) => `${name} (+${margin!.toFixed(2)})`);
  return failed.join(', ') || '-';
}

/** A class, and its share of the votes. */
function recognition({ class: name, classShare }: Recognised): string[] {
  return [name, `${Math.round(100 * classShare)} %`];
}
