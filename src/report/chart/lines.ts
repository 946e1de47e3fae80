/** @file Charts of lines: curves of metrics and losses. */
import { line } from 'd3-shape';
import { type Content, html, type Markup } from '../html.ts';
import { type ChartOptions, chart } from './frame.ts';
import { seriesClass } from './series.ts';

/** One line of a chart. */
export interface Line {
  readonly name: string;
  /** Number of its colour. */
  readonly series: number;
  readonly x: readonly number[];
  readonly y: readonly number[];
}

/** Draws lines; points that are not finite, or below zero on a logarithmic axis, leave a gap. */
export function lineChart(options: ChartOptions, lines: readonly Line[], extra?: Content): Markup {
  return chart(options, [extra, lineMarks(options, lines)]);
}

/** The lines alone, for a frame of the same options. */
export function lineMarks(options: Pick<ChartOptions, 'x' | 'y'>, lines: readonly Line[]): Markup[] {
  return lines.map(({ name, series, x, y }) => {
    const px = x.map((value) => options.x.scale(value));
    const py = y.map((value) => options.y.scale(value));
    const path = line<number>()
      .digits(1)
      .defined((index) => Number.isFinite(px[index]) && Number.isFinite(py[index]))
      .x((index) => px[index] ?? 0)
      .y((index) => py[index] ?? 0);
    return html`<g class="${seriesClass(series)}"><title>${name}</title><path class="line" d="${path(x.keys()) ?? ''}"/></g>`;
  });
}
