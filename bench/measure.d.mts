/** What the tests see of the clockwork; the benchmarks are JavaScript. */
export function quantile(values: readonly number[], share: number): number;
export function inTurns(
  tasks: Readonly<Record<string, () => Promise<number | undefined> | number | undefined>>,
  limits?: { readonly seconds?: number; readonly least?: number; readonly most?: number },
): Promise<Record<string, number[]>>;
export function ratioOf(
  kind: 'share' | 'times',
  times: readonly number[],
  besides: readonly number[],
): { readonly kind: string; readonly value: number; readonly low: number; readonly high: number };
