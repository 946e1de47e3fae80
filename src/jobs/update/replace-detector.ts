/** @file A run's detector in the place of another, which is kept. */

import { existsSync } from 'node:fs';
import { copyFile, readdir, readFile, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { writeFileAtomic } from '../../core/files.ts';
import { fileImages } from '../../data/file-images.ts';
import { Detector } from '../../detector/detector.ts';
import { detectorBytes } from '../../detector/detector-bytes.ts';
import { type DetectorMetadata, versionOf } from '../../detector/metadata.ts';
import { makeGolden } from '../../detector/self-test/make-golden.ts';
import type { ModelProto } from '../../graph/index.ts';
import type { Engine } from '../../runtime/engine.ts';
import {
  type GoodImagesFile,
  readGoodImagesFile,
  writeGoodImagesFile,
} from '../good-images/good-images-file.ts';
import type { RunFolder } from '../run-folder.ts';

/** The bytes of a changed detector, with golden images of its own. @param path - names it in errors */
export async function withGolden(
  engine: Engine,
  model: ModelProto,
  metadata: DetectorMetadata,
  path: string,
): Promise<Uint8Array> {
  const detector = await Detector.fromBytes(engine, detectorBytes(model, metadata), path);
  try {
    return detectorBytes(model, metadata, await makeGolden(detector, engine.device, fileImages));
  } finally {
    await detector.release();
  }
}

/** What is put in the place of what a run has. */
export interface Replacement {
  /** The detector file that there is. */
  readonly before: Uint8Array;
  /** The changed one as a file. */
  readonly changed: Uint8Array;
  /** Its list of good images. */
  readonly file: GoodImagesFile;
}

/**
 * The version that the detector of a run is kept as. It says so itself; but a version that there is already is never written over, as that of a run whose
 * versions were taken from before there was a history, or of one that a file of before was put back into.
 */
export async function versionToKeep(run: RunFolder, metadata: DetectorMetadata): Promise<number> {
  const names = await readdir(run.versions).catch(() => [] as string[]);
  const numbers = names.map((name) => Number(name)).filter(Number.isInteger);
  return Math.max(versionOf(metadata), Math.max(0, ...numbers) + 1);
}

/**
 * Puts detector and list in the place of those of before, which are kept, together: a process that is killed in between leaves both of one version, or what
 * `settleReplacement` makes so.
 * @param kept - the version that those of before are kept as
 * @returns path of the detector of before
 */
export async function replaceBoth(
  run: RunFolder,
  { before, changed, file }: Replacement,
  kept: number,
): Promise<string> {
  const folder = join(run.versions, String(kept));
  const copy = join(folder, basename(run.model));
  const state = run.goodImagesState;
  try {
    await writeGoodImagesFile(run.comingGoodImages, file);
    await writeFileAtomic(copy, before);
    if (existsSync(state)) await copyFile(state, join(folder, basename(state)));
    await writeFileAtomic(run.model, changed);
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    await rm(run.comingGoodImages, { force: true });
    throw error;
  }
  await finish(run, folder);
  return copy;
}

/** Ends what a killed process had begun. @param metadata - of the run's detector */
export async function settleReplacement(run: RunFolder, metadata: DetectorMetadata): Promise<void> {
  const coming = await comingFile(run);
  if (coming === undefined) return;
  const folder = join(run.versions, String(coming - 1));
  if (coming === versionOf(metadata)) return finish(run, folder);
  // What was kept is a copy of the detector that there is, unless somebody has put another in its place meanwhile.
  const copy = await readFile(join(folder, basename(run.model))).catch(() => undefined);
  if (copy === undefined || copy.equals(await readFile(run.model)))
    await rm(folder, { recursive: true, force: true });
  await rm(run.comingGoodImages, { force: true });
}

/** The list of good images that is of a detector: the coming one, where the detector is in its place and the list is not yet. @throws GOOD_IMAGES_MISSING, GOOD_IMAGES_DAMAGED */
export async function goodImagesOf(run: RunFolder, metadata: DetectorMetadata): Promise<GoodImagesFile> {
  const hasCome = (await comingFile(run)) === versionOf(metadata);
  return readGoodImagesFile(hasCome ? run.comingGoodImages : run.goodImagesState);
}

/** Version of the detector that the coming list is of; undefined where there is none that can be read. */
async function comingFile(run: RunFolder): Promise<number | undefined> {
  return (await readGoodImagesFile(run.comingGoodImages).catch(() => undefined))?.version;
}

/** Once the detector is in its place. */
async function finish(run: RunFolder, kept: string): Promise<void> {
  // It is of the detector of before, and would be taken for one of this.
  if (existsSync(run.evaluation)) await rename(run.evaluation, join(kept, basename(run.evaluation)));
  await rename(run.comingGoodImages, run.goodImagesState);
}
