/** @file `clad extract`: the patch features of a training, or one machine's share of them. */
import type { Command } from 'commander';
import { CladError } from '../core/errors.ts';
import type { Share } from '../core/share.ts';
import { type ExtractOutcome, extract } from '../jobs/extract.ts';
import { shardOption } from './common-flags.ts';
import { onInterrupt } from './interrupt.ts';
import { printJson, printText } from './output.ts';
import { duration, progressBars } from './progress.ts';
import { addTrainingFlags, askedTraining, type TrainingFlags } from './training-flags.ts';

/** Gives the verb its arguments, its options and what it does. */
export function declare(command: Command): void {
  command
    .argument('<data>', 'the data set that will be trained on, as for `clad train`')
    .addOption(shardOption('the share of the images that this machine does (default: all)'));
  addTrainingFlags(command, 'folder for the patch features, which the machines share; needed');
  command
    .option('--json', 'print one JSON document')
    .addHelpText(
      'after',
      `
Give the options that \`clad train\` will be given. Shards may be made in any order, at the same time, and again: what is there is kept.
Then \`clad train --cache DIR\` takes them all, and makes the detector that it would have made alone.

Examples:
  $ clad extract photos/ --cache cache/ --shard 0/4
  $ clad extract photos/ --cache cache/ --config options.yaml --shard 3/4
  $ parallel clad extract photos/ --cache cache/ --shard {}/4 ::: 0 1 2 3
  $ sbatch --array=0-3 --wrap 'clad extract photos/ --cache cache/ --shard $SLURM_ARRAY_TASK_ID/4'
  $ clad train photos/ --cache cache/ --out runs/parts

Kubernetes, and what it costs: docs/scale.md.`,
    )
    .action(run);
}

interface ExtractFlags extends TrainingFlags {
  readonly shard?: Share;
  readonly json?: boolean;
}

async function run(data: string, { shard: share, json, ...given }: ExtractFlags): Promise<void> {
  const display = progressBars();
  const interrupt = onInterrupt(() => display.log('Stopping at the next image; once more to stop at once.'));
  const note = (text: string) => display.log(`clad: ${text}`);
  try {
    const { request } = await askedTraining(data, given, note);
    const { cache } = request;
    if (cache === undefined) {
      const reason = 'Nothing says where the patch features go: give --cache DIR';
      throw new CladError('USAGE', { reason, help: '`clad extract --help`' });
    }
    const { listener: onProgress, expect: onTasks } = display;
    const outcome = await extract({
      ...request,
      cache,
      share,
      onProgress,
      onTasks,
      note,
      signal: interrupt.signal,
    });
    display.stop();
    if (json) printJson(outcome);
    else printText(describe(outcome));
  } finally {
    display.stop();
    interrupt.release();
  }
}

function describe({ shard, images, total, reused, places, seconds }: ExtractOutcome): string {
  const share = `Shard ${shard}: ${images} of ${total} images`;
  const where = `Patch features: ${places.join(', ')}`;
  if (reused) return `${share} are there already; nothing was done.\n${where}`;
  return `${share} in ${duration(seconds)}.\n${where}`;
}
