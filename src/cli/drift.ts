/** @file `clad drift`: whether what the line shows now is what the detector was made with. */
import { type Command, InvalidArgumentError } from 'commander';
import type { DriftFinding } from '../jobs/drift/compare.ts';
import { type DriftDocument, drift } from '../jobs/drift/drift.ts';
import type { Device } from '../runtime/engine.ts';
import { deviceOption, threadsOption } from './common-flags.ts';
import { percent, printJson, printText } from './output.ts';
import { progressBars } from './progress.ts';
import { terminalTable } from './terminal-table.ts';

/** Something drifted; 1 and 2 are errors. */
const driftedStatus = 3;

/** Gives the verb its arguments, its options and what it does. */
export function declare(command: Command): void {
  command
    .argument('<run>', 'folder that `clad train` wrote')
    .argument('<images>', 'folder of photographs of now, or a journal of `clad watch`')
    .option('--class <name>', 'the class of all photographs of the folder, where it is known')
    .option('--last <n>', 'newest judgements of a journal to count (default: 1000)', count)
    .option('--since <when>', 'judgements of a journal from then on: 8h, 2d, or 2026-11-29T06:00', since)
    .option('--looks <n>', 'how often you will look in all; chance is shared out over that', count, 30)
    .addOption(deviceOption())
    .addOption(threadsOption())
    .option('--json', 'print one JSON document')
    .addHelpText(
      'after',
      `
Compares scores of accepted parts, failures, unknown parts, brightness, contrast, sharpness, exposure and colour with the good images of the run, by class.
Of a journal it also says whether more and more parts are unknown; the photographs need not be there any more.
It needs 20 images of a class, and says that something drifted where that is both unlikely by chance (1 % over all comparisons and looks) and large enough to matter.
The photographs are to be as they come, not chosen.

The exit status is 0 where nothing drifted, 3 where something did, 2 or 1 for an error.

Examples:
  $ clad drift runs/parts this-week/
  $ clad drift runs/parts this-week/bottles --class bottle
  $ clad drift runs/parts incoming/.clad-watch.sqlite --since 8h
  $ clad drift runs/parts incoming/.clad-watch.sqlite --json > drift.json || mail -s drift me@example.com < drift.json`,
    )
    .action(run);
}

interface DriftFlags {
  readonly class?: string;
  readonly last?: number;
  readonly since?: Date;
  readonly looks: number;
  readonly device?: Device;
  readonly threads?: number;
  readonly json?: boolean;
}

async function run(folder: string, images: string, { json, ...wanted }: DriftFlags): Promise<void> {
  const display = progressBars();
  let document: DriftDocument;
  try {
    document = await drift({
      ...{ run: folder, images, ...wanted },
      onProgress: display.listener,
      note: (text) => display.log(`clad: ${text}`),
    });
  } finally {
    display.stop();
  }
  if (json) printJson(document);
  else printText(describe(document));
  if (document.drifted) process.exitCode = driftedStatus;
}

function describe({ findings, drifted, tooFew, count, leastImages }: DriftDocument): string {
  const table = terminalTable({
    header: ['class', 'what', 'was', 'is', 'images', 'chance', ''],
    rows: findings.map((finding) => [
      ...[finding.class, finding.what, value(finding, finding.before), value(finding, finding.now)],
      ...[`${finding.images.before}, ${finding.images.now}`, chance(finding.p)],
      finding.drifted ? 'drifted' : '',
    ]),
  });
  const few = tooFew.map((name) => `${name} (${count[name]})`).join(', ');
  const said = findings.flatMap(({ sentence }) => sentence ?? []);
  const compared = findings.length > 0;
  return [
    ...(compared ? [table, ''] : []),
    ...said,
    ...(compared && !drifted ? ['Nothing drifted.'] : []),
    ...(few === '' ? [] : [`Too few images to say anything, ${leastImages} are needed: ${few}.`]),
    ...(compared || few !== '' ? [] : ['Nothing could be compared.']),
  ].join('\n');
}

function value({ what }: DriftFinding, number: number): string {
  const isShare = ['failures', 'unknown', 'rising unknown', 'clipped dark', 'clipped bright'].includes(what);
  return isShare ? percent(number) : number.toPrecision(3);
}

function chance(p: number): string {
  return p < 1e-12 ? '< 1e-12' : p.toPrecision(2);
}

function count(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isInteger(value) || value < 1 || value > 1e9)
    throw new InvalidArgumentError('Expected a whole number, at least 1.');
  return value;
}

const units = { s: 1000, min: 60_000, h: 3_600_000, d: 86_400_000 };

/** So long ago, or a time; without a zone that of this machine. */
function since(text: string): Date {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)\s*(s|min|h|d)$/.exec(text.trim()) ?? [];
  if (unit !== undefined) return new Date(Date.now() - Number(amount) * units[unit as keyof typeof units]);
  const time = /^\d{4}-\d{2}-\d{2}/.test(text) ? new Date(text) : new Date(Number.NaN);
  if (Number.isNaN(time.getTime()))
    throw new InvalidArgumentError(
      'Expected how long ago, as 30min, 8h or 2d, or a time, as 2026-11-29T06:00.',
    );
  return time;
}
