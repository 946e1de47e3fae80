/** @file One line of progress, as much of it as a terminal is wide: what matters most stays, what does not fit is left out whole. */
import type { WholeState } from '../core/whole-work.ts';

/** A task at a moment. */
export interface ProgressState {
  readonly task: string;
  readonly unit: string;
  readonly done: number;
  readonly total: number;
  /** Seconds since it was first seen. */
  readonly elapsed: number;
  /** Units a second; 0 where nothing is known. */
  readonly rate: number;
  readonly values?: Readonly<Record<string, number>> | undefined;
  /** Of the work that the task is a part of. */
  readonly whole?: WholeState | undefined;
}

const widestBar = 24;
const narrowestBar = 8;
/** A name is cut before this many columns of it are gone. */
const leastName = 12;

/** Everything there is to say, for logs. */
export function logLine(state: ProgressState): string {
  const { task, done, total, unit } = state;
  const parts = [...timesOf(state), ...valuesOf(state), ...(state.whole ? [wholeText(state.whole)] : [])];
  return [`${task}: ${done}/${total} ${unit} (${percentOf(state)}%)`, ...parts].join(' | ');
}

/** @param columns - of the terminal; the line is shorter by one, since some wrap at the last */
export function terminalLine(state: ProgressState, columns: number): string {
  const { task, done, total, unit, whole } = state;
  const room = columns - 1;
  const percent = `${percentOf(state)}%`;
  const count = `${done}/${total} ${unit}`;
  const times = timesOf(state);
  const time = times.slice(-1);
  const ends = whole && done < total ? [wholeText(whole), shortWhole(whole)] : [undefined];
  // In the order in which they are given up.
  const middles = [[count, ...times, ...valuesOf(state)], [count, ...times], [count, ...time], time, []];
  const texts = ends.flatMap((end) =>
    middles.map((middle) => [percent, ...middle, end].filter((part) => part !== undefined).join(' | ')),
  );
  // A bar says no more than the share does; time is worth more.
  for (const text of texts.filter((each) => each !== percent || time.length === 0)) {
    const bar = Math.min(widestBar, room - task.length - text.length - 2);
    if (bar >= narrowestBar) return `${task} ${barOf(state, bar)} ${text}`;
  }
  const fitting = texts.find((text) => task.length + 1 + text.length <= room);
  if (fitting !== undefined) return `${task} ${fitting}`;
  const shortest = texts.at(-1) as string;
  return `${cut(task, Math.max(leastName, room - shortest.length - 1))} ${shortest}`.slice(
    0,
    Math.max(1, room),
  );
}

function percentOf({ done, total }: ProgressState): number {
  return Math.floor((100 * done) / Math.max(1, total));
}

function barOf({ done, total }: ProgressState, width: number): string {
  const filled = Math.round((width * Math.min(done, total)) / Math.max(1, total));
  return '█'.repeat(filled) + '░'.repeat(width - filled);
}

/** Rate and time left, or the time taken. */
function timesOf({ done, total, elapsed, rate }: ProgressState): string[] {
  if (done >= total) return [`in ${duration(elapsed)}`];
  return rate > 0 ? [`${short(rate)}/s`, `${duration((total - done) / rate)} left`] : [];
}

function valuesOf({ values }: ProgressState): string[] {
  return Object.entries(values ?? {}).map(([name, value]) => `${name} ${short(value)}`);
}

function wholeText({ step, steps, left }: WholeState): string {
  const text = `step ${step} of ${steps}`;
  return left === undefined ? text : `${text}, about ${roughly(left)} left in all`;
}

function shortWhole({ step, steps, left }: WholeState): string {
  return left === undefined ? `${step} of ${steps}` : `${step} of ${steps}, ${roughly(left)} in all`;
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

/** Seconds in a guess's digits: `40 s`, `6 min`, `3 h 20 min`, `4 days`. */
export function roughly(seconds: number): string {
  if (seconds < 90) return `${Math.max(10, Math.ceil(seconds / 10) * 10)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  if (minutes >= 48 * 60) return `${Math.round(minutes / 1440)} days`;
  const tens = Math.round(minutes / 10) * 10;
  const rest = tens % 60;
  return rest === 0 ? `${tens / 60} h` : `${Math.floor(tens / 60)} h ${rest} min`;
}

function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(1, width - 1))}…`;
}

/** Breaks a text between words, so that a terminal that does not wrap loses nothing; longer words stay whole where they stand alone. */
export function wrapped(text: string, columns: number): string {
  return text
    .split('\n')
    .map((line) => {
      const lines: string[] = [];
      let current = '';
      for (const word of line.split(' ')) {
        const longer = current === '' ? word : `${current} ${word}`;
        if (current !== '' && longer.length > columns) {
          lines.push(current);
          current = word;
        } else current = longer;
        // A path longer than the terminal: in pieces, as the terminal itself would do.
        while (current.length > columns) {
          lines.push(current.slice(0, columns));
          current = current.slice(columns);
        }
      }
      return [...lines, current].join('\n');
    })
    .join('\n');
}
