/** @file What a training would cost, measured in a process of its own: one after another, as each takes the whole machine; one that nobody waits for any more is ended. */
import { CladError } from '../core/errors.ts';
import type { TrainingPlan } from '../jobs/train/plan.ts';
import type { PlanView, TrainSettings } from './api.ts';
import type { Child, StartChild } from './child.ts';
import type { FromJob } from './job-channel.ts';
import type { Given } from './memory.ts';

export class Plans {
  readonly #start: StartChild;
  readonly #root: string;
  #child: Child | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  #closed = false;

  /** @param root - of the workspace */
  constructor(start: StartChild, root: string) {
    this.#start = start;
    this.#root = root;
  }

  /**
   * @param given - of the data set
   * @param signal - aborted where nobody waits any more
   * @throws what `planTraining` throws; INTERRUPTED
   */
  of(settings: TrainSettings, given: Given, signal: AbortSignal): Promise<PlanView> {
    const plan = this.#turn.then(() => this.#measure(settings, given, signal));
    this.#turn = plan.catch(() => {});
    return plan;
  }

  #measure(settings: TrainSettings, given: Given, signal: AbortSignal): Promise<PlanView> {
    return new Promise((resolve, reject) => {
      const interrupted = () => new CladError('INTERRUPTED', { where: 'planning a training' });
      if (signal.aborted || this.#closed) {
        reject(interrupted());
        return;
      }
      let answer: FromJob | undefined;
      const notes: string[] = [];
      const child = this.#start(
        { type: 'plan', settings, root: this.#root, ...given },
        {
          onMessage: (message) => {
            answer = message;
            if (message.type === 'note') notes.push(message.text);
          },
          onEnd: () => {
            this.#child = undefined;
            signal.removeEventListener('abort', child.kill);
            if (answer?.type === 'done') resolve({ ...(answer.outcome.plan as TrainingPlan), notes });
            else if (answer?.type === 'failed') reject(CladError.told(answer.error));
            else reject(interrupted());
          },
        },
      );
      this.#child = child;
      signal.addEventListener('abort', child.kill, { once: true });
    });
  }

  close(): void {
    this.#closed = true;
    this.#child?.kill();
  }
}
