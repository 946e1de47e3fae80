/**
 * @file Threads that decode and synthesise ahead of the engine, which keeps its own thread busy. Results come in the order of
 * the jobs, and only so many are made ahead, so memory does not grow with the data.
 */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { CladError } from '../../core/errors.ts';
import { type Produced, type Producer, type ProducerJob, type ProducerSetup, producer } from './producer.ts';
import type { WorkerAnswer } from './producer-worker.ts';

/** Jobs finished or under way for each thread. */
const ahead = 3;

/**
 * Does jobs in other threads.
 * @param threads - at least 1. @default half the machine's cores, at most 4
 * @throws IMAGE_INVALID or FILE_UNREADABLE, naming the photograph or texture that made a job fail
 */
export async function* produceAll(
  setup: ProducerSetup,
  jobs: readonly ProducerJob[],
  threads = Math.min(4, Math.max(1, Math.floor(availableParallelism() / 2))),
): AsyncGenerator<Produced> {
  const workers = Array.from({ length: Math.min(threads, jobs.length) }, () => startWorker(setup));
  try {
    const pending: Promise<Produced>[] = [];
    let next = 0;
    const ask = () => {
      if (next >= jobs.length) return;
      const answer = workers[next % workers.length].produce(jobs[next]);
      // An answer that fails is met when its turn comes, not before.
      answer.catch(() => {});
      pending.push(answer);
      next++;
    };
    for (let count = 0; count < ahead * workers.length; count++) ask();
    while (pending.length > 0) {
      const produced = await (pending.shift() as Promise<Produced>);
      ask();
      yield produced;
    }
  } finally {
    await Promise.all(workers.map((worker) => worker.stop()));
  }
}

interface ProducerThread {
  readonly produce: Producer;
  stop(): Promise<unknown>;
}

function startWorker(setup: ProducerSetup): ProducerThread {
  // Node runs the compiled worker; from TypeScript sources (tests) the jobs run in this thread.
  if (import.meta.url.endsWith('.ts')) return { produce: producer(setup), stop: async () => {} };
  const worker = new Worker(new URL('./producer-worker.js', import.meta.url), { workerData: setup });
  const waiting = new Map<
    number,
    { resolve: (produced: Produced) => void; reject: (error: Error) => void }
  >();
  let asked = 0;
  worker.on('message', (answer: WorkerAnswer) => {
    const job = waiting.get(answer.number);
    waiting.delete(answer.number);
    if ('produced' in answer) job?.resolve(answer.produced);
    else job?.reject(CladError.told(answer.error));
  });
  worker.on('error', (error) => {
    for (const { reject } of waiting.values()) reject(error);
  });
  return {
    produce: (job) =>
      new Promise((resolve, reject) => {
        const number = asked++;
        waiting.set(number, { resolve, reject });
        worker.postMessage({ number, job });
      }),
    stop: () => worker.terminate(),
  };
}
