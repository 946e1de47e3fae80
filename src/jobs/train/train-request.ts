/** @file What a training is asked to do, and what its steps share once everything has been read and checked. */
import {
  anything,
  callback,
  either,
  flag,
  having,
  list,
  number,
  oneOf,
  optional,
  path,
  signal,
  text,
  wholeFrom,
} from '../../core/arguments.ts';
import type { ExpectedTask } from '../../core/expected-task.ts';
import type { ProgressListener } from '../../core/progress.ts';
import type { Dataset } from '../../data/dataset.ts';
import { layouts } from '../../data/dataset.ts';
import type { LeftOutSummary } from '../../data/left-out.ts';
import type { BackboneFlags } from '../../features/backbones/backbone-flags.ts';
import { type BackbonePrecision, backbonePrecisions } from '../../features/backbones/reduced-backbone.ts';
import type { SeenImage } from '../../image/look.ts';
import type { SampleBits } from '../../image/samples.ts';
import { sampleBits } from '../../image/samples.ts';
import { sizeInPixels } from '../../image/size-option.ts';
import type { CommonOptions, FitContext, Method } from '../../methods/contract.ts';
import type { Device } from '../../runtime/engine.ts';
import { type Fields, machine, talk } from '../request-fields.ts';
import type { AskedFollowing } from '../roi/follow-parts.ts';
import type { RegionDefinitions } from '../roi/region-definition.ts';
import type { RunFolder } from '../run-folder.ts';
import type { AskedTiles } from './asked-tiles.ts';

export interface TrainRequest {
  /** Folder of the data set. */
  readonly data: string;
  readonly layout?: Dataset['layout'] | undefined;
  /** Run folder to write. */
  readonly out: string;
  /** Registered name or ONNX file. */
  readonly backbone: string;
  readonly backboneFlags?: BackboneFlags;
  /** What the backbone computes in, from the features of the training to the detector's file. @default 'fp32' */
  readonly backbonePrecision?: BackbonePrecision | undefined;
  /** Folder of texture images; the built-in generator where absent. */
  readonly textures?: string | undefined;
  /** How many bits of the samples of 16-bit files are used; found from all training images where absent (bit-depth.ts). */
  readonly bits?: SampleBits | undefined;
  /** Regions of interest by class; paths in them are from the working directory. */
  readonly roi?: RegionDefinitions | undefined;
  /** Regions of interest that follow the part (`--roi auto`), within those of `roi`. */
  readonly follow?: AskedFollowing | undefined;
  /** Photographs are cropped to the part (`--crop`). */
  readonly crop?: boolean | undefined;
  /** The backbone is given large photographs tile by tile. */
  readonly tiles?: AskedTiles | undefined;
  /** Name or file (docs/plugins.md), or the method itself. */
  readonly method: string | Method;
  /** Settings the options began with; one of the method's. */
  readonly preset: string;
  /** All options of the method: see `resolveOptions`. */
  readonly options: CommonOptions;
  readonly device?: Device;
  readonly threads?: number | undefined;
  readonly skipBroken?: boolean;
  /** Training images to leave out: paths, as they are or below the data set. */
  readonly exclude?: readonly string[] | undefined;
  /** At the end, leave out of the finished detector what stands out or lies in the wrong folder (exclude.ts). */
  readonly excludeOutliers?: boolean;
  readonly resume?: boolean;
  /** The detector will be evaluated afterwards: test images that are broken are to be met before the training. */
  readonly evaluated?: boolean;
  /** Where stores of patch features are kept and found again; within the run, and removed at its end, where absent. */
  readonly cache?: string | undefined;
  /** Whether to compute what is not in the cache, although `clad extract` has put shards there that do not fit or are not all there. */
  readonly mayExtract?: boolean | undefined;
  readonly onProgress?: ProgressListener;
  /** Told once, before them, of the tasks that progress will be of. */
  readonly onTasks?: (tasks: readonly ExpectedTask[]) => void;
  /** Sentences about the work, for people. */
  readonly note?: (text: string) => void;
  readonly signal?: AbortSignal;
}

/** What is asked to be read: of a training, or of what comes before one. */
export type ReadRequest = Omit<TrainRequest, 'out' | 'resume' | 'excludeOutliers' | 'mayExtract'>;

/** What it may hold, for programs that pass it without types. */
export const trainFields: Fields<TrainRequest> = {
  data: path,
  layout: optional(oneOf(layouts)),
  out: path,
  backbone: path,
  // Checked by name where they are used.
  backboneFlags: anything,
  backbonePrecision: optional(oneOf(backbonePrecisions)),
  textures: optional(path),
  // Name, file or method; found out where it is loaded.
  method: either(text, having('a method', {})),
  preset: text,
  // Checked by the method's schema.
  options: anything,
  ...machine,
  skipBroken: optional(flag),
  bits: optional(oneOf(sampleBits)),
  exclude: optional(list(path)),
  // Checked by its own schema.
  roi: anything,
  follow: optional(
    having('classes and margin', {
      classes: either(oneOf(['all']), list(text)),
      margin: optional(number),
    }),
  ),
  crop: optional(flag),
  tiles: optional(
    having('tiles, smallestDefect and whole', {
      tiles: either(
        oneOf(['auto']),
        either(wholeFrom(1), having('', { rows: wholeFrom(1), columns: wholeFrom(1) })),
      ),
      smallestDefect: optional(wholeFrom(1)),
      whole: optional(flag),
      inputSize: optional(sizeInPixels),
    }),
  ),
  excludeOutliers: optional(flag),
  resume: optional(flag),
  evaluated: optional(flag),
  cache: optional(path),
  mayExtract: optional(flag),
  onTasks: optional(callback),
  ...talk,
  signal: optional(signal),
};

/** What has been read and checked: all that the steps of a training share but where they write. */
export type ReadWork = Omit<Work, 'request' | 'run' | 'cache' | 'resume' | 'mayExtract'>;

/** What the steps of a training share: what the method is given, and what else was read. */
export interface Work extends FitContext {
  readonly request: TrainRequest;
  readonly method: Method;
  readonly run: RunFolder;
  /** Hashes of the training images' pixels, in their order. */
  readonly trainingPixels: readonly string[];
  /** What was passed over in the folders of data set and textures, broken files among it. */
  readonly leftOut: LeftOutSummary;
  /** What the training images are like, by path. */
  readonly seen: ReadonlyMap<string, SeenImage>;
  /** Why the region of a class does not follow the part although that was asked for, by class. */
  readonly notFollowed: Readonly<Record<string, string>>;
  /** What the fingerprint is made of: a text for each training image. */
  readonly records: readonly string[];
}
