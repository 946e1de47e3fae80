/** @file The marks of a run: what the server has, and a change of them at once where it was made. */
import { useState } from 'preact/hooks';
import type { Mark } from '../../../src/studio/update-api.ts';
import { useAsked } from '../components/use-asked.ts';
import { changes } from '../live.ts';
import { sentenceOf, server } from '../server.ts';
import type { Marks } from './mark-button.tsx';

export function useMarks(run: string): { readonly marks: Marks; readonly error: string | undefined } {
  const { value, error } = useAsked(() => server.marks(run), [run, changes.value.marks]);
  const [refused, setRefused] = useState<string>();
  const set = (path: string, mark: Mark | null) => {
    setRefused(undefined);
    // The event that follows asks again, in every tab.
    server.mark(run, path, mark).catch((thrown: unknown) => setRefused(sentenceOf(thrown)));
  };
  return {
    marks: {
      of: new Map(value?.filter(({ from }) => from === 'test').map(({ path, mark }) => [path, mark])),
      line: value?.filter(({ from }) => from === 'line') ?? [],
      set,
    },
    error: refused ?? error,
  };
}
