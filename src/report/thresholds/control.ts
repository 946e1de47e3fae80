/** @file What the page's script and the page itself share of thresholds: the data, the decision about an image, the command that sets them. */
import { shellWord } from '../../core/shell-word.ts';
import { html, type Markup } from '../html.ts';

/** An image: its score, and its path where the page holds it. */
export type NamedScore = readonly [score: number, path?: string];

/** One class; images have the highest score first. */
export interface ControlClass {
  readonly name: string;
  /** The threshold in use, as it is printed; null where there is none. */
  readonly now: number | null;
  readonly checkAbove: number | null;
  /** Whether the defects are made ones. */
  readonly synthetic: boolean;
  readonly good: readonly NamedScore[];
  readonly defective: readonly NamedScore[];
}

export interface ControlData {
  /** Run folder or detector file: its path as it was given, or with `fromPage` its name. */
  readonly run: string;
  /** The way from the page's folder to it, with slashes: a page that is looked at where it was written knows the whole path without telling it to others. */
  readonly fromPage?: string | undefined;
  /** Whether commands are for Windows. */
  readonly windows: boolean;
  readonly classes: readonly ControlClass[];
}

/** As a detector decides: reject above the threshold, check above a second, lower one. */
export function decisionOf(
  score: number,
  threshold: number,
  checkAbove: number | null,
): 'pass' | 'check' | 'reject' {
  if (score > threshold) return 'reject';
  return checkAbove !== null && checkAbove < threshold && score > checkAbove ? 'check' : 'pass';
}

/** A decision as a small label. */
export function badge(decision: ReturnType<typeof decisionOf>): Markup {
  return html`<span class="verdict-badge ${decision}">${decision}</span>`;
}

/**
 * The run's path as a page can know it: whole, where the page still lies beside the run.
 * @param address - of the page
 */
export function runPath({ run, fromPage, windows }: Omit<ControlData, 'classes'>, address: string): string {
  if (fromPage === undefined || !address.startsWith('file:///')) return run;
  const way = fromPage.split('/').map(encodeURIComponent).join('/');
  const path = decodeURIComponent(new URL(way, address).pathname).replace(/\/$/, '');
  // Elsewhere the way leads to something else, which hardly has the same name.
  if (!path.endsWith(`/${run}`)) return run;
  return windows ? path.slice(1).replaceAll('/', '\\') : path;
}

/** The command that sets thresholds of some classes. */
export function calibrateCommand(
  { run, windows }: Pick<ControlData, 'run' | 'windows'>,
  thresholds: readonly (readonly [name: string, threshold: number])[],
): string {
  const set = thresholds.flatMap(([name, threshold]) => ['--threshold', `${name}=${threshold}`]);
  return ['clad', 'calibrate', run, ...set, '--out', 'line.onnx']
    .map((word) => shellWord(word, windows))
    .join(' ');
}
