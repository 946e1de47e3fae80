/** @file A line of progress at any width, and what is left of a whole work. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ProgressState, roughly, terminalLine, wrapped } from '../../../src/cli/progress-line.ts';
import { WholeWork } from '../../../src/core/whole-work.ts';

const state: ProgressState = {
  task: 'matching to the memory bank',
  unit: 'images',
  done: 380,
  total: 817,
  elapsed: 40,
  rate: 9.5,
  whole: { step: 7, steps: 12, left: 400 },
};

describe('a line of progress', () => {
  it('shows everything where there is room, and keeps the share and the time where there is not', () => {
    expect(terminalLine(state, 160)).toBe(
      'matching to the memory bank ███████████░░░░░░░░░░░░░ 46% | 380/817 images | 9.5/s | 46 s left | step 7 of 12, about 7 min left in all',
    );
    expect(terminalLine(state, 100)).toBe(
      'matching to the memory bank ███████░░░░░░░░ 46% | 46 s left | step 7 of 12, about 7 min left in all',
    );
    expect(terminalLine({ ...state, task: 'stage 1', unit: 'steps' }, 50)).toBe(
      'stage 1 ██████░░░░░░░ 46% | 7 of 12, 7 min in all',
    );
    expect(terminalLine(state, 50)).toBe('matching to the memo… 46% | 7 of 12, 7 min in all');
    expect(terminalLine({ ...state, done: 817 }, 50)).toMatch(/100% \| in 40 s$/);
  });

  it('is never wider than the terminal, and never without its share', () => {
    const number = fc.integer({ min: 0, max: 1e6 });
    fc.assert(
      fc.property(
        fc.integer({ min: 12, max: 200 }),
        fc.string({ minLength: 1, maxLength: 60 }),
        number,
        number,
        fc.option(number, { nil: undefined }),
        (columns, task, done, more, left) => {
          const values = { loss: 0.123456, 'a long name of a number': 17.25 };
          const total = done + more;
          const rate = done / 7;
          const line = terminalLine(
            {
              task,
              unit: 'images',
              done,
              total,
              elapsed: 7,
              rate,
              values,
              whole: { step: 2, steps: 14, left },
            },
            columns,
          );
          expect(line.length).toBeLessThan(columns);
          if (columns >= 50) expect(line).toMatch(/\d+%/);
          if (columns >= 50 && more > 0) expect(line).toMatch(/2 of 14/);
        },
      ),
    );
  });

  it.each([
    [4, '10 s'],
    [61, '70 s'],
    [200, '3 min'],
    [3600, '1 h'],
    [12_300, '3 h 30 min'],
    [400_000, '5 days'],
  ])('writes an estimate of %i seconds as %s', (seconds, text) => expect(roughly(seconds)).toBe(text));

  it('breaks sentences between words, and long paths where it must', () => {
    const text = `Textures: the built-in generator. ${'/a/long/path'.repeat(9)} stands alone.`;
    const lines = wrapped(text, 50).split('\n');
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(50);
    expect(lines.join('').replaceAll(' ', '')).toBe(text.replaceAll(' ', ''));
    expect(wrapped('short', 50)).toBe('short');
  });
});

describe('the time left of a whole training', () => {
  const tasks = [
    { task: 'checking images', seconds: 4, kind: 'images' },
    { task: 'patch features', seconds: 100, kind: 'images' },
    { task: 'stage 1', seconds: 50, kind: 'products' },
    { task: 'thresholds', seconds: 40, kind: 'images' },
  ] as const;
  const event = (task: string, done: number) => ({ task, done, total: 100, unit: 'images' });

  it('is scaled by how fast this machine has been so far', () => {
    const whole = new WholeWork();
    whole.expect(tasks);
    expect(whole.observe(event('checking images', 0), 0)).toEqual({ step: 1, steps: 4, left: undefined });
    // Twice as slow as expected: 4 + 2 * (100 + 50 + 40) are left.
    expect(whole.observe(event('checking images', 50), 4_000)?.left).toBeCloseTo(4 + 380, 6);
    whole.observe(event('checking images', 100), 8_000);
    whole.observe(event('patch features', 0), 8_000);
    const half = whole.observe(event('patch features', 50), 158_000);
    // Three times as slow: 150 s left of itself; what is not of images is thought as slow as these.
    expect(half).toMatchObject({ step: 2, steps: 4 });
    expect(half?.left).toBeCloseTo(150 + ((8 + 150) / 54) * 90, 6);
    whole.observe(event('patch features', 100), 308_000);
    whole.observe(event('stage 1', 0), 308_000);
    // Products turn out to be as fast as expected.
    expect(whole.observe(event('stage 1', 20), 318_000)?.left).toBeCloseTo(40 + (308 / 104) * 40, 6);
  });

  it('leaves out tasks that an earlier run has done, and unknown tasks', () => {
    const whole = new WholeWork();
    whole.expect(tasks);
    whole.observe(event('checking images', 0), 0);
    whole.observe(event('checking images', 100), 4_000);
    expect(whole.observe(event('thresholds', 0), 5_000)).toEqual({ step: 4, steps: 4, left: 40 });
    expect(whole.observe(event('demo data', 3), 6_000)).toBeUndefined();
    expect(whole.observe(event('patch features', 3), 6_000)).toBeUndefined();
  });

  it('is nothing at the end, also of what took too short to tell how fast the machine is', () => {
    const whole = new WholeWork();
    whole.expect(tasks);
    expect(whole.observe(event('thresholds', 50), 100)?.left).toBeUndefined();
    expect(whole.observe(event('thresholds', 100), 200)?.left).toBe(0);
  });

  it('is not shown where no tasks are known', () => {
    expect(new WholeWork().observe(event('predicting', 3), 6_000)).toBeUndefined();
  });
});
