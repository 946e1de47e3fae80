/** @file Signs from outside that a part lies before the camera: lines on the standard input, or SIGUSR1. Each asks for one picture; a line may name it, by a serial number for one. */
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

/** Where triggers come from. */
export const triggerWays = ['stdin', 'signal'] as const;
export type TriggerWay = (typeof triggerWays)[number];

/** Asked for a picture. */
export interface Trigger {
  /** What the line said, as a file may be called; empty where it said nothing. */
  readonly label: string;
  /** When, of performance.now(). */
  readonly since: number;
}

/** Triggers that wait for their pictures. */
export class Triggers {
  readonly #waiting: Trigger[] = [];
  #ended = false;
  #wake = () => {};

  /** @param text - names the picture */
  add(text = ''): void {
    this.#waiting.push({ label: fileName(text), since: performance.now() });
    this.#wake();
  }

  /** No more will come. */
  end(): void {
    this.#ended = true;
    this.#wake();
  }

  /** Whether all that will ever come have been taken. */
  get isDone(): boolean {
    return this.#ended && this.#waiting.length === 0;
  }

  /** The oldest, which then waits no more. */
  take(): Trigger | undefined {
    return this.#waiting.shift();
  }

  /** Those that have waited for longer, which then wait no more. */
  takeOlder(milliseconds: number): Trigger[] {
    const limit = performance.now() - milliseconds;
    const count = this.#waiting.findIndex(({ since }) => since > limit);
    return this.#waiting.splice(0, count < 0 ? this.#waiting.length : count);
  }

  /** Waits until there is one, or will never be. */
  async wait(signal?: AbortSignal): Promise<void> {
    while (this.#waiting.length === 0 && !this.#ended && !signal?.aborted)
      await new Promise<void>((resolve) => {
        const wake = () => {
          signal?.removeEventListener('abort', wake);
          resolve();
        };
        this.#wake = wake;
        signal?.addEventListener('abort', wake, { once: true });
      });
  }
}

/** Listens. @returns the triggers, and what ends the listening */
export function triggersFrom(
  way: TriggerWay,
  input: Readable = process.stdin,
): { readonly triggers: Triggers; readonly release: () => void } {
  const triggers = new Triggers();
  if (way === 'signal') {
    const listener = () => triggers.add();
    process.on('SIGUSR1', listener);
    return { triggers, release: () => process.off('SIGUSR1', listener) };
  }
  const lines = createInterface({ input });
  lines.on('line', (text) => triggers.add(text)).on('close', () => triggers.end());
  return {
    triggers,
    release: () => {
      lines.close();
      // Else an open terminal would keep the process.
      input.destroy();
    },
  };
}

/** A text as a file may be called on any system, without a dot at the front. */
function fileName(text: string): string {
  return text
    .trim()
    .replaceAll(/[^\p{L}\p{N}._-]+/gu, '_')
    .replace(/^\.+/, '')
    .slice(0, 80);
}
