/** @file What trainings will take is measured one after another: a second page does not take the answer from the first. */
import { describe, expect, it } from 'vitest';
import type { ChildListener, StartChild } from '../../../src/studio/child.ts';
import type { Order } from '../../../src/studio/job-channel.ts';
import { Plans } from '../../../src/studio/plans.ts';

function opened() {
  const children: { readonly order: Order; readonly listener: ChildListener; killed: boolean }[] = [];
  const start: StartChild = (order, listener) => {
    const child = { order, listener, killed: false };
    children.push(child);
    return {
      stop: () => {},
      kill: () => {
        child.killed = true;
        listener.onEnd('signal SIGKILL');
      },
    };
  };
  return { children, plans: new Plans(start, '/work') };
}

const settings = (dataset: string) => ({ dataset, method: 'clad', preset: 'instant', changes: {} });
const settled = () => new Promise((resolve) => setTimeout(resolve, 5));
const given = { exclude: [], roi: {} };
const waits = () => new AbortController().signal;

describe('Plans', () => {
  it('answers everybody who asks, one after another', async () => {
    const { children, plans } = opened();
    const [first, second] = [
      plans.of(settings('a'), given, waits()),
      plans.of(settings('b'), given, waits()),
    ];
    await settled();
    expect(children).toHaveLength(1);
    children[0]?.listener.onMessage({ type: 'note', text: 'One is odd.' });
    children[0]?.listener.onMessage({ type: 'done', outcome: { seconds: 1, plan: { images: 7 } } });
    children[0]?.listener.onEnd('status 0');
    expect(await first).toEqual({ images: 7, notes: ['One is odd.'] });
    await settled();
    expect(children[1]?.order).toMatchObject({ settings: { dataset: 'b' } });
    children[1]?.listener.onMessage({ type: 'failed', error: { code: 'DATASET_EMPTY', message: 'None.' } });
    children[1]?.listener.onEnd('status 0');
    await expect(second).rejects.toThrow('None.');
  });
  it('ends what nobody waits for, and does not begin it', async () => {
    const { children, plans } = opened();
    const [gone, later] = [new AbortController(), new AbortController()];
    const first = plans.of(settings('a'), given, gone.signal);
    const second = plans.of(settings('b'), given, later.signal);
    const third = plans.of(settings('c'), given, waits());
    const refused = [first, second, third].map((each) => expect(each).rejects.toThrow('planning'));
    await settled();
    later.abort();
    gone.abort();
    await settled();
    expect(children.map(({ killed }) => killed)).toEqual([true, false]);
    plans.close();
    await Promise.all(refused);
  });
});
