/** @file The page: sections in their order, style, navigation. It loads nothing; its own content policy forbids it to. */
import { seriesStyle } from './chart/series.ts';
import type { ReportData } from './data.ts';
import { html, type Markup } from './html.ts';
import { assessmentSection } from './sections/assessment.ts';
import { confusionSection } from './sections/confusion.ts';
import { curvesSection, picker } from './sections/curves.ts';
import { embeddingSection } from './sections/embedding.ts';
import { examplesSection } from './sections/examples.ts';
import { protocolSection } from './sections/protocol.ts';
import { resultsSection } from './sections/results.ts';
import { scoresSection } from './sections/scores.ts';
import { summarySection } from './sections/summary.ts';
import { trainingSection } from './sections/training.ts';
import { standalonePage } from './shell.ts';
import { controlData } from './thresholds/control-data.ts';

/** The whole page as text. */
export function reportPage(data: ReportData): string {
  const { test, metadata, tradeOffs } = data;
  const classes = test ? Object.keys(test.curves) : metadata.classes;
  const confusion = test && confusionSection(test);
  const links: [string, string][] = [
    ...(test ? ([['results', 'Results']] as [string, string][]) : []),
    ['scores', 'Scores'],
    ...(test
      ? ([
          ['examples', 'Examples'],
          ['curves', 'Curves'],
          ...(test.embedding ? [['embedding', 'Embedding']] : []),
          ...(confusion ? [['confusion', 'Classes']] : []),
        ] as [string, string][])
      : []),
    ...(data.assessment ? [['weak', 'Weak products'] as [string, string]] : []),
    ['training', 'Training'],
    ['protocol', 'Protocol'],
  ];
  const title = `${data.name}: anomaly detection report`;
  const shell = {
    ...{ title, style: seriesStyle(classes.length), version: metadata.cladVersion },
    thresholds: controlData({ run: data.name, fromPage: data.runFromPage }, tradeOffs),
  };
  return standalonePage(
    shell,
    html`<a class="skip" href="#main">Skip to the content</a>
<main id="main">
${summarySection(data)}
${navigation(links)}
${test && resultsSection(test)}
${scoresSection(data)}
${
  test &&
  html`${examplesSection(test, data.metadata, tradeOffs)}
<div class="picked">${picker(classes)}
${curvesSection(test)}
${test.embedding && embeddingSection(data, test, test.embedding)}
</div>
${confusion}`
}
${data.assessment && assessmentSection(data.assessment)}
${trainingSection(data)}
${protocolSection(data)}
</main>`,
  );
}

function navigation(links: readonly [string, string][]): Markup {
  return html`<nav aria-label="Sections"><ul>${links.map(([id, title]) => html`<li><a href="#${id}">${title}</a></li>`)}</ul></nav>`;
}
