/** @file What long work tells of itself. Layers report events; only the command line draws them. */
import { CladError } from './errors.ts';

/** One step of a task's progress. */
export interface ProgressEvent {
  /** What is being done, e.g. `patch features`; one bar a task. */
  readonly task: string;
  /** Units done so far, 0 .. total. */
  readonly done: number;
  readonly total: number;
  /** What is counted, plural: `images`, `steps`. */
  readonly unit: string;
  /** Numbers worth showing beside the bar, e.g. losses. */
  readonly values?: Readonly<Record<string, number>>;
}

/** Receives progress; must return quickly. */
export type ProgressListener = (event: ProgressEvent) => void;

/**
 * A progress listener that also ends work that keeps nothing, once the signal is aborted. Work that has checkpoints is given the signal itself.
 * @throws INTERRUPTED, out of the listener
 */
export function stoppable({
  onProgress,
  signal,
}: {
  readonly onProgress?: ProgressListener | undefined;
  readonly signal?: AbortSignal | undefined;
}): ProgressListener {
  return (progress) => {
    onProgress?.(progress);
    if (signal?.aborted) throw new CladError('INTERRUPTED', { where: progress.task });
  };
}
