/** @file `clad calibrate`: thresholds of a finished detector from photographs of the line it stands on. */
import type { Command } from 'commander';
import type { ClassNumbers } from '../core/class-numbers.ts';
import {
  type CalibrateDocument,
  type CalibratedClass,
  calibrateDetector,
} from '../jobs/calibrate/calibrate.ts';
import type { Device } from '../runtime/engine.ts';
import { classNumberFrom, classShareFrom, repeated, wholeFromText } from './arguments.ts';
import { deviceOption, threadsOption } from './common-flags.ts';
import { percent, printJson, printLeftOut, printNote, printText } from './output.ts';
import { progressBars } from './progress.ts';
import { terminalTable } from './terminal-table.ts';

/** Gives the verb its arguments, its options and what it does. */
export function declare(command: Command): void {
  command
    .argument('<run>', 'folder that `clad train` wrote, or a detector file')
    .argument(
      '[good...]',
      'photographs of good parts, not trained on: images, or folders of them; not needed where all thresholds are given as numbers',
    )
    .requiredOption('--out <file>', 'detector file to write')
    .option(
      '--false-alarm-rate <[class=]share>',
      'wanted share of good parts called anomalous, of all classes or of one; may be repeated (default: as the training wanted)',
      classShareFrom,
    )
    .option(
      '--check-rate <[class=]share>',
      'wanted share of good parts that are checked or called anomalous: sets a second, lower threshold; may be repeated',
      classShareFrom,
    )
    .option(
      '--threshold <[class[/region]=]value>',
      'call anomalous what scores above this, whatever the photographs say, of a class or of a named region of one; may be repeated',
      classNumberFrom(),
    )
    .option(
      '--check-threshold <[class=]value>',
      'a second, lower threshold: what scores between both is to be checked; may be repeated',
      classNumberFrom(),
    )
    .option(
      '--anomalous <path>',
      'defective parts, to see how many the thresholds miss; may be repeated',
      repeated,
      [],
    )
    .option(
      '--min-images <n>',
      'photographs of a class that set its threshold; with fewer it stays',
      wholeFromText(1),
      10,
    )
    .option('--keep-outliers', 'let photographs that stand out count too: they were looked at and are good')
    .addOption(deviceOption())
    .addOption(threadsOption())
    .option('--json', 'print one JSON document')
    .addHelpText(
      'after',
      `
The network stays as it is; thresholds and colours of maps change. Photographs need not be sorted by class.
A rate r takes 1/r - 1 photographs of a class: 49 for the default of 2 %, 99 for --false-alarm-rate 0.01; 20 give 5 % at best.
A class with fewer than --min-images photographs keeps its threshold: a few may be of another class that was taken for it. Those given with --anomalous have no say.
Two thresholds make three decisions: pass, check, and reject above the higher one. clad tradeoff shows what a threshold costs.

Examples:
  $ clad calibrate runs/parts line-3/good/ --out line-3.onnx
  $ clad calibrate runs/parts line-3/good/ --false-alarm-rate 0.05 --anomalous line-3/bad/ --out line-3.onnx
  $ clad calibrate runs/parts line-3/good/ --false-alarm-rate 0.02 --false-alarm-rate screw=0.005 --check-rate 0.1 --out line-3.onnx
  $ clad calibrate runs/parts --threshold screw=4.2 --check-threshold screw=3.5 --out line-3.onnx
  $ clad calibrate runs/parts --threshold bottle/rim=6 --out line-3.onnx`,
    )
    .action(run);
}

interface CalibrateFlags {
  readonly out: string;
  readonly falseAlarmRate?: ClassNumbers;
  readonly checkRate?: ClassNumbers;
  readonly threshold?: ClassNumbers;
  readonly checkThreshold?: ClassNumbers;
  readonly anomalous: readonly string[];
  readonly minImages: number;
  readonly keepOutliers?: boolean;
  readonly device?: Device;
  readonly threads?: number;
  readonly json?: boolean;
}

async function run(folder: string, good: readonly string[], flags: CalibrateFlags): Promise<void> {
  const { out, falseAlarmRate, checkRate, anomalous, minImages, keepOutliers, device, threads } = flags;
  const display = progressBars();
  let document: CalibrateDocument;
  try {
    document = await calibrateDetector({
      run: folder,
      good,
      anomalous,
      out,
      minImages,
      falseAlarmRate,
      checkRate,
      thresholds: flags.threshold,
      checkThresholds: flags.checkThreshold,
      keepOutliers,
      device,
      threads,
      onProgress: display.listener,
      note: (text) => display.log(`clad: ${text}`),
    });
  } finally {
    display.stop();
  }
  for (const message of document.unreadable) printNote(`clad: left out: ${message}`);
  printLeftOut(document.leftOut);
  if (flags.json) printJson(document);
  else printText(describe(document, minImages));
}

function describe({ model, classes }: CalibrateDocument, minImages: number): string {
  const withAnomalous = classes.some(({ anomalous }) => anomalous > 0);
  const withChecks = classes.some(({ before, after }) => (after ?? before)?.checkAbove !== undefined);
  const table = terminalTable({
    header: [
      'class',
      'good photographs',
      'threshold before',
      'now',
      ...(withChecks ? ['check from'] : []),
      'false alarms before',
      'now at most',
      ...(withAnomalous ? ['missed before', 'missed now'] : []),
    ],
    rows: classes.map((each) => [...row(each, withChecks), ...(withAnomalous ? missed(each) : [])]),
  });
  const kept = classes.filter(({ after }) => after === null).map((each) => each.class);
  const said =
    kept.length === 0 || classes.every(({ good }) => good === 0)
      ? []
      : [`Fewer than ${minImages} photographs of ${kept.join(', ')}: the threshold stays.`];
  const set = classes
    .filter(({ after }) => after?.given)
    .map((each) => (each.regions ? `${each.class} or regions of it` : each.class));
  if (set.length > 0)
    said.push(
      `Set as numbers: ${set.join(', ')}. Rates are what the photographs show; without any nothing is known of them.`,
    );
  const few = classes.filter(
    ({ after }) => after !== null && !after.given && after.achievableRate > after.requestedRate,
  );
  if (few.length > 0) {
    const wanted = Math.max(...few.map(({ after }) => Math.ceil(1 / (after?.requestedRate ?? 1)) - 1));
    said.push(
      `The rate that is wanted takes ${wanted} photographs of a class; with fewer the threshold is the highest score of any.`,
    );
  }
  const regions = regionTable(classes);
  return [
    table,
    '',
    ...(regions ? [regions, ''] : []),
    ...said,
    ...classes.flatMap(describeSetAside),
    `Written: ${model}`,
  ].join('\n');
}

/** Thresholds of named regions; undefined where no class has any. */
function regionTable(classes: readonly CalibratedClass[]): string | undefined {
  const number = (value: number | null) => (value === null ? '-' : value.toFixed(2));
  const rows = classes.flatMap(({ class: name, regions = [], good, anomalous }) =>
    regions.map((each) => [
      `${name}/${each.name}`,
      number(each.before),
      number(each.after),
      good === 0 ? '-' : `${each.falseAlarms} of ${good}`,
      anomalous === 0 ? '-' : `${each.anomalous} of ${anomalous}`,
    ]),
  );
  const header = ['region', 'threshold before', 'now', 'good that fail in it', 'defective that fail in it'];
  return rows.length > 0 ? terminalTable({ header, rows }) : undefined;
}

/** What had no say in a class's threshold. */
function describeSetAside({ class: name, setAside, after }: CalibratedClass): string[] {
  if (setAside.length === 0 || after === null) return [];
  const shown = setAside.slice(0, 5).map((path) => `  ${path}`);
  const more = setAside.length > shown.length ? [`  and ${setAside.length - shown.length} more`] : [];
  return [
    `${name}: ${setAside.length} of ${setAside.length + after.count} stand out and have no say in the threshold; the rate holds for parts like the others. If they are good parts: --keep-outliers.`,
    ...shown,
    ...more,
  ];
}

function row(
  { class: name, good, before, after, falseAlarmsBefore }: CalibratedClass,
  withChecks: boolean,
): string[] {
  const number = (value: number | undefined) => (value === undefined ? '-' : value.toFixed(2));
  return [
    name,
    String(good),
    number(before?.threshold),
    number((after ?? before)?.threshold),
    ...(withChecks ? [number((after ?? before)?.checkAbove)] : []),
    good === 0 ? '-' : `${falseAlarmsBefore} (${percent(falseAlarmsBefore / good)})`,
    percent(after?.count === 0 ? undefined : after?.achievableRate),
  ];
}

function missed({ anomalous, missedBefore, missedAfter }: CalibratedClass): string[] {
  return [missedBefore, missedAfter].map((count) =>
    anomalous === 0 || count === null ? '-' : `${count} of ${anomalous}`,
  );
}
