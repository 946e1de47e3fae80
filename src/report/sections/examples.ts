/** @file The clearest hits, the worst misses and the worst false alarms of each class, as images. */
import { heatLegend, legendGradient } from '../../detector/heat/heat-legend.ts';
import type { DetectorMetadata } from '../../detector/metadata.ts';
import type { ClassTradeOff } from '../../jobs/trade-off/class-trade-off.ts';
import type { EmbeddedImage, Example, ExampleKind, TestResults } from '../data.ts';
import { html, type Markup } from '../html.ts';
import { badge, decisionOf } from '../thresholds/control.ts';
import { scoreText } from '../words.ts';

const groups: readonly { readonly kind: ExampleKind; readonly title: string; readonly none: string }[] = [
  { kind: 'hit', title: 'Clearest hits', none: 'None: no anomalous image is above the threshold.' },
  { kind: 'miss', title: 'Worst misses', none: 'None: every anomalous image is above the threshold.' },
  { kind: 'falseAlarm', title: 'Worst false alarms', none: 'None: every good image is below the threshold.' },
];

/** With more classes than this only the first ones are open. */
const openAll = 6;
const openFirst = 2;

/** @param tradeOffs - of the classes whose sliders the page has, in their order: a label on each image follows them */
export function examplesSection(
  { examples }: TestResults,
  metadata: DetectorMetadata,
  tradeOffs: readonly ClassTradeOff[],
): Markup {
  const classes = Object.entries(examples);
  const blocks = classes.map(([name, all], index) => {
    const open = classes.length <= openAll || index < openFirst;
    return html`<details class="product"${open ? html` open` : null}><summary><h3>${name}</h3></summary>
${legendOf(metadata, name)}
${groups.map((group) => groupOf(group, all, name, tradeOffs))}
</details>`;
  });
  return html`<section id="examples" aria-labelledby="examples-title">
<h2 id="examples-title">Hits, misses and false alarms</h2>
<p>Photograph, ground truth, heat map. Heat begins above what good parts show; the cyan outlines are the regions. The colours of a class are always the same, and their numbers are values of the anomaly map.</p>
${blocks}
</section>`;
}

/** The scale of a class's heat maps; nothing where it has none. */
function legendOf(metadata: DetectorMetadata, className: string): Markup | null {
  const legend = heatLegend(metadata, className);
  if (!legend) return null;
  const { low, middle, top } = legend.scale;
  return html`<figure class="heat-legend"><i style="background-image:${legendGradient(legend)}"></i>
<figcaption><span>${scoreText(low)} where good parts end</span><span>${scoreText(middle)} threshold</span><span>${scoreText(top)} strong defects</span></figcaption></figure>`;
}

function groupOf(
  { kind, title, none }: (typeof groups)[number],
  all: readonly Example[],
  className: string,
  tradeOffs: readonly ClassTradeOff[],
): Markup {
  const own = all.filter((example) => example.kind === kind);
  return html`<h4>${title}</h4>
${own.length === 0 ? html`<p class="note">${none}</p>` : html`<div class="triples">${own.map((example) => triple(example, className, tradeOffs))}</div>`}`;
}

function triple(example: Example, className: string, tradeOffs: readonly ClassTradeOff[]): Markup {
  const { defect, path, threshold, takenFor, photograph, truth, heat, kind } = example;
  const shown = `${className}, ${defect}`;
  const against =
    threshold === null ? null : html`<span class="quiet">, threshold ${scoreText(threshold)}</span>`;
  const nothing = kind === 'falseAlarm' ? 'good part' : 'no mask';
  return html`<figure class="triple">
<div>${img(photograph, `Photograph: ${shown}`)}
${truth ? img(truth, `Ground truth of ${shown}: the defect in white`) : html`<span class="blank">${nothing}</span>`}
${img(heat, `Heat map of ${shown}, score ${scoreText(example.score)}`)}</div>
<figcaption>${verdict(example, className, tradeOffs)}<b>${defect}</b> score ${scoreText(example.score)}${against}${takenFor === null ? null : html`, taken for ${takenFor}`}${failuresOf(example)}<br><span class="path">${path}</span></figcaption>
</figure>
`;
}

/** The named regions that fail. The class's threshold moves all of them, so that they are said by the margins at the file's own. */
function failuresOf({ failedRegions = [] }: Example): Markup | null {
  if (failedRegions.length === 0) return null;
  const each = failedRegions.map(
    ({ name, score, threshold, margin }) =>
      `${name} (${scoreText(score)}, threshold ${scoreText(threshold ?? Number.NaN)}, margin ${scoreText(margin ?? Number.NaN)})`,
  );
  return html`<br>fails in ${each.join(', ')}`;
}

/** What the threshold does to it; the slider of the class that it is taken for changes it. */
function verdict(
  { score, threshold, takenFor }: Example,
  className: string,
  tradeOffs: readonly ClassTradeOff[],
): Markup | null {
  const index = tradeOffs.findIndex((each) => each.class === (takenFor ?? className));
  if (threshold === null || index < 0) return null;
  const label = badge(decisionOf(score, threshold, tradeOffs[index]!.checkAbove ?? null));
  return html`<span data-badge="${index}" data-score="${score}">${label}</span> `;
}

function img({ source, width, height }: EmbeddedImage, alt: string): Markup {
  return html`<img src="${source}" width="${width}" height="${height}" alt="${alt}">`;
}
