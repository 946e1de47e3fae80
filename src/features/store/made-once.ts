/** @file A store that several trainings share is made by one of them: the others wait, and what is there and whole is not made again. */
import type { FeatureStore, StoreIndex } from './store.ts';

export interface MadeStore {
  readonly store: FeatureStore;
  readonly index: StoreIndex;
  /** Whether the store was complete already. */
  readonly reused: boolean;
}

/**
 * The complete store.
 * @param make - makes the shards that are missing, and finishes the store
 * @param options.note - told of what is damaged and made again, and of waiting
 */
export async function madeOnce(
  store: FeatureStore,
  options: {
    readonly note?: ((text: string) => void) | undefined;
    readonly signal?: AbortSignal | undefined;
  },
  make: () => Promise<StoreIndex>,
): Promise<MadeStore> {
  const { note, signal } = options;
  const { storage } = store;
  const onWait = (who: string) =>
    note?.(`Waiting for another training that makes ${storage.pathOf()}: ${who}.`);
  const found = await completed();
  // Looked for before the lock is asked for: a cache may be one that is only read.
  if (found) return found;
  return storage.inTurn(
    async () => {
      const meanwhile = await completed();
      if (meanwhile) return meanwhile;
      await storage.tidy();
      const made = await make();
      for (const path of new Set(store.damaged)) note?.(`${path} was damaged, and was made again.`);
      return { store, index: made, reused: false };
    },
    { onWait, signal },
  );

  async function completed(): Promise<MadeStore | undefined> {
    const index = await store.completed();
    return index && { store, index, reused: true };
  }
}
