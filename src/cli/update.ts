/** @file `clad update`: a finished detector changed without a new training: images and classes join it and leave it. */
import type { Command } from 'commander';
import { CladError } from '../core/errors.ts';
import type { ProgressListener } from '../core/progress.ts';
import { addImages } from '../jobs/update/add.ts';
import { excludeImages } from '../jobs/update/exclude.ts';
import { lowerThresholds } from '../jobs/update/lower-threshold.ts';
import { removeClass } from '../jobs/update/remove-class.ts';
import type { Device } from '../runtime/engine.ts';
import { deviceOption, threadsOption } from './common-flags.ts';
import { printJson, printText } from './output.ts';
import { progressBars } from './progress.ts';
import { askedFollowing, askedRegions, roiMarginOption, roiOption } from './roi-flags.ts';
import { describeAddition, describeExclusion, describeMissed, describeRemoval } from './update-outcome.ts';

/** Gives the verb its arguments, its options and what it does. */
export function declare(command: Command): void {
  command
    .argument('<run>', 'folder that `clad train` wrote')
    .argument('[good...]', 'good images that join: images, or folders of them')
    .option(
      '--class <name>',
      'class that they join, a new one where the detector has none of this name (default: what each is recognised as)',
    )
    .option('--new-class', "the class is new; without --class it has the name of the images' folder")
    .option(
      '--false-alarm <files...>',
      'images that were called anomalous by mistake: they join the good ones of their class',
    )
    .option(
      '--missed <files...>',
      'defective images that were called normal: the threshold of their class is lowered, if that does it',
    )
    .option('--remove-class <name>', 'class that leaves')
    .option('--exclude <files...>', 'training images to leave out, as paths or as good-images.csv has them')
    .option(
      '--exclude-outliers',
      'leave out what stands out among the good images, and what is recognised as another class',
    )
    .addOption(roiOption())
    .addOption(roiMarginOption())
    .option('--force', 'do it although the images or their cost are doubtful')
    .addOption(deviceOption())
    .addOption(threadsOption())
    .option('--json', 'print one JSON document')
    .addHelpText(
      'after',
      `
Nothing is trained: what the memory bank holds of a class changes, and its threshold and colours are set anew. Images of other classes keep their verdicts and
scores to the last bit, so a line that has validated one class need not do so again because another came. Images that the detector knows, broken files, and images
that are recognised as another class or are no plausible good ones are named and not added; --force takes the last two.
--missed says what it costs in false alarms, and asks for --force where that is more than 10 %.
Networks, where some were trained, keep what they learnt. The detector of before is kept in <run>/versions/; \`clad history <run>\` says what was done.

Examples:
  $ clad update runs/parts photos/bottle-june/ --class bottle            # more good images of a class
  $ clad update runs/parts photos/cap/ --class cap                       # a new class
  $ clad update runs/parts photos/cap/ --class cap --roi cap=cap.yaml    # with its own region of interest
  $ clad update runs/parts photos/cap/ --class cap --roi cap=auto        # one that follows its part
  $ clad update runs/parts --false-alarm line/0481.png line/0482.png     # good parts that were called anomalous
  $ clad update runs/parts --missed line/0377.png                        # a defect that was called normal
  $ clad update runs/parts --remove-class cap
  $ clad update runs/parts --exclude photos/bottle/141.png               # no good part after all
  $ clad update runs/parts --exclude-outliers`,
    )
    .action(run);
}

interface UpdateFlags {
  readonly class?: string;
  readonly newClass?: boolean;
  readonly falseAlarm?: readonly string[];
  readonly missed?: readonly string[];
  readonly removeClass?: string;
  readonly exclude?: readonly string[];
  readonly excludeOutliers?: boolean;
  readonly roi?: readonly string[];
  readonly roiMargin?: number;
  readonly force?: boolean;
  readonly device?: Device;
  readonly threads?: number;
  readonly json?: boolean;
}

/** What is to be done, with its document for programs and its words for people. */
type Change = (onProgress: ProgressListener) => Promise<{ readonly document: object; readonly text: string }>;

async function run(folder: string, good: readonly string[], flags: UpdateFlags): Promise<void> {
  const change = theOneChange(folder, good, flags);
  const display = progressBars();
  let done: Awaited<ReturnType<Change>>;
  try {
    done = await change(display.listener);
  } finally {
    display.stop();
  }
  if (flags.json) printJson(done.document);
  else printText(done.text);
}

/** @throws USAGE where nothing is asked for, or several things at once */
function theOneChange(folder: string, good: readonly string[], flags: UpdateFlags): Change {
  const {
    falseAlarm = [],
    missed = [],
    exclude = [],
    excludeOutliers = false,
    newClass = false,
    force = false,
  } = flags;
  const { device, threads } = flags;
  const common = { run: folder, device, threads };
  const add =
    (images: readonly string[], isFalseAlarm: boolean): Change =>
    async (onProgress) => {
      const request = {
        ...common,
        images,
        class: flags.class,
        newClass,
        falseAlarm: isFalseAlarm,
        roi: await askedRegions(flags.roi),
        follow: askedFollowing(flags.roi, undefined, flags.roiMargin),
        force,
        onProgress,
      };
      const document = await addImages(request);
      return { document, text: describeAddition(folder, document) };
    };
  const asked: Readonly<Record<string, Change | undefined>> = {
    'good images': good.length > 0 ? add(good, false) : undefined,
    '--false-alarm': falseAlarm.length > 0 ? add(falseAlarm, true) : undefined,
    '--missed':
      missed.length > 0
        ? async (onProgress) => {
            const document = await lowerThresholds({ ...common, missed, force, onProgress });
            return { document, text: describeMissed(folder, document) };
          }
        : undefined,
    '--remove-class':
      flags.removeClass === undefined
        ? undefined
        : async (onProgress) => {
            const document = await removeClass({ ...common, class: flags.removeClass ?? '', onProgress });
            return { document, text: describeRemoval(folder, document) };
          },
    '--exclude or --exclude-outliers':
      exclude.length > 0 || excludeOutliers
        ? async (onProgress) => {
            const document = await excludeImages({
              ...common,
              exclude,
              outliers: excludeOutliers,
              onProgress,
            });
            return { document, text: describeExclusion(folder, document) };
          }
        : undefined,
  };
  const named = Object.entries(asked).flatMap(([name, change]) => (change ? [{ name, change }] : []));
  const usage = (reason: string) => new CladError('USAGE', { reason, help: '`clad update --help`' });
  const [first, second] = named;
  if (!first) throw usage(`Nothing says what to change: give ${Object.keys(asked).join(', ')}`);
  if (second)
    throw usage(`One change at a time, as each is a version of its own: ${first.name} or ${second.name}`);
  if (
    (flags.class !== undefined || newClass) &&
    first.change !== asked['good images'] &&
    first.change !== asked['--false-alarm']
  )
    throw usage('--class and --new-class are for images that join');
  if (flags.roi?.length && first.change !== asked['good images']) throw usage('--roi is for a new class');
  return first.change;
}
