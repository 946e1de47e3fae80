/**
 * @file How classes are told apart in charts: eight colours, readable on light and dark ground, then the same ones dashed. The class
 * `k3` marks everything that belongs to the fourth class, so that the page can dim the others.
 */
import { html, type Markup, trusted } from '../html.ts';

/** Colours on light and on dark ground; at least 3:1 against it, as WCAG asks of graphics. */
export const palette = [
  { light: '#1d63d8', dark: '#6ea8fe' },
  { light: '#c2410c', dark: '#fb923c' },
  { light: '#15803d', dark: '#4ade80' },
  { light: '#9333ea', dark: '#c48bfd' },
  { light: '#0e7490', dark: '#2dd4ee' },
  { light: '#be185d', dark: '#f678b8' },
  { light: '#854d0e', dark: '#dfb23c' },
  { light: '#475569', dark: '#b8c4d6' },
] as const;

/** CSS classes of everything that belongs to the class of this number. */
export function seriesClass(index: number): string {
  const round = Math.floor(index / palette.length) % 3;
  return `k k${index} s${index % palette.length}${round > 0 ? ` d${round}` : ''}`;
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
  const variables = (ground: 'light' | 'dark') =>
    palette.map((colour, index) => `--s${index}:${colour[ground]}`).join(';');
  const series = palette.map((_, index) => `.s${index}{--s:var(--s${index})}`).join('');
  const picks = Array.from(
    { length: classes },
    (_, index) => `.picked:has(#pick-${index}:checked) figure .k:not(.k${index})`,
  );
  const dim = picks.length > 1 ? `${picks.join(',')}{opacity:.1}` : '';
  return trusted(`:root{${variables('light')}}
@media (prefers-color-scheme:dark){:root{${variables('dark')}}}
${series}
${dim}`);
}
