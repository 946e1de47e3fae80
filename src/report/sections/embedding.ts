/** @file Test patches before and after the adaptor, in two dimensions (the paper's Figure 3). */

import type { Embedding } from '../../jobs/evaluate/embedding.ts';
import { scatterChart } from '../chart/scatter.ts';
import type { ReportData, TestResults } from '../data.ts';
import { html, type Markup } from '../html.ts';
import { percentText } from '../words.ts';

export function embeddingSection(
  { metadata, training }: ReportData,
  { curves }: TestResults,
  embedding: Embedding,
): Markup {
  const heading = html`<h2 id="embedding-title">Patches before and after the adaptor</h2>`;
  const { patches, before, after } = embedding;
  // The classes' colours are those of the curves.
  const order = Object.keys(curves);
  const anomalous = patches.filter((patch) => patch.anomalous).length;
  const plane = ({ x, y, width, explained }: typeof before, title: string) =>
    scatterChart(
      {
        title,
        description: `${patches.length - anomalous} normal patches as dots, ${anomalous} anomalous ones as crosses, coloured by class.`,
        labels: ['first component', 'second component'],
        note: `${width} dimensions; the two shown hold ${percentText(explained)} of the variance.`,
      },
      patches.map(({ className, anomalous: marked }, index) => ({
        x: x[index] ?? 0,
        y: y[index] ?? 0,
        series: Math.max(0, order.indexOf(className)),
        marked,
      })),
    );
  return html`<section id="embedding" aria-labelledby="embedding-title">${heading}
<p>A sample of test patches along the two leading principal components: dots are patches of good images, crosses patches inside a defect's
mask. ${metadata.classes.length > 1 ? 'Colours are classes. ' : ''}${training.input === 'residual' ? 'What enters the networks is a difference to the nearest normal patches, so classes overlap by intention. ' : ''}The outermost hundredth of the points at each end stands at the edge. An image of a sample, not a measurement.</p>
<div class="charts two">${plane(before, "Before: the networks' input")}${plane(after, "After: the adaptor's output")}</div>
</section>`;
}
