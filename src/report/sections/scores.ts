/** @file Scores and thresholds, one class after another, with sliders where the page's script runs. */
import type { ReportData } from '../data.ts';
import { html, type Markup } from '../html.ts';
import { thresholdCards } from '../thresholds/threshold-card.ts';
import { percentText, thresholdSource } from '../words.ts';

export function scoresSection({ metadata, tradeOffs }: ReportData): Markup {
  return html`<section id="scores" aria-labelledby="scores-title">
<h2 id="scores-title">Scores and thresholds</h2>
<p>What each threshold costs: good images called anomalous against anomalous ones called normal, with 95 % limits (Clopper and Pearson).
Thresholds come from ${thresholdSource(metadata.provenance)}, never from test images; images count for the class that they are taken for.</p>
${thresholdCards(tradeOffs, (each) => expectation(metadata.thresholds[each.class]))}
</section>`;
}

function expectation(threshold: ReportData['metadata']['thresholds'][string] | undefined): string {
  if (!threshold) return 'This class has no threshold.';
  const { achievableRate, requestedRate, count } = threshold;
  if (count === 0) return 'The threshold was set as a number; what to expect is not known.';
  const few =
    achievableRate > requestedRate
      ? `, too few for the ${percentText(requestedRate)} that were asked for`
      : '';
  return `Expected: about ${percentText(achievableRate)} false alarms (${count} good images${few}).`;
}
