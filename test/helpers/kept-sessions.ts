/** @file An engine for tests that load the same models again and again: making a session takes longer than their small trainings. */
import { createHash } from 'node:crypto';
import type { Engine, Session } from '../../src/runtime/engine.ts';

/** Gives one session for the same bytes. As with any other, nothing runs on it once it was released. */
export function keepingSessions(engine: Engine): Engine {
  const kept = new Map<string, Promise<Session>>();
  return {
    ...engine,
    load: async (model) => {
      const key = createHash('sha256').update(model).digest('hex');
      if (!kept.has(key)) kept.set(key, engine.load(model));
      const session = await kept.get(key)!;
      let released = false;
      return {
        run: (feeds, outputs) => {
          if (released) throw new Error('The session was released.');
          return session.run(feeds, outputs);
        },
        release: async () => {
          released = true;
        },
      };
    },
  };
}
