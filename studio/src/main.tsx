/** @file Begins: colours, the stream of events, the page. */
import { render } from 'preact';
import { colourRules } from '../../src/report/colours.ts';
import { App } from './app.tsx';
import { listen } from './live.ts';

// The colours of reports. A style element would be refused by the policy of the page.
const colours = new CSSStyleSheet();
colours.replaceSync(colourRules);
document.adoptedStyleSheets = [colours];

// A photograph that is dropped beside its place would be shown instead of the page.
for (const type of ['dragover', 'drop'] as const)
  window.addEventListener(type, (event) => event.preventDefault());

listen();
render(<App />, document.getElementById('app') as HTMLElement);
