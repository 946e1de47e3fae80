/**
 * @file `clad watch` as a function: photographs of a folder are judged as they finish being written, each once, and moved away where that is wanted.
 *
 * A judgement is written to the journal first, then its photograph is moved, then that is noted. A process that is killed anywhere in between leaves a photograph
 * that will be judged, or one that is judged and will be moved: when the folder is watched again, what was begun is finished first.
 */
import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CladError } from '../../core/errors.ts';
import { readBytes, requireWritable, writeFileAtomic } from '../../core/files.ts';
import { lockOfFile, withLock } from '../../core/lock.ts';
import { isInside, requireFolder, statOrNothing } from '../../data/folders.ts';
import { type PredictionFailure, type PredictionLine, predictImages } from '../predict.ts';
import { Outboxes } from '../sinks/outboxes.ts';
import type { Sink } from '../sinks/sink.ts';
import { Arrivals } from './arrivals.ts';
import { folderOf, freePlace, isUnchanged, moveFile } from './destinations.ts';
import { type FileState, Journal, type JournalRow, type Judgement } from './journal.ts';
import { Remarks } from './remarks.ts';
import { forgetOlder } from './retention.ts';
import { unjudgedFiles } from './unjudged.ts';
import type { WatchedDetector } from './watched-detector.ts';

/** What to watch, and what to do with what comes. */
export interface WatchRequest {
  /** A run, or a detector file. It is opened again when it changes. */
  readonly detector: WatchedDetector;
  /** Folder that photographs come into, in folders of their own or not. */
  readonly folder: string;
  /** Folder into whose `pass`, `check` and `reject` judged photographs are moved; they stay where they are where absent. */
  readonly move?: string | undefined;
  /** @default `.clad-watch.sqlite` in the watched folder */
  readonly journal?: string | undefined;
  /** Heat maps are written below it. */
  readonly maps?: string | undefined;
  /** Class of all photographs, where it is known. */
  readonly class?: string | undefined;
  /** Seconds without a change after which a file is finished. @default 1 */
  readonly settle?: number | undefined;
  /** Seconds without a change after which a file that cannot be read is given up, and noted as such. @default 30 */
  readonly giveUp?: number | undefined;
  /** Seconds between two looks at the folder, at least. @default 0.5 */
  readonly interval?: number | undefined;
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
  readonly onJudged?: ((judgement: Judgement) => void) | undefined;
  /** Is told what a person should know. */
  readonly onNote?: ((text: string) => void) | undefined;
}

/** Name of the journal in the watched folder. */
export const journalName = '.clad-watch.sqlite';

/** Milliseconds until the next try where the file system or the journal refused, between looks for what has been kept long enough, and between beats. */
const [retryAfter, retentionEvery, beatEvery] = [5000, 600_000, 5000];
/** Photographs judged before the folder is looked at again, at most. */
const mostAtOnce = 64;

/**
 * Watches until told to stop.
 * @returns how many photographs were judged
 * @throws FOLDER_EXPECTED, FILE_NOT_FOUND, FILE_REFUSED, OPTION_INVALID, IN_USE, JOURNAL_UNUSABLE; while it watches, what the file system refuses is tried again
 */
export async function watchFolder(request: WatchRequest): Promise<number> {
  const folder = await requireFolder(request.folder, 'Give the folder that photographs come into.');
  for (const [option, place] of [
    ['--move', request.move],
    ['--maps', request.maps],
  ] as const) {
    if (place === undefined) continue;
    await requireWritable(place, `Give another folder to ${option}.`);
    if (await isInside(place, folder)) {
      const expected = `a folder outside ${folder}, whose photographs are judged`;
      throw new CladError('OPTION_INVALID', { option, expected, actual: place });
    }
  }
  const file = resolve(request.journal ?? join(folder, journalName));
  return withLock(lockOfFile(file), async () => {
    const journal = await Journal.open(file);
    const outboxes = new Outboxes(journal, request.sinks ?? [], (text) => request.onNote?.(text));
    try {
      const judged = await new Watch(request, folder, journal, outboxes).run();
      await outboxes.settle(request.signal?.aborted ?? false);
      return judged;
    } finally {
      await outboxes.close();
      journal.close();
    }
  });
}

class Watch {
  readonly #request: WatchRequest;
  readonly #folder: string;
  readonly #journal: Journal;
  readonly #outboxes: Outboxes;
  readonly #arrivals: Arrivals;
  readonly #remarks = new Remarks((text) => this.#note(text));
  #judged = 0;
  #nextBeat = 0;
  /** When to look for what was kept long enough. */
  #nextRetention = 0;
  /** When to move what was judged and not moved: at first, and after a move that was refused. */
  #nextMoves = 0;
  /** Judgements whose moves were refused, so that each is told once. */
  readonly #refusedMoves = new Set<number>();

  constructor(request: WatchRequest, folder: string, journal: Journal, outboxes: Outboxes) {
    this.#outboxes = outboxes;
    this.#request = request;
    this.#folder = folder;
    this.#journal = journal;
    this.#arrivals = new Arrivals(1000 * (request.settle ?? 1));
  }

  async run(): Promise<number> {
    const { once = false, signal, interval = 0.5 } = this.#request;
    let refused = '';
    while (!signal?.aborted) {
      let [looked, found] = [0, 0];
      try {
        await this.#journal.requireThere();
        if (performance.now() >= this.#nextMoves) await this.#finishMoves();
        ({ looked, found } = await this.#round());
        if (refused !== '') this.#note('It goes on.');
        refused = '';
        await this.#beat();
      } catch (error) {
        if (once || !isRefusal(error)) throw error;
        // Once for each cause, however often it is tried.
        if (refused !== error.message) this.#note(`${error.message} It is tried again until it works.`);
        refused = error.message;
        // What was under way may have been a move.
        this.#nextMoves = 0;
        await this.#rest(retryAfter);
        continue;
      }
      if (once && this.#arrivals.waiting === 0) break;
      // A folder of very many files is looked at no more than a fifth of the time.
      if (found === 0) await this.#rest(Math.max(1000 * interval, 4 * looked));
    }
    return this.#judged;
  }

  /** Moves photographs that were judged when an earlier process ended. */
  async #finishMoves(): Promise<void> {
    const { move } = this.#request;
    this.#nextMoves = Infinity;
    const unmoved = this.#journal.unmoved();
    if (unmoved.length === 0) return;
    if (move === undefined) {
      this.#note(
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
      if (this.#refusedMoves.delete(id)) this.#note('A photograph that could not be moved has been moved.');
    } catch (error) {
      if (!isRefusal(error) || error.code === 'JOURNAL_UNUSABLE') throw error;
      this.#nextMoves = performance.now() + retryAfter;
      if (!this.#refusedMoves.has(id)) this.#note(`${error.message} The move is tried again until it works.`);
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
      this.#note(`${from} was judged (${row.verdict ?? 'unreadable'}) and has gone before it was moved.`);
    }
    this.#journal.addMove(row.id, new Date().toISOString());
  }

  /**
   * One look at the folder, and the judgements of what is finished there.
   * @returns milliseconds that the look took, and how many finished files it found
   */
  async #round(): Promise<{ looked: number; found: number }> {
    const { detector, class: given, maps, signal, once = false } = this.#request;
    await this.#forgetOld();
    for (const note of await detector.refresh()) this.#note(note);
    const started = performance.now();
    const { files, leftOut } = await unjudgedFiles(this.#folder, this.#journal);
    const looked = performance.now() - started;
    const finished = this.#arrivals.finished(files, performance.now()).slice(0, mostAtOnce);
    this.#remarks.passedOver(leftOut, performance.now(), once);
    const targets = finished.map(({ path }) => ({
      path: join(this.#folder, path),
      mapName: `${path.replace(/\.[^./]*$/, '')}.png`,
    }));
    let at = 0;
    for await (const line of predictImages(detector.opened, targets, maps, { class: given })) {
      await this.#judge(finished[at++]!, line);
      if (signal?.aborted) break;
    }
    return { looked, found: finished.length };
  }

  async #judge(file: FileState, line: PredictionLine | PredictionFailure): Promise<void> {
    const { detector, move, giveUp = 30, onJudged } = this.#request;
    const path = join(this.#folder, file.path);
    const now = performance.now();
    const failed = 'error' in line ? line.error.message : null;
    // Perhaps it is still being written, however slowly.
    if (failed !== null && this.#arrivals.unchangedFor(file, now) < 1000 * giveUp) {
      this.#arrivals.later(file, now + 1000);
      return;
    }
    const content = await readBytes(path).catch(() => undefined);
    // It has changed or gone meanwhile; the next look will tell. What nobody may read was given up.
    if ((!content && failed === null) || !(await isUnchanged(path, file))) {
      this.#arrivals.later(file, now + 1000);
      return;
    }
    const said = 'error' in line ? undefined : line;
    if (said) this.#remarks.warnings(said);
    const verdict = said?.verdict ?? null;
    const destination = move === undefined ? null : await freePlace(move, folderOf(said), file.path);
    const judgement: Judgement = {
      ...file,
      sha256: content ? createHash('sha256').update(content).digest('hex') : '',
      judgedAt: new Date().toISOString(),
      modelSha256: detector.sha256,
      modelVersion: detector.version,
      class: said?.class ?? null,
      classShare: said?.classShare ?? null,
      score: said?.score ?? null,
      threshold: said?.threshold ?? null,
      verdict,
      decision: said?.decision ?? null,
      error: failed,
      destination,
    };
    const id = this.#journal.add(judgement);
    this.#judged++;
    this.#outboxes.wake();
    onJudged?.(judgement);
    if (move === undefined || destination === null) return;
    await this.#orLater(id, async () => {
      await moveFile(path, join(move, destination));
      this.#journal.addMove(id, new Date().toISOString());
    });
  }

  async #beat(): Promise<void> {
    const { heartbeat } = this.#request;
    if (heartbeat === undefined || performance.now() < this.#nextBeat) return;
    this.#nextBeat = performance.now() + beatEvery;
    await writeFileAtomic(heartbeat, `${new Date().toISOString()} ${this.#judged}\n`);
  }

  /** Removes what was kept long enough, now and then. */
  async #forgetOld(): Promise<void> {
    const { keepDays, move } = this.#request;
    if (keepDays === undefined || performance.now() < this.#nextRetention) return;
    this.#nextRetention = performance.now() + retentionEvery;
    const sinks = this.#outboxes.names;
    await forgetOlder(this.#journal, keepDays, { folder: this.#folder, move, sinks });
  }

  #note(text: string): void {
    this.#request.onNote?.(text);
  }

  async #rest(milliseconds: number): Promise<void> {
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
