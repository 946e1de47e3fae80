/** @file Frames that get no answer: the process is ended, who waits is told, and the next frame has another process. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type FrameJudgement, Line, type LineChild } from '../../../src/studio/line.ts';
import type { FromLine, ToLine } from '../../../src/studio/line-channel.ts';

interface FakeChild {
  readonly told: ToLine[];
  readonly hear: (message: FromLine) => void;
  ends: number;
  kills: number;
}

let folder = '';
let children: FakeChild[] = [];
const judgement = { class: 'bolt', score: 1 } as FrameJudgement;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clad-line-'));
  await writeFile(join(folder, 'model.onnx'), '');
  children = [];
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
});
afterEach(async () => {
  vi.useRealTimers();
  await rm(folder, { recursive: true, force: true });
});

function opened(): { readonly line: Line; readonly judge: () => Promise<FrameJudgement> } {
  const line = new Line((onMessage, onEnd): LineChild => {
    const child: FakeChild = { told: [], hear: onMessage, ends: 0, kills: 0 };
    children.push(child);
    return {
      send: (message) => void child.told.push(message),
      end: () => void child.ends++,
      kill: () => {
        child.kills++;
        onEnd('signal SIGKILL');
      },
    };
  });
  const order = { detector: join(folder, 'model.onnx'), run: null, folder, keepSize: 1e6 };
  return { line, judge: () => line.judge(order, new Uint8Array(1), 'none') };
}
/** The frame is on its way once its file was looked at. */
const sent = (frames: number, at = 0) =>
  vi.waitFor(() => expect(children[at]?.told.filter(({ type }) => type === 'frame')).toHaveLength(frames));

it('an open detector that does not answer is ended after seconds, and started again with the next frame', async () => {
  const { line, judge } = opened();
  const first = judge();
  await sent(1);
  // To open it may take minutes.
  await vi.advanceTimersByTimeAsync(120_000);
  expect(children[0]?.kills).toBe(0);
  children[0]?.hear({ type: 'judged', id: 0, judgement: { ...judgement, isNoted: true } });
  expect(await first).toMatchObject({ score: 1 });
  const second = judge();
  const failed = expect(second).rejects.toMatchObject({
    code: 'WORKER_DIED',
    message: expect.stringContaining('it gave no answer for 10 s'),
  });
  await sent(2);
  await vi.advanceTimersByTimeAsync(9000);
  expect(children[0]?.kills).toBe(0);
  await vi.advanceTimersByTimeAsync(1500);
  expect(children[0]?.kills).toBe(1);
  await failed;
  const third = judge();
  await sent(1, 1);
  expect(children).toHaveLength(2);
  children[1]?.hear({ type: 'judged', id: 0, judgement: { ...judgement, isNoted: true } });
  await third;
  line.close();
  expect(children[1]?.ends).toBe(1);
});

it('a slow detector has ten times as long as its slowest answer', async () => {
  const { line, judge } = opened();
  for (const [id, took] of [
    [0, 500],
    [1, 4000],
  ] as const) {
    const answer = judge();
    await sent(id + 1);
    await vi.advanceTimersByTimeAsync(took);
    children[0]?.hear({ type: 'judged', id, judgement: { ...judgement, isNoted: true } });
    await answer;
  }
  const answer = judge();
  await sent(3);
  await vi.advanceTimersByTimeAsync(39_000);
  expect(children[0]?.kills).toBe(0);
  const failed = expect(answer).rejects.toMatchObject({ code: 'WORKER_DIED' });
  await vi.advanceTimersByTimeAsync(2000);
  await failed;
  line.close();
});
