/** @file Which class the test images were taken for. */
import type { TestResults } from '../data.ts';
import { html, type Markup } from '../html.ts';

export function confusionSection({ confusion, document }: TestResults): Markup | null {
  const rows = Object.entries(confusion);
  const columns = Object.keys(rows[0]?.[1] ?? {});
  if (columns.length < 2) return null;
  const all = rows.flatMap(([actual, row]) =>
    Object.entries(row).map(([taken, number]) => ({ actual, taken, number })),
  );
  const total = all.reduce((sum, { number }) => sum + number, 0);
  const wrong = all
    .filter(({ actual, taken }) => actual !== taken)
    .reduce((sum, { number }) => sum + number, 0);
  const accuracy = document.mean.classAccuracy;
  const sentence =
    wrong === 0
      ? `All ${total} test images were recognised as the class they show.`
      : `${wrong} of ${total} test images were taken for another class${accuracy === null ? '' : ` (class accuracy ${accuracy.toFixed(3)}, mean over classes)`}.`;
  return html`<section id="confusion" aria-labelledby="confusion-title">
<h2 id="confusion-title">Recognised classes</h2>
<p>${sentence} The threshold and the heat map's colours are those of the recognised class.</p>
<div class="scroll" role="region" tabindex="0" aria-label="Confusion of classes, scrolls sideways">
<table class="confusion">
<caption>Test images by class (rows) and the class they were taken for (columns)</caption>
<thead><tr><td></td>${columns.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>
<tbody>${rows.map(([actual, row]) => rowOf(actual, row, columns))}</tbody>
</table>
</div>
</section>`;
}

function rowOf(actual: string, row: Readonly<Record<string, number>>, columns: readonly string[]): Markup {
  const total = columns.reduce((sum, name) => sum + (row[name] ?? 0), 0) || 1;
  const cells = columns.map((name) => {
    const number = row[name] ?? 0;
    const kind = number === 0 ? 'zero' : name === actual ? 'right' : 'wrong';
    return html`<td class="${kind}" style="--v:${(number / total).toFixed(3)}">${number}</td>`;
  });
  return html`<tr><th scope="row">${actual}</th>${cells}</tr>
`;
}
