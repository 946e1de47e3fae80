/** @file Watching with a camera: frame by frame to the server's detector, what it said of the last ones, and how often it said what. It outlives the page. */
import { signal } from '@preact/signals';
import type { LineJudgement, LineQuery } from '../../../src/studio/line-api.ts';
import { Camera } from '../../../src/web/camera.ts';
import { sentenceOf, server } from '../server.ts';

export const outcomes = ['pass', 'check', 'reject', 'unknown', 'none'] as const;
export type Outcome = (typeof outcomes)[number];

/** Milliseconds from one judgement to the next, at least; never by itself where null. */
export const paces = { always: 0, second: 1000, five: 5000, press: null } as const;
export type Pace = keyof typeof paces;

/** A frame and what was said of it. */
export interface Judged extends LineJudgement {
  readonly id: number;
  readonly at: Date;
  readonly outcome: Outcome;
  /** Address of the frame in this page. */
  readonly frame: string;
  readonly width: number;
  readonly height: number;
}

/** Judgements that are kept. */
const mostKept = 8;

export class LineSession {
  readonly video = document.createElement('video');
  readonly camera = new Camera(this.video);
  readonly isRunning = signal(false);
  readonly cameras = signal<readonly MediaDeviceInfo[]>([]);
  readonly cameraId = signal('');
  readonly trouble = signal<string | undefined>(undefined);
  /** Whether frames have ceased to come although the camera runs. */
  readonly isSilent = signal(false);
  readonly detector = signal<LineQuery | undefined>(undefined);
  readonly pace = signal<Pace>('always');
  /** The newest first. */
  readonly judged = signal<readonly Judged[]>([]);
  readonly counts = signal<Readonly<Record<Outcome, number>>>(none());
  readonly since = signal<Date | undefined>(undefined);
  #wanted = false;
  #last = Number.NEGATIVE_INFINITY;
  #next = 0;

  constructor() {
    this.video.muted = true;
    this.video.playsInline = true;
  }

  /** Films until it is stopped. @param cameraId - one of `cameras` */
  async start(cameraId?: string): Promise<void> {
    this.trouble.value = undefined;
    try {
      if (!(await this.camera.start(cameraId || undefined))) return;
      this.isRunning.value = true;
      this.cameras.value = await this.camera.list();
      this.cameraId.value = this.camera.deviceId ?? '';
      await this.camera.each(
        () => this.#frameCame(),
        () => {
          this.isSilent.value = true;
        },
      );
    } catch (error) {
      this.stop();
      this.trouble.value = sentenceOf(error);
    }
  }

  stop(): void {
    this.camera.stop();
    this.isRunning.value = false;
    this.isSilent.value = false;
    this.#wanted = false;
  }

  /** Judges with another detector from the next frame on; what was counted was counted of the one before. */
  use(detector: LineQuery | undefined): void {
    const before = this.detector.value;
    if (before?.run === detector?.run && before?.version === detector?.version) return;
    this.detector.value = detector;
    this.trouble.value = undefined;
    this.reset();
  }

  /** Judges the next frame, whatever the pace. */
  judgeOnce(): void {
    this.#wanted = true;
  }

  reset(): void {
    for (const { frame } of this.judged.value) URL.revokeObjectURL(frame);
    this.judged.value = [];
    this.counts.value = none();
    this.since.value = undefined;
  }

  async #frameCame(): Promise<void> {
    this.isSilent.value = false;
    const detector = this.detector.value;
    const pause = paces[this.pace.value];
    const isDue = this.#wanted || (pause !== null && performance.now() - this.#last >= pause);
    if (!detector || !isDue) return;
    this.#wanted = false;
    this.#last = performance.now();
    const { videoWidth: width, videoHeight: height } = this.video;
    const png = await this.camera.frame();
    if (!png) return;
    try {
      const judgement = await server.judge(detector, png);
      // A late answer of another detector, or of a camera that is off, is no news.
      if (this.detector.value !== detector || !this.camera.running) return;
      this.trouble.value = undefined;
      this.#add({
        ...judgement,
        ...{ id: this.#next++, at: new Date(), outcome: outcomeOf(judgement) },
        ...{ frame: URL.createObjectURL(png), width, height },
      });
    } catch (error) {
      if (this.detector.value !== detector || !this.camera.running) return;
      // It is tried again with the next frame: the server may be back by then. Not at once, since a detector that cannot be opened stays so.
      this.trouble.value = sentenceOf(error);
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }
  }

  #add(judged: Judged): void {
    const all = [judged, ...this.judged.value];
    for (const { frame } of all.slice(mostKept)) URL.revokeObjectURL(frame);
    this.judged.value = all.slice(0, mostKept);
    const { outcome } = judged;
    this.counts.value = { ...this.counts.value, [outcome]: this.counts.value[outcome] + 1 };
    this.since.value ??= judged.at;
  }
}

function none(): Record<Outcome, number> {
  return { pass: 0, check: 0, reject: 0, unknown: 0, none: 0 };
}

/** What is to be done with the part; an unknown one is told apart. */
function outcomeOf({ verdict, decision }: LineJudgement): Outcome {
  return verdict === 'unknown' ? 'unknown' : (decision ?? 'none');
}

/** The one there is: a camera is one. */
let session: LineSession | undefined;

export function lineSession(): LineSession {
  session ??= new LineSession();
  return session;
}

/** A moment of a shift. */
export function clock(at: Date): string {
  return at.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit', second: '2-digit' });
}
