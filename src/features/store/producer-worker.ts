/** @file A thread that does producers' jobs, one message in and one out for each; see producer-pool.ts. */
import { parentPort, workerData } from 'node:worker_threads';
import { CladError, type ErrorCode, reasonOf } from '../../core/errors.ts';
import { type Produced, type ProducerJob, type ProducerSetup, producer } from './producer.ts';

/** Answer to a job: what was produced, or why not. */
export type WorkerAnswer =
  | { readonly number: number; readonly produced: Produced }
  | { readonly number: number; readonly error: { readonly code: ErrorCode; readonly message: string } };

const produce = producer(workerData as ProducerSetup);

parentPort?.on('message', async ({ number, job }: { number: number; job: ProducerJob }) => {
  let answer: WorkerAnswer;
  try {
    answer = { number, produced: await produce(job) };
  } catch (error) {
    // The sentence says what is at fault: the photograph, or a texture laid on it.
    const told =
      error instanceof CladError
        ? error
        : new CladError('IMAGE_INVALID', { path: job.path, reason: reasonOf(error) });
    answer = { number, error: told.words };
  }
  parentPort?.postMessage(answer);
});
