/**
 * The one table: what was measured as text, as Markdown, and beside an earlier table. Nothing is measured here.
 *
 * A line is `{ what, unit, value, beside?, besideValue?, ratio?: { kind, value, low, high }, target?: { of, least | most }, note? }`. A target is of the
 * `ratio` or of the `value`.
 */

/** Digits enough to tell two numbers apart, and no more. */
export function shown(value, unit) {
  if (value === undefined || value === null) return '-';
  if (unit === 'ms' && value >= 10_000) return `${(value / 1000).toFixed(1)} s`;
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : value >= 1 ? 2 : 3;
  return unit ? `${value.toFixed(digits)} ${unit}` : value.toFixed(digits);
}

function ratioText({ ratio }) {
  if (!ratio) return '-';
  const [low, high] = [ratio.low, ratio.high].map((value) => shown(value));
  const spread = low === high ? '' : ` (${low} to ${high})`;
  return `${shown(ratio.value)}${spread}`;
}

const subject = (line) => (line.target.of === 'value' ? line.value : line.ratio?.value);

/** Whether a line reaches its target; undefined where it has none. */
export function reached(line) {
  if (!line.target) return undefined;
  const value = subject(line);
  if (value === undefined) return undefined;
  return line.target.least === undefined ? value <= line.target.most : value >= line.target.least;
}

function targetText(line) {
  const { target } = line;
  if (!target) return '-';
  const unit = target.of === 'value' ? line.unit : undefined;
  const words =
    target.least === undefined
      ? `at most ${shown(target.most, unit)}`
      : `at least ${shown(target.least, unit)}`;
  const is = reached(line);
  return is === undefined ? words : `${words}: ${is ? 'reached' : 'missed'}`;
}

const header = ['row', 'what', 'measured', 'beside', 'takes', 'ratio', 'target'];

function cells({ letter, lines }) {
  return lines.map((line) => [
    letter,
    line.note ? `${line.what} (${line.note})` : line.what,
    shown(line.value, line.unit),
    line.beside ?? '-',
    line.beside ? shown(line.besideValue, line.unit) : '-',
    ratioText(line),
    targetText(line),
  ]);
}

function asText(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const padded = (row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]))
      .join('  ')
      .trimEnd();
  const [head, ...rest] = rows;
  return [padded(head), widths.map((width) => '-'.repeat(width)).join('  '), ...rest.map(padded)].join('\n');
}

function asMarkdown(rows) {
  const escaped = (row) => `| ${row.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  const [head, ...rest] = rows;
  return [escaped(head), `|${head.map(() => '---|').join('')}`, ...rest.map(escaped)].join('\n');
}

const rowsOf = ({ rows }) => [header, ...rows.flatMap(cells)];

/** What the machine is, one sentence. */
export function machineText({ hardware }) {
  const { cpu, cores, memory, threads, node, onnxruntime, torch, load, clock } = hardware;
  const other = torch ? `PyTorch ${torch.version} (products by ${torch.blas})` : 'no PyTorch';
  return `${cpu}, ${cores} cores, ${memory} GB; Node ${node}, ONNX Runtime ${onnxruntime}, ${other}; ${threads === 1 ? 'one thread' : `${threads} threads`}, ${clock === 'processor' ? 'time of the processor' : 'time on the wall'}; load of the machine when it began ${load.map((value) => value.toFixed(1)).join(', ')}.`;
}

/** Sentences that a reader of the table needs. */
export function warnings({ hardware, backbone }) {
  const said = [`Backbone: ${backbone}.`];
  const { torch, load, cores, clock } = hardware;
  if (torch?.blas === 'the reference BLAS')
    said.push(
      "PyTorch's products run on the reference BLAS, which nobody who cares for time uses: its times say nothing here. Install libopenblas0-pthread.",
    );
  if (load[0] > 0.5 * cores)
    said.push(
      clock === 'processor'
        ? 'Others used the machine, and their use of its caches and of its memory is in the times: ratios count.'
        : 'Others used the machine: times are too long, and ratios of what waits for several threads with them.',
    );
  return said;
}

/** For people at a terminal. */
export function textOf(result) {
  return [machineText(result), ...warnings(result), '', asText(rowsOf(result))].join('\n');
}

/** For docs. */
export function markdownOf(result) {
  return `${[machineText(result), ...warnings(result)].join('\n')}\n\n${asMarkdown(rowsOf(result))}\n`;
}

const key = (row, { what, beside }) => JSON.stringify([row.letter, what, beside ?? '']);

/**
 * Two results, line by line, by ratios where there are some: they bear another machine. Lines that one of them lacks are named as such.
 * @returns rows of text with a header
 */
export function comparison(before, after) {
  const index = ({ rows }) =>
    new Map(rows.flatMap((row) => row.lines.map((line) => [key(row, line), { row, line }])));
  const [old, now] = [index(before), index(after)];
  const rows = [];
  for (const [name, { row, line }] of now) {
    const was = old.get(name)?.line;
    const of = (each) => each?.ratio?.value ?? each?.value;
    const unit = line.ratio ? undefined : line.unit;
    const [first, last] = [of(was), of(line)];
    // A larger share is better, and less of everything else.
    const better = (line.ratio?.kind === 'share') === last > first;
    const change = was && first > 0 ? 100 * (last / first - 1) : undefined;
    const verdict =
      change === undefined ? 'new' : Math.abs(change) < 5 ? 'as before' : better ? 'better' : 'worse';
    rows.push([
      row.letter,
      line.what,
      line.ratio ? `${line.ratio.kind} of ${line.beside}` : 'measured',
      shown(first, unit),
      shown(last, unit),
      change === undefined ? '-' : `${change > 0 ? '+' : ''}${change.toFixed(0)} %`,
      verdict,
    ]);
  }
  for (const [name, { row, line }] of old)
    if (!now.has(name))
      rows.push([row.letter, line.what, line.beside ?? 'measured', '-', '-', '-', 'not measured now']);
  return [['row', 'what', 'compared', 'before', 'now', 'change', ''], ...rows];
}

/** The comparison for people, and a warning where the machines differ. */
export function comparisonText(before, after) {
  const part = ({ hardware }) => [hardware.cpu, hardware.cores, hardware.threads].join(', ');
  const same = part(before) === part(after) && before.backbone === after.backbone;
  const other = same ? [] : [`Before: ${part(before)}, ${before.backbone}: only ratios can be compared.`];
  return [...other, asText(comparison(before, after))].join('\n');
}
