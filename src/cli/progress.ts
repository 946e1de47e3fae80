/**
 * @file Progress for people, on stderr: a bar a task on a terminal, an occasional line elsewhere (log files, CI).
 * Tasks that are over within two seconds show nothing.
 */
import cliProgress, { type MultiBar, type SingleBar } from 'cli-progress';
import type { ProgressEvent, ProgressListener } from '../core/progress.ts';

/** Milliseconds a task must last to be worth a bar. */
const patience = 2_000;
/** Milliseconds between two lines of one task where there is no terminal. */
const lineInterval = 10_000;

/** A display of progress; `stop` must be called before the process ends. */
export interface ProgressDisplay {
  readonly listener: ProgressListener;
  /** Writes a line without tearing the bars. */
  log(text: string): void;
  stop(): void;
}

/** What the display writes to; `process.stderr` fits. */
export type ProgressStream = NodeJS.WritableStream & { readonly isTTY?: boolean };

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
  const listener = (event: ProgressEvent) => {
    const task = recall(tasks, event, now());
    const elapsed = now() - task.started;
    const over = event.done >= event.total;
    if (over) tasks.delete(event.task);
    let bar = shown.get(event.task);
    if (!bar && elapsed < patience) return;
    const payload = { task: event.task, unit: event.unit, details: details(event, task, elapsed) };
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
    if (multi) multi.log(`${text}\n`);
    else stream.write(`${text}\n`);
  };
  const stop = () => {
    // Once more, because only drawing writes what was logged.
    multi?.update();
    multi?.stop();
    multi = undefined;
    shown.clear();
  };
  return { listener, log, stop };
}

function multiBar(stream: ProgressStream): MultiBar {
  return new cliProgress.MultiBar(
    {
      stream,
      format: '{task} {bar} {percentage}% | {value}/{total} {unit}{details}',
      barsize: 24,
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
  const listener = (event: ProgressEvent) => {
    const time = now();
    const task = recall(tasks, event, time);
    const elapsed = time - task.started;
    const over = event.done >= event.total;
    if (elapsed >= patience && (over || time - (said.get(event.task) ?? task.started) >= lineInterval)) {
      const percent = Math.floor((100 * event.done) / Math.max(1, event.total));
      const text = `${event.task}: ${event.done}/${event.total} ${event.unit} (${percent}%)`;
      stream.write(`${text}${details(event, task, elapsed)}\n`);
      said.set(event.task, time);
    }
    if (over) {
      tasks.delete(event.task);
      said.delete(event.task);
    }
  };
  return { listener, log: (text) => void stream.write(`${text}\n`), stop: () => {} };
}

function recall(tasks: Map<string, Task>, { task: name, done }: ProgressEvent, now: number): Task {
  let task = tasks.get(name);
  if (!task) {
    task = { started: now, offset: done };
    tasks.set(name, task);
  }
  return task;
}

/** Rate, time left or taken, and the event's own numbers. */
function details({ done, total, values }: ProgressEvent, { offset }: Task, elapsed: number): string {
  const parts: string[] = [];
  const rate = (done - offset) / (elapsed / 1000);
  if (done >= total) parts.push(`in ${duration(elapsed / 1000)}`);
  else if (rate > 0) parts.push(`${short(rate)}/s`, `${duration((total - done) / rate)} left`);
  for (const [name, value] of Object.entries(values ?? {})) parts.push(`${name} ${short(value)}`);
  return parts.map((part) => ` | ${part}`).join('');
}

/** Three significant digits, without an exponent where that is readable. */
function short(value: number): string {
  const size = Math.abs(value);
  if (size >= 100 && size < 1e6) return value.toFixed(0);
  return String(Number(value.toPrecision(3)));
}

/** Seconds as `42 s`, `3 min 05 s` or `2 h 07 min`. */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const two = (value: number) => String(value).padStart(2, '0');
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${two(whole % 60)} s`;
  return `${Math.floor(whole / 3600)} h ${two(Math.floor((whole % 3600) / 60))} min`;
}
