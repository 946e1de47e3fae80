/** @file The state of a watched folder, and what becomes of it with each message of its process. */
import type { ToldError } from './api.ts';
import type { Child } from './child.ts';
import type { LineDrift, WatchState } from './line-api.ts';
import type { OutcomeCounts } from './outcome.ts';
import { counted, noCounts } from './outcome.ts';
import type { FromWatch, JudgedFile } from './watch-channel.ts';
import type { RememberedWatch } from './watches-table.ts';

/** Judgements that are known by number. */
export const mostKnown = 200;
/** Sentences that are kept. */
const mostNotes = 10;

/** One that is watched, or was. */
export interface Watch {
  remembered: RememberedWatch;
  state: WatchState;
  trouble: ToldError | null;
  notes: readonly string[];
  counts: OutcomeCounts;
  /** The newest first. */
  judged: readonly JudgedFile[];
  drift: LineDrift | null;
  child: Child | undefined;
  /** How often a process of it hung since somebody began it. */
  hung: number;
  ended: Promise<void>;
  retry: NodeJS.Timeout | undefined;
  telling: NodeJS.Timeout | undefined;
}

export function newWatch(remembered: RememberedWatch): Watch {
  return {
    ...{ remembered, state: 'off', trouble: null, notes: [], counts: noCounts(), judged: [] },
    ...{
      drift: null,
      child: undefined,
      hung: 0,
      ended: Promise.resolve(),
      retry: undefined,
      telling: undefined,
    },
  };
}

export function hear(watch: Watch, message: Exclude<FromWatch, { readonly type: 'failed' | 'alive' }>): void {
  const works = (error: ToldError | null) => {
    if (watch.state === 'off') return;
    watch.state = error ? 'trouble' : 'watching';
    watch.trouble = error;
  };
  switch (message.type) {
    case 'began':
      watch.counts = message.counts;
      watch.judged = message.judged;
      works(null);
      break;
    case 'judged': {
      const { file, drift } = message;
      watch.counts = counted(watch.counts, file.outcome);
      watch.judged = [file, ...watch.judged].slice(0, mostKnown);
      watch.drift = drift ?? watch.drift;
      break;
    }
    case 'refused':
      works(message.error);
      break;
    case 'note':
      watch.notes = [...watch.notes, message.text].slice(-mostNotes);
  }
}
