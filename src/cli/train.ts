/** @file `clad train`: photographs of good parts to a detector. */
import { readFile } from 'node:fs/promises';
import { type Command, Option } from 'commander';
import { parse } from 'yaml';
import { z } from 'zod';
import { CladError, firstLineOf } from '../core/errors.ts';
import { checkOptions, type OptionTree } from '../core/options.ts';
import { stoppable } from '../core/progress.ts';
import { type Dataset, layouts } from '../data/dataset.ts';
import { builtinName } from '../features/backbones/builtin-backbone.ts';
import { type SampleBits, sampleBits } from '../image/samples.ts';
import type { SizeOption } from '../image/size-option.ts';
import { planTraining, type TrainingPlan } from '../jobs/train/plan.ts';
import { type TrainOutcome, train } from '../jobs/train/train.ts';
import type { TrainRequest } from '../jobs/train/train-request.ts';
import { defaultMethod, loadMethod, methodNames, methods } from '../methods/registry.ts';
import { defaultPreset, resolveOptions } from '../methods/resolve-options.ts';
import { reportTraining } from '../report/report.ts';
import { type Device, devices } from '../runtime/engine.ts';
import { repeated, sizeFromText, wholeFromText } from './arguments.ts';
import { addBackboneFlags, type BackboneFlagValues, backboneFlags } from './backbone-flags.ts';
import { bitsOption, deviceOption, layoutOption, threadsOption } from './common-flags.ts';
import { onInterrupt } from './interrupt.ts';
import { printError, printJson, printText, toldError } from './output.ts';
import { duration, progressBars } from './progress.ts';
import { terminalTable } from './terminal-table.ts';
import { describeTraining } from './train-outcome.ts';

/** Adds the verb to the program. */
export function registerTrain(program: Command): void {
  const command = program
    .command('train')
    .description('train one model over all products of a data set')
    .argument('<data>', 'folder: MVTec AD, VisA, VisA 1cls, or <product>/*.jpg of good parts')
    .requiredOption('--out <run>', 'folder to write the run into')
    .option(
      '--backbone <name|file>',
      'frozen backbone: a name from `clad backbones list` or an ONNX file (default: builtin)',
    )
    .option('--textures <dir>', 'folder of texture images for synthetic anomalies; else a built-in generator')
    .option(
      '--method <name|file>',
      `what is trained: ${methodNames.join(', ')}, or a JavaScript file that holds a method (default: ${defaultMethod})`,
    )
    .option('--preset <name>', `settings to start from (default: the first): ${presetHelp()}`)
    .option('--config <file>', 'YAML file with options of this command and of the training')
    .option(
      '--set <name=value>',
      'one option of the training, e.g. losses.gamma=1; may be repeated',
      repeated,
      [],
    )
    .addOption(
      new Option(
        '--selection <how>',
        'what chooses the networks: held-out images (the default), the test images, which leaks, or none',
      ).choices(['synthetic', 'test', 'last']),
    )
    .option(
      '--input-size <size>',
      "the networks' input: pixels of a square, or width x height, e.g. 320x240 (default: the preset's, 256)",
      sizeFromText(8),
    )
    .option('--seed <n>', 'of all random numbers (default: 0)', wholeFromText(0))
    .addOption(layoutOption())
    .addOption(bitsOption())
    .addOption(deviceOption())
    .addOption(threadsOption())
    .option('--cache <dir>', 'keep patch features here, and use those that are there')
    .option('--skip-broken', 'leave out images that cannot be decoded')
    .option('--exclude <files...>', 'training images to leave out, as paths')
    .option(
      '--exclude-outliers',
      'at the end, leave out what stands out among the good images or lies in the wrong folder, as `clad update` does',
    )
    .option('--plan', 'say what it will cost in disk, memory and time, and do nothing')
    .option('--resume', 'go on with the run in --out')
    .option('--no-report', 'leave out the report and the evaluation it needs')
    .option('--json', 'print one JSON document');
  addBackboneFlags(command);
  command
    .addHelpText(
      'after',
      `
Examples:
  $ clad train photos/ --out runs/parts
  $ clad train photos/ --out runs/parts --resume
  $ clad train photos/ --out runs/resnet50 --backbone resnet50 --textures dtd/
  $ clad train mvtec/ --out runs/paper --config recipes/mvtec-paper.yaml --plan
  $ clad train mvtec/ --out runs/paper --config recipes/mvtec-paper.yaml
  $ clad train photos/ --out runs/patchcore --backbone resnet50 --method patchcore
  $ clad train photos/ --out runs/mine --method ./mine.mjs
  $ clad train photos/ --out runs/try --backbone resnet50 --set losses.contrast=0 --set stage1.steps=300

Every option of a method, with the values of its presets: clad options METHOD, docs/options.md.`,
    )
    .action(run);
}

interface TrainFlags extends BackboneFlagValues {
  readonly out: string;
  readonly backbone?: string;
  readonly textures?: string;
  readonly method?: string;
  readonly preset?: string;
  readonly config?: string;
  readonly set?: readonly string[];
  readonly selection?: string;
  readonly inputSize?: SizeOption;
  readonly seed?: number;
  readonly layout?: Dataset['layout'];
  readonly bits?: SampleBits;
  readonly device?: Device;
  readonly threads?: number;
  readonly cache?: string;
  readonly skipBroken?: boolean;
  readonly exclude?: readonly string[];
  readonly excludeOutliers?: boolean;
  readonly plan?: boolean;
  readonly resume?: boolean;
  readonly report: boolean;
  readonly json?: boolean;
}

/** Options of the command itself that may also stand in the YAML file. */
const commandSchema = z.object({
  method: z.string().optional(),
  preset: z.string().optional(),
  backbone: z.string().optional(),
  textures: z.string().optional(),
  device: z.enum(devices).optional(),
  threads: z.number().int().min(1).optional(),
  cache: z.string().optional(),
  layout: z.enum(layouts).optional(),
  bits: z.literal(sampleBits).optional(),
  skipBroken: z.boolean().optional(),
  exclude: z.array(z.string()).optional(),
  excludeOutliers: z.boolean().optional(),
});

/** The presets of each method, e.g. `clad: fast, paper, accurate; patchcore: fast, published`. */
function presetHelp(): string {
  return [...methods].map(([name, { presets }]) => `${name}: ${Object.keys(presets).join(', ')}`).join('; ');
}

async function run(data: string, given: TrainFlags): Promise<void> {
  const file = given.config === undefined ? {} : await readConfig(given.config);
  const { flags, training } = split(file);
  const merged: TrainFlags = { ...flags, ...given };
  const methodName = merged.method ?? defaultMethod;
  const method = await loadMethod(methodName);
  const preset = merged.preset ?? defaultPreset(method);
  const flag = (where: string, options: OptionTree | undefined) => (options ? [{ where, options }] : []);
  const { seed, selection, inputSize } = given;
  const options = resolveOptions(method, preset, [
    { where: given.config ?? '', options: training },
    ...flag('--seed', seed === undefined ? undefined : { seed }),
    ...flag('--selection', selection === undefined ? undefined : { selection }),
    ...flag('--input-size', inputSize === undefined ? undefined : { features: { inputSize } }),
    ...(given.set ?? []),
  ]);
  const display = progressBars();
  const interrupt = onInterrupt(() => display.log('Stopping at the next step; once more to stop at once.'));
  if (merged.backbone === undefined) {
    display.log(
      `clad: Backbone: ${builtinName}, which comes with clad (others: --backbone NAME or FILE, docs/backbones.md).`,
    );
  }
  try {
    const request: TrainRequest = {
      data,
      out: given.out,
      backbone: merged.backbone ?? builtinName,
      backboneFlags: backboneFlags(given),
      textures: merged.textures,
      method: methodName,
      preset,
      options,
      device: merged.device,
      layout: merged.layout,
      bits: merged.bits,
      threads: merged.threads,
      cache: merged.cache,
      skipBroken: merged.skipBroken ?? false,
      exclude: merged.exclude ?? [],
      excludeOutliers: merged.excludeOutliers ?? false,
      resume: given.resume ?? false,
      evaluated: given.report,
      onProgress: display.listener,
      ...(!given.plan && { onTasks: display.expect }),
      note: (text) => display.log(`clad: ${text}`),
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
  time,
}: TrainingPlan): string {
  const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`;
  const sum = (values: Readonly<Record<string, number>>) =>
    Object.values(values).reduce((total, each) => total + each, 0);
  const bytes = sum(disk);
  const total = sum(time);
  return terminalTable({
    header: ['', 'expected'],
    rows: [
      ['images', `${images} of ${classes} classes, ${heldOut} held out`],
      ...(testImages === 0 ? [] : [['test images', `${testImages}, which choose the networks`]]),
      [learntFrom.name, learntFrom.count.toLocaleString('en')],
      ['disk', `${gigabytes(bytes)}, freed at the end without --cache`],
      ['memory', `about ${gigabytes(memory)}`],
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

async function readConfig(path: string): Promise<OptionTree> {
  let content: unknown;
  try {
    content = parse(await readFile(path, 'utf8')) ?? {};
  } catch (error) {
    throw new CladError('FILE_UNREADABLE', { path, reason: firstLineOf(error) }, { cause: error });
  }
  if (typeof content === 'object' && content !== null && !Array.isArray(content))
    return content as OptionTree;
  throw new CladError('FILE_UNREADABLE', { path, reason: 'expected options as `name: value` lines' });
}

/** A file's options: the command's own, and the training's. */
function split(file: OptionTree) {
  const own = (key: string) => Object.hasOwn(commandSchema.shape, key);
  const entries = Object.entries(file);
  const flags = checkOptions(commandSchema, Object.fromEntries(entries.filter(([key]) => own(key))));
  return { flags, training: Object.fromEntries(entries.filter(([key]) => !own(key))) };
}
