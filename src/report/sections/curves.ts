/** @file ROC, precision-recall and per-region-overlap curves of every class. */
import { scaleLinear } from 'd3-scale';
import { fprLimit } from '../../evaluation/aupro.ts';
import type { ClassCurves } from '../../evaluation/evaluator.ts';
import { type Axis, box } from '../chart/frame.ts';
import { lineChart } from '../chart/lines.ts';
import { swatch } from '../chart/series.ts';
import type { TestResults } from '../data.ts';
import { html, type Markup } from '../html.ts';

interface Kind {
  readonly key: keyof ClassCurves;
  readonly title: string;
  readonly x: string;
  readonly y: string;
  readonly limit: number;
}

const falsePositives = 'false positive rate';
const kinds: readonly Kind[] = [
  { key: 'imageRoc', title: 'ROC, by image', x: falsePositives, y: 'true positive rate', limit: 1 },
  {
    key: 'imagePrecisionRecall',
    title: 'Precision and recall, by image',
    x: 'recall',
    y: 'precision',
    limit: 1,
  },
  { key: 'pixelRoc', title: 'ROC, by pixel', x: falsePositives, y: 'true positive rate', limit: 1 },
  {
    key: 'pixelPrecisionRecall',
    title: 'Precision and recall, by pixel',
    x: 'recall',
    y: 'precision',
    limit: 1,
  },
  {
    key: 'pixelPro',
    title: 'Per-region overlap (PRO)',
    x: `${falsePositives}, to ${fprLimit}`,
    y: 'overlap',
    limit: fprLimit,
  },
];

export function curvesSection({ curves }: TestResults): Markup {
  const names = Object.keys(curves);
  return html`<section id="curves" aria-labelledby="curves-title">
<h2 id="curves-title">Curves</h2>
<div class="charts">${kinds.map((kind) => curveChart(kind, curves))}</div>
<p class="note">Drawn through a part of the points; the metrics are computed over all. A class without a curve lacks good images, anomalous images, or masks.</p>
${names.length === 0 ? html`<p>There are no curves.</p>` : null}
</section>`;
}

/** Radio buttons that dim all classes but one, in every chart of the page; they work without script. */
export function picker(names: readonly string[]): Markup | null {
  if (names.length < 2) return null;
  const choice = (id: string, label: string, mark: Markup | null, checked: boolean) =>
    html`<label><input type="radio" name="pick" id="pick-${id}"${checked ? html` checked` : null}>${mark}<span>${label}</span></label>`;
  return html`<fieldset class="picker"><legend>Show</legend>
${choice('all', 'all classes', null, true)}
${names.map((name, index) => choice(String(index), name, swatch(index), false))}
</fieldset>`;
}

function curveChart({ key, title, x, y, limit }: Kind, curves: TestResults['curves']): Markup {
  const lines = Object.entries(curves).flatMap(([name, own], series) => {
    const curve = own[key];
    return curve ? [{ name, series, x: curve.x, y: curve.y }] : [];
  });
  const format = (value: number) => String(Number(value.toFixed(2)));
  const axis = (label: string, end: number, range: [number, number]): Axis => ({
    label,
    scale: scaleLinear([0, end], range),
    ticks: [0, 1, 2, 3, 4, 5].map((part) => (part * end) / 5),
    format,
  });
  const options = {
    title,
    description: `${y} over ${x}, a line for each of ${lines.length} classes.`,
    x: axis(x, limit, [box.left, box.width - box.right]),
    y: axis(y, 1, [box.height - box.bottom, box.top]),
  };
  return lineChart(options, lines);
}
