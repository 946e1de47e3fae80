/** @file The table of the benchmarks: how numbers, targets and changes are said. No time is measured here. */
import { describe, expect, it } from 'vitest';
import { inTurns, ratioOf } from '../../../bench/measure.mjs';
import {
  comparison,
  comparisonText,
  type Line,
  markdownOf,
  type Result,
  reached,
  shown,
  textOf,
} from '../../../bench/table.mjs';

const hardware: Result['hardware'] = {
  cpu: 'A | B',
  cores: 2,
  memory: 8,
  threads: 2,
  node: '20.19.0',
  onnxruntime: '1.30.0',
  load: [0, 0, 0],
  clock: 'wall',
};
const result = (lines: readonly Line[], other: Partial<Result['hardware']> = {}): Result => ({
  hardware: { ...hardware, ...other },
  backbone: 'builtin',
  rows: [{ letter: 'b', lines }],
});
const step: Line = {
  what: 'a step',
  unit: 'ms',
  value: 20,
  beside: 'its products',
  besideValue: 10,
  ratio: { kind: 'share', value: 0.5, low: 0.45, high: 0.55 },
  target: { of: 'ratio', least: 0.7 },
};
const start: Line = { what: 'help', unit: 'ms', value: 80, target: { of: 'value', most: 150 } };
const rival: Line = {
  ...step,
  beside: 'PyTorch',
  ratio: { kind: 'times', value: 2, low: 2, high: 2 },
  target: { of: 'ratio', most: 1 },
};

describe('numbers', () => {
  it.each([
    [12_345, 'ms', '12.3 s'],
    [9_999, 'ms', '9999 ms'],
    [123.4, 'MB', '123 MB'],
    [12.34, 'ms', '12.3 ms'],
    [1.234, undefined, '1.23'],
    [0.1234, undefined, '0.123'],
    [undefined, 'ms', '-'],
  ])('%s %s', (value, unit, text) => expect(shown(value, unit)).toBe(text));
});

describe('targets', () => {
  it.each([
    [step, false],
    [{ ...step, target: { of: 'ratio', least: 0.5 } } as Line, true],
    [start, true],
    [{ ...start, value: 151 }, false],
    [rival, false],
    [{ ...start, target: undefined } as unknown as Line, undefined],
  ])('%#', (line, expected) => expect(reached(line)).toBe(expected));
});

describe('the table', () => {
  it('says machine, both times, ratio with its spread, and target', () => {
    const text = textOf(result([step, start]));
    expect(text).toContain('A | B, 2 cores, 8 GB; Node 20.19.0, ONNX Runtime 1.30.0, no PyTorch; 2 threads');
    expect(text).toMatch(
      /^b {4}a step {2}20\.0 ms {3}its products {2}10\.0 ms {2}0\.500 \(0\.450 to 0\.550\) {2}at least 0\.700: missed$/m,
    );
    expect(text).toMatch(/^b {4}help .*at most 150 ms: reached$/m);
    expect(text).not.toContain('Others used the machine');
  });

  it('is Markdown with as many cells in every line', () => {
    const lines = markdownOf(result([{ ...step, what: 'a | b' }, start])).split('\n');
    const table = lines.filter((text) => text.startsWith('|'));
    expect(table).toHaveLength(4);
    for (const text of table) expect(text.match(/(?<!\\)\|/g)).toHaveLength(8);
  });

  it('warns of a reference BLAS and of others on the machine', () => {
    const torch = { version: '1.13', blas: 'the reference BLAS' };
    const text = textOf(result([step], { torch, load: [3, 2, 1] }));
    expect(text).toContain('its times say nothing here');
    expect(text).toContain('Others used the machine');
  });
});

describe('beside an earlier result', () => {
  const share = (value: number): Line => ({
    ...step,
    ratio: { kind: 'share', value, low: value, high: value },
  });
  const verdicts = (before: readonly Line[], after: readonly Line[]) =>
    comparison(result(before), result(after))
      .slice(1)
      .map((row) => row.slice(-2));

  it('a larger share is better, and less of anything else', () => {
    expect(verdicts([share(0.5)], [share(0.6)])).toEqual([['+20 %', 'better']]);
    expect(verdicts([share(0.5)], [share(0.4)])).toEqual([['-20 %', 'worse']]);
    expect(verdicts([start], [{ ...start, value: 160 }])).toEqual([['+100 %', 'worse']]);
    expect(verdicts([start], [{ ...start, value: 83 }])).toEqual([['+4 %', 'as before']]);
  });

  it('ratios count where there are some, whatever the times', () => {
    expect(verdicts([step], [{ ...step, value: 200, besideValue: 100 }])).toEqual([['0 %', 'as before']]);
  });

  it('names what only one of them has; what a line is beside tells it from another of the same name', () => {
    expect(verdicts([start, step], [rival, step])).toEqual([
      ['-', 'new'],
      ['0 %', 'as before'],
      ['-', 'not measured now'],
    ]);
  });

  it('says that another machine was used', () => {
    expect(comparisonText(result([step], { cores: 16 }), result([step]))).toContain(
      'only ratios can be compared',
    );
    expect(comparisonText(result([step]), result([step]))).not.toContain('only ratios');
  });
});

describe('turns', () => {
  it('go round, the first to warm up, and take what a task says', async () => {
    const order: string[] = [];
    const task = (name: string, time: number) => () => {
      order.push(name);
      return time;
    };
    const times = await inTurns({ a: task('a', 3), b: task('b', 5) }, { least: 2, most: 2 });
    expect(order).toEqual(['a', 'b', 'a', 'b', 'a', 'b']);
    expect(times).toEqual({ a: [3, 3], b: [5, 5] });
  });

  it('a ratio is of the least times, its spread of the rounds', () => {
    expect(ratioOf('share', [10, 20, 40], [5, 5, 5])).toEqual({
      kind: 'share',
      value: 0.5,
      low: 0.125,
      high: 0.5,
    });
    expect(ratioOf('times', [10, 20, 40], [5, 5, 5])).toMatchObject({ value: 2, low: 2, high: 8 });
  });
});
