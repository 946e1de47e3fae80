/** @file A value with its steps back and forth. */
import { useState } from 'preact/hooks';

export interface History<T> {
  readonly now: T;
  readonly canUndo: boolean;
  readonly canRedo: boolean;
  change(next: T): void;
  undo(): void;
  redo(): void;
  /** Begins anew, without a way back. */
  reset(value: T): void;
}

export function useHistory<T>(first: T): History<T> {
  const [{ values, at }, set] = useState({ values: [first], at: 0 });
  return {
    now: values[at] as T,
    canUndo: at > 0,
    canRedo: at < values.length - 1,
    change: (next) => set({ values: [...values.slice(0, at + 1), next], at: at + 1 }),
    undo: () => set({ values, at: Math.max(0, at - 1) }),
    redo: () => set({ values, at: Math.min(values.length - 1, at + 1) }),
    reset: (value) => set({ values: [value], at: 0 }),
  };
}
