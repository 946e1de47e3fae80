/**
 * @file Frames of the line page in a journal as `clad watch` writes it, and those that are wanted as files beside it. The verdict is told first and noted then, so that a slow disk costs
 * no frame its answer; where the journal cannot be written, frames are judged all the same.
 */
import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { reasonOf } from '../core/errors.ts';
import { writeFileAtomic } from '../core/files.ts';
import type { Prediction } from '../detector/prediction.ts';
import type { Seen } from '../image/seen.ts';
import { folderOf, freePlace, stateOf } from '../jobs/watch/destinations.ts';
import { comingPictures } from '../jobs/watch/moves.ts';
import { type Records, withRecords } from '../jobs/watch/records.ts';
import { isRefusal } from '../jobs/watch/refusals.ts';
import type { WatchedDetector } from '../jobs/watch/watched-detector.ts';
import type { Keep } from './outcome.ts';
import { outcomeOf } from './outcome.ts';

/** Milliseconds until the next try of a journal that cannot be opened, as one that a process of before still has. */
const retryAfter = 5000;

/** What is known of a frame. */
export interface LineFrame {
  /** A whole image file. */
  readonly bytes: Uint8Array;
  /** When it came, ISO 8601. */
  readonly came: string;
  /** Counted from 0. */
  readonly number: number;
  readonly said: Prediction & { readonly seen: Seen };
}

export class LineJournal {
  readonly #folder: string;
  #records: Records | undefined;
  #close = () => {};
  readonly #closed: Promise<void>;
  #opened = () => {};
  /** Once it was tried to open it. */
  readonly ready = new Promise<void>((opened) => {
    this.#opened = opened;
  });
  #isClosing = false;
  /** What was refused last, so that it is told once. */
  #refused = '';

  /** @param folder - in `line/` @param keepSize - bytes that the journal and the frames may take */
  constructor(folder: string, detector: WatchedDetector, keepSize: number) {
    this.#folder = folder;
    this.#closed = this.#open(detector, keepSize);
  }

  /** Whether judgements are noted. */
  get isOpen(): boolean {
    return this.#records !== undefined && this.#refused === '';
  }

  /** Notes a judgement, and keeps its frame where that is wanted. Never throws: judging goes on. */
  async add(frame: LineFrame, keep: Keep): Promise<void> {
    const records = this.#records;
    if (!records) return;
    try {
      await records.journal.requireThere();
      await records.moves.finishDue();
      await this.#note(records, frame, keep);
      await records.forgetOld();
      this.#refused = '';
    } catch (error) {
      const reason = reasonOf(error);
      if (this.#refused !== reason) process.stderr.write(`not noted: ${reason}\n`);
      this.#refused = reason;
      if (!isRefusal(error)) this.#close();
    }
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    this.#close();
    await this.#closed;
  }

  async #open(detector: WatchedDetector, keepSize: number): Promise<void> {
    const move = this.#move;
    const onNote = (text: string) => {
      process.stderr.write(`${text}\n`);
      // Perhaps that a lock is watched for a sign of life, for half a minute: no frame waits for that.
      this.#opened();
    };
    while (!this.#isClosing) {
      try {
        const request = { detector, move, keepSize, onNote };
        await withRecords(
          request,
          (journal) => comingPictures(move, journal),
          join(this.#folder, 'journal.sqlite'),
          async (records) => {
            await clearComing(records, move);
            this.#records = records;
            this.#opened();
            await new Promise<void>((close) => {
              this.#close = close;
              if (this.#isClosing) close();
            });
            this.#records = undefined;
          },
        );
      } catch (error) {
        this.#records = undefined;
        this.#opened();
        process.stderr.write(`no journal: ${reasonOf(error)}\n`);
        if (!this.#isClosing) await sleep(retryAfter, undefined, { ref: false });
      }
    }
  }

  /** Folder of the frames that are kept. */
  get #move(): string {
    return join(this.#folder, 'frames');
  }

  async #note(records: Records, { bytes, came, number, said }: LineFrame, keep: Keep): Promise<void> {
    const move = this.#move;
    const outcome = outcomeOf(said);
    const isKept = keep === 'all' || (keep === 'doubtful' && outcome !== 'pass');
    const path = `camera-${came.replaceAll(/[:.]/g, '-')}-${number}.png`;
    const from = join(comingPictures(move, records.journal), path);
    if (isKept) await writeFileAtomic(from, bytes);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    // By its time it is known to be what the journal has.
    const state = isKept ? await stateOf(from) : undefined;
    const file = { path, ...(state ?? { bytes: bytes.length, modified: Date.parse(came) }) };
    const frame = { source: 'studio', frame: number, frameAt: came, frameSecond: null };
    await records.moves.alone(async () => {
      const destination = isKept ? await freePlace(move, folderOf(said), path) : null;
      await records.add({ file, sha256, destination, map: null, said, error: null, frame }, from);
    });
  }
}

/** Finishes what a process of before had begun; what then lies there has no judgement. What is refused is tried again with the next frame. */
async function clearComing({ journal, moves }: Records, move: string): Promise<void> {
  try {
    await moves.finishDue();
    if (journal.unmoved().length === 0)
      await rm(comingPictures(move, journal), { recursive: true, force: true });
  } catch (error) {
    process.stderr.write(`${reasonOf(error)}\n`);
  }
}
