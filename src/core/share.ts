/**
 * @file A share of work that several machines do: number `index` of `count`, from 0, as schedulers count (JOB_COMPLETION_INDEX of Kubernetes,
 * SLURM_ARRAY_TASK_ID). Shares of the same items have no item in common, leave none out, and differ by one item at most.
 */

/** Which share: written `index/count`. */
export interface Share {
  /** 0 .. count - 1 */
  readonly index: number;
  /** At least 1. */
  readonly count: number;
}

/** All of the work. */
export const wholeWork: Share = { index: 0, count: 1 };

/** More machines than anybody has; keeps numbers whole. */
const mostShares = 1_000_000;

export function nameOfShare({ index, count }: Share): string {
  return `${index}/${count}`;
}

/** Whether it can be a share. */
export function isShare(value: unknown): value is Share {
  const { index, count } = (value ?? {}) as Partial<Share>;
  return (
    Number.isInteger(index) &&
    Number.isInteger(count) &&
    Number(index) >= 0 &&
    Number(index) < Number(count) &&
    Number(count) <= mostShares
  );
}

/** What `index/count` says; undefined where it says no share. */
export function shareFromText(text: string): Share | undefined {
  const [, index, count] = /^(\d{1,7})\/(\d{1,7})$/.exec(text.trim()) ?? [];
  const share = { index: Number(index), count: Number(count) };
  return isShare(share) ? share : undefined;
}

/** The share as a stretch of items 0 .. total - 1: its first, and the one after its last. */
export function stretchOf(
  { index, count }: Share,
  total: number,
): { readonly from: number; readonly to: number } {
  return { from: Math.floor((index * total) / count), to: Math.floor(((index + 1) * total) / count) };
}

/** The share as if items were dealt like cards: neighbours, which are often alike in cost, go to different shares. */
export function dealt<T>(items: readonly T[], { index, count }: Share): T[] {
  return items.filter((_, at) => at % count === index);
}
