/**
 * @file How classes are told apart in charts: eight colours, readable on light and dark ground, then the same ones dashed. The class
 * `k3` marks everything that belongs to the fourth class, so that the page can dim the others.
 */
import { html, type Markup, trusted } from '../html.ts';

/** Colours that there are (look.css); at least 3:1 against light and dark ground, as WCAG asks of graphics. */
export const seriesColours = 8;

/** CSS classes of everything that belongs to the class of this number. */
export function seriesClass(index: number): string {
  const round = Math.floor(index / seriesColours) % 3;
  return `k k${index} s${index % seriesColours}${round > 0 ? ` d${round}` : ''}`;
}

/** The line of a legend. */
export function swatch(index: number): Markup {
  return html`<svg class="swatch ${seriesClass(index)}" viewBox="0 0 22 10" aria-hidden="true"><path class="line" d="M1 5H21"/></svg>`;
}

/** Names with their lines, beside charts that tell classes apart. */
export function legend(names: readonly string[]): Markup {
  return html`<ul class="legend">${names.map((name, index) => html`<li>${swatch(index)} ${name}</li>`)}</ul>`;
}

/** Style of the series, and of dimming what is not chosen with the radio button `pick-<index>`. */
export function seriesStyle(classes: number): Markup {
  const picks = Array.from(
    { length: classes },
    (_, index) => `.picked:has(#pick-${index}:checked) figure .k:not(.k${index})`,
  );
  const dim = picks.length > 1 ? `${picks.join(',')}{opacity:.1}` : '';
  return trusted(dim);
}
