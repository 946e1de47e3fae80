/**
 * @file A run's detector learns from judgements that somebody marked as wrong: false alarms join the good images of their class, then missed defects lower a
 * threshold. Each is a change of its own, by the functions behind `clad update`; one that is refused does not take back the one before it.
 */
import { basename, join, resolve, sep } from 'node:path';
import { CladError, type ErrorCode } from '../core/errors.ts';
import { readBytes } from '../core/files.ts';
import type { ProgressListener } from '../core/progress.ts';
import { pathBelow } from '../data/dataset.ts';
import { readDetector } from '../detector/file-checksum.ts';
import type { DetectorChange } from '../detector/metadata.ts';
import { RunFolder } from '../jobs/run-folder.ts';
import { addImages } from '../jobs/update/add.ts';
import { lowerThresholds } from '../jobs/update/lower-threshold.ts';
import type { Job } from './api.ts';
import { detectorKey, keyOfSource } from './detector-key.ts';
import { judgeKept, keptHeatFolder, saidBefore } from './kept-pictures.ts';
import type { Mark, UpdateResult, UpdateStep } from './update-api.ts';

type UpdateJob = Extract<Job, { kind: 'update' }>;

/** With these a change says why it is not made; with others it could not be tried. */
const refusals: readonly ErrorCode[] = [
  'UPDATE_UNSUITABLE',
  'UPDATE_CLASS',
  'UPDATE_NOTHING',
  'UPDATE_RISKY',
];

/**
 * Changes the detector; the files of before are kept in the run's `versions/`.
 * @param started - when the job first began, ISO 8601: what was changed since is its own, done before it was stopped, and is not done twice
 * @throws MARKS_STALE where another detector has made the judgements; what `clad update` throws, but for refusals, which are told of the step
 */
export async function updateRun(
  { of, run: name, falseAlarms, missed, kept, force }: UpdateJob,
  { run, data, marked, cache }: UpdateFolders,
  started: string,
  onProgress: ProgressListener,
): Promise<UpdateResult> {
  const since = await changesSince(run, of);
  if (since === undefined || since.some(({ created }) => created < started))
    throw new CladError('MARKS_STALE', {});
  const common = { run, force, onProgress };
  // Pictures of the line are told by their names alone.
  const below = (path: string) =>
    path.startsWith(marked + sep) ? basename(path) : data === null ? path : pathBelow(data, path);
  const pathsOf = (tested: readonly string[], line: readonly string[] = []) => [
    ...tested.map((path) => resolve(data ?? '', path)),
    ...line.map((file) => join(marked, file)),
  ];
  const line = [...(kept?.falseAlarms ?? []), ...(kept?.missed ?? [])];
  const places = { folder: marked, model: new RunFolder(run).model, cache, run: name };
  // Of one that goes on, the first change may have been made, and the file of before is not there any more.
  const before =
    since.length === 0
      ? await judgeKept(line, places)
      : await saidBefore(line, keptHeatFolder(cache, name, of));
  const change: Readonly<Record<Mark, (images: readonly string[]) => Promise<Partial<UpdateStep>>>> = {
    'false-alarm': async (images) => {
      const { version, added, notAdded, classes } = await addImages({ ...common, images, falseAlarm: true });
      return {
        version,
        done: added.map(({ path }) => below(path)),
        refused: notAdded.map(({ path, reason }) => ({ path: below(path), reason })),
        canForce: notAdded.some(({ forceable }) => forceable),
        thresholds: classes.map(thresholdsOf),
      };
    },
    missed: async (images) => {
      const { version, classes } = await lowerThresholds({ ...common, missed: images });
      // Those that are caught already need nothing.
      return { version, done: images.map(below), thresholds: classes.map(thresholdsOf) };
    },
  };
  const steps: UpdateStep[] = [];
  for (const [mark, paths] of [
    ['false-alarm', pathsOf(falseAlarms, kept?.falseAlarms)],
    ['missed', pathsOf(missed, kept?.missed)],
  ] as const) {
    if (paths.length === 0) continue;
    const none: UpdateStep = {
      ...{ mark, version: null, done: [], refused: [], thresholds: [] },
      ...{ error: null, canForce: false },
    };
    const made = since.find(({ action }) => action === mark);
    if (made) steps.push({ ...none, version: made.version, done: doneBy(made, paths).map(below) });
    else
      try {
        steps.push({ ...none, ...(await change[mark](paths)) });
      } catch (error) {
        if (!(error instanceof CladError) || !refusals.includes(error.code)) throw error;
        // The sentence says itself whether insisting would help.
        steps.push({ ...none, error: error.words, canForce: error.message.includes('--force') });
      }
  }
  const after = detectorKey(await readBytes(places.model));
  if (line.length === 0) return { before: of, after, steps };
  const said = await judgeKept(line, places);
  const told = line.map((path) => ({
    ...{ path, before: before.get(path) ?? null, after: said.get(path) ?? null },
  }));
  return { before: of, after, steps, kept: told };
}

/** Where what is learnt from lies. */
export interface UpdateFolders {
  readonly run: string;
  /** The data set of the test images; null where none of them is marked. */
  readonly data: string | null;
  /** Pictures of the line. */
  readonly marked: string;
  /** Of the workspace. */
  readonly cache: string;
}

/**
 * Images of a change that a stopped process has made: which ones it refused was told by that one alone, so where it did not take all of them, none are named, and
 * their marks stay.
 */
function doneBy({ action, classes }: DetectorChange, paths: readonly string[]): readonly string[] {
  const joined = Object.values(classes).reduce((sum, { images }) => sum + images, 0);
  return action === 'missed' || joined === paths.length ? paths : [];
}

/** The changes that a detector has seen since a file of it; undefined where the file is none of its own. @param key - of that file */
async function changesSince(run: string, key: string): Promise<readonly DetectorChange[] | undefined> {
  const { model } = new RunFolder(run);
  const bytes = await readBytes(model);
  if (detectorKey(bytes) === key) return [];
  const { history = [] } = readDetector(bytes, model).metadata;
  const at = history.findIndex(({ source }) => keyOfSource(source) === key);
  return at < 0 ? undefined : history.slice(at);
}

interface ChangedClass {
  readonly class: string;
  readonly before: { readonly threshold: number } | null;
  readonly after: { readonly threshold: number; readonly achievableRate: number };
}

function thresholdsOf({ class: name, before, after }: ChangedClass): UpdateStep['thresholds'][number] {
  return {
    ...{ class: name, before: before?.threshold ?? null },
    ...{ after: after.threshold, rate: after.achievableRate },
  };
}
