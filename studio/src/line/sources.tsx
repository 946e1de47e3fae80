/** @file What the line page can look at: the camera of this device, and folders that are watched. */
import { watches } from '../live.ts';
import { addressOf } from '../route.ts';
import { texts } from '../texts/texts.ts';

/** The last part of a path. */
export function folderName(folder: string): string {
  return folder.split(/[/\\]/).filter(Boolean).at(-1) ?? folder;
}

/** @param now - number of the watched folder that is shown, `new`, or undefined for the camera */
export function Sources({ now }: { readonly now: string | undefined }) {
  const words = texts.value.line;
  const link = (steps: readonly string[], isNow: boolean, text: string, state?: string) => (
    <a key={text + steps.join()} href={addressOf(...steps)} aria-current={isNow ? 'page' : undefined}>
      {text}
      {state !== undefined && <span class="quiet"> · {state}</span>}
    </a>
  );
  return (
    <nav class="sources" aria-label={words.source}>
      {link(['line'], now === undefined, words.camera)}
      {watches.value.map(({ id, folder, run, state }) =>
        link(
          ['watch', String(id)],
          now === String(id),
          `${folderName(folder)} (${run})`,
          words.states[state],
        ),
      )}
      {link(['watch', 'new'], now === 'new', words.watchNew)}
    </nav>
  );
}
