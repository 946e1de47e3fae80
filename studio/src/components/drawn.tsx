/** @file The charts of the report, in a page. They are markup in which all text is escaped (src/report/html.ts). */
import type { Markup } from '../../../src/report/html.ts';

export function Drawn({ markup }: { readonly markup: Markup }) {
  return <div class="drawn" dangerouslySetInnerHTML={{ __html: markup.text }} />;
}
