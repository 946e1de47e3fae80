/**
 * @file Frames of cameras that pages film, judged by a detector of the workspace in a process of its own (line-process.ts): opened with the first frame, and
 * ended when none has come for a while. So the numbers are those of the command line, whatever the browser can compute. A process that gives no answer is ended, and
 * started again with the next frame.
 */
import { fork } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { CladError } from '../core/errors.ts';
import { asRefusal } from '../core/files.ts';
import type { FromLine, LineOrder, ToLine } from './line-channel.ts';
import type { Keep } from './outcome.ts';

/** Milliseconds without a frame after which a detector is let go; and with one that waits, as a large detector is not opened in a minute everywhere. */
const [patience, longPatience] = [60_000, 600_000];
/** Milliseconds for an answer of an open detector, at least; and how many times as long as the slowest so far, since other work may have come to the machine. */
const [leastAnswer, timesSlowest] = [10_000, 10];
/** Milliseconds that one may take to end. */
const lastWork = 15_000;
/** Detectors that are open at once: each may take gigabytes. */
const mostOpen = 2;
/** Frames that may wait for one detector: a page sends its next once the last is judged. */
const mostWaiting = 8;

export type FrameJudgement = Extract<FromLine, { readonly type: 'judged' }>['judgement'];

/** A process that judges. */
export interface LineChild {
  send(message: ToLine): void;
  /** Lets it go, after what it is at. */
  end(): void;
  kill(): void;
}

/** Starts one; tests put another in its place. */
export type StartLine = (onMessage: (message: FromLine) => void, onEnd: (how: string) => void) => LineChild;

export class Line {
  readonly #open = new Map<string, Judge>();
  readonly #start: StartLine;

  constructor(start: StartLine = startLine) {
    this.#start = start;
  }

  /**
   * Judges a frame.
   * @param bytes - of an image file
   * @throws FILE_UNREADABLE, DETECTOR_INVALID, IMAGE_INVALID, QUEUE_FULL, WORKER_DIED
   */
  async judge(order: LineOrder, bytes: Uint8Array, keep: Keep): Promise<FrameJudgement> {
    await stat(order.detector).catch((error: unknown) => {
      throw asRefusal(error, order.detector);
    });
    const judge = this.#open.get(order.detector) ?? this.#begin(order);
    return judge.judge(bytes, keep);
  }

  close(): void {
    for (const judge of this.#open.values()) judge.end();
  }

  #begin(order: LineOrder): Judge {
    const judge = new Judge(order, this.#start, () => {
      if (this.#open.get(order.detector) === judge) this.#open.delete(order.detector);
    });
    this.#open.set(order.detector, judge);
    const idle = [...this.#open.values()].filter((each) => each !== judge).sort((a, b) => a.used - b.used);
    for (const each of idle.slice(0, this.#open.size - mostOpen)) each.end();
    return judge;
  }
}

interface Waiting {
  readonly done: (judgement: FrameJudgement) => void;
  readonly failed: (error: CladError) => void;
}

/** A process with one detector. */
class Judge {
  readonly #child: LineChild;
  readonly #waiting = new Map<number, Waiting>();
  readonly #onEnd: () => void;
  #next = 0;
  #timer: NodeJS.Timeout | undefined;
  /** When the answer that is waited for was begun with, milliseconds; and the slowest so far, once there was one. */
  #begun = 0;
  #slowest: number | undefined;
  /** Why it was ended. */
  #reason: string | undefined;
  /** When the last frame came, milliseconds. */
  used = 0;

  constructor(order: LineOrder, start: StartLine, onEnd: () => void) {
    this.#onEnd = onEnd;
    this.#child = start(
      (message) => this.#hear(message),
      (how) => this.#over(how),
    );
    this.#child.send({ type: 'open', order });
  }

  judge(bytes: Uint8Array, keep: Keep): Promise<FrameJudgement> {
    if (this.#waiting.size >= mostWaiting) {
      const reason = `${mostWaiting} frames wait for this detector`;
      return Promise.reject(new CladError('QUEUE_FULL', { reason }));
    }
    const id = this.#next++;
    this.used = Date.now();
    if (this.#waiting.size === 0) this.#awaitAnswer();
    return new Promise((done, failed) => {
      this.#waiting.set(id, { done, failed });
      this.#child.send({ type: 'frame', id, bytes, keep });
    });
  }

  /** Ends it; frames that wait are told so. */
  end(): void {
    this.#onEnd();
    clearTimeout(this.#timer);
    this.#child.end();
  }

  /** From now on the next answer is due. */
  #awaitAnswer(): void {
    this.#begun = performance.now();
    const limit =
      this.#slowest === undefined ? longPatience : Math.max(leastAnswer, timesSlowest * this.#slowest);
    this.#after(limit, () => {
      this.#reason = `it gave no answer for ${Math.round(limit / 1000)} s`;
      // One that does not answer does not end by itself either.
      this.#onEnd();
      this.#child.kill();
    });
  }

  #after(milliseconds: number, work: () => void): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(work, milliseconds);
    this.#timer.unref();
  }

  #hear(message: FromLine): void {
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    // The first one waited for the detector to be opened.
    const took = performance.now() - this.#begun;
    this.#slowest = this.#slowest === undefined ? 0 : Math.max(this.#slowest, took);
    if (this.#waiting.size > 0) this.#awaitAnswer();
    else this.#after(patience, () => this.end());
    if (message.type === 'judged') waiting?.done(message.judgement);
    else waiting?.failed(CladError.told(message.error));
  }

  #over(how: string): void {
    this.#onEnd();
    clearTimeout(this.#timer);
    const reason = this.#reason ?? `ended by ${how}`;
    const remedy = 'It is started again with the next frame.';
    for (const { failed } of this.#waiting.values())
      failed(new CladError('WORKER_DIED', { worker: 'The process that judges frames', reason, remedy }));
    this.#waiting.clear();
  }
}

const startLine: StartLine = (onMessage, onEnd) => {
  const child = fork(fileURLToPath(new URL('./line-process.js', import.meta.url)), [], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    // Bytes of frames as they are.
    serialization: 'advanced',
  });
  child.on('message', (message) => onMessage(message as FromLine));
  child.on('error', ({ message }) => onEnd(message));
  child.on('close', (code, signal) => onEnd(signal === null ? `status ${code}` : `signal ${signal}`));
  return {
    // Where the channel is closed, its end is told by itself.
    send: (message) => void child.send(message, () => {}),
    end: () => {
      if (child.connected) child.disconnect();
      // One that hangs would keep this process as well.
      setTimeout(() => child.kill('SIGKILL'), lastWork).unref();
    },
    kill: () => void child.kill('SIGKILL'),
  };
};
