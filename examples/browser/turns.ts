/** @file Of work that overlaps, only the newest may touch the page: a late answer never takes the place of a later one. */

/** One piece of work, among others of its kind. */
export interface Turn {
  /** Whether nothing newer has begun. */
  readonly isNewest: boolean;
}

export class Turns {
  #newest = 0;

  /** Begins a piece of work; those before it are the newest no more. */
  begin(): Turn {
    this.#newest += 1;
    const own = this.#newest;
    const isNewest = () => own === this.#newest;
    return {
      get isNewest() {
        return isNewest();
      },
    };
  }
}
