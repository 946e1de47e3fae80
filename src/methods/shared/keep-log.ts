/** @file The log of a training, which is written beside it. */
import type { RunFiles } from '../contract.ts';

/**
 * Does work that logs: lines are written one after another, without holding it up; one that cannot be written ends it at the next.
 * @param work - is given what takes a line
 */
export async function keepLog<T>(
  run: Pick<RunFiles, 'log'>,
  work: (log: (entry: object) => void) => Promise<T>,
): Promise<T> {
  let writing: Promise<void> = Promise.resolve();
  let failure: unknown;
  const log = (entry: object) => {
    if (failure !== undefined) throw failure;
    writing = writing
      .then(() => run.log(entry))
      .catch((error: unknown) => {
        failure ??= error;
      });
  };
  let done: T;
  try {
    done = await work(log);
  } finally {
    await writing;
  }
  if (failure !== undefined) throw failure;
  return done;
}
