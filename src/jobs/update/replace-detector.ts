/** @file A run's detector in the place of another, which is kept. */

import { existsSync } from 'node:fs';
import { copyFile, readdir, rename } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { writeFileAtomic } from '../../core/files.ts';
import { fileImages } from '../../data/file-images.ts';
import { Detector } from '../../detector/detector.ts';
import { detectorBytes } from '../../detector/detector-bytes.ts';
import type { DetectorMetadata } from '../../detector/metadata.ts';
import { makeGolden } from '../../detector/self-test/make-golden.ts';
import type { ModelProto } from '../../graph/index.ts';
import type { Engine } from '../../runtime/engine.ts';
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

/** The version of the detector that there is, as it will be kept: the training's is 1. */
export async function nextVersion(run: RunFolder): Promise<number> {
  const names = await readdir(run.versions).catch(() => [] as string[]);
  const numbers = names.map((name) => Number(name)).filter(Number.isInteger);
  return Math.max(0, ...numbers) + 1;
}

/** Keeps the detector of before, with its list of good images and what was measured with it. @returns path of the copy */
export async function keepVersion(run: RunFolder, bytes: Uint8Array): Promise<string> {
  const folder = join(run.versions, String(await nextVersion(run)));
  const copy = join(folder, 'model.onnx');
  await writeFileAtomic(copy, bytes);
  const state = run.goodImagesState;
  if (existsSync(state)) await copyFile(state, join(folder, basename(state)));
  // It is of the detector of before, and would be taken for one of this.
  if (existsSync(run.evaluation)) await rename(run.evaluation, join(folder, basename(run.evaluation)));
  return copy;
}
