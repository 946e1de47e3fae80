/**
 * @file What the pages of the studio and its server say to each other: the requests as schemas, which the server checks, and the answers as types, which both
 * are compiled against. Numbers of results are those of the jobs behind the command line, untouched. Each theme has a file of its own.
 */
import { z } from 'zod';
import type { ErrorCode } from '../core/errors.ts';
import type { DatasetBrief, ImagesEvent } from './data-api.ts';
import type { JobProgress, JobView } from './job-api.ts';
import type { WatchView } from './line-api.ts';
import type { RunBrief } from './run-api.ts';

export * from './data-api.ts';
export * from './job-api.ts';
export * from './line-api.ts';
export * from './run-api.ts';

export const sessionSchema = z.strictObject({ token: z.string().min(1).max(1000) });

/** A refusal. */
export interface ToldError {
  readonly code: ErrorCode;
  readonly message: string;
}

/** An event of the stream `/api/events`. */
export type StudioEvent =
  | { readonly type: 'jobs'; readonly jobs: readonly JobView[] }
  | { readonly type: 'job'; readonly job: JobView }
  /** How far one is, many times a second: what of it does not change is not told again. Its sentences only where there are others. */
  | {
      readonly type: 'progress';
      readonly id: number;
      readonly progress: JobProgress | null;
      readonly notes?: readonly string[];
    }
  | { readonly type: 'removed'; readonly id: number }
  | ImagesEvent
  | { readonly type: 'watches'; readonly watches: readonly WatchView[] }
  | { readonly type: 'watch'; readonly watch: WatchView }
  /** Data sets, runs or detectors are others now. */
  | { readonly type: 'changed'; readonly what: 'data' | 'runs' | 'marks'; readonly name: string };

/** The workspace at a glance. */
export interface Overview {
  readonly version: string;
  readonly folder: string;
  readonly datasets: readonly DatasetBrief[];
  readonly runs: readonly RunBrief[];
  /** Bytes that each journal of the line may take with its pictures. */
  readonly keepSize: number;
}
