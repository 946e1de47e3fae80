/** @file `clad verify`: does this machine compute what the detector file says it should? */
import type { Command } from 'commander';
import { uncheckedNote } from '../detector/open.ts';
import { type Verification, verifyDetector } from '../jobs/verify.ts';
import type { Device } from '../runtime/engine.ts';
import { shareFrom } from './arguments.ts';
import { deviceOption, threadsOption } from './common-flags.ts';
import { printJson, printText } from './output.ts';
import { terminalTable } from './terminal-table.ts';

/** Gives the verb its arguments, its options and what it does. */
export function declare(command: Command): void {
  command
    .argument('<run>', 'folder that `clad train` wrote, or a detector file')
    .option(
      '--tolerance <share>',
      "largest difference, as a share of the map's span (default: the file's; 0.02 on another device)",
      shareFrom,
    )
    .addOption(deviceOption())
    .addOption(threadsOption())
    .option('--json', 'print one JSON document')
    .addHelpText(
      'after',
      `
The file holds a few small drawn images and what it said of them at the end of its training.

Examples:
  $ clad verify runs/parts
  $ clad verify model.onnx --device cuda --json

Exit status: 0 when every image is predicted as it was, 2 when one is not, or when the file holds no such images.`,
    )
    .action(run);
}

interface VerifyFlags {
  readonly tolerance?: number;
  readonly device?: Device;
  readonly threads?: number;
  readonly json?: boolean;
}

async function run(folder: string, { json, device, threads, tolerance }: VerifyFlags): Promise<void> {
  const verification = await verifyDetector({ run: folder, device, threads, tolerance });
  if (json) printJson(verification);
  else printText(describe(verification));
  if (!verification.reproduced) process.exitCode = 2;
}

function describe(verification: Verification): string {
  const { model, device, madeOn, tolerance, reproduced, images } = verification;
  const share = (value: number) => `${(100 * value).toPrecision(2)} %`;
  const table = terminalTable({
    header: ['image', 'score', 'expected', 'score off by', 'map off by', 'same'],
    rows: images.map((image) => [
      image.name,
      image.score.toFixed(4),
      image.expectedScore.toFixed(4),
      share(image.difference.score),
      share(image.difference.map),
      image.reproduced ? 'yes' : 'NO',
    ]),
  });
  const rule = `differences are shares of each map's span; up to ${share(tolerance)} counts as the same`;
  const said = reproduced
    ? `This machine (${device}) reproduces ${model}, made on ${madeOn}.`
    : `This machine (${device}) does NOT reproduce ${model}, made on ${madeOn}: do not trust its verdicts here.`;
  return [table, '', rule, ...uncheckedNote(verification, model), said].join('\n');
}
