/** @file Tables on narrow terminals: folded, never cut. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { terminalTable } from '../../../src/cli/terminal-table.ts';
import { textTable } from '../../../src/evaluation/table.ts';

const metrics = {
  header: ['class', 'good', 'anomalous', 'I-AUROC', 'P-AUROC', 'AUPRO', 'false alarms', 'misses'],
  rows: [
    ['bottle', '20', '63', '1.000', '0.990', '0.952', '0.050', '0.000'],
    ['magnetic_tile', '100', '80', '0.949', '0.878', '0.742', '0.020', '0.170'],
  ],
};
const widest = (text: string) => Math.max(...text.split('\n').map(({ length }) => length));

describe('a table on a terminal', () => {
  it('is printed as it is where there is room, and without a terminal', () => {
    expect(terminalTable(metrics, 100)).toBe(textTable(metrics));
    expect(terminalTable(metrics, undefined)).toBe(textTable(metrics));
  });

  it('is folded where it is wider than the terminal', () => {
    const text = terminalTable(metrics, 50);
    expect(widest(text)).toBeLessThanOrEqual(50);
    expect(text).toBe(
      [
        'class          good  anomalous  I-AUROC  P-AUROC',
        '-------------  ----  ---------  -------  -------',
        'bottle           20         63    1.000    0.990',
        'magnetic_tile   100         80    0.949    0.878',
        '',
        'class          AUPRO  false alarms  misses',
        '-------------  -----  ------------  ------',
        'bottle         0.952         0.050   0.000',
        'magnetic_tile  0.742         0.020   0.170',
      ].join('\n'),
    );
  });

  it('has a row as several lines where the first cell is long, with the path whole', () => {
    const path = '/photos/of/the/line/number/three/new/bottle-broken.png';
    const header = ['image', 'class', 'votes', 'score', 'threshold', 'verdict'];
    const table = { header, rows: [[path, 'bottle', '100 %', '18.91', '4.86', 'anomalous']] };
    expect(terminalTable(table, 50)).toBe(
      [path, '  class bottle, votes 100 %, score 18.91,', '  threshold 4.86, verdict anomalous'].join('\n'),
    );
  });

  it('loses no cell at any width', () => {
    const cell = fc.stringMatching(/^[a-z0-9.]{1,12}$/);
    fc.assert(
      fc.property(
        fc.array(fc.array(cell, { minLength: 6, maxLength: 6 }), { minLength: 1, maxLength: 5 }),
        fc.integer({ min: 20, max: 120 }),
        (rows, columns) => {
          const text = terminalTable({ header: ['a', 'b', 'c', 'd', 'e', 'f'], rows }, columns);
          for (const each of rows.flat()) expect(text).toContain(each);
          // A first cell stands on a line of its own, however long it is.
          expect(widest(text)).toBeLessThanOrEqual(Math.max(columns, 12));
        },
      ),
    );
  });
});
