/** @file The head of the report: what was measured on what, the few numbers most people look for, and whether they are honest. */
import type { ReportData } from '../data.ts';
import { type Content, html, type Markup } from '../html.ts';
import { countText, decimals, percentText, selectionSentence, trainedOnSentence } from '../words.ts';

export function summarySection({ name, metadata, test, written }: ReportData): Markup {
  const { classes, provenance } = metadata;
  const known = test ? trainedOnSentence(test.document) : '';
  const leaked = provenance.selection === 'test' || known !== '';
  const images = test
    ? Object.values(test.document.classes).reduce((sum, { good, anomalous }) => sum + good + anomalous, 0)
    : 0;
  const what = test ? `measured on ${countText(images, 'test image')}` : 'trained, not measured';
  return html`<header id="summary">
<p class="kicker">Anomaly detection report</p>
<h1>${name}</h1>
<p class="lead">One model over ${countText(classes.length, 'class')}, ${what}. ${date(written)}.</p>
${test ? tiles(test.document) : html`<p>The data set has no test images, so there are no numbers of accuracy here.</p>`}
<p class="${leaked ? 'callout warning' : 'callout'}"><strong>${leaked ? 'Optimistic protocol.' : 'Honest protocol.'}</strong> ${known === '' ? '' : `${known} Of the others: `}${selectionSentence(provenance.selection)} <a href="#protocol">How these numbers came about</a></p>
</header>`;
}

function tiles({ mean, classes, timing }: NonNullable<ReportData['test']>['document']): Markup {
  const over = Object.keys(classes).length > 1 ? 'mean over classes' : 'one class';
  const all: [string, string, Content][] = [
    ['Image AUROC', decimals(mean.imageAuroc), 'good or anomalous, by image'],
    ['Pixel AUROC', decimals(mean.pixelAuroc), 'where, by pixel'],
    ['AUPRO', decimals(mean.aupro), 'where, by region; exact, to 0.3'],
    ['False alarms', percentText(mean.falseAlarmRate), 'good images called anomalous'],
    ['Misses', percentText(mean.missRate), 'anomalous images called normal'],
    ['An image', `${timing.latencyMs.p50.toFixed(0)} ms`, 'the detector alone, median'],
  ];
  return html`<dl class="tiles" aria-label="Main numbers, ${over}">${all.map(([title, value, note]) => html`<div><dt>${title}</dt><dd>${value}<small>${note}</small></dd></div>`)}</dl>`;
}

function date(iso: string): string {
  const [day, time] = iso.split('T');
  return `${day ?? iso} ${(time ?? '').slice(0, 5)} UTC`;
}
