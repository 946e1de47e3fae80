/** @file Small aligned text tables for terminals. Widths are counted in code points, so wide scripts may not align. */

/** One column: its heading and the side its cells lean to. */
export interface Column {
  readonly heading: string;
  /** @default 'left' */
  readonly align?: 'left' | 'right';
}

/**
 * Lays out rows under headings, two spaces between columns, no trailing spaces.
 * @param rows - cells as text; a missing cell is empty
 * @param footer - one more row under a rule, e.g. totals
 */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  footer?: readonly string[],
): string {
  const headings = columns.map(({ heading }) => heading);
  const all = footer ? [headings, ...rows, footer] : [headings, ...rows];
  const widths = columns.map((_, index) => Math.max(...all.map((row) => widthOf(row[index] ?? ''))));
  const line = (cells: readonly string[]) =>
    columns
      .map(({ align }, index) => {
        const cell = cells[index] ?? '';
        const padding = ' '.repeat((widths[index] as number) - widthOf(cell));
        return align === 'right' ? padding + cell : cell + padding;
      })
      .join('  ')
      .trimEnd();
  const rule = widths.map((width) => '-'.repeat(width)).join('  ');
  return [line(headings), rule, ...rows.map(line), ...(footer ? [rule, line(footer)] : [])].join('\n');
}

function widthOf(text: string): number {
  return [...text].length;
}
