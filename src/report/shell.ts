/** @file What every page of ours stands in: it loads nothing, and its own content policy forbids it to. The one script it may have is told by its hash. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type Content, html, json, trusted } from './html.ts';
import { pageStyle } from './style.ts';
import type { ControlData } from './thresholds/control.ts';

export interface PageShell {
  readonly title: string;
  /** Beside the style that all pages share. */
  readonly style?: Content;
  /** Of clad, for the foot. */
  readonly version: string;
  /** For the script of thresholds (in-page/); a page without has no script. */
  readonly thresholds?: ControlData | undefined;
}

/** As the build makes it; the address is the same from src/ and from dist/. */
export function pageScript(): string {
  return readFileSync(new URL('../../dist/report/in-page.js', import.meta.url), 'utf8');
}

/** A whole page as text. */
export function standalonePage({ title, style, version, thresholds }: PageShell, body: Content): string {
  const script = thresholds && pageScript();
  const allowed = script && `; script-src 'sha256-${createHash('sha256').update(script).digest('base64')}'`;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'${allowed && trusted(allowed)}">
<title>${title}</title>
<link rel="icon" href="data:,">
<style>${pageStyle}${style}</style>
</head>
<body>
${body}
<footer><p>Written by clad ${version}. This file holds everything it shows and loads nothing.</p></footer>
${script && html`<script type="application/json" id="thresholds">${json(thresholds)}</script>\n<script>${trusted(script)}</script>\n`}</body>
</html>
`.text;
}
