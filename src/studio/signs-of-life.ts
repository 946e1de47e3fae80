/**
 * @file Whether a process still gives signs of life. It is counted by looks of our own and not by a clock, as in locks (decision 0074): where the server itself stood still, that is one look.
 * How long a process may be silent follows from how long it was until now, since a photograph of many tiles takes long, and more so beside a training. One photograph may take longer than
 * that: it would be begun again for ever, so after each process that was ended the next one may be silent for twice as long.
 */

/** Seconds between two looks. */
const look = 3;
/** Seconds of silence, at least and at most; the most also until the first sign, as a large detector or folder may take minutes. */
const [least, most] = [60, 600];
/** How many times as long as the longest silence until now. */
const timesLongest = 10;

export class SignsOfLife {
  #silence = 0;
  #longest: number | undefined;
  readonly #least: number;
  readonly #timer: NodeJS.Timeout;

  /**
   * @param onSilence - told once, with the seconds without a sign
   * @param hung - how many processes before it were ended as they were silent
   */
  constructor(onSilence: (seconds: number) => void, hung = 0) {
    this.#least = least * 2 ** hung;
    this.#timer = setInterval(() => {
      this.#silence += look;
      if (this.#silence < this.#limit) return;
      this.end();
      onSilence(this.#silence);
    }, look * 1000);
    this.#timer.unref();
  }

  get #limit(): number {
    if (this.#longest === undefined) return most;
    return Math.min(most, Math.max(this.#least, timesLongest * this.#longest));
  }

  /** Something came. @param isWorking - whether it has begun with what it goes on with; before, nothing follows from how long it took */
  heard(isWorking: boolean): void {
    if (isWorking) this.#longest = Math.max(this.#longest ?? 0, this.#silence);
    this.#silence = 0;
  }

  end(): void {
    clearInterval(this.#timer);
  }
}
