/** @file Warnings about many images in few sentences: one for each kind and class, with how many there are and the first of them. */
import type { Prediction } from '../detector/prediction.ts';

export class WarningSummary {
  readonly #kinds = new Map<
    string,
    { readonly as: string; readonly path: string; readonly message: string; count: number }
  >();
  #images = 0;

  /** Counts an image, whether or not there are warnings. */
  add(
    path: string,
    { class: className, recognised, warnings }: Pick<Prediction, 'class' | 'recognised' | 'warnings'>,
  ): void {
    this.#images++;
    const as = `${recognised ? 'given' : 'recognised'} as ${className}`;
    for (const { code, message } of warnings) {
      const key = JSON.stringify([as, code]);
      const kind = this.#kinds.get(key);
      if (kind) kind.count++;
      else this.#kinds.set(key, { as, path, message, count: 1 });
    }
  }

  /** The most frequent first. */
  get sentences(): string[] {
    return [...this.#kinds.values()]
      .sort((a, b) => b.count - a.count)
      .map(({ as, path, message, count }) =>
        this.#images === 1
          ? `${path} (${as}): ${message}`
          : `${count} of ${this.#images} images, ${as}, are unlike its training images, e.g. ${path}: ${message}`,
      );
  }
}
