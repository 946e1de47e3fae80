/** @file Judgements that somebody calls wrong, and what is learnt from them: the part of api.ts that is about `clad update`. */
import { z } from 'zod';
import type { ToldError } from './api.ts';
import { below, name } from './fields.ts';

/** Wrong judgements that somebody marked, learnt from: `clad update --false-alarm` and `--missed`. */
export const updateJob = z
  .strictObject({
    kind: z.literal('update'),
    run: name,
    /** Of the test images; null where only pictures of the line are marked. */
    dataset: name.nullable(),
    /** Key of the detector file that judged them. */
    of: name,
    falseAlarms: z.array(below).max(10_000),
    missed: z.array(below).max(10_000),
    /** Names of pictures of the line, in `marked/<run>/`. */
    kept: z
      .strictObject({ falseAlarms: z.array(name).max(10_000), missed: z.array(name).max(10_000) })
      .optional(),
    force: z.boolean().default(false),
  })
  .refine(
    ({ falseAlarms, missed, kept }) =>
      [falseAlarms, missed, kept?.falseAlarms ?? [], kept?.missed ?? []].some(({ length }) => length > 0),
    { message: 'a marked image at least' },
  );

/** What somebody says of a judgement; null takes it back. */
export const markSchema = z.strictObject({ path: below, mark: z.enum(['false-alarm', 'missed']).nullable() });

export type Mark = NonNullable<z.infer<typeof markSchema>['mark']>;

/** What was said of a picture of the line. */
export interface LineSaid {
  readonly class: string;
  readonly score: number;
  readonly threshold: number | null;
  readonly verdict: 'normal' | 'anomalous' | 'unknown' | null;
}

/** An image whose judgement somebody calls wrong, as long as nothing was learnt from it. */
export interface MarkedImage {
  /** Below the data set; of a picture of the line, its name in `marked/<run>/`. */
  readonly path: string;
  readonly mark: Mark;
  readonly from: 'test' | 'line';
  /** Of a picture of the line: when it was marked. */
  readonly said?: LineSaid;
}

/** A picture of the line that was learnt from, by two detector files. */
export interface KeptBeforeAfter {
  /** In `marked/<run>/`. */
  readonly path: string;
  readonly before: LineSaid | null;
  readonly after: LineSaid | null;
}

/** What `update` has done. */
export interface UpdateResult {
  /** Keys of the run's detector file. */
  readonly before: string;
  readonly after: string;
  readonly steps: readonly UpdateStep[];
  /** Absent where none was marked, and of studios of before. */
  readonly kept?: readonly KeptBeforeAfter[];
}

/** One change of the detector, a version of its own; or why it was not made. */
export interface UpdateStep {
  readonly mark: Mark;
  /** Null where nothing was changed. */
  readonly version: number | null;
  /** Marked images that it is about, as they are called in marks: learnt from, or caught. */
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
