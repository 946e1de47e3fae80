/**
 * @file What is done with judgements, whether their photographs came as files or from a camera: written to the journal, told to people and places outside, moved,
 * and removed again when they have been kept long enough.
 *
 * A judgement is written to the journal first, then its photograph and its heat map are moved, then that is noted. A process that is killed anywhere in between leaves a photograph
 * that will be judged, or one that is judged and will be moved: when the watching begins again, what was begun is finished first.
 */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CladError } from '../../core/errors.ts';
import { requireWritable, writeFileAtomic } from '../../core/files.ts';
import { type Held, lockOfFile, withLockOfTheLiving } from '../../core/lock.ts';
import { isInside } from '../../data/folders.ts';
import type { Decision, Prediction } from '../../detector/prediction.ts';
import { failedRegions } from '../../detector/roi/named-results.ts';
import type { Seen } from '../../image/seen.ts';
import { Outboxes } from '../sinks/outboxes.ts';
import type { Sink } from '../sinks/sink.ts';
import { decisions } from './destinations.ts';
import { type FileState, Journal, type Judgement } from './journal.ts';
import { Moves } from './moves.ts';
import { isRefusal } from './refusals.ts';
import { Retention } from './retention.ts';
import { type CameraStatus, noDecisions, type WatchStatus } from './status.ts';
import type { WatchedDetector } from './watched-detector.ts';

export type { CameraStatus, WatchStatus } from './status.ts';

/** What all watching is asked with. */
export interface RecordsRequest {
  /** A run, or a detector file. It is opened again when it changes. */
  readonly detector: WatchedDetector;
  /** Folder whose `pass`, `check` and `reject` photographs go into. */
  readonly move?: string | undefined;
  readonly journal?: string | undefined;
  /** Heat maps are written below it. */
  readonly maps?: string | undefined;
  /** Class of all photographs, where it is known. */
  readonly class?: string | undefined;
  /** Days after which judgements, photographs that were moved and heat maps are removed; absent: never. */
  readonly keepDays?: number | undefined;
  /** Bytes that these may take together with the journal before the oldest are removed; absent: any number. */
  readonly keepSize?: number | undefined;
  /** File that is written anew every few seconds while all goes well, for whoever looks after the process. */
  readonly heartbeat?: string | undefined;
  /** Places outside that are told of each judgement; they are closed at the end. */
  readonly sinks?: readonly Sink[] | undefined;
  /** Ends once nothing is left to judge, rather than never. */
  readonly once?: boolean | undefined;
  /** Ends after the photograph at hand. */
  readonly signal?: AbortSignal | undefined;
  /** Is called when it begins, with what tells how it stands at any time. */
  readonly onStart?: ((status: () => WatchStatus) => void) | undefined;
  /** Is given the judgement's number in the journal too. */
  readonly onJudged?: ((judgement: Judgement, id: number) => void) | undefined;
  /** Is told what is refused as long as it is, as by a drive that is away, and undefined once it works. */
  readonly onRefused?: ((error: CladError | undefined) => void) | undefined;
  /** Is told what a person should know. */
  readonly onNote?: ((text: string) => void) | undefined;
}

/** Name of the journal in a folder. */
export const journalName = '.clad-watch.sqlite';
/** Milliseconds until the next try where the file system or the journal refused, and between beats. */
const [retryAfter, beatEvery] = [5000, 5000];
/** Milliseconds between two signs of life to whoever would write the same journal. */
const touchEvery = 3000;

/**
 * Opens a journal and what goes with it, for as long as the work takes.
 * @param folderOf - the folder that photographs come into
 * @param file - the journal
 * @returns how it stood at the end
 * @throws OPTION_INVALID, FILE_REFUSED, IN_USE, JOURNAL_UNUSABLE, and what the work throws
 */
export async function withRecords(
  request: RecordsRequest,
  folderOf: (journal: Journal) => string,
  file: string,
  work: (records: Records) => Promise<void>,
): Promise<WatchStatus> {
  const { onNote, signal } = request;
  const onWait = (who: string, silence: number) =>
    onNote?.(
      `${file} was written by ${who}, on another machine or in another container. Whether it still is will be known in ${Math.round(silence / 1000)} s at most.`,
    );
  let isOpen = false;
  return withLockOfTheLiving(lockOfFile(file), { touch: touchEvery, onWait, signal }, async (held) => {
    isOpen = true;
    const journal = await Journal.open(file);
    const outboxes = new Outboxes(journal, request.sinks ?? [], (text) => request.onNote?.(text));
    try {
      const records = new Records(request, folderOf(journal), journal, outboxes, held);
      request.onStart?.(() => records.status);
      await work(records);
      await outboxes.settle(request.signal?.aborted ?? false);
      await records.moves.tidy().catch(() => {});
      await records.forgetOld().catch((error: unknown) => {
        if (!isRefusal(error)) throw error;
        request.onNote?.(error.message);
      });
      return records.status;
    } finally {
      await outboxes.close();
      journal.close();
    }
  }).catch(async (error: unknown) => {
    if (!isOpen) for (const sink of request.sinks ?? []) await sink.close();
    // While it waits whether another is alive, as while it watches: whoever ends it is obeyed.
    if (!isOpen && error instanceof CladError && error.code === 'INTERRUPTED')
      return { judged: 0, decisions: noDecisions, waiting: {} };
    throw error;
  });
}

/** Refuses folders that nothing can be written into, and such in which it would be judged again. @param watched - where photographs come into @throws FILE_REFUSED, OPTION_INVALID */
export async function requirePlaces(
  { move, maps }: Pick<RecordsRequest, 'move' | 'maps'>,
  watched?: string,
): Promise<void> {
  for (const [option, place] of [
    ['--move', move],
    ['--maps', maps],
  ] as const) {
    if (place === undefined) continue;
    await requireWritable(place, `Give another folder to ${option}.`);
    if (watched === undefined) continue;
    const filled = option === '--maps' ? [place] : [place, ...decisions.map((each) => join(place, each))];
    for (const each of filled) {
      if (!(await isInside(each, watched))) continue;
      const expected = `a folder outside ${watched}, whose photographs are judged`;
      throw new CladError('OPTION_INVALID', { option, expected, actual: place });
    }
  }
}

/** What is known of a photograph beside what the detector says. */
export interface Photograph {
  readonly file: FileState;
  readonly sha256: string;
  readonly destination: string | null;
  /** Place of its heat map, which lies in `comingMaps`; null where there is none. */
  readonly map: string | null;
  /** Undefined where it could not be judged. */
  readonly said: (Prediction & { readonly seen?: Seen }) | undefined;
  /** Why it could not. */
  readonly error: string | null;
  /** Whether there is none: a trigger for which no picture came. */
  readonly isMissed?: boolean | undefined;
  /** Of a camera or a video. */
  readonly frame?: Pick<Judgement, 'source' | 'frame' | 'frameAt' | 'frameSecond'> | undefined;
}

const noFrame = { source: null, frame: null, frameAt: null, frameSecond: null };

export class Records {
  readonly journal: Journal;
  readonly moves: Moves;
  /** Set by who watches one. */
  camera: Omit<CameraStatus, 'missed'> | undefined;
  readonly #request: RecordsRequest;
  readonly #outboxes: Outboxes;
  readonly #held: Held;
  readonly #retention: Retention;
  #judged = 0;
  #missed = 0;
  readonly #decisions: Record<Decision | 'none', number> = { ...noDecisions };
  #nextBeat = 0;
  /** What was refused last. */
  #refused = '';

  constructor(request: RecordsRequest, folder: string, journal: Journal, outboxes: Outboxes, held: Held) {
    this.#outboxes = outboxes;
    this.#held = held;
    this.#request = request;
    this.journal = journal;
    const { move, maps, keepDays: days, keepSize: bytes } = request;
    const note = (text: string) => this.note(text);
    const places = { folder, move, maps, sinks: outboxes.names };
    this.#retention = new Retention(journal, { days, bytes }, places, note);
    const onKept = (size: number) => this.#retention.added(size);
    this.moves = new Moves(journal, places, { note, onKept, signal: request.signal });
  }

  /** Rows of the journal since it began: photographs judged, and triggers without a picture. */
  get noted(): number {
    return this.#judged + this.#missed;
  }

  get status(): WatchStatus {
    return {
      ...{ judged: this.#judged, decisions: { ...this.#decisions }, waiting: this.#outboxes.waiting },
      ...(this.camera && { camera: { ...this.camera, missed: this.#missed } }),
    };
  }

  /**
   * Does work that a disk, a drive or the journal may refuse; then it is told once for each cause, and some seconds pass.
   * @returns whether it was done
   */
  async tried(work: () => Promise<void>): Promise<boolean> {
    try {
      await this.journal.requireThere();
      await this.#requireHeld();
      await this.moves.finishDue();
      await work();
      if (this.#refused !== '') {
        this.note('It goes on.');
        this.#request.onRefused?.(undefined);
      }
      this.#refused = '';
      return true;
    } catch (error) {
      if (error instanceof CladError && error.code === 'INTERRUPTED') return false;
      if (this.#request.once || !isRefusal(error)) throw error;
      // Once for each cause, however often it is tried.
      if (this.#refused !== error.message) {
        this.note(`${error.message} It is tried again until it works.`);
        this.#request.onRefused?.(error);
      }
      this.#refused = error.message;
      // What was under way may have been a move.
      this.moves.again();
      await this.rest(retryAfter);
      return false;
    }
  }

  /** @throws IN_USE where this process stood still for so long that another one has taken the journal */
  async #requireHeld(): Promise<void> {
    const who = await this.#held.taker();
    if (who !== undefined) throw new CladError('IN_USE', { path: this.journal.path, who });
  }

  /**
   * Writes a judgement to the journal, tells of it, and moves its photograph where it has a destination.
   * @param from - where the photograph lies
   * @throws IN_USE, JOURNAL_UNUSABLE, and what refuses the move
   */
  async add(photograph: Photograph, from: string): Promise<void> {
    // It may have stood still since it was last asked, with many photographs in its hands that the other has judged meanwhile.
    await this.#requireHeld();
    const judgement = this.#judgementOf(photograph);
    const { decision } = judgement;
    const id = this.journal.add(judgement);
    if (photograph.isMissed) this.#missed++;
    else {
      this.#judged++;
      this.#decisions[(decision as Decision | null) ?? 'none']++;
    }
    this.#outboxes.wake();
    this.#request.onJudged?.(judgement, id);
    await this.moves.finish(id, judgement, from);
  }

  #judgementOf({ file, sha256, destination, map, said, error, frame = noFrame }: Photograph): Judgement {
    const { detector } = this.#request;
    const seen = said?.seen;
    return {
      ...file,
      sha256,
      judgedAt: new Date().toISOString(),
      modelSha256: detector.sha256,
      modelVersion: detector.version,
      class: said?.class ?? null,
      classShare: said?.classShare ?? null,
      score: said?.score ?? null,
      threshold: said?.threshold ?? null,
      verdict: said?.verdict ?? null,
      decision: said?.decision ?? null,
      error,
      destination,
      ...frame,
      brightness: seen?.mean ?? null,
      contrast: seen?.contrast ?? null,
      sharpness: seen?.sharpness ?? null,
      clippedDark: seen?.clippedDark ?? null,
      clippedBright: seen?.clippedBright ?? null,
      warmth: seen?.warmth ?? null,
      green: seen?.green ?? null,
      map,
      failedRegions:
        failedRegions(said?.namedRegions)
          .map(({ name }) => name)
          .join('; ') || null,
    };
  }

  /** Says that all goes well, and what waits. */
  async beat(): Promise<void> {
    const { heartbeat } = this.#request;
    if (heartbeat === undefined || performance.now() < this.#nextBeat) return;
    this.#nextBeat = performance.now() + beatEvery;
    const waiting = Object.entries(this.#outboxes.waiting).map(([name, of]) => `${of} wait for ${name}\n`);
    await writeFileAtomic(heartbeat, `${new Date().toISOString()} ${this.#judged}\n${waiting.join('')}`);
  }

  /** Removes what was kept long enough, and what is too much. */
  async forgetOld(): Promise<void> {
    await this.#retention.run();
  }

  note(text: string): void {
    this.#request.onNote?.(text);
  }

  async rest(milliseconds: number): Promise<void> {
    // Woken by the signal, which is no error here.
    await sleep(milliseconds, undefined, { signal: this.#request.signal }).catch(() => {});
  }
}
