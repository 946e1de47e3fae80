/** @file What `clad compare` and `clad ablate` share: the flags of a grid, its running and its report. */
import type { Command } from 'commander';
import type { Dataset } from '../data/dataset.ts';
import { builtinName } from '../features/backbones/builtin-backbone.ts';
import type { SampleBits } from '../image/samples.ts';
import { withCommon } from '../jobs/compare/common-settings.ts';
import { type GridCell, type GridVariant, type PlannedTraining, runGrid } from '../jobs/compare/grid.ts';
import { summarise } from '../jobs/compare/grid-summary.ts';
import { gridTable, writeGrid } from '../report/grid.ts';
import type { Device } from '../runtime/engine.ts';
import { repeated, wholeFromText } from './arguments.ts';
import { addBackboneFlags, type BackboneFlagValues, backboneFlags } from './backbone-flags.ts';
import { bitsOption, deviceOption, layoutOption, threadsOption } from './common-flags.ts';
import { onInterrupt } from './interrupt.ts';
import { printJson, printText } from './output.ts';
import { progressBars } from './progress.ts';
import { roughly } from './progress-line.ts';
import { terminalTable } from './terminal-table.ts';

export interface GridFlags extends BackboneFlagValues {
  readonly out: string;
  readonly seeds: number;
  readonly set: readonly string[];
  readonly backbone?: string;
  readonly textures?: string;
  readonly cache?: string;
  readonly layout?: Dataset['layout'];
  readonly bits?: SampleBits;
  readonly device?: Device;
  readonly threads?: number;
  readonly skipBroken?: boolean;
  readonly json?: boolean;
}

/** Adds them to a command. @param data - `[data]` where a grid needs none */
export function addGridFlags(command: Command, data: '<data>' | '[data]' = '<data>'): void {
  command
    .argument(data, 'data set with test images')
    .requiredOption('--out <dir>', 'folder for features, runs and tables; called again, it goes on there')
    .option('--seeds <n>', 'trainings of each row, seeds 0 to n - 1', wholeFromText(1), 1)
    .option('--backbone <name|file>', 'frozen backbone, or several joined by + (default: builtin)')
    .option('--textures <dir>', 'folder of texture images for synthetic anomalies; else a built-in generator')
    .option('--cache <dir>', 'keep patch features here, for several grids (default: cache/ of --out)')
    .option('--set <name=value>', 'one option of all rows whose method has it; may be repeated', repeated, [])
    .addOption(layoutOption())
    .addOption(bitsOption())
    .addOption(deviceOption())
    .addOption(threadsOption())
    .option('--skip-broken', 'leave out images that cannot be decoded')
    .option('--json', 'print one JSON document');
  addBackboneFlags(command);
}

/** Runs a grid and prints its table. */
export async function grid(
  title: string,
  data: string,
  flags: GridFlags,
  variants: readonly GridVariant[],
): Promise<void> {
  const rows = await withCommon(variants, flags.set);
  const display = progressBars();
  for (const note of rows.notes) display.log(`clad: ${note}`);
  const interrupt = onInterrupt(() => display.log('Stopping at the next step; once more to stop at once.'));
  try {
    const cells = await runGrid({
      out: flags.out,
      cache: flags.cache,
      onPlanned: (trainings) => display.log(`clad: ${plannedSentence(trainings)}`),
      onCells: async (cells) => void (await writeGrid(flags.out, { title, cells })),
      seeds: Array.from({ length: flags.seeds }, (_, seed) => seed),
      variants: rows.variants,
      setting: {
        data,
        layout: flags.layout,
        bits: flags.bits,
        backbone: flags.backbone ?? builtinName,
        backboneFlags: backboneFlags(flags),
        backbonePrecision: flags.backbonePrecision,
        textures: flags.textures,
        device: flags.device,
        threads: flags.threads,
        skipBroken: flags.skipBroken ?? false,
        onProgress: display.listener,
        note: (text) => display.log(`clad: ${text}`),
        signal: interrupt.signal,
      },
    });
    display.stop();
    await printGrid(title, cells, flags);
  } finally {
    display.stop();
    interrupt.release();
  }
}

/** How many trainings there will be and how long they take, the longest by name, so that nobody waits for what was not meant. */
export function plannedSentence(trainings: readonly PlannedTraining[]): string {
  const all = trainings.reduce((sum, { seconds }) => sum + seconds, 0);
  const [longest] = trainings.toSorted((a, b) => b.seconds - a.seconds);
  if (trainings.length === 1) return `1 training, about ${roughly(all)}.`;
  return `${trainings.length} trainings, about ${roughly(all)} in all; the longest is ${longest?.variant}, about ${roughly(longest?.seconds ?? 0)}. When stopped, it goes on there with the next call.`;
}

/** Writes the page and the tables of cells, and prints them. */
export async function printGrid(
  title: string,
  cells: readonly GridCell[],
  { out, json }: Pick<GridFlags, 'out' | 'json'>,
): Promise<void> {
  const page = await writeGrid(out, { title, cells });
  const rows = summarise(cells);
  if (json) printJson({ rows, page });
  else printText(`${terminalTable(gridTable(rows))}\n\nPage: ${page}`);
}
