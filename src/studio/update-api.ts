/** @file Judgements that somebody calls wrong, and what is learnt from them: the part of api.ts that is about `clad update`. */
import { z } from 'zod';
import type { ToldError } from './api.ts';
import { below, name } from './fields.ts';

/** Wrong judgements that somebody marked, learnt from: `clad update --false-alarm` and `--missed`. */
export const updateJob = z
  .strictObject({
    kind: z.literal('update'),
    run: name,
    /** Of the test images. */
    dataset: name,
    /** Key of the detector file that judged them. */
    of: name,
    falseAlarms: z.array(below).max(10_000),
    missed: z.array(below).max(10_000),
    force: z.boolean().default(false),
  })
  .refine(({ falseAlarms, missed }) => falseAlarms.length + missed.length > 0, {
    message: 'a marked image at least',
  });

/** What somebody says of a judgement; null takes it back. */
export const markSchema = z.strictObject({ path: below, mark: z.enum(['false-alarm', 'missed']).nullable() });

export type Mark = NonNullable<z.infer<typeof markSchema>['mark']>;

/** A test image whose judgement somebody calls wrong, as long as nothing was learnt from it. */
export interface MarkedImage {
  /** Below the data set. */
  readonly path: string;
  readonly mark: Mark;
}

/** What `update` has done. */
export interface UpdateResult {
  /** Keys of the run's detector file. */
  readonly before: string;
  readonly after: string;
  readonly steps: readonly UpdateStep[];
}

/** One change of the detector, a version of its own; or why it was not made. */
export interface UpdateStep {
  readonly mark: Mark;
  /** Null where nothing was changed. */
  readonly version: number | null;
  /** Marked images that it is about, below the data set: learnt from, or caught. */
  readonly done: readonly string[];
  /** Marked images that did not join, with the reason. */
  readonly refused: readonly { readonly path: string; readonly reason: string }[];
  readonly thresholds: readonly {
    readonly class: string;
    readonly before: number | null;
    readonly after: number;
    /** Share of good parts that is called anomalous, about. */
    readonly rate: number;
  }[];
  /** Why nothing was changed. */
  readonly error: ToldError | null;
  /** Whether it can be done all the same, by `force`. */
  readonly canForce: boolean;
}
