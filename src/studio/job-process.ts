/**
 * @file The process of a job, so that the server stays quick and a crash of an engine ends one job alone. It is told what to do, tells how far it is, and
 * ends. Where the server has gone it stops as if it had been told to: a training keeps a checkpoint, with which the next server goes on.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { FromJob, Order } from './job-channel.ts';
import { isInUse, runOrder } from './run-job.ts';
import { doWork } from './work-frame.ts';

/** Milliseconds that a process of before is waited for. */
const patience = 90_000;
/** Milliseconds after which a process whose server has gone ends all the same. */
const grace = 60_000;

doWork<Order, FromJob>(grace, async (order, { signal, send: tell }) => {
  const outcome = await inTurn(() => runOrder(order, { signal, tell }), signal);
  return { type: 'done', outcome };
});

/** Does work once no other process is at it. */
async function inTurn<T>(run: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (const end = Date.now() + patience; ; await sleep(500)) {
    try {
      return await run();
    } catch (error) {
      if (!isInUse(error) || Date.now() > end || signal.aborted) throw error;
    }
  }
}
