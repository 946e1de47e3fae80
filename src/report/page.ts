/** @file The page: sections in their order, style, navigation. It loads nothing; its own content policy forbids it to. */
import { seriesStyle } from './chart/series.ts';
import type { ReportData } from './data.ts';
import { html, type Markup } from './html.ts';
import { confusionSection } from './sections/confusion.ts';
import { curvesSection, picker } from './sections/curves.ts';
import { embeddingSection } from './sections/embedding.ts';
import { examplesSection } from './sections/examples.ts';
import { protocolSection } from './sections/protocol.ts';
import { resultsSection } from './sections/results.ts';
import { scoresSection } from './sections/scores.ts';
import { summarySection } from './sections/summary.ts';
import { trainingSection } from './sections/training.ts';
import { pageStyle } from './style.ts';

/** The whole page as text. */
export function reportPage(data: ReportData): string {
  const { test, metadata } = data;
  const classes = test ? Object.keys(test.curves) : metadata.classes;
  const confusion = test && confusionSection(test);
  const links: [string, string][] = [
    ...(test
      ? ([
          ['results', 'Results'],
          ['scores', 'Scores'],
          ['examples', 'Examples'],
          ['curves', 'Curves'],
          ['embedding', 'Embedding'],
          ...(confusion ? [['confusion', 'Products']] : []),
        ] as [string, string][])
      : []),
    ['training', 'Training'],
    ['protocol', 'Protocol'],
  ];
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<title>${data.name}: anomaly detection report</title>
<link rel="icon" href="data:,">
<style>${pageStyle}${seriesStyle(classes.length)}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the content</a>
<main id="main">
${summarySection(data)}
${navigation(links)}
${
  test &&
  html`${resultsSection(test)}
${scoresSection(data, test)}
${examplesSection(test)}
<div class="picked">${picker(classes)}
${curvesSection(test)}
${embeddingSection(data, test)}
</div>
${confusion}`
}
${trainingSection(data)}
${protocolSection(data)}
</main>
<footer><p>Written by clad ${metadata.cladVersion}. This file holds everything it shows and loads nothing.</p></footer>
</body>
</html>
`;
  return page.text;
}

function navigation(links: readonly [string, string][]): Markup {
  return html`<nav aria-label="Sections"><ul>${links.map(([id, title]) => html`<li><a href="#${id}">${title}</a></li>`)}</ul></nav>`;
}
