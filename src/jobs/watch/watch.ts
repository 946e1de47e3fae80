/** @file `clad watch` of a folder as a function: photographs are judged as they finish being written, each once, and moved away where that is wanted. */
import { createHash } from 'node:crypto';
import { join, resolve } from 'node:path';
import { readBytes } from '../../core/files.ts';
import { requireFolder } from '../../data/folders.ts';
import { type PredictionFailure, type PredictionLine, predictImages } from '../predict.ts';
import { Arrivals } from './arrivals.ts';
import { asTaken, folderOf, freePlace, isUnchanged } from './destinations.ts';
import type { FileState } from './journal.ts';
import {
  journalName,
  type Records,
  type RecordsRequest,
  requirePlaces,
  type WatchStatus,
  withRecords,
} from './records.ts';
import { Remarks } from './remarks.ts';
import { unjudgedFiles } from './unjudged.ts';

/** What to watch, and what to do with what comes. Photographs stay where they are where there is no `move`. The journal is in the folder where none is given. */
export interface WatchRequest extends RecordsRequest {
  /** Folder that photographs come into, in folders of their own or not. */
  readonly folder: string;
  /** Whether a link that leads out of the folder is judged as what it leads to. @default true */
  readonly linksOut?: boolean | undefined;
  /** Seconds without a change after which a file is finished. @default 1 */
  readonly settle?: number | undefined;
  /** Seconds without a change after which a file that cannot be read is given up, and noted as such. @default 30 */
  readonly giveUp?: number | undefined;
  /** Seconds between two looks at the folder, at least. @default 0.5 */
  readonly interval?: number | undefined;
  /** Is called after each look at the folder, as a sign of life, also where that was refused. */
  readonly onLooked?: (() => void) | undefined;
}

/** Photographs judged before the folder is looked at again, at most. */
const mostAtOnce = 64;

/**
 * Watches until told to stop.
 * @returns how it stood at the end
 * @throws FOLDER_EXPECTED, FILE_NOT_FOUND, FILE_REFUSED, OPTION_INVALID, IN_USE, JOURNAL_UNUSABLE; while it watches, what the file system refuses is tried again
 */
export async function watchFolder(request: WatchRequest): Promise<WatchStatus> {
  const folder = await requireFolder(request.folder, 'Give the folder that photographs come into.');
  await requirePlaces(request, folder);
  const file = resolve(request.journal ?? join(folder, journalName));
  return withRecords(
    request,
    () => folder,
    file,
    (records) => new Watch(request, folder, records).run(),
  );
}

class Watch {
  readonly #request: WatchRequest;
  readonly #folder: string;
  readonly #records: Records;
  readonly #arrivals: Arrivals;
  readonly #remarks: Remarks;

  constructor(request: WatchRequest, folder: string, records: Records) {
    this.#request = request;
    this.#folder = folder;
    this.#records = records;
    this.#arrivals = new Arrivals(1000 * (request.settle ?? 1));
    this.#remarks = new Remarks((text) => records.note(text));
  }

  async run(): Promise<void> {
    const { once = false, signal, interval = 0.5 } = this.#request;
    while (!signal?.aborted) {
      let [looked, found] = [0, 0];
      const done = await this.#records.tried(async () => {
        ({ looked, found } = await this.#round());
        await this.#records.beat();
      });
      this.#request.onLooked?.();
      if (!done) continue;
      if (once && this.#arrivals.waiting === 0) break;
      // A folder of very many files is looked at no more than a fifth of the time.
      if (found === 0) await this.#records.rest(Math.max(1000 * interval, 4 * looked));
    }
  }

  /**
   * One look at the folder, and the judgements of what is finished there.
   * @returns milliseconds that the look took, and how many finished files it found
   */
  async #round(): Promise<{ looked: number; found: number }> {
    const { detector, class: given, signal, once = false, linksOut = true } = this.#request;
    const { moves } = this.#records;
    await this.#records.forgetOld();
    for (const note of await detector.refresh()) this.#records.note(note);
    const started = performance.now();
    const { files, leftOut } = await unjudgedFiles(this.#folder, this.#records.journal, linksOut);
    const looked = performance.now() - started;
    const finished = this.#arrivals.finished(files, performance.now()).slice(0, mostAtOnce);
    this.#remarks.passedOver(leftOut, performance.now(), once);
    const waiting = await this.#waitingMaps(finished);
    const targets = finished.map(({ path }, at) => ({
      path: join(this.#folder, path),
      mapName: waiting?.[at] ?? path,
    }));
    const options = { class: given, seen: true };
    const taken = new Set(waiting?.map(asTaken));
    let at = 0;
    for await (const line of predictImages(detector.opened, targets, moves.comingMaps, options)) {
      await this.#judge(finished[at]!, line, waiting && { name: waiting[at]!, taken });
      at++;
      if (signal?.aborted) break;
    }
    return { looked, found: finished.length };
  }

  /** Names below which the heat maps wait for their judgements; undefined where none are wanted. */
  async #waitingMaps(files: readonly FileState[]): Promise<readonly string[] | undefined> {
    if (this.#request.maps === undefined) return undefined;
    const taken = new Set<string>();
    const names: string[] = [];
    for (const { path } of files) {
      const name = await this.#records.moves.mapPlace(path, taken);
      taken.add(asTaken(name));
      names.push(name);
    }
    return names;
  }

  async #judge(
    file: FileState,
    line: PredictionLine | PredictionFailure,
    map: { readonly name: string; readonly taken: ReadonlySet<string> } | undefined,
  ): Promise<void> {
    const { move, giveUp = 30 } = this.#request;
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
    const sha256 = content ? createHash('sha256').update(content).digest('hex') : '';
    const { moves } = this.#records;
    await moves.alone(async () => {
      // Another one that watches this folder, with a journal of its own, may have moved it while this one waited.
      if (!(await isUnchanged(path, file))) return;
      const destination = move === undefined ? null : await freePlace(move, folderOf(said), file.path);
      const place = said && map ? await moves.settleMap(file.path, map.name, map.taken) : null;
      await this.#records.add({ file, sha256, destination, map: place, said, error: failed }, path);
    });
  }
}
