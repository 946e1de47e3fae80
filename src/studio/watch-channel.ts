/** @file What the server and the process that watches a folder tell each other. */
import type { ToldError } from './api.ts';
import type { LineDrift, WatchJudgement } from './line-api.ts';
import type { OutcomeCounts } from './outcome.ts';

/** What the process is to do; told once, first. */
export interface WatchOrder {
  readonly type: 'watch';
  /** Folder of a run, or a detector file. */
  readonly detector: string;
  /** Folder of the run whose own file it is; null where nothing is known to compare with. */
  readonly run: string | null;
  readonly folder: string;
  readonly journal: string;
  /** Folder of pictures with their heat. */
  readonly maps: string;
  /** Folder that judged photographs are moved into; null where they stay. */
  readonly move: string | null;
  /** Bytes that moved photographs, heat maps and the journal may take; null: any number. */
  readonly keepSize: number | null;
  /** ISO 8601: since when is counted. */
  readonly since: string;
  /** Judgements of before that are told at the beginning, at most. */
  readonly most: number;
}

/** A judgement, and by which the server knows its files. */
export interface JudgedFile extends WatchJudgement {
  readonly bytes: number;
  readonly modified: number;
  readonly sha256: string;
  /** Below the folder of maps. */
  readonly map: string | null;
  /** Where it was moved to, or is about to be: a whole path. Null where it stays. */
  readonly movedTo: string | null;
}

export type FromWatch =
  /** The detector is open, and what the journal knows. */
  | { readonly type: 'began'; readonly judged: readonly JudgedFile[]; readonly counts: OutcomeCounts }
  | { readonly type: 'judged'; readonly file: JudgedFile; readonly drift: LineDrift | null }
  /** The folder or the journal is refused for now; null once it works again. */
  | { readonly type: 'refused'; readonly error: ToldError | null }
  | { readonly type: 'note'; readonly text: string }
  /** A sign of life: it has looked at the folder. */
  | { readonly type: 'alive' }
  /** It could not begin, or not go on: the process ends. */
  | { readonly type: 'failed'; readonly error: ToldError };
