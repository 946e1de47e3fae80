import { describe, expect, it, vi } from 'vitest';
import { LargeEngine } from '../../../src/server/large-engine.ts';

const asked = { image: { width: 1, height: 1, data: new Uint8Array(3) }, class: undefined };
const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** A thread that answers when it is told to. */
function held() {
  const answers: (() => void)[] = [];
  const thread = {
    ended: false,
    close: vi.fn(async () => {
      thread.ended = true;
    }),
    call: () =>
      new Promise<never>((resolve) => {
        answers.push(() => resolve({ predictions: [], images: [] } as never));
      }),
  };
  return { thread, answers };
}

describe('LargeEngine', () => {
  it('opens with the first image, serves the next ones, and closes after a time without any', async () => {
    const { thread, answers } = held();
    const open = vi.fn(async () => thread);
    const engine = new LargeEngine(open, 20);
    expect(open).not.toHaveBeenCalled();
    for (const at of [0, 1]) {
      const outcome = engine.run([asked]);
      await vi.waitFor(() => expect(answers).toHaveLength(at + 1));
      // Longer than the engine may be idle: it is not while it works.
      await pause(40);
      expect(thread.close).not.toHaveBeenCalled();
      answers[at]?.();
      await outcome;
    }
    expect(open).toHaveBeenCalledTimes(1);
    await vi.waitFor(() => expect(thread.close).toHaveBeenCalledTimes(1));
    const again = held();
    open.mockResolvedValueOnce(again.thread);
    const outcome = engine.run([asked]);
    await vi.waitFor(() => expect(again.answers).toHaveLength(1));
    again.answers[0]?.();
    expect(await outcome).toBeDefined();
    expect(open).toHaveBeenCalledTimes(2);
    await engine.close();
    expect(again.thread.close).toHaveBeenCalledTimes(1);
  });

  it('leaves the images to the other engine where no thread can be had, and tries again the next time', async () => {
    const open = vi.fn(async () => undefined);
    const engine = new LargeEngine(open, 20);
    expect(await engine.run([asked])).toBeUndefined();
    expect(await engine.run([asked])).toBeUndefined();
    expect(open).toHaveBeenCalledTimes(2);
    await engine.close();
  });
});
