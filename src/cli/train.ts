/** @file `clad train`: photographs of good parts to a detector. */
import type { Command } from 'commander';
import type { CladError } from '../core/errors.ts';
import { stoppable } from '../core/progress.ts';
import { planTraining, type TrainingPlan } from '../jobs/train/plan.ts';
import { type TrainOutcome, train } from '../jobs/train/train.ts';
import type { TrainRequest } from '../jobs/train/train-request.ts';
import { reportTraining } from '../report/report.ts';
import { dataArgument } from './common-flags.ts';
import { onInterrupt } from './interrupt.ts';
import { printError, printJson, printText, toldError } from './output.ts';
import { duration, progressBars } from './progress.ts';
import { terminalTable } from './terminal-table.ts';
import { describeTraining } from './train-outcome.ts';
import { addTrainingFlags, askedTraining, type TrainingFlags } from './training-flags.ts';

/** Gives the verb its arguments, its options and what it does. */
export function declare(command: Command): void {
  command.argument('<data>', dataArgument).requiredOption('--out <run>', 'folder to write the run into');
  addTrainingFlags(command, 'keep patch features here, and use those that are there');
  command
    .option(
      '--exclude-outliers',
      'at the end, leave out what stands out among the good images or lies in the wrong folder, as `clad update` does',
    )
    .option('--plan', 'say what it will cost in disk, memory and time, and do nothing')
    .option('--resume', 'go on with the run in --out')
    .option('--no-report', 'leave out the report and the evaluation it needs')
    .option('--json', 'print one JSON document')
    .addHelpText(
      'after',
      `
Examples:
  $ clad train photos/ --out runs/parts
  $ clad train photos/ --out runs/parts --resume
  $ clad train photos/ --out runs/parts --roi screw=screw-region.yaml --roi cap=cap-mask.png
  $ clad train photos/ --out runs/resnet50 --backbone resnet50 --textures dtd/
  $ clad train mvtec/ --out runs/paper --config recipes/mvtec-paper.yaml --plan
  $ clad train mvtec/ --out runs/paper --config recipes/mvtec-paper.yaml
  $ clad train photos/ --out runs/patchcore --backbone resnet50 --method patchcore
  $ clad train photos/ --out runs/mine --method ./mine.mjs
  $ clad train photos/ --out runs/try --preset fast --set losses.contrast=0 --set stage1.steps=300

Every option of a method, with the values of its presets: clad options METHOD, docs/options.md.`,
    )
    .action(run);
}

interface TrainFlags extends TrainingFlags {
  readonly out: string;
  readonly excludeOutliers?: boolean;
  readonly plan?: boolean;
  readonly resume?: boolean;
  readonly report: boolean;
  readonly json?: boolean;
}

async function run(data: string, given: TrainFlags): Promise<void> {
  const display = progressBars();
  const interrupt = onInterrupt(() => display.log('Stopping at the next step; once more to stop at once.'));
  const note = (text: string) => display.log(`clad: ${text}`);
  try {
    const { request: asked, excludeOutliers } = await askedTraining(data, given, note);
    const request: TrainRequest = {
      ...asked,
      out: given.out,
      excludeOutliers,
      resume: given.resume ?? false,
      evaluated: given.report,
      onProgress: display.listener,
      ...(!given.plan && { onTasks: display.expect }),
      note,
      signal: interrupt.signal,
    };
    if (given.plan) {
      const plan = await planTraining(request);
      display.stop();
      if (given.json) printJson(plan);
      else printText(describePlan(plan));
      return;
    }
    const outcome = await train(request);
    const { page, failure } = given.report ? await attemptReport(outcome, request) : { page: null };
    display.stop();
    if (given.json) {
      printJson({ ...outcome, report: page, ...(failure && { reportError: failure.words }) });
    } else printText(describeTraining(outcome, page));
    if (failure) process.exitCode = printError(failure, false);
  } finally {
    display.stop();
    interrupt.release();
  }
}

function describePlan({
  images,
  testImages,
  classes,
  heldOut,
  learntFrom,
  steps,
  disk,
  memory,
  file,
  time,
  image,
}: TrainingPlan): string {
  const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`;
  const milliseconds = (seconds: number) => `${Number((1000 * seconds).toPrecision(2))} ms`;
  const sum = (values: Readonly<Record<string, number>>) =>
    Object.values(values).reduce((total, each) => total + each, 0);
  const bytes = sum(disk);
  const total = sum(time);
  return terminalTable({
    header: ['', 'expected'],
    rows: [
      ['images', `${images} of ${classes} classes, ${heldOut} held out`],
      ...(testImages === 0 ? [] : [['test images', `${testImages}, which select the checkpoint`]]),
      [learntFrom.name, learntFrom.count.toLocaleString('en')],
      ['disk', `${gigabytes(bytes)}, freed at the end without --cache`],
      ['memory', `about ${gigabytes(memory)}`],
      ...(file === undefined ? [] : [['detector', `a file of ${(file / 1e6).toFixed(1)} MB`]]),
      ...(image
        ? [['an image', `${milliseconds(image.seconds)}, ${milliseconds(image.region)} of it for the region`]]
        : []),
      ...Object.entries(time)
        .filter(([, seconds]) => seconds > 0)
        .map(([task, seconds]) => {
          const count = steps[task];
          const shown = task.replace(/(?<=[a-z])(?=\d)/, ' ');
          return [shown, count === undefined ? duration(seconds) : `${count} steps, ${duration(seconds)}`];
        }),
      ['in all', `${duration(total)} on this machine as it is now`],
    ],
  });
}

/** The report of the run, with its test images where it has any; what came of the training is told also where it fails. */
async function attemptReport(
  { run }: TrainOutcome,
  { device, threads, layout, skipBroken, note, ...request }: TrainRequest,
): Promise<{ readonly page: string | null; readonly failure?: CladError }> {
  try {
    const asked = { run, device, threads, layout, skipBroken, note, onProgress: stoppable(request) };
    return { page: (await reportTraining(asked)).page };
  } catch (error) {
    return { page: null, failure: toldError(error) };
  }
}
