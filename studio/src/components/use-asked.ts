/** @file What the server was asked for, asked again when something has changed; the answer of before stays until the new one is there. */
import { useEffect, useState } from 'preact/hooks';
import { sentenceOf } from '../server.ts';

export interface Asked<T> {
  readonly value: T | undefined;
  readonly error: string | undefined;
}

/** @param ask - undefined where there is nothing to ask @param when - asked again when one of these is another */
export function useAsked<T>(ask: (() => Promise<T>) | undefined, when: readonly unknown[]): Asked<T> {
  const [state, setState] = useState<Asked<T>>({ value: undefined, error: undefined });
  useEffect(() => {
    let current = true;
    ask?.().then(
      (value) => current && setState({ value, error: undefined }),
      (error: unknown) => current && setState((before) => ({ ...before, error: sentenceOf(error) })),
    );
    return () => {
      current = false;
    };
  }, when);
  return state;
}
