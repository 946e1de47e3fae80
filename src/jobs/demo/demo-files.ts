/** @file Photographs of the demo factory drawn and written, by as many threads as the machine has cores. */
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { CladError } from '../../core/errors.ts';
import { mapConcurrently } from '../../data/concurrency.ts';
import { type DemoOptions, type PlannedPart, renderPlanned } from '../../demo/plan.ts';
import { writeGreyPng, writePng } from '../../image/encode.ts';
import type { DemoAnswer, DemoSetup } from './demo-worker.ts';

/** Draws one photograph and writes it, and its mask. */
export async function writePlanned(root: string, planned: PlannedPart, options: DemoOptions): Promise<void> {
  const { image, mask } = renderPlanned(planned, options);
  await writePng(join(root, planned.path), image);
  if (mask && planned.maskPath !== undefined) await writeGreyPng(join(root, planned.maskPath), mask);
}

/**
 * Draws and writes all photographs of a plan, in no fixed order.
 * @param onWritten - called after each
 */
export async function writeAllPlanned(
  setup: DemoSetup,
  plan: readonly PlannedPart[],
  onWritten: () => void,
): Promise<void> {
  // Node runs the compiled worker; from TypeScript sources (tests), and for few pictures, this thread does it.
  if (import.meta.url.endsWith('.ts') || plan.length < 24) {
    await mapConcurrently(plan, 2, async (planned) => {
      await writePlanned(setup.root, planned, setup.options);
      onWritten();
    });
    return;
  }
  const threads = Math.min(8, availableParallelism());
  const idle = Array.from(
    { length: threads },
    () => new Worker(new URL('./demo-worker.js', import.meta.url), { workerData: setup }),
  );
  const workers = [...idle];
  try {
    await mapConcurrently(plan, threads, async (planned) => {
      const worker = idle.pop() as Worker;
      worker.postMessage(planned);
      const [{ failure }] = (await once(worker, 'message')) as [DemoAnswer];
      if (failure !== undefined) throw new CladError('INTERNAL', { reason: `${planned.path}: ${failure}.` });
      idle.push(worker);
      onWritten();
    });
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}
