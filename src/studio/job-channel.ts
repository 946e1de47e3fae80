/** @file What the server and the process of a job tell each other. */
import type { Job, JobProgress, JobResult, ToldError, TrainSettings } from './api.ts';
import type { Given, KeptInspection } from './memory.ts';

/** What the process is to do. */
export type Order =
  | ({
      readonly type: 'job';
      readonly job: Job;
      /** Of the workspace. */
      readonly root: string;
      /** A training goes on where it was stopped. */
      readonly again: boolean;
      /** When it first began, ISO 8601. */
      readonly started: string;
      /** File in `detectors/` to write, of `threshold`. */
      readonly detector: string | null;
    } & Given)
  | ({
      readonly type: 'plan';
      readonly settings: TrainSettings;
      readonly root: string;
    } & Given);

/** What a job came to. */
export interface Outcome extends JobResult {
  /** Of `inspect`. */
  readonly inspection?: KeptInspection;
  /** Of `plan`. */
  readonly plan?: unknown;
}

/** From the process. */
export type FromJob =
  | { readonly type: 'progress'; readonly progress: JobProgress }
  | { readonly type: 'note'; readonly text: string }
  /** A picture or a file of the run is new. */
  | { readonly type: 'done'; readonly outcome: Outcome }
  | { readonly type: 'failed'; readonly error: ToldError };
