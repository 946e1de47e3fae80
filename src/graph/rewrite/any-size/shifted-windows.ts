/**
 * @file Masks of shifted windows, as Swin has them: a grid that was rolled brings places from opposite ends together in its last windows, and these may not
 * see each other. A file holds a table for each window of one size; but all windows have the same table except the last ones of a row, of a column,
 * and of both. These four are enough for any number of windows.
 */
import { dtypeCode } from '../../tensor.ts';
import type { Emitter } from './emitter.ts';
import type { Factor } from './factor.ts';
import { grownBy, type Size } from './size.ts';

/** The four tables of a mask, and the windows that they are for. */
interface WindowMask {
  /** Of a window in the middle, of the last one in a row of windows, of the last one in a column, and of both; one behind the other. */
  readonly kinds: Float32Array;
  /** Numbers of one table. */
  readonly each: number;
  readonly rows: Factor;
  readonly columns: Factor;
}

/**
 * What a table for each window is, where it is a mask of shifted windows: its numbers are seen to be those that follow from how far the grid was shifted.
 * @param windows - how many there are
 * @param places - of a window: the table has a number for each pair of these
 * @returns undefined where it is another one
 */
export function windowMask(data: Float32Array, windows: Size, places: number): WindowMask | undefined {
  const [rows, columns] = windows.factors;
  const sides = [rows?.sibling?.from, columns?.sibling?.from];
  const [height = 0, width = 0] = sides;
  const plain = windows.factors.length === 2 && windows.before === 0 && windows.after === 0;
  if (!rows || !columns || !plain || height * width !== places) return undefined;
  if (grownBy(rows) !== 'rows' || grownBy(columns) !== 'columns') return undefined;
  const each = places ** 2;
  const [down, across] = [rows.from, columns.from];
  // With one window in a row there is none in the middle.
  if (down < 2 || across < 2 || data.length !== down * across * each) return undefined;
  const table = (row: number, column: number) => {
    const start = (row * across + column) * each;
    return data.subarray(start, start + each);
  };
  const kinds = [table(0, 0), table(0, across - 1), table(down - 1, 0), table(down - 1, across - 1)];
  const hidden = data.reduce((least, value) => Math.min(least, value), 0);
  if (!kinds[0]!.every((value) => value === 0) || !(hidden < 0)) return undefined;
  const shifts = [
    shiftOf(kinds[2]!, height, (at) => Math.floor(at / width)),
    shiftOf(kinds[1]!, width, (at) => at % width),
  ];
  const [lower, right] = shifts;
  if (lower === undefined || right === undefined) return undefined;
  for (let row = 0; row < down; row++)
    for (let column = 0; column < across; column++) {
      const [cutRow, cutColumn] = [row === down - 1 ? lower : height, column === across - 1 ? right : width];
      const side = (at: number) => [Math.floor(at / width) < cutRow, at % width < cutColumn].join();
      const sidesOf = Array.from({ length: places }, (_, at) => side(at));
      const own = table(row, column);
      for (let at = 0; at < each; at++) {
        const together = sidesOf[Math.floor(at / places)] === sidesOf[at % places];
        if (own[at] !== (together ? 0 : hidden)) return undefined;
      }
    }
  const all = new Float32Array(4 * each);
  kinds.forEach((kind, at) => {
    all.set(kind, at * each);
  });
  return { kinds: all, each, rows, columns };
}

/**
 * Where a table parts places of a window: those of lines before it from those behind it.
 * @param line - of a place
 * @returns undefined where it parts none
 */
function shiftOf(table: Float32Array, lines: number, line: (at: number) => number): number | undefined {
  const places = Math.sqrt(table.length);
  for (let at = 0; at < places; at++) if (table[at] !== 0) return line(at) < lines ? line(at) : undefined;
  return undefined;
}

/**
 * Writes the mask for the number of windows at hand.
 * @returns the name of its value, [windows, places * places]
 */
export function writeWindowMask(emit: Emitter, { kinds, each, rows, columns }: WindowMask): string {
  const zero = emit.floats(new Float32Array(1), [1]);
  /** Zeros, and one number at the end. */
  const atTheEnd = (factor: Factor, number: number) => {
    const before = emit.add('Expand', [zero, emit.factor(factor)]);
    const longer = emit.add('Concat', [before, emit.floats(Float32Array.of(number), [1])], {
      axis: { int: 0 },
    });
    const after = emit.integers([2 ** 31 - 1]);
    return emit.add('Slice', [longer, emit.integers([1]), after, emit.integers([0])]);
  };
  const down = emit.add('Reshape', [atTheEnd(rows, 2), emit.integers([-1, 1])]);
  const both = emit.add('Add', [down, atTheEnd(columns, 1)]);
  const flat = emit.add('Reshape', [both, emit.integers([-1])]);
  const kind = emit.add('Cast', [flat], { to: { int: dtypeCode.int64 } });
  return emit.add('Gather', [emit.floats(kinds, [4, each]), kind], { axis: { int: 0 } });
}
