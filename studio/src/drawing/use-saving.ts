/** @file What becomes of what was drawn: on its way to the server, there, or refused; and what a page tells of it. */
import { useState } from 'preact/hooks';
import { sentenceOf } from '../server.ts';

export interface Saving {
  /** On its way: what is drawn now would be lost. */
  readonly saving: boolean;
  /** The server's sentence, where it refused. */
  readonly refused: string | undefined;
  readonly told: string | undefined;
  tell(text: string | undefined): void;
  /** @returns the answer; undefined where it was refused */
  act<T>(work: () => Promise<T>, said: (answer: T) => string): Promise<T | undefined>;
}

export function useSaving(): Saving {
  const [saving, setSaving] = useState(false);
  const [refused, setRefused] = useState<string>();
  const [told, setTold] = useState<string>();
  return {
    saving,
    refused,
    told,
    tell: setTold,
    async act(work, said) {
      setSaving(true);
      try {
        const answer = await work();
        setRefused(undefined);
        setTold(said(answer));
        return answer;
      } catch (thrown) {
        setRefused(sentenceOf(thrown));
        setTold(undefined);
        return undefined;
      } finally {
        setSaving(false);
      }
    },
  };
}
