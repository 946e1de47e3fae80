/**
 * @file Frames of cameras that pages film, judged by a detector of the workspace in a process of its own (line-process.ts): opened with the first frame, and
 * ended when none has come for a while. So the numbers are those of the command line, whatever the browser can compute.
 */
import { fork } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { CladError } from '../core/errors.ts';
import { asRefusal } from '../core/files.ts';
import type { LineJudgement } from './line-api.ts';
import type { FromLine, LineOrder, ToLine } from './line-channel.ts';

/** Milliseconds without a frame after which a detector is let go; and with one that waits, as a large detector is not opened in a minute everywhere. */
const [patience, longPatience] = [60_000, 600_000];
/** Detectors that are open at once: each may take gigabytes. */
const mostOpen = 2;
/** Frames that may wait for one detector: a page sends its next once the last is judged. */
const mostWaiting = 8;

export class Line {
  readonly #open = new Map<string, Judge>();

  /**
   * Judges a frame.
   * @param bytes - of an image file
   * @throws FILE_UNREADABLE, DETECTOR_INVALID, IMAGE_INVALID, QUEUE_FULL, WORKER_DIED
   */
  async judge(order: LineOrder, bytes: Uint8Array): Promise<LineJudgement> {
    const found = await stat(order.detector).catch((error: unknown) => {
      throw asRefusal(error, order.detector);
    });
    // A file that was replaced is another detector.
    const key = [order.detector, found.size, found.mtimeMs].join('\n');
    const judge = this.#open.get(key) ?? this.#start(key, order);
    return judge.judge(bytes);
  }

  close(): void {
    for (const judge of this.#open.values()) judge.end();
  }

  #start(key: string, order: LineOrder): Judge {
    const judge = new Judge(order, () => {
      if (this.#open.get(key) === judge) this.#open.delete(key);
    });
    this.#open.set(key, judge);
    const idle = [...this.#open.values()].filter((each) => each !== judge).sort((a, b) => a.used - b.used);
    for (const each of idle.slice(0, this.#open.size - mostOpen)) each.end();
    return judge;
  }
}

interface Waiting {
  readonly done: (judgement: LineJudgement) => void;
  readonly failed: (error: CladError) => void;
}

/** A process with one detector. */
class Judge {
  readonly #child;
  readonly #waiting = new Map<number, Waiting>();
  readonly #onEnd: () => void;
  #next = 0;
  #timer: NodeJS.Timeout | undefined;
  /** When the last frame came, milliseconds. */
  used = 0;

  constructor(order: LineOrder, onEnd: () => void) {
    this.#onEnd = onEnd;
    this.#child = fork(fileURLToPath(new URL('./line-process.js', import.meta.url)), [], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      // Bytes of frames as they are.
      serialization: 'advanced',
    });
    this.#child.on('message', (message) => this.#hear(message as FromLine));
    this.#child.on('error', ({ message }) => this.#over(message));
    this.#child.on('close', (code, signal) =>
      this.#over(signal === null ? `status ${code}` : `signal ${signal}`),
    );
    this.#send({ type: 'open', order });
  }

  judge(bytes: Uint8Array): Promise<LineJudgement> {
    if (this.#waiting.size >= mostWaiting) {
      const reason = `${mostWaiting} frames wait for this detector`;
      return Promise.reject(new CladError('QUEUE_FULL', { reason }));
    }
    const id = this.#next++;
    this.used = Date.now();
    this.#endAfter(longPatience);
    return new Promise((done, failed) => {
      this.#waiting.set(id, { done, failed });
      this.#send({ type: 'frame', id, bytes });
    });
  }

  /** Ends it; frames that wait are told so. */
  end(): void {
    this.#onEnd();
    clearTimeout(this.#timer);
    if (this.#child.connected) this.#child.disconnect();
  }

  #endAfter(milliseconds: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.end(), milliseconds);
    this.#timer.unref();
  }

  #send(message: ToLine): void {
    // Where the channel is closed, its end is told by itself.
    this.#child.send(message, () => {});
  }

  #hear(message: FromLine): void {
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if (this.#waiting.size === 0) this.#endAfter(patience);
    if (message.type === 'judged') waiting?.done(message.judgement);
    else waiting?.failed(CladError.told(message.error));
  }

  #over(how: string): void {
    this.#onEnd();
    clearTimeout(this.#timer);
    const reason = `ended by ${how}`;
    const remedy = 'It is started again with the next frame.';
    for (const { failed } of this.#waiting.values())
      failed(new CladError('WORKER_DIED', { worker: 'The process that judges frames', reason, remedy }));
    this.#waiting.clear();
  }
}
