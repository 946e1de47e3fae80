/**
 * @file Markup with everything escaped that is put into it. Class names, paths and defects come from folder names and are
 * not to be trusted, so the only way to a page is the `html` tag: what it is given as text is escaped, what it made itself is not.
 *
 * @example
 * html`<ul>${names.map((name) => html`<li title="${name}">${name}</li>`)}</ul>`
 */

/** Text that is markup already. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  toString(): string {
    return this.text;
  }
}

/** What may stand in a template; null, undefined and false leave nothing. */
export type Content = string | number | Markup | null | undefined | false | readonly Content[];

/** Markup of a template; attributes must be quoted. */
export function html(strings: TemplateStringsArray, ...values: readonly Content[]): Markup {
  let text = strings[0] ?? '';
  values.forEach((value, index) => {
    text += textOf(value) + (strings[index + 1] ?? '');
  });
  return new Markup(text);
}

/** Markup of text that this program wrote itself: styles, paths of charts. Never for anything read from outside. */
export function trusted(text: string): Markup {
  return new Markup(text);
}

/** Data for a page's script, inside a `<script type="application/json">`: no text in it can end the element, or begin a comment. */
export function json(value: unknown): Markup {
  return new Markup(JSON.stringify(value).replaceAll('<', '\\u003c'));
}

function textOf(value: Content): string {
  if (value === null || value === undefined || value === false) return '';
  if (value instanceof Markup) return value.text;
  if (typeof value === 'string' || typeof value === 'number') return escapeHtml(String(value));
  return value.map(textOf).join('');
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text with the characters that mean something in HTML replaced, for contents and quoted attributes alike. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? '');
}
