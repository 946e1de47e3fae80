/** @file Lines of comma-separated values. */

/** Cells of one row. */
export function csvLine(cells: readonly (string | number | null)[]): string {
  return cells.map(field).join(',');
}

/** RFC 4180; text that a spreadsheet would take for a formula gets an apostrophe before it. */
function field(value: string | number | null): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
