/** @file Flags of `clad watch` for cameras and videos. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Decision } from '../detector/prediction.ts';
import { decodeImage } from '../image/decode.ts';
import { cameraSource } from '../jobs/watch/camera/camera-source.ts';
import { type TriggerWay, triggersFrom, triggerWays } from '../jobs/watch/camera/triggers.ts';
import type { CameraRequest } from '../jobs/watch/camera/watch-camera.ts';
import { decisions } from '../jobs/watch/destinations.ts';
import { numberFromText, requireApart, requireTogether, wholeFromText } from './arguments.ts';

/** Values of the flags as commander gives them. */
export interface CameraFlags {
  readonly camera?: string;
  readonly cameraOptions?: string;
  readonly ffmpeg?: string;
  readonly fps?: number;
  readonly motion?: number;
  readonly rest?: number;
  readonly background?: string;
  readonly trigger?: TriggerWay;
  readonly keep?: readonly Decision[];
  readonly stall?: number;
  readonly most?: number;
}

/** What is asked for; `release` ends the listening for triggers. */
type AskedCamera = {
  readonly [Name in
    | 'source'
    | 'ffmpeg'
    | 'fps'
    | 'motion'
    | 'triggers'
    | 'keep'
    | 'stall'
    | 'most']: CameraRequest[Name];
} & { readonly release: () => void };

/** Adds them to a verb. */
export function addCameraFlags(command: Command): void {
  command
    .option('--camera <source>', 'instead of a folder: rtsp://..., http://..., /dev/video0, a video file')
    .option('--camera-options <text>', "options of ffmpeg for it, as '-video_size 1920x1080 -framerate 30'")
    .option('--ffmpeg <path>', 'the ffmpeg that reads it (default: the one on the PATH)')
    .option('--fps <n>', 'pictures a second, at most', numberFromText('pictures a second', 0, 1000))
    .option(
      '--motion <share>',
      'judge a picture once it has come to rest after so much of it has changed, as 0.02',
      numberFromText('a share', 0, 1),
    )
    .option(
      '--rest <seconds>',
      'with --motion: for so long (default: 0.3)',
      numberFromText('seconds', 0, 3600),
    )
    .option(
      '--background <file>',
      'with --motion: a picture of the empty station, which is not judged then; or `first`: the first picture at rest',
    )
    .addOption(
      new Option('--trigger <way>', 'judge one picture for each line on stdin, or for each SIGUSR1').choices(
        triggerWays,
      ),
    )
    .option('--keep <which>', 'pictures kept below --move (default: check,reject)', decisionsFromText)
    .option(
      '--stall <seconds>',
      'connect anew where no picture comes for so long (default: 15)',
      numberFromText('seconds', 0, 86_400),
    )
    .option('--most <n>', 'end after so many judgements', wholeFromText(1));
}

/** What `--help` says of them. */
export const cameraHelp = `
Cameras and videos are read by ffmpeg 5.1 or newer. A camera that is away is connected to again; a video ends the command, and is judged from its beginning when that is run again.
Where a camera gives more pictures than are judged, always the newest is; of a video every picture is judged.
A line of --trigger stdin names its picture, by a serial number for one. A name and a password in the address stay out of the journal and of all messages; CLAD_WATCH_CAMERA keeps them off the command line.`;

/** What is to be watched; undefined for a folder. @throws OPTION_INVALID, FILE_NOT_FOUND */
export async function askedCamera(flags: CameraFlags): Promise<AskedCamera | undefined> {
  const { camera, cameraOptions, ffmpeg, fps, motion, rest, background, trigger, keep, stall, most } = flags;
  requireTogether('camera', camera, {
    '--camera-options': cameraOptions,
    '--ffmpeg': ffmpeg,
    '--fps': fps,
    '--motion': motion,
    '--rest': rest,
    '--background': background,
    '--trigger': trigger,
    '--keep': keep,
    '--stall': stall,
    '--most': most,
  });
  requireTogether('motion', motion, { '--rest': rest, '--background': background });
  if (camera === undefined) return undefined;
  requireApart('--trigger', trigger, '--motion', motion);
  const source = await cameraSource(camera, cameraOptions);
  const empty =
    background === undefined || background === 'first' ? background : await decodeImage(background);
  const listening = trigger && triggersFrom(trigger);
  return {
    ...{ source, ffmpeg, fps, keep, stall, most },
    motion: motion === undefined ? undefined : { share: motion, rest: rest ?? 0.3, background: empty },
    triggers: listening?.triggers,
    release: listening?.release ?? (() => {}),
  };
}

function decisionsFromText(text: string): Decision[] {
  const found = text.split(',').map((name) => decisions.find((each) => each === name.trim()));
  if (found.every((each) => each !== undefined)) return found;
  throw new InvalidArgumentError(`Expected one or several of ${decisions.join(',')}, separated by commas.`);
}
