/** @file What every page of ours stands in: it loads nothing, and its own content policy forbids it to. */
import { type Content, html } from './html.ts';
import { pageStyle } from './style.ts';

export interface PageShell {
  readonly title: string;
  /** Beside the style that all pages share. */
  readonly style?: Content;
  /** Of clad, for the foot. */
  readonly version: string;
}

/** A whole page as text. */
export function standalonePage({ title, style, version }: PageShell, body: Content): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<title>${title}</title>
<link rel="icon" href="data:,">
<style>${pageStyle}${style}</style>
</head>
<body>
${body}
<footer><p>Written by clad ${version}. This file holds everything it shows and loads nothing.</p></footer>
</body>
</html>
`.text;
}
