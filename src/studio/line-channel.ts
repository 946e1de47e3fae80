/** @file What the server and the process that judges frames tell each other. */
import type { ToldError } from './api.ts';
import type { LineJudgement } from './line-api.ts';
import type { Keep } from './outcome.ts';

/** What the process is to judge with; told once, first. */
export interface LineOrder {
  /** Path of the detector file. */
  readonly detector: string;
  /** Folder of the run whose own file it is; null where there is none. */
  readonly run: string | null;
  /** Folder in `line/` with the journal and the frames that are kept. */
  readonly folder: string;
  /** Bytes that these may take. */
  readonly keepSize: number;
}

export type ToLine =
  | { readonly type: 'open'; readonly order: LineOrder }
  /** @see FromLine - the answer has its number */
  | { readonly type: 'frame'; readonly id: number; readonly bytes: Uint8Array; readonly keep: Keep };

export type FromLine =
  | {
      readonly type: 'judged';
      readonly id: number;
      readonly judgement: Omit<LineJudgement, 'journal'> & { readonly isNoted: boolean };
    }
  | { readonly type: 'failed'; readonly id: number; readonly error: ToldError };
