/**
 * @file What a method is: options, presets, and `fit`, which learns from good images and gives back a graph from image to anomaly map. CLAD is one;
 * the others are what it is compared with, and more come from outside (docs/plugins.md). Nothing else of the program knows a method by name.
 */
import type { z } from 'zod';
import type { ExpectedTask } from '../core/expected-task.ts';
import type { ProgressListener } from '../core/progress.ts';
import type { Share } from '../core/share.ts';
import type { Storage } from '../core/storage.ts';
import type { Dataset, Sample } from '../data/dataset.ts';
import type { ImageAccess } from '../data/image-access.ts';
import type { Backbone } from '../features/backbones/loaded-backbone.ts';
import type { Produce } from '../features/store/producer.ts';
import type { Graph, Tensor } from '../graph/index.ts';
import type { Geometry, Grid } from '../image/geometry.ts';
import type { CropModel } from '../image/roi/crop-model.ts';
import type { Regions } from '../image/roi/region-of-interest.ts';
import type { SampleBits } from '../image/samples.ts';
import type { SizeOption } from '../image/size-option.ts';
import type { Engine, TensorValue } from '../runtime/engine.ts';
import type { Validation } from '../training/checkpoint.ts';
import type { HeldOutSplit } from '../training/held-out.ts';
import type { SynthesisOptions } from './shared/option-groups.ts';

/** Options that every method has, since what is around it asks for them. */
export interface CommonOptions {
  readonly seed: number;
  /** Share of each class's good images that `fit` is not to learn from. */
  readonly heldOut: number;
  /** How anomalies are made, for the colours and regions of heat maps; a method may learn from such as well. */
  readonly synthesis: SynthesisOptions;
  readonly falseAlarmRate: number;
}

/** What a detector sees of a photograph. */
export interface View {
  /** The part of it, and the size it is brought to; the anomaly map has the same. */
  readonly geometry: Geometry;
  /** The patches that the map is made of; a method that has none has one for each pixel. */
  readonly grid: Grid;
}

/** Files of the run that a method may use. */
export interface RunFiles {
  /** For what a training needs to go on where it was stopped. */
  readonly checkpoint: Storage;
  /** For images to look at; where it is absent, none are made. */
  readonly samples?: Storage;
  /** Appends a line to the run's log. */
  log(entry: object): Promise<void>;
  /** Removes what the log says of steps after this one; they are about to be run again. */
  rewindLog(stage: number, step: number): Promise<void>;
}

/** What a method is given to learn from. */
export interface FitContext<O extends CommonOptions = CommonOptions, V extends View = View> {
  readonly options: O;
  readonly view: V;
  readonly engine: Engine;
  readonly backbone: Backbone;
  readonly dataset: Dataset;
  /** Good images, each image once; an image's number is its place here. */
  readonly training: readonly Sample[];
  /** Pixels of the samples, masks and textures, by their paths. */
  readonly images: ImageAccess;
  /** Decodes images and makes anomalies of them ahead of the engine. */
  readonly produce: Produce;
  /** Numbers of the images to learn from, and of those held out. */
  readonly split: HeldOutSplit;
  /** Regions of interest of the classes, outside which nothing is learnt; absent where no class has one. Only for a method that has `refusesRegions`. */
  readonly regions?: Regions | undefined;
  /** What the images are cropped by, which `images` and `produce` have done already; absent where all of each is seen. */
  readonly crop?: CropModel | undefined;
  /** Fingerprint of the training images' content, as files. */
  readonly fingerprint: string;
  /** Texture images for synthetic anomalies; null: the built-in generator. */
  readonly textures: readonly string[] | null;
  /** How 16-bit files are read. */
  readonly bits: SampleBits;
  /** For what other trainings on the same images may use as well. */
  readonly cache: Storage;
  /** Whether to compute what the cache has not, although other machines were to (`clad extract --shard`). @default false */
  readonly mayExtract?: boolean | undefined;
  readonly run: RunFiles;
  /** Go on from `run.checkpoint`, where it holds something. */
  readonly resume: boolean;
  readonly onProgress?: ProgressListener | undefined;
  /** Sentences about the work, for people. */
  readonly note?: ((text: string) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What a method is given to compute one machine's share of what `fit` will find in the cache. */
export interface ExtractContext<O extends CommonOptions = CommonOptions, V extends View = View>
  extends Omit<FitContext<O, V>, 'run' | 'resume' | 'mayExtract'> {
  readonly share: Share;
  /** Version of the program, and processor. */
  readonly madeBy: string;
}

/** What came of that. */
export interface ExtractedImages {
  /** Where it is, for people. */
  readonly places: readonly string[];
  /** Images of the share, and of all shares. */
  readonly images: number;
  readonly total: number;
  /** Whether it was there already. */
  readonly reused: boolean;
}

/** What a fitted method says of N images, as values of a graph. */
export interface ImageScores {
  /** Anomaly map, [N, height, width] of the view's geometry; higher is more anomalous. */
  readonly map: Tensor;
  /** Anomaly score of each image, [N]. */
  readonly score: Tensor;
  /** Each class's share, adding up to 1, [N, classes]. May be absent where there is one class. */
  readonly shares?: Tensor;
}

/** What a method has stored of its training images and would predict them from as well as from their pixels: thresholds then need no photograph. */
export interface StoredImages {
  /** Type and shape of what is stored of one image. */
  readonly input: Pick<TensorValue, 'dtype' | 'shape'>;
  /**
   * What is stored of a training image. It is checked: better an error than another number.
   * @param id - its number
   * @throws a CladError where it is there no more, or not as it was; the image is then decoded
   */
  read(id: number): Promise<TensorValue>;
  /** What `Fitted.graph` says of the one image, but for rounding. @param stored - from `read` @param own - as there */
  graph(graph: Graph, stored: Tensor, own: Tensor): ImageScores;
}

/** What a method has learnt. */
export interface Fitted {
  /**
   * @param image - uint8 [N, H, W, 3], RGB as decoded, of any size
   * @param own - [1] int64: the number of the training image that the one image is, while thresholds are set: what was learnt from that image by
   *   heart is left out. A method that keeps no images has no use for it.
   */
  graph(graph: Graph, image: Tensor, own?: Tensor): ImageScores;
  /** What it has stored of training images; absent where that is nothing it could predict from. */
  readonly stored?: StoredImages;
  /** Pixels of the map within which a defect lifts its surroundings (detector/heat/region-rule.ts). */
  readonly reach: number;
  /** Gradient steps of each stage, by its name. */
  readonly steps: Readonly<Record<string, number>>;
  /** The validation that chose the checkpoint. */
  readonly chosen?: Validation | undefined;
  /** Sentences on what is wrong with the training; absent where nothing is known to be. */
  readonly warnings?: readonly string[] | undefined;
  /** The training image that each entry of the memory bank is of, in the order of the bank; absent where there is no bank. */
  readonly entryImages?: readonly number[];
  /** Seconds of `fit` that other trainings on the same images would not take again. */
  readonly sharedSeconds?: number;
}

/** A part of a method and how it is switched off, for `clad ablate`. */
export interface Part<O> {
  readonly name: string;
  /** What switches it off, as `name=value`; nothing where these options have it not. */
  set(options: O): readonly string[];
  /** Where it comes from, e.g. `Eq. 8-17`. */
  readonly source: string;
}

/**
 * What a constant is tried at. Written as a method, of which TypeScript takes one for some options where one for any is wanted: the method's
 * own schema has checked them, and so every `Method<O>` is a `Method`.
 */
type Sweep<O> = { values(options: O): readonly string[] }['values'];

/** What `clad ablate` does with a method. */
export interface Ablation<O> {
  /** The preset whose parts they are, where nobody names one; absent: the method's first. */
  readonly preset?: string;
  readonly parts: readonly Part<O>[];
  /** Constants, and the values they are tried at, as `name=value`. */
  readonly sweeps: Readonly<Record<string, Sweep<O>>>;
}

/** Numbers from which the time of a training is guessed. */
export interface TaskCounts {
  readonly training: number;
  /** Test images that choose the checkpoint. */
  readonly selection: number;
  readonly classes: number;
  /** Of the machine. */
  readonly cores: number;
}

/** What a method is given to measure what `fit` will cost. */
export type PlanContext<O extends CommonOptions, V extends View> = Pick<
  FitContext<O, V>,
  'options' | 'view' | 'engine' | 'backbone' | 'dataset' | 'training' | 'split'
>;

/** What `fit` will cost. */
export interface FitPlan {
  /** What is learnt from, e.g. patches, and how many. */
  readonly learntFrom: { readonly name: string; readonly count: number };
  /** Gradient steps of each stage, by its name. */
  readonly steps: Readonly<Record<string, number>>;
  /** Bytes; with `--cache` they stay. */
  readonly disk: Readonly<Record<string, number>>;
  /** Bytes at the highest. */
  readonly memory: number;
  /** Bytes of the detector's file, but for metadata; absent where the method does not say. */
  readonly file?: number;
  /** Seconds by task. */
  readonly time: Readonly<Record<string, number>>;
  /** Seconds that the detector will take for an image. */
  readonly imageSeconds: number;
  /** Seconds more where a class has a region of interest; absent where the method does not say. */
  readonly regionSeconds?: number;
  /** The same as imageSeconds of a training image, by what is stored of it; absent where nothing is. */
  readonly storedSeconds?: number;
}

/** One method. */
export interface Method<O extends CommonOptions = CommonOptions, V extends View = View> {
  /** As options and files have it. */
  readonly name: string;
  /** The file that it is from; absent where it came with the program. */
  readonly file?: string;
  /** A line on what it does. */
  readonly summary: string;
  /** Its options: names, meanings (`describe`), ranges. */
  readonly options: z.ZodType<O>;
  /** Values by name; the first is the default. */
  readonly presets: Readonly<Record<string, O>>;
  readonly ablation?: Ablation<O>;
  /** Why it takes no regions of interest with these options; undefined where it does. Without the function it never does. */
  refusesRegions?(options: O): string | undefined;
  /** Why it takes none with thresholds of their own, which take an image score made of the map; undefined or absent where it does. */
  refusesNamedRegions?(options: O): string | undefined;
  /** Whether test images choose the checkpoint. */
  usesTestImages?(options: O): boolean;
  /** Size of the images that the backbone is given, where a backbone is used. */
  inputSize?(options: O): SizeOption;
  /** The options as they will be used with this backbone, e.g. with layers that it has. */
  adapt?(options: O, backbone: Backbone, note?: (text: string) => void): O;
  /**
   * What it will see, known before anything takes long.
   * @throws OPTION_INVALID where options and backbone do not go together
   */
  view(
    options: O,
    backbone: Backbone,
    context: { readonly engine: Engine; readonly note?: ((text: string) => void) | undefined },
  ): Promise<V>;
  /**
   * Learns from good images; goes on from what an earlier try left in the run.
   * @throws INTERRUPTED when the signal is aborted
   */
  fit(context: FitContext<O, V>): Promise<Fitted>;
  /**
   * Computes one machine's share of what `fit` will find in the cache; the shares may be computed in any order, at the same time.
   * @throws INTERRUPTED when the signal is aborted
   */
  extract?(context: ExtractContext<O, V>): Promise<ExtractedImages>;
  /** What `fit` will take and how long, before anything is known but numbers. */
  tasks?(options: O, counts: TaskCounts): readonly ExpectedTask[];
  /** Measures what `fit` will cost, for `clad train --plan`. */
  plan?(context: PlanContext<O, V>): Promise<FitPlan>;
  /** Seconds that the fitted detector takes for an image beyond its view's resize, and makes its features; for the time left. */
  imageSeconds?(options: O, counts: TaskCounts): number;
  /** The same of a training image, by what is stored of it; absent where nothing is. */
  storedSeconds?(options: O, counts: TaskCounts): number;
}

/** The method as it is. For its types: what its functions are given is told from its own options, as `onPatches` tells it. */
export function defineMethod<O extends CommonOptions, V extends View>(method: Method<O, V>): Method<O, V> {
  return method;
}
