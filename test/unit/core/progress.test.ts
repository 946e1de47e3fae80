/** @file Stopping work that keeps nothing. */
import { describe, expect, it } from 'vitest';
import { type ProgressEvent, stoppable } from '../../../src/core/progress.ts';

const progress: ProgressEvent = { task: 'memory bank', done: 1, total: 9, unit: 'entries' };

describe('a stoppable listener', () => {
  it('passes progress on, and ends the work once it is to stop', () => {
    const seen: ProgressEvent[] = [];
    const controller = new AbortController();
    const listen = stoppable({ onProgress: (each) => seen.push(each), signal: controller.signal });
    listen(progress);
    controller.abort();
    expect(() => listen(progress)).toThrow(expect.objectContaining({ code: 'INTERRUPTED' }));
    expect(seen).toEqual([progress, progress]);
  });
});
