import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { expect, it, vi } from 'vitest';
import { Budget } from '../../../src/server/budget.ts';
import { Lease } from '../../../src/server/lease.ts';
import { withinTime } from '../../../src/server/time-limit.ts';

const budgetOf = 1e6;

/** A request whose client listens until told otherwise, with something charged. */
function request() {
  const response = new EventEmitter() as unknown as ServerResponse;
  const budget = new Budget(budgetOf);
  const lease = new Lease(budget);
  response.once('close', lease.hold());
  lease.charge(1000);
  return { response, budget, lease };
}

it('a request is answered in time, and keeps its memory until the work has ended', async () => {
  const { response, budget, lease } = request();
  let end = () => {};
  const work = () =>
    new Promise<string>((resolve) => {
      end = () => resolve('late');
    });
  await expect(withinTime(response, 0.02, lease, work)).rejects.toMatchObject({ code: 'TIME_OVER' });
  response.emit('close');
  expect(budget.free).toBeLessThan(budgetOf);
  end();
  await vi.waitFor(() => expect(budget.free).toBe(budgetOf));
});

it('a request ends when its client is gone, without warnings where many images listen', async () => {
  const { response, budget, lease } = request();
  const warned = vi.fn();
  process.on('warning', warned);
  const work = (signal: AbortSignal) =>
    Promise.all(
      Array.from(
        { length: 40 },
        () =>
          new Promise((_, reject) => {
            signal.addEventListener('abort', () => reject(signal.reason));
          }),
      ),
    );
  const answer = withinTime(response, 60, lease, work);
  await new Promise((resolve) => setTimeout(resolve, 20));
  response.emit('close');
  await expect(answer).rejects.toMatchObject({ code: 'CLIENT_GONE' });
  await vi.waitFor(() => expect(budget.free).toBe(budgetOf));
  process.off('warning', warned);
  expect(warned).not.toHaveBeenCalled();
});
