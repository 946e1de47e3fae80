/** @file Whether the holder of a lock gives signs of life: it touches the lock every few seconds, and whoever waits sees whether it does (Node only). */
import { open, stat } from 'node:fs/promises';
import type { Holder } from './lock-holder.ts';

/** Touches that a holder which says how often it does so may miss: a disk, a drive of the network or a long step may hold it up. */
const missedTouches = 10;
/** Milliseconds without a touch for a holder that does not say it. */
const unsaidSilence = 120_000;

/**
 * Whether the holder of a lock touches it, as one who waits sees it. No clock is compared with another's: touches are seen as changes, and the time between them is
 * counted on a clock that nobody sets.
 */
export class HolderLife {
  readonly #path: string;
  readonly #look: number;
  readonly #silence: number | undefined;
  #mark: string | undefined;
  /** Milliseconds since the last change that was seen, and when that was counted up to. */
  #silent = 0;
  #last = 0;
  /** Whether there was one since the first look. */
  wereSeen = false;

  /** @param look - milliseconds between two looks @param silence - that are allowed, rather than as the holder says */
  constructor(path: string, look: number, silence: number | undefined) {
    this.#path = path;
    this.#look = look;
    this.#silence = silence;
  }

  /** Looks at the lock. @returns whether this very holder has been silent for so long that it counts as dead */
  async areMissing(holder: Holder | undefined): Promise<boolean> {
    // Of several who wait, the first takes the lock: for the others a new holder begins.
    const mark = `${holder?.id} ${await markOf(this.#path)}`;
    const now = performance.now();
    const limit = this.#silence ?? silenceOf(holder);
    if (mark !== this.#mark) {
      this.wereSeen ||= this.#mark !== undefined;
      this.#mark = mark;
      this.#silent = 0;
    } else {
      // Whoever waits may have stood still itself, and the holder with it: such a time counts as one touch at most.
      this.#silent += Math.min(now - this.#last, Math.max(limit / missedTouches, 2 * this.#look));
    }
    this.#last = now;
    return this.#silent > limit;
  }
}

/** Milliseconds without a touch after which a holder is taken for dead. */
export function silenceOf(holder: Holder | undefined): number {
  return holder?.touch === undefined ? unsaidSilence : missedTouches * holder.touch;
}

/** What tells one state of a lock from another. It is opened for that, as drives of the network give old answers otherwise. */
export async function markOf(file: string): Promise<string> {
  const handle = await open(file, 'r').catch(() => undefined);
  const found = await (handle?.stat() ?? stat(file)).catch(() => undefined);
  await handle?.close();
  return `${found?.ino} ${found?.mtimeMs}`;
}
