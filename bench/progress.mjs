/** What the bench is at, on stderr: the row, and about how long all that is left will take. */

/** Lines of work inside a row at most so often, milliseconds. */
const interval = 5000;

export class Progress {
  #rows;
  #at = -1;
  #started = performance.now();
  #said = 0;
  #write;

  /** @param rows - each with `name`, `about` and `seconds`, what it takes on the machine it was written on */
  constructor(rows, write = (text) => process.stderr.write(`${text}\n`)) {
    this.#rows = rows;
    this.#write = write;
  }

  begin({ name, about }) {
    this.#at++;
    this.#write(`[${this.#at + 1}/${this.#rows.length}] ${name}: ${about}${this.#left()}`);
  }

  within(what, done, total) {
    const now = performance.now();
    if (now - this.#said < interval || total === undefined) return;
    this.#said = now;
    this.#write(`  ${what}, ${done} of ${total}`);
  }

  note(text) {
    this.#write(`bench: ${text}`);
  }

  end() {
    this.#write(`done in ${duration((performance.now() - this.#started) / 1000)}`);
  }

  /** By what the rows until now took beside what was expected of them. */
  #left() {
    const sum = (rows) => rows.reduce((total, { seconds }) => total + seconds, 0);
    const expected = sum(this.#rows.slice(0, this.#at));
    const taken = (performance.now() - this.#started) / 1000;
    const slower = expected > 0 ? taken / expected : 1;
    return ` (about ${duration(slower * sum(this.#rows.slice(this.#at)))} left in all)`;
  }
}

export function duration(seconds) {
  return seconds < 90 ? `${Math.ceil(seconds)} s` : `${Math.round(seconds / 60)} min`;
}
