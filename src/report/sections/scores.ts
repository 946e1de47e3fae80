/** @file Histograms of the test images' scores with the threshold, one a class. */
import { histogram } from '../chart/histogram.ts';
import type { ReportData, TestResults } from '../data.ts';
import { html, type Markup } from '../html.ts';
import { percentText, scoreText, thresholdSource } from '../words.ts';

export function scoresSection({ metadata }: ReportData, test: TestResults): Markup {
  const charts = Object.entries(test.scores).map(([name, { good, anomalous }]) => {
    const threshold = metadata.thresholds[name];
    return histogram({
      title: name,
      good,
      anomalous,
      threshold: threshold?.threshold ?? null,
      note: threshold ? noteOf(good, anomalous, threshold) : 'This class has no threshold.',
    });
  });
  return html`<section id="scores" aria-labelledby="scores-title">
<h2 id="scores-title">Scores and thresholds</h2>
<p>Good test images stand above the line, anomalous ones below it; strong colour is on the wrong side of the threshold. Thresholds come from
${thresholdSource(metadata.provenance)}, never from these.</p>
<div class="charts">${charts}</div>
</section>`;
}

function noteOf(
  good: readonly number[],
  anomalous: readonly number[],
  { threshold, achievableRate, requestedRate, count }: ReportData['metadata']['thresholds'][string],
): string {
  const alarms = good.filter((value) => value > threshold).length;
  const misses = anomalous.filter((value) => value <= threshold).length;
  const few =
    achievableRate > requestedRate
      ? `, too few for the ${percentText(requestedRate)} that were asked for`
      : '';
  const expected =
    count === 0
      ? 'It was set as a number; what to expect is not known.'
      : `Expected: about ${percentText(achievableRate)} false alarms (${count} good images${few}).`;
  return `Threshold ${scoreText(threshold)}: ${alarms} of ${good.length} good above, ${misses} of ${anomalous.length} anomalous below. ${expected}`;
}
