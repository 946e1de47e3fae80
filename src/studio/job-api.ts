/** @file Jobs, and what a training may be asked for: the part of api.ts that is about work in the queue. */
import { z } from 'zod';
import { backbonePrecisions } from '../features/backbones/reduced-backbone.ts';
import { tilesExpected, tilesOf } from '../jobs/train/asked-tiles.ts';
import type { TrainingPlan } from '../jobs/train/plan.ts';
import type { MethodSchema } from '../methods/describe-options.ts';
import type { ToldError } from './api.ts';
import { name } from './fields.ts';
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

/** Where a training looks, and how closely: what `clad train` has flags of its own for. */
const sight = {
  /** `--tiles`, `--smallest-defect`, `--tiles-whole`. */
  tiles: z
    .strictObject({
      how: z.string().refine((text) => tilesOf(text) !== undefined, { message: `expected ${tilesExpected}` }),
      smallestDefect: z.int().min(1).optional(),
      whole: z.boolean().optional(),
    })
    .optional(),
  /** `--roi auto`, `--roi-margin`. */
  follow: z.strictObject({ margin: z.number().optional() }).optional(),
  crop: z.boolean().optional(),
};

/** What a training is asked to do. */
const trainSettings = z.strictObject({
  dataset: name,
  method: name,
  preset: name,
  backbone: name.optional(),
  backbonePrecision: z.enum(backbonePrecisions).optional(),
  device: z.enum(['cpu', 'webgpu', 'cuda']).optional(),
  /** Those that differ from the preset's, by dotted name. */
  changes: z.record(z.string().max(100), z.unknown()).default({}),
  /** Whether the regions of interest that are drawn for its products hold. */
  regions: z.boolean().default(true),
  ...sight,
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

/** As pages send it: what has a default may be left out. */
export type JobRequest = z.input<typeof jobSchema>;
export type Job = z.output<typeof jobSchema>;
export type TrainJob = z.output<typeof trainJob>;
export type TrainSettings = z.input<typeof planSchema>;
export type Sight = Pick<TrainSettings, keyof typeof sight>;

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

export interface MethodView {
  readonly name: string;
  readonly summary: string;
  readonly presets: readonly string[];
  /** JSON Schema of its options; the defaults are those of the first preset, and `presets` has all. */
  readonly schema: MethodSchema;
}

export interface TrainChoices {
  readonly methods: readonly MethodView[];
  readonly backbones: readonly string[];
}

export interface PlanView extends TrainingPlan {
  /** Sentences on what was chosen, and on what is odd about the images. */
  readonly notes: readonly string[];
}
