/** @file How the training went: losses and selection by step, and the synthetic anomalies it learnt from. */
import { extent } from 'd3-array';
import { scaleLinear, scaleLog } from 'd3-scale';
import type { TrainingLogEntry } from '../../training/trainer.ts';
import { type Axis, box, coordinate } from '../chart/frame.ts';
import { type Line, lineChart } from '../chart/lines.ts';
import { legend } from '../chart/series.ts';
import type { ReportData, TrainingFacts } from '../data.ts';
import { type Content, html, type Markup } from '../html.ts';
import { chosenValidation, lastStep, stagesIn, warningsIn } from '../training-log.ts';

export function trainingSection({ training, metadata }: ReportData): Markup {
  const { log, synthesis, regions, standingOut } = training;
  const charts = [
    ...stagesIn(log).map((stage) => lossChart(log, stage)),
    selectionChart(log, metadata.provenance.selection),
  ];
  const shown = charts.filter((each) => each !== null);
  return html`<section id="training" aria-labelledby="training-title">
<h2 id="training-title">Training</h2>
${warningsIn(log).map((sentence) => html`<p class="callout warning">${sentence}</p>`)}
${shown.length === 0 ? html`<p>No networks were trained, or the run has no log of it.</p>` : html`<div class="charts">${shown}</div>`}
${images(
  'Good photographs to look at',
  'Unlike the others of their class, the furthest first, or like another class: photograph and heat map with the values of its colours. They have no say in thresholds, but the memory bank holds them as normal. What is not good leaves the detector by clad update RUN --exclude FILE. Scores are in good-images.csv.',
  standingOut,
  (name) => `Good photograph ${name} and its heat map`,
)}
${notFollowed(metadata.notFollowed ?? {})}
${images(
  'Regions that follow the part',
  'Where good photographs of each class are looked at: photograph, and in red what is outside. Nothing of that is learnt, scored or measured.',
  Object.entries(regions),
  (name) => `Good photographs of ${name}, red outside of the region of interest`,
)}
${images(
  'Synthetic anomalies',
  'Synthetic anomalies of the training, some of each class: photograph, the part outside the foreground in red, mask, texture, result.',
  Object.entries(synthesis),
  (name) => `Synthetic anomalies of ${name}: photograph, foreground, mask, texture, result`,
)}
</section>`;
}

/** Classes whose part is not followed although that was asked for; nothing where there are none. */
function notFollowed(reasons: Readonly<Record<string, string>>): Markup | null {
  const named = Object.entries(reasons);
  if (named.length === 0) return null;
  return html`<h3>Parts that are not followed</h3>
<p>All of an image of these classes counts, or what was drawn of it:</p>
<ul>${named.map(([name, reason]) => html`<li>${name}: ${reason}</li>`)}</ul>`;
}

/** Images under a title; nothing where there are none. @param alt - what an image shows */
function images(
  title: string,
  what: string,
  named: TrainingFacts['standingOut'],
  alt: (name: string) => string,
): Markup | null {
  if (named.length === 0) return null;
  return html`<h3>${title}</h3>
<p>${what}</p>
<div class="wide">${named.map(([name, { source, width, height }]) => html`<figure><figcaption>${name}</figcaption><img src="${source}" width="${width}" height="${height}" alt="${alt(name)}"></figure>`)}</div>`;
}

/** Losses of a stage; on a logarithmic axis, for they differ by orders of magnitude, unless one is not above zero. */
function lossChart(log: readonly TrainingLogEntry[], stage: number): Markup | null {
  const entries = log.filter((entry) => entry.stage === stage && entry.losses);
  const names = [...new Set(entries.flatMap(({ losses }) => Object.keys(losses ?? {})))];
  // Of two names one is the other.
  const lossNames = names.length === 2 ? names.filter((name) => name !== 'total') : names;
  if (entries.length < 2 || lossNames.length === 0) return null;
  const lines = lossNames.map((name, series): Line => {
    const own = entries.filter(({ losses }) => Number.isFinite(losses?.[name]));
    return { name, series, x: own.map(({ step }) => step), y: own.map(({ losses }) => losses?.[name] ?? 0) };
  });
  const [low, high] = extent(lines.flatMap(({ y }) => y)) as [number, number];
  const range = [box.height - box.bottom, box.top] as const;
  const y: Axis =
    low > 0 && high / low > 20
      ? { label: 'loss (logarithmic)', scale: scaleLog([low, high], range).nice(), ...powers(low, high) }
      : { label: 'loss', scale: scaleLinear([Math.min(0, low), high], range).nice() };
  const options = {
    title: `Stage ${stage}, losses`,
    description: `${lossNames.join(', ')} over ${lastStep(log, stage)} steps.`,
    x: steps(lastStep(log, stage)),
    y,
    note: legend(lossNames),
  };
  return lineChart(options, lines);
}

/** Ticks at 1, 2 and 5 where there are few powers of ten, else at the powers. */
function powers(low: number, high: number): Pick<Axis, 'ticks' | 'format'> {
  const [first, last] = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))];
  const factors = last - first <= 2 ? [1, 2, 5] : [1];
  const all = Array.from({ length: last - first + 1 }, (_, at) =>
    factors.map((factor) => factor * 10 ** (first + at)),
  );
  return {
    ticks: all.flat().filter((tick) => tick >= 10 ** first && tick <= 10 ** last),
    format: (value) => String(Number(value.toPrecision(2))),
  };
}

/** All stages on one axis, with what was chosen. */
function selectionChart(log: readonly TrainingLogEntry[], selection: string): Markup | null {
  const stages = stagesIn(log);
  const before = (stage: number) =>
    stages.filter((each) => each < stage).reduce((sum, each) => sum + lastStep(log, each), 0);
  const validated = log.filter((entry) => entry.selection !== undefined);
  const chosen = chosenValidation(log);
  if (validated.length < 2 || !chosen) return null;
  const at = ({ stage, step }: { stage: number; step: number }) => before(stage) + step;
  const values = validated.map((entry) => entry.selection ?? 0);
  const [low, high] = extent(values) as [number, number];
  const x = steps(before(Number.POSITIVE_INFINITY));
  const spare = Math.max(0.1 * (high - low), 1e-3);
  const y: Axis = {
    label: selection === 'test' ? 'pixel AUROC on test images' : 'AUROC on held-out patches',
    scale: scaleLinear([low - spare, Math.min(1, high + spare)], [box.height - box.bottom, box.top]),
  };
  const mark = { x: coordinate(x.scale(at(chosen))), y: coordinate(y.scale(chosen.value)) };
  const bottom = box.height - box.bottom;
  const extra: Content[] = stages.slice(1).map((stage, index) => {
    const boundary = coordinate(x.scale(before(stage)));
    return html`<path class="boundary" d="M${boundary} ${box.top}V${bottom}"/>
<text class="tick" x="${boundary}" y="${bottom - 6}" dx="-5" text-anchor="end">stage ${stages[index]}</text>
<text class="tick" x="${boundary}" y="${bottom - 6}" dx="5">stage ${stage}</text>`;
  });
  const options = {
    title: 'Selection',
    description: `From ${values[0]?.toFixed(3)} to ${values.at(-1)?.toFixed(3)}; best ${chosen.value.toFixed(3)}.`,
    x,
    y,
    note: `Taken: stage ${chosen.stage}, step ${chosen.step}, at ${chosen.value.toFixed(4)} (circle).`,
  };
  const line = { name: 'selection', series: 0, x: validated.map(at), y: values };
  return lineChart(
    options,
    [line],
    [...extra, html`<circle class="chosen" cx="${mark.x}" cy="${mark.y}" r="5"/>`],
  );
}

function steps(last: number): Axis {
  const scale = scaleLinear([0, last], [box.left, box.width - box.right]);
  return { label: 'step', scale, format: (value) => value.toLocaleString('en') };
}
