/**
 * @file The frame of a chart: scales, axes, grid, title, as SVG text made without a DOM. d3-scale places the ticks, d3-shape
 * (lines.ts) the lines; colours and type come from the page's style sheet by class, so charts follow light and dark.
 *
 * Charts are 360 units wide, about the pixels of a phone, so that text keeps its size there; wider screens show several in a row.
 */
import type { ScaleContinuousNumeric } from 'd3-scale';
import { type Content, html, type Markup } from '../html.ts';

export type Scale = ScaleContinuousNumeric<number, number>;

/** Size of the image and of the margins that hold the axes. */
export const box = { width: 360, height: 260, left: 50, right: 12, top: 10, bottom: 40 } as const;

export interface Axis {
  readonly label: string;
  readonly scale: Scale;
  /** Numbers at the ticks. */
  readonly ticks?: readonly number[];
  readonly format?: (value: number) => string;
}

export interface ChartOptions {
  readonly title: string;
  /** One sentence of what is to be seen, for those who do not see it. */
  readonly description: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly height?: number;
  /** Below the chart. */
  readonly note?: Content;
}

/** A chart with its caption. */
export function chart(options: ChartOptions, marks: Content): Markup {
  const { title, note } = options;
  return html`<figure class="chart">
<figcaption>${title}</figcaption>
${chartImage(options, marks)}
${note ? html`<div class="note">${note}</div>` : null}
</figure>`;
}

/** The image alone. */
export function chartImage(
  { title, description, x, y, height = box.height }: ChartOptions,
  marks: Content,
): Markup {
  return html`<svg viewBox="0 0 ${box.width} ${height}" role="img" aria-label="${`${title}. ${description}`}">
${axes(x, y, height)}
${marks}
</svg>`;
}

function axes(x: Axis, y: Axis, height: number): Markup {
  const bottom = height - box.bottom;
  const right = box.width - box.right;
  const columns = (x.ticks ?? x.scale.ticks(5)).map((value) => {
    const at = coordinate(x.scale(value));
    return html`<path class="grid" d="M${at} ${box.top}V${bottom}"/><text class="tick" x="${at}" y="${bottom + 15}" text-anchor="middle">${tickText(x, value)}</text>`;
  });
  const rows = (y.ticks ?? y.scale.ticks(5)).map((value) => {
    const at = coordinate(y.scale(value));
    return html`<path class="grid" d="M${box.left} ${at}H${right}"/><text class="tick" x="${box.left - 6}" y="${at}" dy=".32em" text-anchor="end">${tickText(y, value)}</text>`;
  });
  const middle = (box.top + bottom) / 2;
  return html`${columns}${rows}
<path class="axis" d="M${box.left} ${box.top}V${bottom}H${right}"/>
<text class="label" x="${(box.left + right) / 2}" y="${height - 6}" text-anchor="middle">${x.label}</text>
<text class="label" transform="translate(11 ${middle}) rotate(-90)" text-anchor="middle">${y.label}</text>`;
}

function tickText({ format, scale }: Axis, value: number): string {
  return format ? format(value) : scale.tickFormat(5)(value);
}

/** A coordinate with one decimal, as short as it can be. */
export function coordinate(value: number): string {
  return String(Math.round(value * 10) / 10);
}
