/** @file What `clad assess` said of the products, the worst first and the weak ones highlighted: a section of the report where the run has it, or a page of its own. */
import type { CountedShare } from '../../evaluation/intervals.ts';
import type { AssessmentDocument, ClassAssessment, KeptAssessment } from '../../jobs/assess/document.ts';
import { contrastWords, halfSentence, learningSentence, sizeWords } from '../../jobs/assess/words.ts';
import { version } from '../../jobs/version.ts';
import { html, type Markup } from '../html.ts';
import { standalonePage } from '../shell.ts';
import { countText, percentText } from '../words.ts';

/** Of a report. */
export function assessmentSection({ document, current }: KeptAssessment): Markup {
  const stale = html`<p class="callout warning"><strong>Of another version.</strong> The detector has changed since; <code>clad assess</code> makes this anew.</p>`;
  return html`<section id="weak" aria-labelledby="weak-title">
<h2 id="weak-title">Weak products</h2>
${current ? null : stale}
${contentOf(document)}
</section>`;
}

/** The whole page as text, without a report around it. */
export function assessmentPage(document: AssessmentDocument): string {
  return standalonePage(
    { title: 'Weak products', version },
    html`<main id="main">
<header><p class="kicker">${document.run}</p><h1>Weak products</h1>
<p class="lead">What the detector misses of drawn defects, without any real one at hand.</p></header>
<section>${contentOf(document)}</section>
</main>`,
  );
}

function contentOf(document: AssessmentDocument): Markup {
  const { classes, confidence, contrasts } = document;
  return html`<p>Defects were <strong>drawn</strong> on good images, each image without its own entries in the memory. They rank the products; real defects may be missed more or less often.</p>
<div class="scroll" role="region" tabindex="0" aria-label="Weak products, scrolls sideways"><table>
<caption>Worst first, by defects of all sizes at ${contrasts.at(-1) ?? ''} grey values; limits of ${100 * confidence} %, as if each image had one defect</caption>
<thead><tr><th scope="col">class</th><th scope="col"></th><th scope="col">misses of drawn defects</th><th scope="col">limits</th><th scope="col">half found from, grey values</th><th scope="col">20 more images help</th><th scope="col">good images</th></tr></thead>
<tbody>${classes.map((each) => rowOf(document, each))}</tbody></table></div>
${classes.map(
  (
    each,
  ) => html`<details class="product"${each.weak ? html` open` : null}><summary><h3>${each.class}</h3>${each.weak ? html` <strong>weak</strong>` : null}</summary>
<p>${halfSentence(document, each) ?? 'No photograph was left to draw defects on.'} ${learningSentence(each)}</p>
${each.data.remarks.length > 0 ? html`<ul>${each.data.remarks.map((remark) => html`<li>${remark}</li>`)}</ul>` : html`<p>Nothing is to be remarked on its ${countText(each.data.images, 'good image')}.</p>`}
${tableOf(document, each)}
</details>`,
)}
<p class="note">A size is the diameter of the disc of the same area, a contrast the root mean square difference to what was there, in grey values of 255 (${contrasts.join(', ')}). Textures: ${document.textures}. Seed ${document.seed}.</p>`;
}

function rowOf(document: AssessmentDocument, each: ClassAssessment): Markup {
  const { class: name, weak, misses, learning, data } = each;
  const rate = misses?.expected.rate ?? 0;
  return html`<tr><th scope="row">${name}</th><td>${weak ? html`<strong>weak</strong>` : null}</td><td class="bar rate" style="--v:${rate.toFixed(3)}">${percentText(misses?.expected.rate)}</td><td>${misses ? `${percentText(misses.expected.low)} to ${percentText(misses.expected.high)}` : '–'}</td><td>${contrastWords(document, each)}</td><td>${learning?.more.worth ?? '–'}</td><td>${data.images}</td></tr>
`;
}

function tableOf({ sizes, contrasts }: AssessmentDocument, each: ClassAssessment): Markup | null {
  if (!each.misses) return null;
  const { table } = each.misses;
  return html`<div class="scroll" role="region" tabindex="0" aria-label="Misses of ${each.class}, scrolls sideways"><table class="confusion">
<caption>Misses by size and contrast in grey values</caption>
<thead><tr><th scope="col">size</th>${contrasts.map((contrast) => html`<th scope="col">${contrast}</th>`)}</tr></thead>
<tbody>${sizes.map(
    (size, at) => html`<tr><th scope="row">${sizeWords(size, each)}</th>${table[at]!.map(cell)}</tr>
`,
  )}</tbody></table></div>`;
}

function cell(share: CountedShare | null): Markup {
  if (!share) return html`<td class="zero">–</td>`;
  const { count, of, rate, low, high } = share;
  const limits = `${percentText(low)} to ${percentText(high)}`;
  return html`<td class="${rate === 0 ? 'zero' : rate < 0.5 ? 'right' : 'wrong'}" style="--v:${rate.toFixed(3)}" title="${limits}">${count} of ${of}</td>`;
}
