/** @file Photographs of the demo factory drawn and written, by as many threads as the machine has cores. */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { mapConcurrently } from '../../data/concurrency.ts';
import { type DemoOptions, type PlannedPart, renderPlanned } from '../../demo/plan.ts';
import { writeGreyPng, writePng } from '../../image/encode.ts';
import { Lane } from '../../runtime/worker/lane.ts';
import { nodeWorker } from '../../runtime/worker/node-port.ts';
import type { Prepared } from '../../runtime/worker/protocol.ts';

/** What all photographs of a demo data set share. */
export interface DemoSetup {
  readonly root: string;
  readonly options: DemoOptions;
}

/** One photograph to draw. */
export interface DemoOrder extends DemoSetup {
  readonly planned: PlannedPart;
}

/** What a thread does of it (demo-worker.ts). */
export type DemoHandlers = {
  write(order: DemoOrder): Promise<Prepared<null>>;
};

/** Draws one photograph and writes it, and its mask. */
export async function writePlanned({ root, options, planned }: DemoOrder): Promise<void> {
  const { image, mask } = renderPlanned(planned, options);
  await writePng(join(root, planned.path), image);
  if (mask && planned.maskPath !== undefined) await writeGreyPng(join(root, planned.maskPath), mask);
}

/**
 * Draws and writes all photographs of a plan, in no fixed order.
 * @param onWritten - called after each
 * @throws FILE_REFUSED, WORKER_DIED
 */
export async function writeAllPlanned(
  setup: DemoSetup,
  plan: readonly PlannedPart[],
  onWritten: () => void,
): Promise<void> {
  // Node runs the compiled worker; from TypeScript sources (tests), and for few images, this thread does it.
  if (import.meta.url.endsWith('.ts') || plan.length < 24) {
    await mapConcurrently(plan, 2, async (planned) => {
      await writePlanned({ ...setup, planned });
      onWritten();
    });
    return;
  }
  const threads = Math.min(8, availableParallelism());
  const lane = new Lane<DemoHandlers>({
    start: () => nodeWorker(new URL('./demo-worker.js', import.meta.url)),
    count: threads,
    worker: 'A thread that draws photographs',
    remedy: 'Run the same command again.',
  });
  try {
    await mapConcurrently(plan, threads, async (planned) => {
      await lane.call('write', { ...setup, planned });
      onWritten();
    });
  } finally {
    await lane.close();
  }
}
