/** @file Watching with a camera: frame by frame to the server's detector, what it said of the last ones, and how often it said what. It outlives the page. */
import { signal } from '@preact/signals';
import type { LineJudgement, LineQuery } from '../../../src/studio/line-api.ts';
import type { Keep, Outcome, OutcomeCounts } from '../../../src/studio/outcome.ts';
import { counted, noCounts, outcomeOf } from '../../../src/studio/outcome.ts';
import { Camera } from '../../../src/web/camera.ts';
import { sentenceOf, server } from '../server.ts';
import { locale, texts } from '../texts/texts.ts';

/** Milliseconds from one judgement to the next, at least; never by itself where null. */
export const paces = { always: 0, second: 1000, five: 5000, press: null } as const;
export type Pace = keyof typeof paces;

/** A frame and what was said of it. */
export interface Judged extends LineJudgement {
  readonly id: number;
  readonly at: Date;
  readonly outcome: Outcome;
  /** The frame, and its address in this page. */
  readonly png: Blob;
  readonly frame: string;
  readonly width: number;
  readonly height: number;
}

/** Judgements that are shown, and whose frames are kept a while longer, since somebody may be looking at one. */
const [mostShown, mostKept] = [8, 24];
/** Milliseconds after which an answer is late, at least; and how many times as long as the slowest so far. */
const [leastLate, timesLate] = [4000, 3];
/** Milliseconds after which it is not waited for any more: of a detector that has to be opened first, and of one that has answered, likewise. */
const [opens, leastAnswer, timesAnswer] = [620_000, 30_000, 20];

export class LineSession {
  readonly video = document.createElement('video');
  readonly camera = new Camera(this.video);
  readonly isRunning = signal(false);
  readonly cameras = signal<readonly MediaDeviceInfo[]>([]);
  readonly cameraId = signal('');
  readonly trouble = signal<string | undefined>(undefined);
  /** Whether frames have ceased to come although the camera runs. */
  readonly isSilent = signal(false);
  /** Whether the answer for the last frame takes much longer than those before: what was said of them is no news. */
  readonly isLate = signal(false);
  readonly keep = signal<Keep>('none');
  readonly detector = signal<LineQuery | undefined>(undefined);
  readonly pace = signal<Pace>('always');
  /** The newest first. */
  readonly judged = signal<readonly Judged[]>([]);
  readonly counts = signal<OutcomeCounts>(noCounts());
  readonly since = signal<Date | undefined>(undefined);
  #wanted = false;
  #last = Number.NEGATIVE_INFINITY;
  #next = 0;
  /** Milliseconds; undefined before this detector has answered. */
  #slowest: number | undefined;
  /** The newest first, those that are not shown any more too. */
  #kept: readonly Judged[] = [];

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
    this.#slowest = undefined;
    this.reset();
  }

  /** Judges the next frame, whatever the pace. */
  judgeOnce(): void {
    this.#wanted = true;
  }

  reset(): void {
    for (const { frame } of this.#kept) URL.revokeObjectURL(frame);
    this.#kept = [];
    this.judged.value = [];
    this.counts.value = noCounts();
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
      const judgement = await this.#answer(detector, png);
      // A late answer of another detector, or of a camera that is off, is no news.
      if (this.detector.value !== detector || !this.camera.running) return;
      this.trouble.value = undefined;
      this.#add({
        ...judgement,
        ...{ id: this.#next++, at: new Date(), outcome: outcomeOf(judgement) },
        ...{ png, frame: URL.createObjectURL(png), width, height },
      });
    } catch (error) {
      if (this.detector.value !== detector || !this.camera.running) return;
      // It is tried again with the next frame: the server may be back by then. Not at once, since a detector that cannot be opened stays so.
      this.trouble.value = sentenceOf(error);
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }
  }

  /** The server's answer; while it is late, the page says so. */
  async #answer(detector: LineQuery, png: Blob): Promise<LineJudgement> {
    const asked = performance.now();
    const slowest = this.#slowest;
    const limit = slowest === undefined ? opens : Math.max(leastAnswer, timesAnswer * slowest);
    const late = setTimeout(
      () => {
        this.isLate.value = true;
      },
      slowest === undefined ? opens : Math.max(leastLate, timesLate * slowest),
    );
    try {
      const judgement = await server.judge(detector, png, this.keep.value, AbortSignal.timeout(limit));
      // The first one waited for the detector to be opened.
      this.#slowest = slowest === undefined ? 0 : Math.max(slowest, performance.now() - asked);
      return judgement;
    } catch (error) {
      if ((error as Error).name !== 'TimeoutError') throw error;
      throw new Error(texts.value.line.noAnswer(Math.round(limit / 1000)));
    } finally {
      clearTimeout(late);
      this.isLate.value = false;
    }
  }

  #add(judged: Judged): void {
    const all = [judged, ...this.#kept];
    for (const { frame } of all.slice(mostKept)) URL.revokeObjectURL(frame);
    this.#kept = all.slice(0, mostKept);
    this.judged.value = all.slice(0, mostShown);
    this.counts.value = counted(this.counts.value, judged.outcome);
    this.since.value ??= judged.at;
  }
}

/** The one there is: a camera is one. */
let session: LineSession | undefined;

export function lineSession(): LineSession {
  session ??= new LineSession();
  return session;
}

/** A moment of a shift. */
export function clock(at: Date): string {
  return at.toLocaleTimeString(locale.value, { hour: '2-digit', minute: '2-digit', second: '2-digit' });
}
