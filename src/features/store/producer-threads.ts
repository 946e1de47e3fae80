/** @file Producers in threads of Node. */
import { availableParallelism } from 'node:os';
import { fileImages } from '../../data/file-images.ts';
import { memoryWorker } from '../../runtime/worker/memory-port.ts';
import { nodeWorker } from '../../runtime/worker/node-port.ts';
import type { AskingPort } from '../../runtime/worker/protocol.ts';
import type { Produced, ProducerJob, ProducerSetup } from './producer.ts';
import { producerHandlers } from './producer-handlers.ts';
import { type PoolOptions, produceAll } from './producer-pool.ts';

/**
 * Does jobs on files in other threads: half as many as the machine has cores, at most 4, unless it is said.
 * @throws as `produceAll`
 */
export function produceInThreads(
  setup: ProducerSetup,
  jobs: readonly ProducerJob[],
  { threads = defaultThreads(), start = startThread }: Partial<PoolOptions> = {},
): AsyncGenerator<Produced> {
  return produceAll(setup, jobs, { threads, start });
}

function defaultThreads(): number {
  return Math.min(4, Math.max(1, Math.floor(availableParallelism() / 2)));
}

/** Node runs the compiled worker; from TypeScript sources (tests) the jobs run in this thread. */
function startThread(): AskingPort {
  if (import.meta.url.endsWith('.ts')) return memoryWorker(producerHandlers(fileImages));
  return nodeWorker(new URL('./producer-worker.js', import.meta.url));
}
