/**
 * @file Progress for people, on stderr: a bar a task on a terminal, an occasional line elsewhere (log files, CI).
 * Tasks that are over within two seconds show nothing.
 */
import cliProgress, { type MultiBar, type SingleBar } from 'cli-progress';
import type { ExpectedTask } from '../core/expected-task.ts';
import type { ProgressEvent, ProgressListener } from '../core/progress.ts';
import { WholeWork } from '../core/whole-work.ts';
import { logLine, type ProgressState, terminalLine, wrapped } from './progress-line.ts';

export { duration } from './progress-line.ts';

/** Milliseconds a task must last to be worth a bar. */
const patience = 2_000;
/** Milliseconds between two lines of one task where there is no terminal. */
const lineInterval = 10_000;

/** A display of progress; `stop` must be called before the process ends. */
export interface ProgressDisplay {
  readonly listener: ProgressListener;
  /** Tells of the tasks to come: from now on it also says which of them is under way, and what is left of all. */
  expect(tasks: readonly ExpectedTask[]): void;
  /** Writes a line without tearing the bars. */
  log(text: string): void;
  stop(): void;
}

/** What the display writes to; `process.stderr` fits. */
export type ProgressStream = NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };

/** Of a terminal that does not say how wide it is. */
const usualColumns = 80;

/**
 * Makes a display.
 * @param now - the clock, in milliseconds
 */
export function progressBars(
  stream: ProgressStream = process.stderr,
  now: () => number = Date.now,
): ProgressDisplay {
  return stream.isTTY ? bars(stream, now) : lines(stream, now);
}

interface Task {
  readonly started: number;
  /** Units done when the task was first seen, so that a resumed task's rate counts only its own work. */
  readonly offset: number;
}

function bars(stream: ProgressStream, now: () => number): ProgressDisplay {
  // Made with the first bar: even an empty one writes to the terminal when it stops.
  let multi: MultiBar | undefined;
  const shown = new Map<string, SingleBar>();
  const tasks = new Map<string, Task>();
  const whole = new WholeWork();
  const listener = (event: ProgressEvent) => {
    const time = now();
    const task = recall(tasks, event, time);
    const elapsed = time - task.started;
    const state = stateOf(event, task, elapsed, whole.observe(event, time));
    const over = event.done >= event.total;
    if (over) tasks.delete(event.task);
    let bar = shown.get(event.task);
    if (!bar && elapsed < patience) return;
    const payload = { state };
    if (bar) {
      bar.setTotal(event.total);
      bar.update(event.done, payload);
    } else {
      multi ??= multiBar(stream);
      bar = multi.create(event.total, event.done, payload);
      shown.set(event.task, bar);
    }
    if (over) {
      bar.stop();
      shown.delete(event.task);
    }
  };
  const log = (text: string) => {
    // Bars switch the terminal's own wrapping off.
    if (multi) multi.log(`${wrapped(text, stream.columns ?? usualColumns)}\n`);
    else stream.write(`${text}\n`);
  };
  const stop = () => {
    // Once more, because only drawing writes what was logged.
    multi?.update();
    multi?.stop();
    multi = undefined;
    shown.clear();
  };
  return { listener, expect: (tasks) => whole.expect(tasks), log, stop };
}

function multiBar(stream: ProgressStream): MultiBar {
  return new cliProgress.MultiBar(
    {
      stream,
      format: (_, { maxWidth }, { state }: { state: ProgressState }) =>
        terminalLine(state, maxWidth ?? usualColumns),
      // Whoever runs the command decides what an interrupt does, e.g. save a checkpoint.
      gracefulExit: false,
      hideCursor: false,
      fps: 5,
      // Otherwise a bar that a logged line has overwritten stays away until its numbers change.
      forceRedraw: true,
    },
    cliProgress.Presets.shades_classic,
  );
}

function lines(stream: ProgressStream, now: () => number): ProgressDisplay {
  const tasks = new Map<string, Task>();
  const said = new Map<string, number>();
  const whole = new WholeWork();
  const listener = (event: ProgressEvent) => {
    const time = now();
    const task = recall(tasks, event, time);
    const elapsed = time - task.started;
    const over = event.done >= event.total;
    const state = stateOf(event, task, elapsed, whole.observe(event, time));
    if (elapsed >= patience && (over || time - (said.get(event.task) ?? task.started) >= lineInterval)) {
      stream.write(`${logLine(state)}\n`);
      said.set(event.task, time);
    }
    if (over) {
      tasks.delete(event.task);
      said.delete(event.task);
    }
  };
  return {
    listener,
    expect: (tasks) => whole.expect(tasks),
    log: (text) => void stream.write(`${text}\n`),
    stop: () => {},
  };
}

function recall(tasks: Map<string, Task>, { task: name, done }: ProgressEvent, now: number): Task {
  let task = tasks.get(name);
  if (!task) {
    task = { started: now, offset: done };
    tasks.set(name, task);
  }
  return task;
}

function stateOf(
  event: ProgressEvent,
  { offset }: Task,
  elapsed: number,
  whole: ProgressState['whole'],
): ProgressState {
  const rate = (event.done - offset) / (elapsed / 1000);
  return { ...event, elapsed: elapsed / 1000, rate: Number.isFinite(rate) ? rate : 0, whole };
}
