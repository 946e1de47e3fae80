/** @file Comma-separated values as spreadsheets read them. */
import { expect, it } from 'vitest';
import { csvLine } from '../../../src/core/csv.ts';

it.each([
  [['a', 1.5, null, 'b c'], 'a,1.5,,b c'],
  [['a,b', 'say "no"', 'two\nlines'], '"a,b","say ""no""","two\nlines"'],
  // What a spreadsheet would compute.
  [['=1+1', '-x', '@y', '+z', -2], "'=1+1,'-x,'@y,'+z,-2"],
])('cells %j are written as %j', (cells, line) => {
  expect(csvLine(cells)).toBe(line);
});
