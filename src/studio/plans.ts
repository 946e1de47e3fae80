/** @file What a training would cost, measured in a process of its own; asked for again, the one before is ended. */
import { CladError } from '../core/errors.ts';
import type { PlanView, TrainSettings } from './api.ts';
import type { Child, StartChild } from './child.ts';
import type { FromJob } from './job-channel.ts';

export class Plans {
  readonly #start: StartChild;
  readonly #root: string;
  #child: Child | undefined;

  /** @param root - of the workspace */
  constructor(start: StartChild, root: string) {
    this.#start = start;
    this.#root = root;
  }

  /**
   * @param exclude - training images to leave out, below the data set
   * @param signal - aborted where nobody waits any more
   * @throws what `planTraining` throws; INTERRUPTED
   */
  of(settings: TrainSettings, exclude: readonly string[], signal: AbortSignal): Promise<PlanView> {
    this.#child?.kill();
    return new Promise((resolve, reject) => {
      let answer: FromJob | undefined;
      const child = this.#start(
        { type: 'plan', settings, root: this.#root, exclude },
        {
          onMessage: (message) => {
            answer = message;
          },
          onEnd: () => {
            if (this.#child === child) this.#child = undefined;
            if (answer?.type === 'done') resolve(answer.outcome.plan as PlanView);
            else if (answer?.type === 'failed') reject(CladError.told(answer.error));
            else reject(new CladError('INTERRUPTED', { where: 'planning a training' }));
          },
        },
      );
      this.#child = child;
      signal.addEventListener('abort', () => child.kill(), { once: true });
    });
  }

  close(): void {
    this.#child?.kill();
  }
}
