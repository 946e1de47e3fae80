/** @file Work one after another: two that write to one place at once would both find it as it was. */

export class InTurn {
  #last: Promise<unknown> = Promise.resolve();

  /** Once all that came before is over, however it ended. */
  run<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => {});
    return done;
  }
}
