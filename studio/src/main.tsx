/** @file Begins: the stream of events, the page. */
import { render } from 'preact';
import { App } from './app.tsx';
import { listen } from './live.ts';

// A photograph that is dropped beside its place would be shown instead of the page.
for (const type of ['dragover', 'drop'] as const)
  window.addEventListener(type, (event) => event.preventDefault());

listen();
render(<App />, document.getElementById('app') as HTMLElement);
