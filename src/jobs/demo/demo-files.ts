/** @file Photographs of the demo factory drawn and written, by as many threads as the machine has cores. */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { mapConcurrently } from '../../data/concurrency.ts';
import { type DemoOptions, type PlannedPart, renderPlanned } from '../../demo/plan.ts';
import { writeGreyPng, writePng } from '../../image/encode.ts';
import { sizeOf } from '../../image/size-option.ts';
import { Lane } from '../../runtime/worker/lane.ts';
import { nodeWorker } from '../../runtime/worker/node-port.ts';
import type { Prepared } from '../../runtime/worker/protocol.ts';

/** Bytes that one thread holds for each pixel of its photograph; measured. */
const bytesPerPixel = 80;
/** Bytes that all threads together may hold. */
const memoryForAll = 4e9;

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
  const { width, height } = sizeOf(setup.options.size);
  const affordable = Math.max(1, Math.floor(memoryForAll / (width * height * bytesPerPixel)));
  const threads = Math.min(8, availableParallelism(), affordable);
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
