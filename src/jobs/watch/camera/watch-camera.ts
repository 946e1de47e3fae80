/**
 * @file `clad watch` of a camera or a video as a function: pictures that ffmpeg gives are judged as photographs of a folder are (camera-judge.ts). Of a camera the
 * newest picture is judged and those that came meanwhile are left out; of a video every one is. A camera that is away is connected to again and again.
 */
import { rm, rmdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { CladError } from '../../../core/errors.ts';
import { indexOfClass } from '../../../detector/given-class.ts';
import type { Decision } from '../../../detector/prediction.ts';
import type { RgbImage } from '../../../image/rgb.ts';
import type { Journal } from '../journal.ts';
import { comingPictures } from '../moves.ts';
import {
  type CameraStatus,
  journalName,
  type Records,
  type RecordsRequest,
  requirePlaces,
  type WatchStatus,
  withRecords,
} from '../records.ts';
import { CameraJudge, type Due } from './camera-judge.ts';
import type { CameraSource } from './camera-source.ts';
import { FfmpegPictures, requireFfmpeg } from './ffmpeg.ts';
import { Motion, type MotionOptions } from './motion.ts';
import { Newest } from './newest.ts';
import type { Triggers } from './triggers.ts';

/** What to watch, and which of its pictures to judge. Pictures are kept below `move`; without it the journal has to be named. */
export interface CameraRequest extends RecordsRequest {
  readonly source: CameraSource;
  /** The program. @default 'ffmpeg' */
  readonly ffmpeg?: string | undefined;
  /** Pictures a second, at most. */
  readonly fps?: number | undefined;
  /** Only pictures that have come to rest after a change. */
  readonly motion?: MotionOptions | undefined;
  /** Only a picture for each trigger, the first one after it. */
  readonly triggers?: Triggers | undefined;
  /** Which pictures are kept. @default check and reject */
  readonly keep?: readonly Decision[] | undefined;
  /** Seconds without a picture after which a camera is connected to anew. @default 15 */
  readonly stall?: number | undefined;
  /** Ends after so many judgements. */
  readonly most?: number | undefined;
}

/** Milliseconds until a camera is connected to again, at first and at most, and after which one that gave pictures counts as good. */
const [firstPause, longestPause, goodConnection] = [500, 30_000, 5000];
/** Milliseconds between two looks at whether all is well where nothing comes. */
const lookEvery = 500;
/** Seconds without a picture that opening a stream may take at least. */
const openingStall = 15;
/** Pictures that wait to be judged, at most, where each was asked for. */
const mostTriggered = 16;

/**
 * Watches until told to stop, or to the end of a video.
 * @returns how it stood at the end
 * @throws FFMPEG_MISSING, FFMPEG_OLD, CAMERA_FAILED for a video, and for a stream with `once`, CLASS_GIVEN_UNKNOWN, FILE_REFUSED, OPTION_INVALID, IN_USE, JOURNAL_UNUSABLE
 */
export async function watchCamera(request: CameraRequest): Promise<WatchStatus> {
  const { detector, move, ffmpeg = 'ffmpeg', class: given } = request;
  const journal = request.journal ?? (move === undefined ? undefined : join(move, journalName));
  if (journal === undefined)
    throw new CladError('OPTION_INVALID', {
      ...{ option: '--camera', expected: 'given with --move or --journal, as judgements have to be noted' },
      actual: 'it alone',
    });
  await requireFfmpeg(ffmpeg);
  if (given !== undefined) indexOfClass(detector.opened.metadata.classes, given);
  await requirePlaces(request);
  const coming = (opened: Journal) => (move === undefined ? '' : comingPictures(move, opened));
  return withRecords(request, coming, resolve(journal), async (records) => {
    await new CameraWatch({ ...request, ffmpeg }, coming(records.journal), records).run();
  });
}

class CameraWatch {
  readonly #request: CameraRequest & { readonly ffmpeg: string };
  readonly #coming: string;
  readonly #records: Records;
  readonly #judge: CameraJudge;
  readonly #motion: Motion | undefined;
  #status: Omit<CameraStatus, 'missed'> = { isUp: false, pictures: 0, empty: 0, dropped: 0, connections: 0 };
  /** Of earlier connections. */
  #droppedBefore = 0;
  /** What the camera does otherwise than it was asked to, as it was told. */
  #otherwise: string | undefined;

  constructor(request: CameraRequest & { readonly ffmpeg: string }, coming: string, records: Records) {
    this.#request = request;
    this.#coming = coming;
    this.#records = records;
    this.#motion = request.motion && new Motion(request.motion);
    this.#judge = new CameraJudge(request, coming, records, this.#motion);
    this.#is({});
  }

  async run(): Promise<void> {
    // What lies there was never judged, but for what is still to be moved.
    while (!(await this.#records.tried(() => this.#clear()))) if (this.#isOver) return;
    if (this.#request.source.isLive) await this.#runCamera();
    else await this.#runVideo();
    if (this.#coming === '') return;
    // Nothing is left behind but what waits, or is another camera's.
    for (const folder of [this.#coming, dirname(this.#coming)]) await rmdir(folder).catch(() => {});
  }

  async #clear(): Promise<void> {
    if (this.#coming === '' || this.#records.journal.unmoved().length > 0) return;
    await rm(this.#coming, { recursive: true, force: true });
  }

  /** Whether no more is wanted. */
  get #isOver(): boolean {
    return this.#isStopped || (this.#request.triggers?.isDone ?? false);
  }

  get #isStopped(): boolean {
    const { signal, most = Infinity } = this.#request;
    return (signal?.aborted ?? false) || this.#records.noted >= most;
  }

  async #runVideo(): Promise<void> {
    const { source, triggers, signal } = this.#request;
    const opened = this.#open();
    try {
      for await (const picture of opened.pictures()) {
        this.#is({ isUp: true, pictures: this.#status.pictures + 1 });
        await triggers?.wait(signal);
        if (this.#isOver) return;
        const trigger = triggers?.take();
        // 25 a second where the video does not tell.
        if (!this.#isDue(picture.image, (await picture.second()) ?? picture.number / 25)) continue;
        await this.#judged({ picture, trigger });
        if (this.#isOver) return;
      }
      const isWhole = await opened.ended();
      // Ctrl-C ends ffmpeg too, which says so as of an error.
      if (this.#isStopped) return;
      if (!isWhole || this.#status.pictures === 0)
        throw new CladError('CAMERA_FAILED', { source: source.name, reason: opened.reason });
    } finally {
      this.#is({ isUp: false });
      await opened.stop();
    }
  }

  async #runCamera(): Promise<void> {
    const { source, once, signal } = this.#request;
    let [pause, away] = [firstPause, false];
    while (!this.#isOver) {
      const [started, { pictures }] = [performance.now(), this.#status];
      const opened = this.#open();
      let reason: string | undefined;
      try {
        reason = await this.#takeFrom(opened, () => {
          if (opened.otherwise !== undefined && opened.otherwise !== this.#otherwise)
            this.#records.note(`${source.name}: ${opened.otherwise}: it does not do what was asked for.`);
          this.#otherwise = opened.otherwise;
          if (away) this.#records.note(`${source.name}: it works again.`);
          away = false;
        });
      } finally {
        this.#is({ isUp: false });
        await opened.stop();
      }
      if (reason === undefined || this.#isOver) return;
      if (once && this.#status.pictures > 0) return;
      if (once) throw new CladError('CAMERA_FAILED', { source: source.name, reason });
      if (this.#status.pictures > pictures && performance.now() - started > goodConnection)
        pause = firstPause;
      if (!away) this.#records.note(`${source.name}: ${reason}. It is tried again until it works.`);
      away = true;
      // Apart from each other by chance, so that many lines do not come back to a camera at once.
      const end = performance.now() + pause * (0.5 + Math.random() / 2);
      while (performance.now() < end && !signal?.aborted) {
        await this.#records.rest(Math.min(lookEvery, end - performance.now()));
        await this.#judge.missTriggers();
      }
      pause = Math.min(longestPause, 2 * pause);
    }
  }

  /** Judges what a camera gives. @param onPicture - is told of each @returns why no more comes; undefined where no more is wanted */
  async #takeFrom(opened: FfmpegPictures, onPicture: () => void): Promise<string | undefined> {
    const { triggers, stall = 15 } = this.#request;
    const due = new Newest<Due>(triggers ? mostTriggered : 1);
    let last = performance.now();
    let refused: CladError | undefined;
    const began = last;
    // Opening a stream takes until it has a whole picture, which may be seconds.
    const limit = () => (last === began ? Math.max(stall, openingStall) : stall);
    const pump = (async () => {
      for await (const picture of opened.pictures()) {
        last = performance.now();
        onPicture();
        this.#is({ isUp: true, pictures: this.#status.pictures + 1 });
        const trigger = due.isFull ? undefined : triggers?.take();
        if (triggers ? !trigger : !this.#isDue(picture.image, last / 1000)) continue;
        due.put({ picture, trigger });
        if (due.dropped > 0) this.#is({ dropped: this.#droppedBefore + due.dropped });
      }
    })()
      // It ends with the process; why is asked of that.
      .catch((error: unknown) => {
        if (error instanceof CladError) refused = error;
      })
      .finally(() => due.end());
    try {
      // A picture that was asked for is judged also where nobody will ask for another.
      while (!this.#isStopped && !(triggers?.isDone && due.isEmpty)) {
        const next = await due.take(lookEvery);
        if (next) await this.#judged(next);
        else if (due.isDone) {
          if (refused) throw refused;
          await opened.ended();
          return opened.reason;
        } else if (performance.now() - last > 1000 * limit()) return `no picture came for ${limit()} s`;
        else await this.#look(performance.now() - last < 4 * lookEvery);
        await this.#judge.missTriggers();
      }
      return undefined;
    } finally {
      this.#droppedBefore += due.dropped;
      await opened.stop();
      await pump;
    }
  }

  async #judged(due: Due): Promise<void> {
    await this.#look(true);
    await this.#judge.judge(due);
  }

  /** Whether a picture shows something new at rest, where that is asked. @throws OPTION_INVALID for a background of another shape */
  #isDue(image: RgbImage, second: number): boolean {
    if (!this.#motion) return true;
    const seen = this.#motion.see(image, second);
    if (seen === 'empty') {
      if (this.#status.empty === 0 && this.#request.motion?.background === 'first')
        this.#records.note('The first picture at rest is taken for the empty station.');
      this.#is({ empty: this.#status.empty + 1 });
    }
    return seen === 'judge';
  }

  #open(): FfmpegPictures {
    const { ffmpeg, source, fps } = this.#request;
    this.#is({ connections: this.#status.connections + 1 });
    return new FfmpegPictures(ffmpeg, source, fps);
  }

  #is(changed: Partial<Omit<CameraStatus, 'missed'>>): void {
    if (this.#status.dropped === 0 && (changed.dropped ?? 0) > 0)
      this.#records.note(
        'Pictures come faster than they are judged: always the newest is, and the others are left out (--fps asks for fewer).',
      );
    this.#status = { ...this.#status, ...changed };
    this.#records.camera = this.#status;
  }

  /** What is done besides. @param isWell - pictures come */
  async #look(isWell: boolean): Promise<void> {
    await this.#records.tried(async () => {
      await this.#records.forgetOld();
      for (const note of await this.#request.detector.refresh()) this.#records.note(note);
      if (isWell) await this.#records.beat();
    });
  }
}
