/** What the tests see of the table; the benchmarks are JavaScript. */
export interface Line {
  readonly what: string;
  readonly unit: string;
  readonly value: number;
  readonly beside?: string;
  readonly besideValue?: number;
  readonly ratio?: {
    readonly kind: 'share' | 'times';
    readonly value: number;
    readonly low: number;
    readonly high: number;
  };
  readonly target?: { readonly of: 'ratio' | 'value'; readonly least?: number; readonly most?: number };
  readonly note?: string;
}

export interface Result {
  readonly hardware: {
    readonly cpu: string;
    readonly cores: number;
    readonly memory: number;
    readonly threads: number;
    readonly node: string;
    readonly onnxruntime: string;
    readonly torch?: { readonly version: string; readonly blas: string };
    readonly load: readonly number[];
    readonly clock: 'wall' | 'processor';
  };
  readonly backbone: string;
  readonly rows: readonly { readonly letter: string; readonly lines: readonly Line[] }[];
}

export function shown(value: number | undefined, unit?: string): string;
export function reached(line: Line): boolean | undefined;
export function textOf(result: Result): string;
export function markdownOf(result: Result): string;
export function comparison(before: Result, after: Result): string[][];
export function comparisonText(before: Result, after: Result): string;
