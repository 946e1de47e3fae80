/** @file A thread that does producers' jobs, one message in and one out for each; see producer-pool.ts. */
import { parentPort, workerData } from 'node:worker_threads';
import { CladError, reasonOf } from '../core/errors.ts';
import { type Produced, type ProducerJob, type ProducerSetup, producer } from './producer.ts';

/** Answer to a job: what was produced, or why not. */
export type WorkerAnswer =
  | { readonly number: number; readonly produced: Produced }
  | { readonly number: number; readonly error: { readonly path: string; readonly reason: string } };

const produce = producer(workerData as ProducerSetup);

parentPort?.on('message', async ({ number, job }: { number: number; job: ProducerJob }) => {
  let answer: WorkerAnswer;
  try {
    answer = { number, produced: await produce(job) };
  } catch (error) {
    const cause = error instanceof CladError ? (error.cause ?? error) : error;
    answer = { number, error: { path: job.path, reason: reasonOf(cause) } };
  }
  parentPort?.postMessage(answer);
});
