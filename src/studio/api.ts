/**
 * @file What the pages of the studio and its server say to each other: the requests as schemas, which the server checks, and the answers as types, which both
 * are compiled against. Numbers of results are those of the jobs behind the command line, untouched.
 */
import { z } from 'zod';
import type { ErrorCode } from '../core/errors.ts';
import type { ClassSummary, Problem } from '../data/inspection.ts';
import type { Geometry } from '../image/geometry.ts';
import type { EvaluationDocument } from '../jobs/evaluate/evaluate.ts';
import type { TrainingPlan } from '../jobs/train/plan.ts';
import { below, name } from './fields.ts';
import { type UpdateResult, updateJob } from './update-api.ts';

/** Drawn products to try everything on: `clad data demo`. */
const demoJob = z.strictObject({
  kind: z.literal('demo'),
  dataset: name,
  classes: z.array(name).min(1).max(20).optional(),
  size: z.int().min(64).max(1024).optional(),
  train: z.int().min(2).max(500).optional(),
  testGood: z.int().min(0).max(500).optional(),
  testAnomalous: z.int().min(0).max(500).optional(),
  seed: z
    .int()
    .min(0)
    .max(2 ** 32 - 1)
    .optional(),
});

/** What is in a data set and what is wrong with it: `clad data inspect`. */
const inspectJob = z.strictObject({ kind: z.literal('inspect'), dataset: name });

/** What a training is asked to do. */
const trainSettings = z.strictObject({
  dataset: name,
  method: name,
  preset: name,
  backbone: name.optional(),
  device: z.enum(['cpu', 'webgpu', 'cuda']).optional(),
  /** Those that differ from the preset's, by dotted name. */
  changes: z.record(z.string().max(100), z.unknown()).default({}),
  /** Whether the regions of interest that are drawn for its products hold. */
  regions: z.boolean().default(true),
});
const trainJob = trainSettings.extend({ kind: z.literal('train'), run: name });

/** A run on the test images of its data set, with a report: `clad evaluate --report`. */
const evaluateJob = z.strictObject({ kind: z.literal('evaluate'), run: name });

/** Thresholds as numbers, in a new detector file: `clad calibrate --threshold`. */
const thresholdJob = z.strictObject({
  kind: z.literal('threshold'),
  run: name,
  /** The version they are moved in: a file of `detectors/`; the run's own where null. */
  base: name.nullable(),
  thresholds: z
    .record(z.string(), z.number())
    .refine((each) => Object.keys(each).length > 0, { message: 'a threshold for one product at least' }),
});

export const jobSchema = z.discriminatedUnion('kind', [
  demoJob,
  inspectJob,
  trainJob,
  evaluateJob,
  thresholdJob,
  updateJob,
]);
export const planSchema = trainSettings;
export const exclusionSchema = z.strictObject({
  paths: z.array(below).min(1).max(100_000),
  excluded: z.boolean(),
});
export const uploadQuery = z.strictObject({
  product: name,
  /** `mask`: ground truth of the image with this name, of this kind. */
  place: z.enum(['train', 'test', 'mask']),
  /** Of defect, or `good`. */
  kind: name,
  file: name,
});
const runs = z.array(z.int().min(0)).max(2 ** 26);
/** What a page has seen of a file that it changes, so that nothing else is written over; null where there was none. */
const seen = z.string().max(100).nullable();
export const maskQuery = z.strictObject({ path: below });
export const maskSchema = z.strictObject({ path: below, seen, runs });
export const maskRemovalSchema = z.strictObject({ path: below, seen });
const coordinate = z.number();
const corner = z.tuple([coordinate, coordinate]);
const drawnShape = z.strictObject({
  /** Of the region that it is of; empty where the region of its product has no names. */
  name: z.string().max(100),
  ignore: z.boolean(),
  /** In pixels of the photograph. */
  shape: z.union([
    z.strictObject({ rectangle: z.tuple([coordinate, coordinate, coordinate, coordinate]) }),
    z.strictObject({ polygon: z.array(corner).min(3).max(2000) }),
  ]),
});
export const regionQuery = z.strictObject({ product: name, image: below });
export const regionRemovalSchema = regionQuery.extend({ seen });
export const regionSchema = regionRemovalSchema.extend({ shapes: z.array(drawnShape).min(1).max(200) });
/** A picture of ground truth; `of` tells one state from another. */
export const truthQuery = z.strictObject({
  path: below,
  size: z.enum(['small', 'large']),
  of: z.string().max(40).optional(),
});
export const sessionSchema = z.strictObject({ token: z.string().min(1).max(1000) });
/** Longer side in pixels of the pictures there are. */
export const pictureSides = { small: 224, large: 1280 } as const;
export const pictureQuery = z.strictObject({ path: below, size: z.enum(['small', 'large', 'full']) });

/** As pages send it: what has a default may be left out. */
export type JobRequest = z.input<typeof jobSchema>;
export type Job = z.output<typeof jobSchema>;
export type TrainJob = z.output<typeof trainJob>;
export type TrainSettings = z.input<typeof planSchema>;
export type MaskRequest = z.infer<typeof maskSchema>;
export type MaskRemoval = z.infer<typeof maskRemovalSchema>;
export type DrawnShape = z.infer<typeof drawnShape>;
export type RegionRequest = z.infer<typeof regionSchema>;
export type RegionRemoval = z.infer<typeof regionRemovalSchema>;
export type UploadQuery = z.infer<typeof uploadQuery>;

/** A refusal. */
export interface ToldError {
  readonly code: ErrorCode;
  readonly message: string;
}

/** `waiting` for its turn; `stopped` by a person: a training that is stopped can go on. */
export type JobState = 'waiting' | 'running' | 'done' | 'failed' | 'stopped';

/** Where a job stands. */
export interface JobProgress {
  readonly task: string;
  readonly done: number;
  readonly total: number;
  readonly unit: string;
  /** Losses and the like. */
  readonly values: Readonly<Record<string, number>>;
  /** Of the tasks that were told before; null where none were. */
  readonly step: number | null;
  readonly steps: number | null;
  /** Seconds of all of it; null as long as nothing says how fast this machine is. */
  readonly left: number | null;
}

/** A job as pages see it. */
export interface JobView {
  readonly id: number;
  readonly kind: Job['kind'];
  /** The data set or run that it is about. */
  readonly subject: string;
  readonly state: JobState;
  readonly request: Job;
  /** The same on the command line, within the workspace folder. */
  readonly command: string;
  /** ISO 8601. */
  readonly created: string;
  readonly started: string | null;
  readonly ended: string | null;
  readonly progress: JobProgress | null;
  /** Sentences it has said, the last ones. */
  readonly notes: readonly string[];
  readonly error: ToldError | null;
  /** What came of it: by kind. */
  readonly result: JobResult | null;
  /** Whether it has begun before, and goes on where it was. */
  readonly again: boolean;
}

export interface JobResult {
  /** Of `threshold`: the new file in `detectors/`. */
  readonly detector?: string;
  readonly update?: UpdateResult;
  /** Seconds it took. */
  readonly seconds: number;
}

/** An event of the stream `/api/events`. */
export type StudioEvent =
  | { readonly type: 'jobs'; readonly jobs: readonly JobView[] }
  | { readonly type: 'job'; readonly job: JobView }
  | { readonly type: 'removed'; readonly id: number }
  /** Data sets, runs or detectors are others now. */
  | { readonly type: 'changed'; readonly what: 'data' | 'runs' | 'marks'; readonly name: string };

/** The workspace at a glance. */
export interface Overview {
  readonly version: string;
  readonly folder: string;
  readonly datasets: readonly DatasetBrief[];
  readonly runs: readonly RunBrief[];
}

export interface DatasetBrief {
  readonly name: string;
  /** Of the last inspection; null where there was none. */
  readonly images: number | null;
  readonly products: readonly string[] | null;
}

/** What is said of an image where it stands. */
export interface Flag {
  readonly kind: 'broken' | 'copy' | 'almost' | 'size' | 'standing-out' | 'misplaced' | 'other';
  readonly severity: Problem['severity'];
  readonly message: string;
  /** Of images that are alike, the one that stays when the others are left out. */
  readonly stays?: true;
}

export interface DatasetImage {
  /** Below the data set, with slashes. */
  readonly path: string;
  readonly product: string;
  readonly split: 'train' | 'test';
  /** `good` or the kind of defect. */
  readonly kind: string;
  readonly excluded: boolean;
  readonly flags: readonly Flag[];
  /** Files of its ground truth, below the data set. */
  readonly masks: readonly string[];
}

/** The ground truth of a photograph, as a page paints it. */
export interface MaskView {
  /** Of the photograph, as it is shown. */
  readonly width: number;
  readonly height: number;
  /** Its files, below the data set. */
  readonly files: readonly string[];
  /** The state of these files; null where there are none. */
  readonly seen: string | null;
  /** Its pixels (core/runs.ts); null where there is none that could be shown. */
  readonly runs: readonly number[] | null;
  /** What is wrong with the files, so that they have to go first: part of a sentence. */
  readonly problem: string | null;
  /** Why none can be painted at all: part of a sentence. */
  readonly refused: string | null;
}

/** The region of interest of a product, as it is kept. */
export interface DrawnRegion {
  /** Its file, from the workspace folder. */
  readonly file: string;
  /** Of a photograph of the product, in whose pixels the shapes are. */
  readonly width: number;
  readonly height: number;
  /** None where the file has masks, or cannot be read. */
  readonly shapes: readonly DrawnShape[];
}

/** The region of interest of a product on one of its photographs, as a page draws it. */
export interface RegionView {
  /** Of the photograph, as it is shown. */
  readonly width: number;
  readonly height: number;
  /** From the workspace folder. */
  readonly file: string;
  /** The state of the file; null where there is none. */
  readonly seen: string | null;
  readonly shapes: readonly DrawnShape[];
  /** Why the region that there is cannot be changed here: part of a sentence. */
  readonly problem: string | null;
}

/** A data set with all its images. */
export interface DatasetView {
  readonly name: string;
  readonly layout: string | null;
  readonly products: readonly string[];
  readonly images: readonly DatasetImage[];
  /** Regions of interest by product. */
  readonly regions: Readonly<Record<string, DrawnRegion>>;
  /** Why it cannot be read as a data set; its images are then not listed. */
  readonly error: ToldError | null;
  /** Of the last inspection; null where there was none. */
  readonly inspection: {
    readonly created: string;
    readonly classes: Readonly<Record<string, ClassSummary>>;
    /** Problems that are not of one image. */
    readonly problems: readonly Problem[];
    /** Images have come or gone since. */
    readonly stale: boolean;
  } | null;
}

export interface MethodView {
  readonly name: string;
  readonly summary: string;
  readonly presets: readonly string[];
  /** JSON Schema of its options; the defaults are those of the first preset, and `presets` has all. */
  readonly schema: OptionSchema & { readonly presets: Readonly<Record<string, unknown>> };
}

/** JSON Schema as far as options use it. */
export interface OptionSchema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, OptionSchema>>;
  readonly anyOf?: readonly OptionSchema[];
  readonly enum?: readonly unknown[];
  readonly items?: OptionSchema;
  readonly prefixItems?: readonly OptionSchema[];
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
}

export interface TrainChoices {
  readonly methods: readonly MethodView[];
  readonly backbones: readonly string[];
}

export type PlanView = TrainingPlan;

export interface RunBrief {
  readonly name: string;
  /** Whether the detector file is there. */
  readonly finished: boolean;
  readonly dataset: string | null;
  readonly method: string | null;
  readonly preset: string | null;
  /** ISO 8601. */
  readonly created: string;
  /** Mean image AUROC of its own test images; null where it was not evaluated or cannot be said. */
  readonly imageAuroc: number | null;
}

/** Losses of a training by step, from the run's log. */
export interface LogView {
  readonly stages: readonly {
    readonly stage: number;
    readonly steps: readonly number[];
    /** By name, one for each step. */
    readonly losses: Readonly<Record<string, readonly (number | null)[]>>;
  }[];
}

/** A detector file with the run's networks and other thresholds. */
export interface VersionView {
  /** File in `detectors/`; null for the run's own `model.onnx`. */
  readonly file: string | null;
  readonly created: string;
  readonly thresholds: Readonly<Record<string, number>>;
  /** Of the file. */
  readonly bytes: number;
}

/** The detector file that a change by `clad update` replaced, as far as its results are kept. */
export interface EarlierView {
  readonly key: string;
  /** The training's is 1. */
  readonly version: number;
  /** ISO 8601: when it was replaced. */
  readonly until: string;
}

export interface RunView extends RunBrief {
  readonly classes: readonly string[];
  /** Of its detector file; the training's is 1, and each change by `clad update` makes the next. */
  readonly version: number;
  /** The newest last. */
  readonly earlier: readonly EarlierView[];
  /** The newest last. */
  readonly versions: readonly VersionView[];
  readonly evaluation: EvaluationDocument | null;
  readonly hasReport: boolean;
  /** Pictures in the run's folder by name. */
  readonly samples: readonly string[];
  readonly standingOut: readonly string[];
  readonly results: ResultsView | null;
  /** Commands that do the same. */
  readonly commands: Readonly<Record<'evaluate' | 'tradeoff' | 'predict' | 'serve' | 'update', string>>;
}

/** A test image and what the detector said of it. */
export interface ResultImage {
  /** Below the data set. */
  readonly path: string;
  readonly product: string;
  readonly kind: string;
  readonly anomalous: boolean;
  /** Its threshold is the one that acts. */
  readonly recognisedAs: string;
  readonly score: number;
  readonly verdict: 'normal' | 'anomalous' | 'unknown' | null;
  /** Whether there is a picture of its ground truth. */
  readonly truth: boolean;
}

/** What an evaluation saw; pictures of the heat are asked for by an image's place in the list. */
export interface ResultsView {
  /** Of the detector file that was evaluated. */
  readonly key: string;
  /** When, ISO 8601; empty where that was not noted yet. Pictures of another evaluation are others, of the same file too. */
  readonly created: string;
  readonly dataset: string;
  readonly geometry: Geometry;
  /** Of the detector file, by product. */
  readonly thresholds: Readonly<Record<string, number>>;
  readonly images: readonly ResultImage[];
}
