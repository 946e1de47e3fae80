/** @file What a person should know of a watched folder, told once and not with every look at it. */
import type { LeftOut } from '../../data/left-out.ts';
import type { PredictionLine } from '../predict.ts';

/** Files and folders that are told of by name. */
const mostNamed = 20;
/** Milliseconds that something has to lie there: what is being written may have another name for a while. */
const patience = 10_000;

export class Remarks {
  readonly #note: (text: string) => void;
  readonly #passedOver = new Set<string>();
  readonly #warned = new Set<string>();
  /** When each was seen first. */
  #lying = new Map<string, number>();

  constructor(note: (text: string) => void) {
    this.#note = note;
  }

  /**
   * Of what lies in the folder and is not judged: a folder that may not be read, a file that is no image.
   * @param now - milliseconds of a clock
   * @param atOnce - it will not be looked at again
   */
  passedOver(all: readonly LeftOut[], now: number, atOnce: boolean): void {
    this.#lying = new Map(all.map(({ path }) => [path, this.#lying.get(path) ?? now]));
    for (const { path, reason } of all) {
      const isNew = !atOnce && now - this.#lying.get(path)! < patience;
      if (reason === 'empty folder' || isNew || this.#passedOver.has(path)) continue;
      this.#passedOver.add(path);
      if (this.#passedOver.size <= mostNamed) this.#note(`${path} is passed over: ${reason}.`);
      else if (this.#passedOver.size === mostNamed + 1)
        this.#note('More files and folders are passed over, which are not named any more.');
    }
  }

  /** Of images that cannot be from the camera or the light of the training: the first of each kind and class. */
  warnings({ path, class: className, warnings }: PredictionLine): void {
    for (const { code, message } of warnings) {
      const kind = JSON.stringify([className, code]);
      if (this.#warned.has(kind)) continue;
      this.#warned.add(kind);
      this.#note(
        `Warning: ${path} (${className}): ${message} Others of this class that are so are not named.`,
      );
    }
  }
}
