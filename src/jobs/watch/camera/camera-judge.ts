/**
 * @file What is done with a picture of a camera that is due: it is judged, kept where that is asked for, and noted.
 *
 * A picture that is kept is written into a folder beside those for judged ones before its judgement is, and moved from there after it: so what is promised of
 * photographs holds for it too.
 */
import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { CladError } from '../../../core/errors.ts';
import { writeFileAtomic } from '../../../core/files.ts';
import { statOrNothing } from '../../../data/folders.ts';
import { heatImage } from '../../../detector/heat/heat-image.ts';
import type { Decision } from '../../../detector/prediction.ts';
import { encodePng, writePng } from '../../../image/encode.ts';
import { seenOf } from '../../../image/seen.ts';
import { folderOf, freePlace } from '../destinations.ts';
import type { Photograph, Records } from '../records.ts';
import { Remarks } from '../remarks.ts';
import type { Picture } from './ffmpeg.ts';
import type { Motion } from './motion.ts';
import type { Trigger } from './triggers.ts';
import type { CameraRequest } from './watch-camera.ts';

/** A picture to be judged, and what asked for it. */
export interface Due {
  readonly picture: Picture;
  readonly trigger: Trigger | undefined;
}

/** Milliseconds that a trigger waits for a picture. */
const triggerPatience = 2000;

export class CameraJudge {
  readonly #request: CameraRequest;
  /** Where kept pictures wait for their judgement to be written; empty where none are kept. */
  readonly #coming: string;
  readonly #records: Records;
  readonly #motion: Motion | undefined;
  readonly #remarks: Remarks;

  constructor(request: CameraRequest, coming: string, records: Records, motion: Motion | undefined) {
    this.#request = request;
    this.#coming = coming;
    this.#records = records;
    this.#motion = motion;
    this.#remarks = new Remarks((text) => records.note(text));
  }

  /** Notes triggers for which no picture came: whoever pulled them waits for an answer. */
  async missTriggers(): Promise<void> {
    for (const { label } of this.#request.triggers?.takeOlder(triggerPatience) ?? []) {
      const at = Date.now();
      const path = `${label || nameAt(at)}.png`;
      const { name } = this.#request.source;
      await this.#note(path, async () => ({
        ...{ file: { path, bytes: 0, modified: at }, sha256: '', destination: null, map: null },
        ...{ said: undefined, isMissed: true },
        error: `No picture came within ${triggerPatience / 1000} s of the trigger.`,
        frame: { source: name, frame: null, frameAt: new Date(at).toISOString(), frameSecond: null },
      }));
    }
  }

  /** Judges a picture, keeps it where that is asked for, and notes the judgement. */
  async judge({ picture, trigger }: Due): Promise<void> {
    const { detector, class: given, source } = this.#request;
    const { moves } = this.#records;
    const { image, number, at } = picture;
    const name = trigger?.label || `${source.stem || `${nameAt(at)}-`}${String(number).padStart(6, '0')}`;
    const path = await this.#freePath(name);
    const frame = {
      ...{ source: source.name, frame: number, frameAt: new Date(at).toISOString() },
      frameSecond: await picture.second(),
    };
    const predicted = await detector.opened.predict(image, path, { class: given }).catch((error: unknown) => {
      if (error instanceof CladError) return error;
      throw error;
    });
    const said = predicted instanceof CladError ? undefined : { ...predicted, seen: seenOf(image) };
    const error = predicted instanceof CladError ? predicted.message : null;
    if (said) this.#remarks.warnings({ path, ...said, map: null });
    if (said && this.#motion?.mayBeEmpty(image, said.decision !== 'reject'))
      this.#records.note(
        'The same scene has failed three times, and looks otherwise than what passes: if it is the empty station, --background first, or a picture of it as it is now, leaves that out.',
      );
    await this.#note(path, async () => {
      const map = said && moves.comingMaps !== undefined ? await moves.mapPlace(path) : null;
      if (map !== null)
        await writePng(join(moves.comingMaps!, map), heatImage(detector.opened, image, said!));
      return { ...(await this.#keep(picture, path, folderOf(said))), map, said, error, frame };
    });
  }

  /** A name that no picture has which is judged and could not be moved yet: two triggers may say the same. */
  async #freePath(name: string): Promise<string> {
    const isTaken = async (path: string) =>
      this.#coming !== '' && (await statOrNothing(join(this.#coming, path))) !== undefined;
    let path = `${name}.png`;
    for (let number = 2; await isTaken(path); number++) path = `${name}-${number}.png`;
    return path;
  }

  /** Writes a picture that is to be kept where it waits for its judgement to be written. */
  async #keep(
    { image, at }: Picture,
    path: string,
    folder: Decision,
  ): Promise<Pick<Photograph, 'file' | 'sha256' | 'destination'>> {
    const { move, keep = ['check', 'reject'] } = this.#request;
    if (move === undefined || !keep.includes(folder))
      return { file: { path, bytes: 0, modified: at }, sha256: '', destination: null };
    const png = await encodePng(image);
    const place = join(this.#coming, path);
    await writeFileAtomic(place, png);
    const { mtimeMs } = await stat(place);
    return {
      file: { path, bytes: png.length, modified: Math.floor(mtimeMs) },
      sha256: createHash('sha256').update(png).digest('hex'),
      destination: await freePlace(move, folder, path),
    };
  }

  /** Notes a judgement, however often that is refused: while a disk is full the picture at hand waits, and newer ones are left out. */
  async #note(path: string, make: () => Promise<Photograph>): Promise<void> {
    const before = this.#records.noted;
    const { moves } = this.#records;
    const add = () => moves.alone(async () => this.#records.add(await make(), join(this.#coming, path)));
    while (!(await this.#records.tried(add)))
      if (this.#records.noted > before || this.#request.signal?.aborted) return;
  }
}

/** A time as a file may be called. */
function nameAt(at: number): string {
  return new Date(at).toISOString().replaceAll(':', '-');
}
