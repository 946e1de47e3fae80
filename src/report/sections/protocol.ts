/** @file How the numbers came about: everything one needs to make them again, or to doubt them. */
import { basename } from 'node:path';
import { sizeText } from '../../image/size-option.ts';
import type { ReportData } from '../data.ts';
import { type Content, html, type Markup } from '../html.ts';
import { chosenValidation, lastStep } from '../training-log.ts';
import { countText, percentText, selectionSentence, thresholdSource } from '../words.ts';

export function protocolSection(data: ReportData): Markup {
  const { metadata, training } = data;
  return html`<section id="protocol" aria-labelledby="protocol-title">
<h2 id="protocol-title">How these numbers came about</h2>
<dl class="facts">${[...trainingFacts(data), ...measurementFacts(data)].map(
    ([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>
`,
  )}</dl>
<h3>Images by class</h3>
<div class="scroll" role="region" tabindex="0" aria-label="Images by class, scrolls sideways">
<table>
<caption class="hidden">Numbers of images by class and what they were used for</caption>
<thead><tr><th scope="col">class</th><th scope="col">trained on</th><th scope="col">held out, good</th><th scope="col">expected false alarms</th></tr></thead>
<tbody>${metadata.classes.map((name) => imagesRow(name, metadata))}</tbody>
</table>
</div>
<details><summary>Every option of the training</summary><pre tabindex="0"><code>${training.options}</code></pre></details>
</section>`;
}

/** A remark on a backbone, where it says something. */
function known(text: string, before: string): string {
  return text === '' || text === 'unknown' ? '' : `, ${before} ${text}`;
}

/** Options that are not the preset's. */
function changesOf(changes: Readonly<Record<string, unknown>>): Content {
  const texts = Object.entries(changes).map(([name, value]) => `${name} = ${JSON.stringify(value)}`);
  return texts.length === 0 ? ', nothing changed' : html`, changed: <code>${texts.join(', ')}</code>`;
}

type Fact = readonly [name: string, value: Content];

function trainingFacts({ metadata, training }: ReportData): Fact[] {
  const { provenance, geometry, method, cladVersion, created } = metadata;
  const { backbone, data } = provenance;
  const { log } = training;
  const chosen = chosenValidation(log);
  const { width, height, resizeTo } = geometry;
  const crop =
    resizeTo === undefined ? 'resized whole' : `resized to ${sizeText(resizeTo)} px, middle cut out`;
  const hasNetworks = provenance.selection !== 'none';
  const heldOutFor = hasNetworks
    ? 'the networks have not seen them, and are chosen by them'
    : 'they say how distances vary; a memory bank has entries of all';
  const taken = chosen ? `; networks of stage ${chosen.stage}, step ${chosen.step}` : '';
  return [
    ['Method', `${method}, clad ${cladVersion}, ${created.slice(0, 16).replace('T', ' ')} UTC`],
    ['Preset', html`${provenance.preset}${changesOf(provenance.changes)}`],
    ['Selection', selectionSentence(provenance.selection)],
    [
      'Held out',
      `Part of the good training images (below): ${heldOutFor}. Thresholds and heat-map colours come from ${thresholdSource(provenance)}.`,
    ],
    [
      'Steps',
      hasNetworks ? `${lastStep(log, 1)} in stage 1, ${lastStep(log, 2)} in stage 2${taken}` : 'none',
    ],
    [
      'Backbone',
      html`${backbone.name}, frozen${backbone.precision ? `, in ${backbone.precision}` : ''}${known(backbone.licence, 'licence')}${known(backbone.source, 'from')}<br><code>sha256 ${backbone.sha256}</code>`,
    ],
    ['Input', `${width} x ${height} px, ${crop}`],
    ['Textures', provenance.textures],
    ['Seed', String(provenance.seed)],
    ['Device', provenance.device],
    [
      'Training data',
      html`${data.name} (layout ${data.layout})<br><code>fingerprint ${data.fingerprint}</code>`,
    ],
  ];
}

function measurementFacts({ test }: ReportData): Fact[] {
  if (!test) return [['Test data', 'none']];
  const { document } = test;
  const { p50, p95 } = document.timing.latencyMs;
  const { testFingerprint, device, pixelsInside } = document.protocol;
  const images = Object.values(document.classes).reduce(
    (sum, { good, anomalous }) => sum + good + anomalous,
    0,
  );
  return [
    [
      'Test data',
      html`${basename(document.data)}, ${countText(images, 'image')}<br><code>fingerprint ${testFingerprint ?? 'not known'}</code>`,
    ],
    ...(pixelsInside
      ? [['Pixels', `Pixel metrics and AUPRO inside the region of interest: ${pixelsInside}.`] as const]
      : []),
    ['Mean', 'Over classes, each weighing the same; metrics that a class lacks are left out.'],
    [
      'Speed',
      `${document.timing.imagesPerSecond.toFixed(1)} images a second with decoding; the detector alone ${p50.toFixed(0)} ms (median), ${p95.toFixed(0)} ms (95 of 100) on ${device}`,
    ],
  ];
}

function imagesRow(name: string, { provenance, thresholds }: ReportData['metadata']): Markup {
  const { trainingImages, heldOutImages } = provenance.data;
  return html`<tr><th scope="row">${name}</th><td>${trainingImages[name] ?? '–'}</td><td>${heldOutImages[name] ?? '–'}</td><td>${expectedText(thresholds[name])}</td></tr>
`;
}

function expectedText(threshold: ReportData['metadata']['thresholds'][string] | undefined): string {
  return threshold?.count === 0 ? 'not known' : `about ${percentText(threshold?.achievableRate)}`;
}
