/** @file What the line page is told of frames of its camera and of folders that are watched: the part of api.ts that is about judging as it goes. */
import { z } from 'zod';
import type { Prediction, Verdict } from '../detector/prediction.ts';
import type { Geometry } from '../image/geometry.ts';
import type { ToldError } from './api.ts';
import { name } from './fields.ts';
import { keeps, type Outcome, type OutcomeCounts } from './outcome.ts';
import { markSchema } from './update-api.ts';

/** Which detector judges. */
export const lineQuery = z.strictObject({
  run: name,
  /** File in `detectors/`; the run's own where absent. */
  version: name.optional(),
});

export type LineQuery = z.infer<typeof lineQuery>;

export const frameQuery = lineQuery.extend({ keep: z.enum(keeps).default('none') });

/** A frame of the camera whose judgement was wrong; the body is the frame. */
export const frameMarkQuery = z.strictObject({
  mark: markSchema.shape.mark.unwrap(),
  class: name,
  score: z.coerce.number(),
  threshold: z.coerce.number().optional(),
  verdict: z.enum(['normal', 'anomalous', 'unknown']).optional(),
});
export type FrameMark = z.infer<typeof frameMarkQuery>;

/** A folder to watch: `clad watch`. */
export const watchSchema = lineQuery.extend({
  /** In the workspace, or one that the studio was started with: a path from the workspace folder, or a whole one. */
  folder: z.string().min(1).max(4000),
  /** Judged photographs are moved into `pass/`, `check/` and `reject/` below a folder of the workspace; without it they stay. */
  move: z
    .strictObject({
      folder: z.string().min(1).max(4000),
      /** Whether the oldest are removed where they take more than a journal may with its pictures. */
      removeOldest: z.boolean(),
    })
    .optional(),
});
/** How judged photographs are moved. */
export type WatchMove = NonNullable<WatchRequest['move']>;
export type WatchRequest = z.infer<typeof watchSchema>;
export const watchMarkSchema = z.strictObject({
  judgement: z.int().min(1),
  mark: markSchema.shape.mark.unwrap(),
});
export const watchPictureQuery = z.strictObject({
  judgement: z.coerce.number().int().min(1),
  what: z.enum(['photograph', 'heat']),
  size: z.enum(['small', 'large']),
});

/** A file of a watched folder and what was said of it. */
export interface WatchJudgement {
  /** In the journal. */
  readonly id: number;
  /** Below the folder. */
  readonly path: string;
  /** ISO 8601. */
  readonly at: string;
  readonly outcome: Outcome;
  readonly class: string | null;
  readonly score: number | null;
  readonly threshold: number | null;
  readonly verdict: Verdict | null;
  /** Why it could not be judged. */
  readonly error: string | null;
  /** Whether there is a picture with its heat. */
  readonly heat: boolean;
  /** Below the folder that photographs are moved into; null where it stays. */
  readonly destination: string | null;
}

/** `trouble`: it is tried again until it works. */
export type WatchState = 'off' | 'opening' | 'watching' | 'trouble';

/** A watched folder as pages see it. */
export interface WatchView {
  readonly id: number;
  readonly folder: string;
  readonly run: string;
  readonly version: string | null;
  /** Null where photographs stay. Its folder is told from the workspace folder. */
  readonly move: WatchMove | null;
  readonly state: WatchState;
  readonly trouble: ToldError | null;
  /** Sentences that it has said, the last ones. */
  readonly notes: readonly string[];
  /** ISO 8601: since when is counted. */
  readonly since: string;
  readonly counts: OutcomeCounts;
  /** The newest first. */
  readonly judged: readonly WatchJudgement[];
  /** @see LineJudgement.drift */
  readonly drift: LineDrift | null;
  /** The same on the command line, within the workspace folder. */
  readonly command: string;
  /** From the workspace folder; what reads those of `clad watch` reads it. */
  readonly journal: string;
}

/** Whether what the camera shows is still what the detector was made with, as `clad drift` says it. */
export interface LineDrift {
  /** Newest images of the class of the last one that are compared; below `least` nothing can be said. */
  readonly images: number;
  readonly least: number;
  /** Sentences: what is another than before, and what to do. */
  readonly findings: readonly string[];
}

/** What a detector says of a frame, as `clad predict` does of the same file. */
export interface LineJudgement
  extends Pick<Prediction, 'class' | 'score' | 'threshold' | 'verdict' | 'decision'> {
  /** Sentences on what makes the verdict doubtful. */
  readonly warnings: readonly string[];
  /** Of the frame that the map is of. */
  readonly geometry: Geometry;
  /** The heat as a picture (a `data:` address), clear where there is none. */
  readonly heat: string;
  /** Null where nothing is known to compare with: of a version with other thresholds, and while the run's images are read. */
  readonly drift: LineDrift | null;
  /** Journal that it is noted in, from the workspace folder; null where that cannot be written. */
  readonly journal: string | null;
}
