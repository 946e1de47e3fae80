/** @file `clad demo`: the whole way on a small made-up factory, offline: photographs, one model, evaluation, report. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { requireWritable } from '../core/files.ts';
import { lockOfFolder, withLock } from '../core/lock.ts';
import { stoppable } from '../core/progress.ts';
import { evaluationTable } from '../evaluation/table.ts';
import { writeDemoData } from '../jobs/demo/demo-data.ts';
import type { EvaluationDocument } from '../jobs/evaluate/evaluate.ts';
import { train } from '../jobs/train/train.ts';
import { clad } from '../methods/clad/clad.ts';
import { defaultPreset, resolveOptions } from '../methods/resolve-options.ts';
import { reportTraining } from '../report/report.ts';
import { wholeFromText } from './arguments.ts';
import { onInterrupt } from './interrupt.ts';
import { printJson, printText, programName, shellWord } from './output.ts';
import { progressBars } from './progress.ts';
import { terminalTable } from './terminal-table.ts';

/** Photographs of each class: enough to see what the program does, few enough for a short wait. */
const counts = { train: 40, testGood: 12, testAnomalous: 18 };

/** Gives the verb its arguments, its options and what it does. */
export function declare(command: Command): void {
  command
    .option('--out <dir>', 'folder for data and run', 'clad-demo')
    .option('--seed <n>', 'another seed, other parts', wholeFromText(0), 0)
    .option('--json', 'print one JSON document')
    .addHelpText(
      'after',
      `
Called again, it goes on where it was stopped.

Example:
  $ clad demo --out /tmp/factory`,
    )
    .action(demo);
}

interface DemoFlags {
  readonly out: string;
  readonly seed: number;
  readonly json?: boolean;
}

async function demo({ out, seed, json }: DemoFlags): Promise<void> {
  const data = join(resolve(out), 'data');
  const run = join(resolve(out), 'run');
  const preset = defaultPreset(clad);
  const display = progressBars();
  const interrupt = onInterrupt(() => display.log('Stopping at the next step; once more to stop at once.'));
  const note = (text: string) => display.log(`clad: ${text}`);
  try {
    // Not for the training, which stops at a checkpoint.
    const onProgress = stoppable({ onProgress: display.listener, signal: interrupt.signal });
    await requireWritable(out, 'Give another folder to --out.');
    const { page, document } = await withLock(lockOfFolder(out), async () => {
      await writeDemoData({ folder: data, options: { seed, ...counts }, onProgress });
      await train({
        data,
        out: run,
        backbone: 'builtin',
        method: 'clad',
        preset,
        options: resolveOptions(clad, preset, [{ seed }]),
        resume: existsSync(join(run, 'config.json')),
        evaluated: true,
        onProgress: display.listener,
        onTasks: display.expect,
        note,
        signal: interrupt.signal,
      });
      return reportTraining({ run, onProgress, note });
    });
    display.stop();
    if (json) printJson({ data, run, report: page, mean: document?.mean ?? null });
    else printText(describe(data, run, page, document));
  } finally {
    display.stop();
    interrupt.release();
  }
}

function describe(data: string, run: string, page: string, document: EvaluationDocument | null): string {
  const photographs = join(data, 'washer', 'test');
  return [
    ...(document ? [terminalTable(evaluationTable(document)), ''] : []),
    `Report: ${page}`,
    '',
    'Next:',
    '  # heat maps of single photographs',
    `  ${programName()} predict ${shellWord(run)} ${shellWord(photographs)} --maps maps/`,
    '  # your own: YOUR_FOLDER/<class>/*.jpg of good parts',
    `  ${programName()} train YOUR_FOLDER --out runs/mine`,
  ].join('\n');
}
