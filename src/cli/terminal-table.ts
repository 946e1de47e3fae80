/**
 * @file Tables as wide as the terminal. One that is too wide is folded: its columns in several tables below each other, each with the first
 * column again; or, where the first column alone takes most of the width (paths do), each row as a few lines. No cell is cut. What is not written
 * to a terminal keeps its lines.
 */
import { type Table, textTable } from '../evaluation/table.ts';

/** The first column may take this share of the width to be repeated. */
const mostOfFirst = 0.45;

/** @param columns - of the terminal; undefined where the output is none */
export function terminalTable(
  table: Table,
  columns: number | undefined = process.stdout.isTTY ? process.stdout.columns : undefined,
): string {
  const whole = textTable(table);
  if (columns === undefined || widthOf(whole) <= columns) return whole;
  const widths = table.header.map((title, column) =>
    Math.max(title.length, ...table.rows.map((row) => row[column]?.length ?? 0)),
  );
  const [first = 0, ...others] = widths;
  const repeats = first <= mostOfFirst * columns && others.every((width) => first + 2 + width <= columns);
  return repeats ? folded(table, widths, columns) : asLines(table, columns);
}

function folded({ header, rows }: Table, widths: readonly number[], columns: number): string {
  const groups: number[][] = [];
  let left = 0;
  for (let column = 1; column < header.length; column++) {
    const width = 2 + (widths[column] as number);
    if (groups.length === 0 || width > left) {
      groups.push([]);
      left = columns - (widths[0] as number);
    }
    (groups.at(-1) as number[]).push(column);
    left -= width;
  }
  return groups
    .map((group) => {
      const part = (cells: readonly string[]) => [0, ...group].map((column) => cells[column] ?? '');
      return textTable({ header: part(header), rows: rows.map(part) });
    })
    .join('\n\n');
}

/** `first cell`, then `title value, title value` indented. */
function asLines({ header, rows }: Table, columns: number): string {
  return rows
    .map(([first = '', ...cells]) => {
      const lines = [first];
      let current = '';
      for (const [at, cell] of cells.entries()) {
        const text = `${header[at + 1]} ${cell}`;
        const longer = current === '' ? `  ${text}` : `${current}, ${text}`;
        if (current !== '' && longer.length + 1 > columns) {
          lines.push(`${current},`);
          current = `  ${text}`;
        } else current = longer;
      }
      return [...lines, current].join('\n');
    })
    .join('\n');
}

function widthOf(text: string): number {
  return Math.max(...text.split('\n').map(({ length }) => length));
}
