/** @file Which page is shown: the part of the address after `#`, so that a page can be sent to somebody and the way back works. */
import { signal } from '@preact/signals';

/** The parts of the address, e.g. `['results', 'parts-1']`. */
export const route = signal<readonly string[]>(parts());

/** Asked before another page is shown; undefined where nothing would be lost. */
let mayLeave: (() => boolean) | undefined;

/** Has a page asked before it is left, also by the browser itself. @returns takes it back */
export function guardLeaving(ask: () => boolean, isUnsaved: () => boolean): () => void {
  const onUnload = (event: BeforeUnloadEvent) => {
    if (isUnsaved()) event.preventDefault();
  };
  mayLeave = () => !isUnsaved() || ask();
  window.addEventListener('beforeunload', onUnload);
  return () => {
    mayLeave = undefined;
    window.removeEventListener('beforeunload', onUnload);
  };
}

window.addEventListener('hashchange', ({ oldURL }) => {
  if (mayLeave?.() === false) history.replaceState(null, '', oldURL);
  else route.value = parts();
});

function parts(): string[] {
  const steps = location.hash.replace(/^#\/?/, '').split('/').filter(Boolean);
  return steps.map((step) => {
    try {
      return decodeURIComponent(step);
    } catch {
      return step;
    }
  });
}

/** The address of a page. */
export function addressOf(...steps: readonly string[]): string {
  return `#/${steps.map(encodeURIComponent).join('/')}`;
}

export function go(...steps: readonly string[]): void {
  location.hash = addressOf(...steps);
}
