import { Writable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type ProgressDisplay, progressBars } from '../../../src/cli/progress.ts';

/** A stream that keeps what is written, and a clock that is set by hand. */
function setUp(isTTY: boolean, columns = 200) {
  let written = '';
  const stream = Object.assign(
    new Writable({
      write(chunk, _, done) {
        written += String(chunk);
        done();
      },
    }),
    { isTTY, columns },
  );
  const clock = { seconds: 0 };
  const display = progressBars(stream, () => clock.seconds * 1000);
  return { display, clock, written: () => written };
}

function report({ listener }: ProgressDisplay, done: number, values?: Record<string, number>): void {
  listener({ task: 'checking', done, total: 100, unit: 'images', ...(values ? { values } : {}) });
}

describe('progress without a terminal', () => {
  it('writes nothing for a task that ends within two seconds', () => {
    const { display, clock, written } = setUp(false);
    report(display, 1);
    clock.seconds = 1.9;
    report(display, 100);
    display.stop();
    expect(written()).toBe('');
  });

  it('writes a line every ten seconds and one at the end', () => {
    const { display, clock, written } = setUp(false);
    for (clock.seconds = 0; clock.seconds <= 25; clock.seconds++) report(display, clock.seconds * 4);
    expect(written()).toBe(
      [
        'checking: 40/100 images (40%) | 4/s | 15 s left',
        'checking: 80/100 images (80%) | 4/s | 5 s left',
        'checking: 100/100 images (100%) | in 25 s',
        '',
      ].join('\n'),
    );
  });

  it('takes a second task of the same name as a new one', () => {
    const { display, clock, written } = setUp(false);
    report(display, 0);
    clock.seconds = 5;
    report(display, 100);
    report(display, 0);
    clock.seconds = 6;
    report(display, 100);
    expect(written().trimEnd().split('\n')).toEqual(['checking: 100/100 images (100%) | in 5 s']);
  });

  it('counts only the work done since a task was resumed, and writes numbers short', () => {
    const { display, clock, written } = setUp(false);
    report(display, 80);
    clock.seconds = 3600;
    report(display, 90, { loss: 0.123456, steps: 12345.6 });
    expect(written()).toBe(
      'checking: 90/100 images (90%) | 0.00278/s | 1 h 00 min left | loss 0.123 | steps 12346\n',
    );
  });

  it.each([
    [59, '59 s'],
    [185, '3 min 05 s'],
    [7620, '2 h 07 min'],
  ])('writes %i seconds as %s', (seconds, text) => {
    const { display, clock, written } = setUp(false);
    report(display, 0);
    clock.seconds = seconds;
    report(display, 100);
    expect(written()).toBe(`checking: 100/100 images (100%) | in ${text}\n`);
  });

  it('writes log lines at once', () => {
    const { display, written } = setUp(false);
    display.log('a note');
    expect(written()).toBe('a note\n');
  });
});

describe('progress of a whole training, without a terminal', () => {
  it('adds which step it is and the time left for all', () => {
    const { display, clock, written } = setUp(false);
    display.expect([
      { task: 'checking', seconds: 10, kind: 'images' },
      { task: 'stage 1', seconds: 600, kind: 'products' },
    ]);
    report(display, 0);
    clock.seconds = 10;
    report(display, 50);
    expect(written()).toBe(
      'checking: 50/100 images (50%) | 5/s | 10 s left | step 1 of 2, about 20 min left in all\n',
    );
  });
});

describe('progress on a terminal', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('writes nothing for a task that ends within two seconds', () => {
    const { display, clock, written } = setUp(true);
    report(display, 1);
    clock.seconds = 1;
    report(display, 100);
    display.stop();
    expect(written()).toBe('');
  });

  it('does not count the time of an earlier task of the same name', () => {
    const { display, clock, written } = setUp(true);
    report(display, 100);
    clock.seconds = 60;
    report(display, 1);
    display.stop();
    expect(written()).toBe('');
  });

  it('draws a bar with rate and time left, and its end', () => {
    const { display, clock, written } = setUp(true);
    report(display, 0);
    clock.seconds = 5;
    report(display, 50, { loss: 0.5 });
    vi.advanceTimersByTime(300);
    expect(written()).toContain('checking');
    expect(written()).toContain('50% | 50/100 images | 10/s | 5 s left | loss 0.5');
    clock.seconds = 10;
    report(display, 100);
    display.stop();
    expect(written()).toContain('100% | 100/100 images | in 10 s');
    expect(vi.getTimerCount()).toBe(0);
  });

  it.each([50, 100])(
    'fits into %i columns, and shows which step it is and the time left for all',
    (columns) => {
      const { display, clock, written } = setUp(true, columns);
      display.expect([
        { task: 'checking', seconds: 10, kind: 'images' },
        { task: 'thresholds', seconds: 60, kind: 'images' },
      ]);
      report(display, 0);
      clock.seconds = 5;
      report(display, 50, { classification: 0.5, contrast: 0.25 });
      display.log(
        'A sentence that is much longer than a narrow terminal is wide, and that must not be cut off there.',
      );
      vi.advanceTimersByTime(300);
      display.stop();
      // biome-ignore lint/suspicious/noControlCharactersInRegex: what a terminal is told.
      const lines = written().split(/\n|\u001b\[[0-9;?]*[a-zA-Z]/);
      expect(lines.join(' ')).toMatch(
        columns === 50 ? /1 of 2, 70 s in all/ : /step 1 of 2, about 70 s left in all/,
      );
      for (const line of lines) expect(line.length).toBeLessThanOrEqual(columns);
      expect(lines.join(' ').replaceAll(/\s+/g, ' ')).toContain('and that must not be cut off there.');
    },
  );

  it('writes log lines without a bar, or above it, and loses none when it stops', () => {
    const { display, clock, written } = setUp(true);
    display.log('before');
    expect(written()).toBe('before\n');
    report(display, 0);
    clock.seconds = 5;
    report(display, 50);
    display.log('between');
    vi.advanceTimersByTime(300);
    expect(written()).toMatch(/between\n.*checking/s);
    display.log('last');
    display.stop();
    expect(written()).toMatch(/last\n.*checking/s);
    display.log('after');
    expect(written().endsWith('after\n')).toBe(true);
  });
});
