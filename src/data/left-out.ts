/**
 * @file What was passed over: files and folders that no image was read from, pages and frames after the first, each with the
 * reason, so that nothing is dropped in silence.
 */
import { relative, sep } from 'node:path';
import { byCodeUnit } from '../core/arrays.ts';
import { refusalOf } from '../core/files.ts';
import { pageCount } from '../image/pages.ts';

/** Something that was passed over. */
export interface LeftOut {
  /** As the folder was named by who asked for it: absolute in a data set. */
  readonly path: string;
  /** A few words without the path, the same for all of a kind: `GIF is not read`. */
  readonly reason: string;
  /** How many pages or frames it stands for; one file or folder where absent. */
  readonly count?: number;
}

/** All that was passed over, by reason: part of documents of several verbs. */
export interface LeftOutSummary {
  readonly total: number;
  /** Most first. */
  readonly reasons: readonly {
    readonly reason: string;
    readonly count: number;
    readonly paths: readonly string[];
  }[];
}

/** Counts what was passed over by its reason. */
export function summariseLeftOut(leftOut: readonly LeftOut[]): LeftOutSummary {
  const groups = new Map<string, LeftOut[]>();
  for (const each of leftOut) {
    const group = groups.get(each.reason);
    if (group) group.push(each);
    else groups.set(each.reason, [each]);
  }
  const reasons = [...groups].map(([reason, members]) => ({
    reason,
    count: countOf(members),
    paths: members.map(({ path }) => path).sort(byCodeUnit),
  }));
  return {
    total: countOf(leftOut),
    reasons: reasons.sort((a, b) => b.count - a.count || byCodeUnit(a.reason, b.reason)),
  };
}

function countOf(leftOut: readonly LeftOut[]): number {
  return leftOut.reduce((sum, { count = 1 }) => sum + count, 0);
}

/** Names that are shown of each reason; documents have all. */
const mostShown = 3;

/**
 * What was passed over, for people: a line with the number of all, and one a reason.
 * @param root - paths below it are shown from there
 * @returns nothing where nothing was
 */
export function describeLeftOut({ total, reasons }: LeftOutSummary, root?: string): string[] {
  if (total === 0) return [];
  const shown = (path: string) =>
    root !== undefined && path.startsWith(root + sep) ? relative(root, path) : path;
  return [
    `Left out: ${total}`,
    ...reasons.map(({ reason, count, paths }) => {
      const more = paths.length > mostShown ? ` and ${paths.length - mostShown} more` : '';
      return `  ${reason} (${count}): ${paths.slice(0, mostShown).map(shown).join(', ')}${more}`;
    }),
  ];
}

/** The reasons alone, for the end of an error that says that nothing is left; empty where nothing was passed over. */
export function leftOutBriefly(leftOut: readonly LeftOut[]): string {
  const { reasons } = summariseLeftOut(leftOut);
  if (reasons.length === 0) return '';
  return `; left out there: ${reasons.map(({ reason, count }) => `${reason} (${count})`).join(', ')}`;
}

/** Why the file system does not let something be read, for what was passed over. */
export function unreadableReason(error: unknown): string {
  const { code = 'unknown error' } = error as NodeJS.ErrnoException;
  return `cannot be read (${refusalOf(error) ?? code})`;
}

/** Pages or frames after the first of a file that was decoded; undefined where there are none. */
export async function laterPages(path: string): Promise<LeftOut | undefined> {
  const pages = await pageCount(path);
  return pages > 1 ? { path, reason: 'pages or frames after the first', count: pages - 1 } : undefined;
}
