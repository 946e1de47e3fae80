/**
 * @file Threads that decode and synthesise ahead of the engine, which keeps its own thread busy. Results come in the order of
 * the jobs, and only so many are made ahead, so memory does not grow with the data.
 */
import { availableParallelism } from 'node:os';
import { mapAhead } from '../../data/concurrency.ts';
import { WorkerClient } from '../../runtime/worker/client.ts';
import { memoryWorker } from '../../runtime/worker/memory-port.ts';
import { nodeWorker } from '../../runtime/worker/node-port.ts';
import type { AskingPort } from '../../runtime/worker/protocol.ts';
import type { Produced, ProducerJob, ProducerSetup } from './producer.ts';
import { type ProducerHandlers, producerHandlers } from './producer-handlers.ts';

/** Jobs finished or under way for each thread: a thread that has the next one already does not wait for ours, which the engine occupies. */
const ahead = 3;

export interface PoolOptions {
  /** At least 1. @default half the machine's cores, at most 4 */
  readonly threads?: number;
  /** Starts a worker that answers producers' calls. @default a thread */
  readonly start?: () => AskingPort;
}

/**
 * Does jobs in other threads.
 * @throws IMAGE_INVALID or FILE_UNREADABLE, naming the photograph or texture that made a job fail; WORKER_DIED
 */
export async function* produceAll(
  setup: ProducerSetup,
  jobs: readonly ProducerJob[],
  { threads = defaultThreads(), start = startThread }: PoolOptions = {},
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

function defaultThreads(): number {
  return Math.min(4, Math.max(1, Math.floor(availableParallelism() / 2)));
}

/** Node runs the compiled worker; from TypeScript sources (tests) the jobs run in this thread. */
function startThread(): AskingPort {
  if (import.meta.url.endsWith('.ts')) return memoryWorker(producerHandlers());
  return nodeWorker(new URL('./producer-worker.js', import.meta.url));
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
