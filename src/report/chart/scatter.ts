/** @file Charts of points by class, anomalies marked with crosses. One path a class, so thousands of points stay small. */
import { extent, quantileSorted } from 'd3-array';
import { scaleLinear } from 'd3-scale';
import { html, type Markup } from '../html.ts';
import { box, type ChartOptions, chart, coordinate, type Scale } from './frame.ts';
import { seriesClass } from './series.ts';

export interface ScatterPoint {
  readonly x: number;
  readonly y: number;
  /** Number of the class. */
  readonly series: number;
  readonly marked: boolean;
}

const height = 300;

/** Draws points. Axes end where all but a hundredth of the points at each end lie; those beyond stand at the edge. */
export function scatterChart(
  options: Omit<ChartOptions, 'x' | 'y' | 'height'> & { readonly labels: readonly [x: string, y: string] },
  points: readonly ScatterPoint[],
): Markup {
  const x = scaleOf(
    points.map((point) => point.x),
    [box.left + 6, box.width - box.right - 6],
  );
  const y = scaleOf(
    points.map((point) => point.y),
    [height - box.bottom - 6, box.top + 6],
  );
  const series = [...new Set(points.map((point) => point.series))].sort((a, b) => a - b);
  const place = (point: ScatterPoint) => `${coordinate(x(point.x))} ${coordinate(y(point.y))}`;
  const paths = (marked: boolean, shape: (point: ScatterPoint) => string) =>
    series.map((index) => {
      const own = points.filter((point) => point.series === index && point.marked === marked);
      if (own.length === 0) return null;
      const d = own.map(shape).join('');
      return html`<g class="${seriesClass(index)}"><path class="${marked ? 'crosses' : 'dots'}" d="${d}"/></g>`;
    });
  const [xLabel, yLabel] = options.labels;
  const bare = { format: () => '' };
  return chart(
    { ...options, height, x: { label: xLabel, scale: x, ...bare }, y: { label: yLabel, scale: y, ...bare } },
    [
      paths(false, (point) => `M${place(point)}h0`),
      paths(true, (point) => `M${place(point)}m-2.5-2.5l5 5m0-5l-5 5`),
    ],
  );
}

function scaleOf(values: readonly number[], range: readonly [number, number]): Scale {
  const sorted = values.toSorted((a, b) => a - b);
  const ends = [quantileSorted(sorted, 0.01), quantileSorted(sorted, 0.99)] as [number, number];
  const [low, high] = ends[0] < ends[1] ? ends : (extent(sorted) as [number, number]);
  const spare = 0.04 * (high - low) || 1;
  return scaleLinear([low - spare, high + spare], range).clamp(true);
}
