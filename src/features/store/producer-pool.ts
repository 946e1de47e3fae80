/**
 * @file Threads that decode and synthesise ahead of the engine, which keeps its own thread busy. Results come in the order of
 * the jobs, and only so many are made ahead, so memory does not grow with the data.
 */
import { mapAhead } from '../../data/concurrency.ts';
import { WorkerClient } from '../../runtime/worker/client.ts';
import type { AskingPort } from '../../runtime/worker/protocol.ts';
import type { Produced, ProducerJob, ProducerSetup } from './producer.ts';
import type { ProducerHandlers } from './producer-handlers.ts';

/** Jobs finished or under way for each thread: a thread that has the next one already does not wait for ours, which the engine occupies. */
const ahead = 3;

export interface PoolOptions {
  /** At least 1. */
  readonly threads: number;
  /** Starts a worker that answers producers' calls (producer-handlers.ts). */
  readonly start: () => AskingPort;
}

/**
 * Does jobs in other threads.
 * @throws IMAGE_INVALID or FILE_UNREADABLE, naming the photograph or texture that made a job fail; WORKER_DIED
 */
export async function* produceAll(
  setup: ProducerSetup,
  jobs: readonly ProducerJob[],
  { threads, start }: PoolOptions,
): AsyncGenerator<Produced> {
  const workers = Array.from({ length: Math.min(threads, jobs.length) }, () => startProducer(start(), setup));
  let turn = 0;
  const produce = (job: ProducerJob) => workers[turn++ % workers.length]!.call('produce', job);
  try {
    for await (const [, produced] of mapAhead(jobs, ahead * workers.length, produce)) yield produced;
  } finally {
    await Promise.all(workers.map((worker) => worker.kill()));
  }
}

function startProducer(port: AskingPort, setup: ProducerSetup): WorkerClient<ProducerHandlers> {
  const worker = new WorkerClient<ProducerHandlers>(port, {
    worker: 'A thread that reads photographs',
    remedy:
      'Run the same command again (`clad train` with --resume); if memory was short, close other programs first.',
  });
  // Calls are begun in their order, so jobs find it; and where it is refused, so are they.
  worker.call('begin', setup).catch(() => {});
  return worker;
}
