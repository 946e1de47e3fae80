/**
 * @file What is done with judgements, whether their photographs came as files or from a camera: written to the journal, told to people and places outside, moved,
 * and removed again when they have been kept long enough.
 *
 * A judgement is written to the journal first, then its photograph is moved, then that is noted. A process that is killed anywhere in between leaves a photograph
 * that will be judged, or one that is judged and will be moved: when the watching begins again, what was begun is finished first.
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CladError } from '../../core/errors.ts';
import { requireWritable, writeFileAtomic } from '../../core/files.ts';
import { lockOfFile, withLock } from '../../core/lock.ts';
import { isInside, statOrNothing } from '../../data/folders.ts';
import type { Decision, Prediction } from '../../detector/prediction.ts';
import type { Seen } from '../../image/seen.ts';
import { Outboxes } from '../sinks/outboxes.ts';
import type { Sink } from '../sinks/sink.ts';
import { isUnchanged, moveFile } from './destinations.ts';
import { type FileState, Journal, type JournalRow, type Judgement } from './journal.ts';
import { forgetOlder } from './retention.ts';
import type { WatchedDetector } from './watched-detector.ts';

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
  /** Days after which judgements and photographs that were moved are removed; absent: never. */
  readonly keepDays?: number | undefined;
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
  readonly onJudged?: ((judgement: Judgement) => void) | undefined;
  /** Is told what a person should know. */
  readonly onNote?: ((text: string) => void) | undefined;
}

/** How it stands. */
export interface WatchStatus {
  /** Photographs judged since it began. */
  readonly judged: number;
  /** Of these, by what is to be done with the part; `none` without a threshold, and of what could not be judged. */
  readonly decisions: Readonly<Record<Decision | 'none', number>>;
  /** Judgements that a place outside has not been sent yet, by its name. */
  readonly waiting: Readonly<Record<string, number>>;
  /** Absent of a folder. */
  readonly camera?: CameraStatus | undefined;
}

/** How it stands with a camera or a video. */
export interface CameraStatus {
  /** Whether pictures come. */
  readonly isUp: boolean;
  /** Pictures that came, at the rate that was asked for. */
  readonly pictures: number;
  /** Those that would have been judged and were not, as newer ones had come meanwhile. */
  readonly dropped: number;
  /** How often it was connected to. */
  readonly connections: number;
}

/** Name of the journal in a folder. */
export const journalName = '.clad-watch.sqlite';
/** Milliseconds until the next try where the file system or the journal refused, between looks for what has been kept long enough, and between beats. */
const [retryAfter, retentionEvery, beatEvery] = [5000, 600_000, 5000];

/**
 * Opens a journal and what goes with it, for as long as the work takes.
 * @param folder - that photographs come into
 * @param file - the journal
 * @returns how it stood at the end
 * @throws OPTION_INVALID, FILE_REFUSED, IN_USE, JOURNAL_UNUSABLE, and what the work throws
 */
export async function withRecords(
  request: RecordsRequest,
  folder: string,
  file: string,
  work: (records: Records) => Promise<void>,
): Promise<WatchStatus> {
  return withLock(lockOfFile(file), async () => {
    const journal = await Journal.open(file);
    const outboxes = new Outboxes(journal, request.sinks ?? [], (text) => request.onNote?.(text));
    try {
      const records = new Records(request, folder, journal, outboxes);
      request.onStart?.(() => records.status);
      await work(records);
      await outboxes.settle(request.signal?.aborted ?? false);
      return records.status;
    } finally {
      await outboxes.close();
      journal.close();
    }
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
    if (watched !== undefined && (await isInside(place, watched))) {
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
  /** Undefined where it could not be judged. */
  readonly said: (Prediction & { readonly seen?: Seen }) | undefined;
  /** Why it could not. */
  readonly error: string | null;
  /** Of a camera or a video. */
  readonly frame?: Pick<Judgement, 'source' | 'frame' | 'frameAt' | 'frameSecond'> | undefined;
}

const noFrame = { source: null, frame: null, frameAt: null, frameSecond: null };

export class Records {
  readonly journal: Journal;
  /** Set by who watches one. */
  camera: CameraStatus | undefined;
  readonly #request: RecordsRequest;
  readonly #folder: string;
  readonly #outboxes: Outboxes;
  #judged = 0;
  readonly #decisions = { pass: 0, check: 0, reject: 0, none: 0 };
  #nextBeat = 0;
  /** When to look for what was kept long enough. */
  #nextRetention = 0;
  /** When to move what was judged and not moved: at first, and after a move that was refused. */
  #nextMoves = 0;
  /** Judgements whose moves were refused, so that each is told once. */
  readonly #refusedMoves = new Set<number>();
  /** What was refused last. */
  #refused = '';

  constructor(request: RecordsRequest, folder: string, journal: Journal, outboxes: Outboxes) {
    this.#outboxes = outboxes;
    this.#request = request;
    this.#folder = folder;
    this.journal = journal;
  }

  get judged(): number {
    return this.#judged;
  }

  get status(): WatchStatus {
    return {
      ...{ judged: this.#judged, decisions: { ...this.#decisions }, waiting: this.#outboxes.waiting },
      ...(this.camera && { camera: { ...this.camera } }),
    };
  }

  /**
   * Does work that a disk, a drive or the journal may refuse; then it is told once for each cause, and some seconds pass.
   * @returns whether it was done
   */
  async tried(work: () => Promise<void>): Promise<boolean> {
    try {
      await this.journal.requireThere();
      if (performance.now() >= this.#nextMoves) await this.#finishMoves();
      await work();
      if (this.#refused !== '') this.note('It goes on.');
      this.#refused = '';
      return true;
    } catch (error) {
      if (this.#request.once || !isRefusal(error)) throw error;
      // Once for each cause, however often it is tried.
      if (this.#refused !== error.message) this.note(`${error.message} It is tried again until it works.`);
      this.#refused = error.message;
      // What was under way may have been a move.
      this.#nextMoves = 0;
      await this.rest(retryAfter);
      return false;
    }
  }

  /** Writes a judgement to the journal, tells of it, and moves its photograph where it has a destination. @param from - where the photograph lies */
  async add(photograph: Photograph, from: string): Promise<void> {
    const { move, onJudged } = this.#request;
    const judgement = this.#judgementOf(photograph);
    const { decision, destination } = judgement;
    const id = this.journal.add(judgement);
    this.#judged++;
    this.#decisions[(decision as Decision | null) ?? 'none']++;
    this.#outboxes.wake();
    onJudged?.(judgement);
    if (move === undefined || destination === null) return;
    await this.#orLater(id, async () => {
      await moveFile(from, join(move, destination));
      this.journal.addMove(id, new Date().toISOString());
    });
  }

  #judgementOf({ file, sha256, destination, said, error, frame = noFrame }: Photograph): Judgement {
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
    };
  }

  /** Moves photographs that were judged when an earlier process ended. */
  async #finishMoves(): Promise<void> {
    const { move } = this.#request;
    this.#nextMoves = Infinity;
    const unmoved = this.journal.unmoved();
    if (unmoved.length === 0) return;
    if (move === undefined) {
      this.note(
        `Photographs that were judged and not moved yet: ${unmoved.length}. They stay, as no --move is given.`,
      );
      return;
    }
    for (const row of unmoved) await this.#orLater(row.id, () => this.#finishMove(row, move));
  }

  /** Moves a photograph; where that is refused, others are judged meanwhile, and it is tried again. */
  async #orLater(id: number, move: () => Promise<void>): Promise<void> {
    try {
      await move();
      if (this.#refusedMoves.delete(id)) this.note('A photograph that could not be moved has been moved.');
    } catch (error) {
      if (!isRefusal(error) || error.code === 'JOURNAL_UNUSABLE') throw error;
      this.#nextMoves = performance.now() + retryAfter;
      if (!this.#refusedMoves.has(id)) this.note(`${error.message} The move is tried again until it works.`);
      this.#refusedMoves.add(id);
    }
  }

  async #finishMove(row: JournalRow, move: string): Promise<void> {
    const [from, to] = [join(this.#folder, row.path), join(move, row.destination!)];
    const hasArrived = await isUnchanged(to, row);
    if (await isUnchanged(from, row)) {
      if (hasArrived) await rm(from);
      else if (await statOrNothing(to))
        throw new CladError('FILE_REFUSED', { path: to, reason: 'another file has taken its name' });
      else await moveFile(from, to);
    } else if (!hasArrived) {
      this.note(`${from} was judged (${row.verdict ?? 'unreadable'}) and has gone before it was moved.`);
    }
    this.journal.addMove(row.id, new Date().toISOString());
  }

  /** Says that all goes well, and what waits. */
  async beat(): Promise<void> {
    const { heartbeat } = this.#request;
    if (heartbeat === undefined || performance.now() < this.#nextBeat) return;
    this.#nextBeat = performance.now() + beatEvery;
    const waiting = Object.entries(this.#outboxes.waiting).map(([name, of]) => `${of} wait for ${name}\n`);
    await writeFileAtomic(heartbeat, `${new Date().toISOString()} ${this.#judged}\n${waiting.join('')}`);
  }

  /** Removes what was kept long enough, now and then. */
  async forgetOld(): Promise<void> {
    const { keepDays, move } = this.#request;
    if (keepDays === undefined || performance.now() < this.#nextRetention) return;
    this.#nextRetention = performance.now() + retentionEvery;
    const sinks = this.#outboxes.names;
    await forgetOlder(this.journal, keepDays, { folder: this.#folder, move, sinks });
  }

  note(text: string): void {
    this.#request.onNote?.(text);
  }

  async rest(milliseconds: number): Promise<void> {
    // Woken by the signal, which is no error here.
    await sleep(milliseconds, undefined, { signal: this.#request.signal }).catch(() => {});
  }
}

/** What may work later: a full disk, a network drive that is away, a journal that another program holds. */
function isRefusal(error: unknown): error is CladError {
  return (
    error instanceof CladError && ['FILE_REFUSED', 'FILE_UNREADABLE', 'JOURNAL_UNUSABLE'].includes(error.code)
  );
}
