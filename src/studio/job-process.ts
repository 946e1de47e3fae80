/**
 * @file The process of a job, so that the server stays quick and a crash of an engine ends one job alone. It is told what to do, tells how far it is, and
 * ends. Where the server has gone it stops as if it had been told to: a training keeps a checkpoint, with which the next server goes on.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { CladError, reasonOf } from '../core/errors.ts';
import { asRefusal } from '../core/files.ts';
import type { FromJob, Order, ToJob } from './job-channel.ts';
import { isInUse, runOrder } from './run-job.ts';

/** Milliseconds that a process of before is waited for. */
const patience = 90_000;
/** Milliseconds after which a process whose server has gone ends all the same. */
const grace = 60_000;

const controller = new AbortController();
const send = (message: FromJob) => {
  if (process.connected) process.send?.(message);
};

process.on('message', (message: ToJob) => {
  if (message.type === 'stop') controller.abort();
  else void work(message);
});
process.on('disconnect', () => {
  controller.abort();
  setTimeout(() => process.exit(1), grace).unref();
});
// Ctrl-C reaches every process of the terminal; the server says what is to be done.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => controller.abort());

async function work(order: Order): Promise<void> {
  try {
    const outcome = await inTurn(() => runOrder(order, { signal: controller.signal, tell: send }));
    await sent({ type: 'done', outcome });
  } catch (thrown) {
    const known = asRefusal(thrown);
    const error =
      known instanceof CladError
        ? known
        : new CladError('INTERNAL', { reason: `${reasonOf(thrown).replace(/\.?$/, '.')}` });
    if (!(known instanceof CladError)) process.stderr.write(`${(thrown as Error)?.stack ?? thrown}\n`);
    await sent({ type: 'failed', error: error.words });
  }
  process.exit(0);
}

/** Does work once no other process is at it. */
async function inTurn<T>(run: () => Promise<T>): Promise<T> {
  for (const end = Date.now() + patience; ; await sleep(500)) {
    try {
      return await run();
    } catch (error) {
      if (!isInUse(error) || Date.now() > end || controller.signal.aborted) throw error;
    }
  }
}

/** The last message, known to have gone out before the process ends. */
function sent(message: FromJob): Promise<void> {
  if (!process.connected) return Promise.resolve();
  return new Promise((resolve) => process.send?.(message, undefined, {}, () => resolve()));
}
