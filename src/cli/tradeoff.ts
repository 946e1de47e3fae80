/** @file `clad tradeoff`: what each threshold costs, false alarms against misses. */
import type { Command } from 'commander';
import { writeFileAtomic } from '../core/files.ts';
import type { Dataset } from '../data/dataset.ts';
import type { CountedShare } from '../evaluation/intervals.ts';
import { bestGain, byGain } from '../evaluation/trade-off.ts';
import { type TradeOffDocument, tradeOff } from '../jobs/trade-off/trade-off.ts';
import { sourcesOf } from '../report/thresholds/sources.ts';
import { tradeOffPage, tradeOffSvg } from '../report/trade-off-page.ts';
import type { Device } from '../runtime/engine.ts';
import { deviceOption, layoutOption, threadsOption } from './common-flags.ts';
import { percent, printJson, printNote, printText, programName, shellWord } from './output.ts';
import { requireFileApart } from './output-file.ts';
import { progressBars } from './progress.ts';
import { terminalTable } from './terminal-table.ts';

/** Gives the verb its arguments, its options and what it does. */
export function declare(command: Command): void {
  command
    .argument('<run>', 'folder that `clad train` wrote; with data also a detector file')
    .argument('[data]', "data set with test images (default: the run's good images, and synthetic defects)")
    .addOption(layoutOption())
    .option('--html <file>', 'write a page with charts and tables')
    .option('--svg <file>', 'write the charts as an image')
    .addOption(deviceOption())
    .addOption(threadsOption())
    .option('--json', 'print one JSON document, with whole curves')
    .addHelpText(
      'after',
      `
Without data, false alarms are counted on the good images of the training, each as if it were new, and misses on defects that are made on them and marked as synthetic: an estimate, for real defects are other ones.
Limits are of 95 % (Clopper and Pearson); they say what so few images can show.

Examples:
  $ clad tradeoff runs/parts
  $ clad tradeoff runs/parts photos/ --html tradeoff.html
  $ clad calibrate runs/parts --threshold screw=4.2 --out line.onnx    # what was chosen`,
    )
    .action(run);
}

interface TradeOffFlags {
  readonly layout?: Dataset['layout'];
  readonly html?: string;
  readonly svg?: string;
  readonly device?: Device;
  readonly threads?: number;
  readonly json?: boolean;
}

async function run(folder: string, data: string | undefined, flags: TradeOffFlags): Promise<void> {
  const { layout, device, threads } = flags;
  for (const [option, file, ending] of [
    ['--html', flags.html, '.html'],
    ['--svg', flags.svg, '.svg'],
  ] as const)
    if (file !== undefined) await requireFileApart(option, file, ending);
  const display = progressBars();
  let document: TradeOffDocument;
  try {
    document = await tradeOff({
      ...{ run: folder, data, layout, device, threads },
      onProgress: display.listener,
      note: (text) => display.log(`clad: ${text}`),
    });
  } finally {
    display.stop();
  }
  if (flags.html !== undefined) await writeFileAtomic(flags.html, tradeOffPage(document));
  if (flags.svg !== undefined) await writeFileAtomic(flags.svg, tradeOffSvg(document));
  if (flags.json) printJson(document);
  else printText(describe(document));
  if (flags.html !== undefined) printNote(`Page: ${flags.html}`);
  if (flags.svg !== undefined) printNote(`Charts: ${flags.svg}`);
}

function describe({ run: folder, classes }: TradeOffDocument): string {
  const table = terminalTable({
    header: ['class', 'threshold', 'for', 'false alarms', '95 % limits', 'misses', '95 % limits'],
    rows: classes.flatMap(({ class: name, defects, points }) =>
      points.map(({ why, threshold, falseAlarms, misses }) => [
        name,
        String(threshold),
        why.join(', '),
        ...cells(falseAlarms),
        ...cells(misses, defects?.source === 'synthetic' ? ' synthetic' : ''),
      ]),
    ),
  });
  return [
    table,
    '',
    ...classes.map((each) => `${each.class}: ${sourcesOf(each)}`),
    ...suggestion(folder, classes),
  ].join('\n');
}

/** The command for the class that gains most within the false alarms it was asked to keep; nothing where none gains. */
function suggestion(folder: string, classes: TradeOffDocument['classes']): string[] {
  const gains = classes
    .map((each) => ({ name: each.class, gain: bestGain(each.points, each.falseAlarmLimit) }))
    .flatMap(({ name, gain }) => (gain ? [{ name, ...gain }] : []));
  const [best] = gains.sort(byGain);
  if (!best) return [];
  const { threshold } = best.point;
  const words = [folder, '--threshold', `${best.name}=${threshold}`, '--out', 'line.onnx'].map(shellWord);
  const rest = gains.length > 1 ? ' Of all classes it gains most.' : '';
  const now = classes
    .find((each) => each.class === best.name)!
    .points.find(({ why }) => why.includes('now'))!;
  const change = (share: 'misses' | 'falseAlarms') => {
    const [from, to] = [now[share]!.count, best.point[share]!.count];
    return from === to ? `stay ${from}` : `from ${from} to ${to}`;
  };
  return [
    '',
    `${best.name} at ${threshold}: misses ${change('misses')}, false alarms ${change('falseAlarms')}.${rest} To set it:`,
    `  ${programName()} calibrate ${words.join(' ')}`,
  ];
}

function cells(share: CountedShare | null, kind = ''): string[] {
  if (share === null) return ['-', '-'];
  const { count, of, rate, low, high } = share;
  return [`${percent(rate)} (${count} of ${of}${kind})`, `${percent(low)} to ${percent(high)}`];
}
