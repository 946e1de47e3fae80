/**
 * @file Where words go: results to stdout (with `--json` one JSON document and nothing else), everything about the
 * work to stderr.
 */
import { basename, relative } from 'node:path';
import { CladError, reasonOf } from '../core/errors.ts';
import { asRefusal } from '../core/files.ts';
import { shellWord as quoted } from '../core/shell-word.ts';
import { describeLeftOut, type LeftOutSummary } from '../data/left-out.ts';

/** What a command is begun with, so that a printed one can be copied: `clad`, or `node dist/cli/main.js` where it is not installed. */
export function programName(): string {
  const script = process.argv[1] ?? '';
  if (basename(script) !== 'main.js') return 'clad';
  const near = relative(process.cwd(), script);
  const path = near.startsWith('..') ? script : near;
  return `node ${shellWord(path)}`;
}

/** A path as a shell takes it, for commands that are printed to be copied. */
export function shellWord(text: string): string {
  return quoted(text, process.platform === 'win32');
}

/** A share in percent, with two digits; a dash where there is none. */
export function percent(share: number | undefined): string {
  return share === undefined ? '-' : `${Number((100 * share).toPrecision(2))} %`;
}

/** Prints one JSON document on stdout. Numbers that JSON has not (NaN, infinities) become null. */
export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, undefined, 2)}\n`);
}

/** Prints one JSON document on one line, for verbs that print many. */
export function printJsonLine(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

/** Prints a result for people on stdout. */
export function printText(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Tells people something about the work, on stderr. */
export function printNote(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** Tells people what was passed over, on stderr; nothing where nothing was. @param root - paths below it are shown from there */
export function printLeftOut(leftOut: LeftOutSummary, root?: string): void {
  const lines = describeLeftOut(leftOut, root);
  if (lines.length > 0) printNote(`clad: ${lines.join('\n')}`);
}

/** Anything thrown as an error with a code. */
export function toldError(thrown: unknown): CladError {
  const known = asRefusal(thrown);
  return known instanceof CladError
    ? known
    : new CladError('INTERNAL', { reason: `${reasonOf(thrown).replace(/\.?$/, '.')}` }, { cause: thrown });
}

/**
 * Reports what ended a command: its sentence on stderr, with `json` also `{error: {code, message}}` on stdout; the
 * stack only with CLAD_DEBUG=1.
 * @returns the exit status: 2 when the user's input is wrong, 1 when the fault is ours, 130 (as shells have it) after Ctrl-C
 */
export function printError(thrown: unknown, json: boolean): 1 | 2 | 130 {
  const error = toldError(thrown);
  process.stderr.write(`clad: ${error.message}\n`);
  if (process.env.CLAD_DEBUG === '1') {
    const origin = thrown instanceof Error ? thrown : error;
    process.stderr.write(`${origin.stack}\n`);
    if (origin.cause instanceof Error) process.stderr.write(`caused by: ${origin.cause.stack}\n`);
  }
  if (json) printJsonLine({ error: error.words });
  if (error.code === 'INTERRUPTED') return 130;
  return error.kind === 'input' ? 2 : 1;
}
