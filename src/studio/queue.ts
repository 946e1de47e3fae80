/**
 * @file Jobs, one after another, each in a process of its own. A job is remembered before it begins, so that whatever happens to this process, the next one
 * knows what was to be done: what ran is put back into the queue, and a training goes on from its checkpoint. Short jobs do not wait for a training.
 */
import { CladError } from '../core/errors.ts';
import type { Job, JobProgress, JobState, JobView, StudioEvent } from './api.ts';
import type { Child, StartChild } from './child.ts';
import { commandOf } from './commands.ts';
import type { FromJob, Outcome } from './job-channel.ts';
import type { Given, JobRecord, Memory } from './memory.ts';

/** Two jobs of one lane never run at once. */
const laneOf: Readonly<Record<Job['kind'], 'long' | 'short'>> = {
  demo: 'short',
  inspect: 'short',
  threshold: 'short',
  train: 'long',
  evaluate: 'long',
  update: 'long',
};

/** Milliseconds between two writings of progress to the disk. */
const remembering = 2000;
/** Milliseconds that a process may take to end once it was asked to. */
const patience = 60_000;
/** Sentences of a job that are kept. */
const mostNotes = 30;

interface Running {
  readonly id: number;
  readonly child: Child;
  /** Why it was asked to end: by a person, or because the server stops and the next one goes on. */
  ending: 'stopped' | 'waiting' | undefined;
  progress: JobProgress | null;
  readonly notes: string[];
  answer: Extract<FromJob, { type: 'done' | 'failed' }> | undefined;
  remembered: number;
  ended: Promise<void>;
}

export interface QueueOptions {
  readonly memory: Memory;
  /** Of the workspace. */
  readonly root: string;
  readonly start: StartChild;
  /** Told of every change. */
  readonly onEvent: (event: StudioEvent) => void;
  /** Does with what came of a job what this process has to do; before the job is told to be done. */
  readonly onOutcome?: (job: JobRecord, outcome: Outcome) => void | Promise<void>;
  /** Name of a new file in `detectors/` for a run. */
  readonly newDetector: (run: string) => string;
}

export class JobQueue {
  readonly #options: QueueOptions;
  readonly #running = new Map<'long' | 'short', Running>();
  #closing = false;

  /** Puts back what was running when the process before ended, and begins. */
  constructor(options: QueueOptions) {
    this.#options = options;
    const { memory } = options;
    for (const { id, state } of memory.jobs())
      if (state === 'running') memory.updateJob(id, { state: 'waiting', again: true });
    this.#next();
  }

  get views(): JobView[] {
    return this.#options.memory.jobs().map((record) => this.#view(record));
  }

  /**
   * Adds a job.
   * @param subject - data set or run that it is about
   * @param given - of the data set, to a training
   */
  add(subject: string, job: Job, given: Given = { exclude: [], roi: {} }): JobView {
    const { id } = this.#options.memory.addJob(subject, job, given);
    this.#tell(id);
    this.#next();
    return this.#view(this.#record(id));
  }

  /** Whether a job that is not over is about this. */
  isBusy(kinds: readonly Job['kind'][], subject: string): boolean {
    return this.#options.memory
      .jobs()
      .some(
        (job) =>
          kinds.includes(job.kind) &&
          job.subject === subject &&
          (job.state === 'waiting' || job.state === 'running'),
      );
  }

  /** @throws NOT_THERE, JOB_STATE */
  stop(id: number): JobView {
    const record = this.#record(id);
    if (record.state === 'waiting') {
      this.#options.memory.updateJob(id, { state: 'stopped', ended: new Date().toISOString() });
      this.#tell(id);
    } else if (record.state === 'running') this.#end(this.#runningOf(id), 'stopped');
    else throw wrongState(record, 'stopped');
    return this.#view(this.#record(id));
  }

  /**
   * Goes on with a job that was stopped or has failed.
   * @param given - of the data set as it is now, where it had not begun
   * @throws NOT_THERE, JOB_STATE
   */
  resume(id: number, given?: Given): JobView {
    const record = this.#record(id);
    if (record.state !== 'stopped' && record.state !== 'failed') throw wrongState(record, 'gone on with');
    const changes = { state: 'waiting', again: true, error: null, ended: null } as const;
    this.#options.memory.updateJob(id, { ...changes, ...given });
    this.#tell(id);
    this.#next();
    return this.#view(this.#record(id));
  }

  /** Takes a job that is over out of the list; what it made stays. @throws NOT_THERE, JOB_STATE */
  remove(id: number): void {
    const record = this.#record(id);
    if (record.state === 'running') throw wrongState(record, 'removed');
    this.#options.memory.removeJob(id);
    this.#options.onEvent({ type: 'removed', id });
  }

  /** Ends what runs, to be gone on with by the next process. */
  async close(): Promise<void> {
    this.#closing = true;
    const running = [...this.#running.values()];
    for (const each of running) this.#end(each, 'waiting');
    await Promise.all(running.map(({ ended }) => ended));
  }

  #next(): void {
    if (this.#closing) return;
    const waiting = this.#options.memory.jobs().filter(({ state }) => state === 'waiting');
    for (const record of waiting) if (!this.#running.has(laneOf[record.kind])) this.#begin(record);
  }

  #begin(record: JobRecord): void {
    const { memory, root, start, newDetector } = this.#options;
    const { id, kind, request: job, exclude, roi, again } = record;
    const lane = laneOf[kind];
    let end = () => {};
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    const started = record.started ?? new Date().toISOString();
    memory.updateJob(id, { state: 'running', started });
    const detector = job.kind === 'threshold' ? newDetector(job.run) : null;
    const child = start(
      { type: 'job', job, root, exclude, roi, again, started, detector },
      {
        onMessage: (message) => this.#hear(running, message),
        onEnd: (how) => {
          void this.#over(running, how)
            .catch((error: unknown) => process.emitWarning(String(error)))
            .finally(() => {
              this.#running.delete(lane);
              end();
              this.#next();
            });
        },
      },
    );
    const running: Running = {
      id,
      child,
      ending: undefined,
      progress: record.progress,
      notes: [...record.notes],
      answer: undefined,
      remembered: 0,
      ended,
    };
    this.#running.set(lane, running);
    this.#tell(id);
  }

  #hear(running: Running, message: FromJob): void {
    if (message.type === 'done' || message.type === 'failed') {
      running.answer = message;
      return;
    }
    if (message.type === 'progress') running.progress = message.progress;
    else running.notes.splice(0, running.notes.length, ...[...running.notes, message.text].slice(-mostNotes));
    const now = Date.now();
    if (now - running.remembered > remembering) {
      running.remembered = now;
      const { progress, notes } = running;
      try {
        this.#options.memory.updateJob(running.id, { progress, notes });
      } catch (error) {
        // A full disk: it is only how far the job is, and the next time may work.
        process.emitWarning(String(error));
      }
    }
    this.#options.onEvent({
      ...{ type: 'progress', id: running.id, progress: running.progress },
      ...(message.type === 'note' && { notes: [...running.notes] }),
    });
  }

  /** The process has ended. */
  async #over(running: Running, how: string): Promise<void> {
    const { memory, onOutcome } = this.#options;
    const { id, answer, ending, progress, notes } = running;
    const common = { progress, notes, ended: new Date().toISOString() };
    const to = (state: JobState) => memory.updateJob(id, { ...common, state });
    try {
      if (answer?.type === 'done') {
        await onOutcome?.(this.#record(id), answer.outcome);
        const { seconds, detector, update } = answer.outcome;
        memory.updateJob(id, {
          ...common,
          state: 'done',
          result: { seconds, ...(detector !== undefined && { detector }), ...(update && { update }) },
        });
      } else if (ending === 'waiting')
        memory.updateJob(id, { progress, notes, state: 'waiting', again: true });
      else if (ending === 'stopped') to('stopped');
      else {
        const reason = `ended by ${how}`;
        const remedy = 'What it had done is kept: go on with it.';
        const died = new CladError('WORKER_DIED', { worker: 'The process of this job', reason, remedy });
        memory.updateJob(id, { ...common, state: 'failed', error: answer?.error ?? died.words });
      }
    } catch (error) {
      const told = error instanceof CladError ? error : new CladError('INTERNAL', { reason: String(error) });
      memory.updateJob(id, { ...common, state: 'failed', error: told.words });
    }
    this.#tell(id);
  }

  #end(running: Running, ending: 'stopped' | 'waiting'): void {
    running.ending ??= ending;
    running.child.stop();
    const timer = setTimeout(() => running.child.kill(), patience);
    timer.unref();
    void running.ended.then(() => clearTimeout(timer));
  }

  #runningOf(id: number): Running {
    const running = [...this.#running.values()].find((each) => each.id === id);
    if (!running) throw new Error(`job ${id} runs nowhere`);
    return running;
  }

  /** @throws NOT_THERE */
  #record(id: number): JobRecord {
    const record = this.#options.memory.job(id);
    if (!record) throw new CladError('NOT_THERE', { what: 'job', name: id });
    return record;
  }

  #tell(id: number): void {
    const record = this.#options.memory.job(id);
    if (record) this.#options.onEvent({ type: 'job', job: this.#view(record) });
  }

  #view(record: JobRecord): JobView {
    const { exclude, roi, ...said } = record;
    const running = [...this.#running.values()].find(({ id }) => id === record.id);
    return {
      ...said,
      progress: running?.progress ?? record.progress,
      notes: running ? [...running.notes] : record.notes,
      command: commandOf(record.request, exclude, Object.keys(roi)),
    };
  }
}

function wrongState({ id, state }: JobRecord, asked: string): CladError {
  const said = { waiting: 'waiting', running: 'running', done: 'done', failed: 'failed', stopped: 'stopped' }[
    state
  ];
  return new CladError('JOB_STATE', { id, state: said, asked });
}
