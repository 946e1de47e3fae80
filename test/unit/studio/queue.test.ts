/** @file The queue of jobs: one long job at a time, short ones beside it, and nothing lost when the process is another. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Job, JobProgress, StudioEvent } from '../../../src/studio/api.ts';
import type { ChildListener } from '../../../src/studio/child.ts';
import type { Order, Outcome } from '../../../src/studio/job-channel.ts';
import { Memory } from '../../../src/studio/memory.ts';
import { JobQueue } from '../../../src/studio/queue.ts';

let folder = '';
let memory: Memory;
/** Processes that were started, in the place of real ones. */
let children: { readonly order: Order; readonly listener: ChildListener; stops: number; kills: number }[] =
  [];
let events: StudioEvent[] = [];
let outcomes: Outcome[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clad-queue-'));
  memory = Memory.open(join(folder, 'studio.sqlite'));
  [children, events, outcomes] = [[], [], []];
});
afterEach(async () => {
  memory.close();
  await rm(folder, { recursive: true, force: true });
});

function open(): JobQueue {
  return new JobQueue({
    memory,
    root: folder,
    start: (order, listener) => {
      const child = { order, listener, stops: 0, kills: 0 };
      children.push(child);
      return { stop: () => void child.stops++, kill: () => void child.kills++ };
    },
    onEvent: (event) => events.push(event),
    onOutcome: (_, outcome) => void outcomes.push(outcome),
    newDetector: (run) => `${run}-v2.onnx`,
  });
}

const train = (run: string): Job => ({
  ...{ kind: 'train', dataset: 'parts', run, method: 'clad', preset: 'instant', changes: {} },
  regions: true,
});
const bolt = { reference: '8x8', inside: [{ rectangle: [0, 0, 4, 4] as [number, number, number, number] }] };
const given = (...exclude: readonly string[]) => ({ exclude, roi: { bolt } });
const progress: JobProgress = {
  ...{ task: 'patch features', done: 1, total: 4, unit: 'images', values: {}, step: 1, steps: 2, left: 30 },
};
/** What follows the end of a process happens a little later. */
const settled = () => new Promise((resolve) => setTimeout(resolve, 5));
const end = async (at: number, message?: Parameters<ChildListener['onMessage']>[0], how = 'status 0') => {
  if (message) children[at]?.listener.onMessage(message);
  children[at]?.listener.onEnd(how);
  await settled();
};
const states = () => memory.jobs().map(({ state }) => state);

describe('JobQueue', () => {
  it('runs trainings one after another, and short jobs beside them', async () => {
    const queue = open();
    queue.add('one', train('one'), given('bolt/train/good/003.png'));
    queue.add('two', train('two'));
    queue.add('parts', { kind: 'inspect', dataset: 'parts' });
    expect(states()).toEqual(['running', 'waiting', 'running']);
    expect(children[0]?.order).toMatchObject({ exclude: ['bolt/train/good/003.png'], again: false });
    await end(0, { type: 'done', outcome: { seconds: 4 } });
    expect(states()).toEqual(['done', 'running', 'running']);
    expect(outcomes).toEqual([{ seconds: 4 }]);
    expect(queue.views[0]?.command).toBe(
      'clad train data/parts --out runs/one --method clad --preset instant --roi bolt=regions/parts/bolt.yaml --exclude data/parts/bolt/train/good/003.png',
    );
  });

  it('tells how far a job is, and remembers it', async () => {
    const queue = open();
    const { id } = queue.add('one', train('one'));
    children[0]?.listener.onMessage({ type: 'progress', progress });
    children[0]?.listener.onMessage({ type: 'note', text: 'a sentence' });
    expect(queue.views[0]).toMatchObject({ progress, notes: ['a sentence'] });
    // What does not change is told once: a training may leave out thousands of images, and tells how far it is ten times a second.
    expect(events.slice(-2)).toEqual([
      { type: 'progress', id, progress },
      { type: 'progress', id, progress, notes: ['a sentence'] },
    ]);
    await end(0, { type: 'failed', error: { code: 'DATASET_EMPTY', message: 'Nothing there.' } });
    expect(queue.views[0]).toMatchObject({ state: 'failed', error: { message: 'Nothing there.' }, progress });
  });

  it('stops a job where it can go on, and goes on', async () => {
    const queue = open();
    const { id } = queue.add('one', train('one'));
    queue.stop(id);
    expect(children[0]?.stops).toBe(1);
    await end(0, { type: 'failed', error: { code: 'INTERRUPTED', message: 'Stopped.' } });
    expect(queue.views[0]).toMatchObject({ state: 'stopped', error: null });
    queue.resume(id);
    expect(children[1]?.order).toMatchObject({ again: true });
    expect(() => queue.resume(id)).toThrow('is running');
    expect(() => queue.remove(id)).toThrow('is running');
    await end(1, { type: 'done', outcome: { seconds: 1 } });
    queue.remove(id);
    expect(states()).toEqual([]);
    expect(() => queue.stop(id)).toThrow('There is no job');
  });

  it('leaves other images out where it is gone on with and had not begun', async () => {
    const queue = open();
    const { id } = queue.add('one', train('one'), given('a.png', 'b.png'));
    await end(0, { type: 'failed', error: { code: 'DATASET_EMPTY', message: 'None is left.' } });
    queue.resume(id, given('a.png'));
    expect(children[1]?.order).toMatchObject({ exclude: ['a.png'], roi: { bolt } });
    queue.stop(id);
    await end(1, { type: 'failed', error: { code: 'INTERRUPTED', message: 'Stopped.' } });
    queue.resume(id);
    expect(children[2]?.order).toMatchObject({ exclude: ['a.png'], roi: { bolt } });
  });

  it('a job that waits is taken out at once', () => {
    const queue = open();
    queue.add('one', train('one'));
    const { id } = queue.add('two', train('two'));
    expect(queue.stop(id).state).toBe('stopped');
    expect(children).toHaveLength(1);
  });

  it('says how a process died, and goes on with the next job', async () => {
    const queue = open();
    queue.add('one', train('one'));
    queue.add('two', train('two'));
    await end(0, undefined, 'signal SIGKILL');
    expect(queue.views[0]?.error?.message).toContain('signal SIGKILL');
    expect(states()).toEqual(['failed', 'running']);
  });

  it('goes on with what ran when the process was killed', () => {
    open().add('one', train('one'));
    memory.close();
    memory = Memory.open(join(folder, 'studio.sqlite'));
    const queue = open();
    expect(children[1]?.order).toMatchObject({ job: { run: 'one' }, again: true });
    expect(queue.views).toMatchObject([{ state: 'running', again: true }]);
  });

  it('is closed with what runs put back', async () => {
    const queue = open();
    queue.add('one', train('one'));
    const closed = queue.close();
    await end(0, { type: 'failed', error: { code: 'INTERRUPTED', message: 'Stopped.' } });
    await closed;
    expect(memory.jobs()).toMatchObject([{ state: 'waiting', again: true, ended: null }]);
    expect(children).toHaveLength(1);
  });

  it('does not forget a long job over many short ones', () => {
    const queue = open();
    queue.add('one', train('one'));
    for (let at = 0; at < 250; at++)
      memory.updateJob(memory.addJob('x', { kind: 'inspect', dataset: 'x' }, given()).id, { state: 'done' });
    expect(queue.isBusy(['train'], 'one')).toBe(true);
    expect(queue.views).toHaveLength(201);
    memory.close();
    memory = Memory.open(join(folder, 'studio.sqlite'));
    open();
    expect(children[1]?.order).toMatchObject({ job: { run: 'one' }, again: true });
  });
});
