/** @file What `clad update` changes: the finished detector of a run, with the list of its good images, and how it is put in the place of the one of before. */

import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { callback, optional, path as pathKind } from '../../core/arguments.ts';
import { CladError } from '../../core/errors.ts';
import { readBytes } from '../../core/files.ts';
import { withLock } from '../../core/lock.ts';
import type { ProgressListener } from '../../core/progress.ts';
import { reachOf } from '../../detector/bank-entries.ts';
import { readDetector } from '../../detector/file-checksum.ts';
import { type DetectorChange, type DetectorMetadata, versionOf } from '../../detector/metadata.ts';
import { dimsOf } from '../../graph/constants.ts';
import { decodeModel, type ModelProto } from '../../graph/index.ts';
import type { Device, Engine } from '../../runtime/engine.ts';
import type { GoodImage } from '../good-images/good-images.ts';
import type { GoodImagesFile } from '../good-images/good-images-file.ts';
import { type Fields, machine } from '../request-fields.ts';
import { modelPathOf, type RunConfig, RunFolder } from '../run-folder.ts';
import {
  goodImagesOf,
  replaceBoth,
  settleReplacement,
  versionToKeep,
  withGolden,
} from './replace-detector.ts';

/** What all changes are asked with. */
export interface ChangeRequest {
  /** Run folder. */
  readonly run: string;
  readonly device?: Device | undefined;
  readonly threads?: number | undefined;
  readonly onProgress?: ProgressListener | undefined;
}

/** What each request may hold, for programs that pass it without types. */
export const changeFields: Fields<ChangeRequest> = {
  run: pathKind,
  ...machine,
  onProgress: optional(callback),
};

/** What is changed. */
export interface Subject {
  readonly run: RunFolder;
  readonly config: RunConfig;
  /** Of the data set. */
  readonly root: string;
  /** Path and bytes of `model.onnx`. */
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly model: ModelProto;
  readonly metadata: DetectorMetadata;
  readonly file: GoodImagesFile;
}

/**
 * Does work on a run while no other writes it.
 * @throws OPTION_INVALID for a detector file without its run
 */
export async function withRun<T>(folder: string, work: () => Promise<T>): Promise<T> {
  if (folder.endsWith('.onnx')) {
    const expected = 'the folder of a run, which says what in the detector comes from which image';
    throw new CladError('OPTION_INVALID', { option: '<run>', expected, actual: folder });
  }
  return existsSync(folder) ? withLock(new RunFolder(folder).lock, work) : work();
}

/** @throws RUN_NOT_FOUND, RUN_UNFINISHED, DETECTOR_INVALID, GOOD_IMAGES_MISSING, GOOD_IMAGES_DAMAGED */
export async function subjectOf(folder: string): Promise<Subject> {
  const run = new RunFolder(folder);
  const config = await run.config();
  const path = await modelPathOf(folder);
  const bytes = await readBytes(path);
  const { metadata } = readDetector(bytes, path);
  const file = await goodImagesOf(run, metadata);
  const model = decodeModel(bytes);
  requireMatching({ model, metadata, file }, run.goodImagesState);
  return { run, config, root: config.data.root, path, bytes, model, metadata, file };
}

/** A detector of before may have been put back without its list. @throws GOOD_IMAGES_DAMAGED */
function requireMatching(
  { model, metadata, file }: Pick<Subject, 'model' | 'metadata' | 'file'>,
  path: string,
): void {
  const [own, listed] = [versionOf(metadata), file.version ?? versionOf(metadata)];
  const reach = reachOf(model);
  const [entries = 0] = reach ? dimsOf(reach.constant) : [];
  if (own === listed && (reach === undefined || entries === file.entryImages.length)) return;
  const reason =
    own === listed
      ? `it has ${file.entryImages.length} entries, the detector ${entries}: they are of different versions`
      : `it is of version ${listed}, the detector of version ${own}`;
  throw new CladError('GOOD_IMAGES_DAMAGED', { path, reason });
}

/** A good image as the file has it, with its number. */
export function imageOf({ file, root }: Pick<Subject, 'file' | 'root'>, id: number): GoodImage {
  const { excluded: _, added: __, path, ...image } = file.images[id]!;
  return { id, path: resolve(root, path), ...image };
}

/** The images that have not been left out. */
export function imagesLeft(subject: Pick<Subject, 'file' | 'root'>): GoodImage[] {
  return [...subject.file.images.keys()]
    .filter((id) => !subject.file.images[id]!.excluded)
    .map((id) => imageOf(subject, id));
}

/** SHA-256 of the file of before, hexadecimal. */
export function sourceOf({ bytes }: Pick<Subject, 'bytes'>): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** A changed detector, not written yet. */
export interface Changed {
  readonly model: ModelProto;
  readonly metadata: DetectorMetadata;
  readonly file: GoodImagesFile;
  readonly change: Omit<DetectorChange, 'version' | 'created' | 'source'>;
}

/**
 * Writes it in the place of the one of before, which is kept, and notes the change in its history.
 * @returns the metadata as written, and the path of the file of before
 */
export async function replaceDetector(
  engine: Engine,
  { run, path, bytes, metadata: before }: Subject,
  { model, metadata, file, change }: Changed,
): Promise<{ readonly metadata: DetectorMetadata; readonly kept: string; readonly version: number }> {
  await settleReplacement(run, before);
  const keptAs = await versionToKeep(run, before);
  const version = keptAs + 1;
  const source = sourceOf({ bytes });
  const entry = { version, created: new Date().toISOString(), source, ...change };
  const written = { ...metadata, history: [...(metadata.history ?? []), entry] };
  const changed = await withGolden(engine, model, written, path);
  const replacement = { before: bytes, changed, file: { ...file, version } };
  return { metadata: written, kept: await replaceBoth(run, replacement, keptAs), version };
}
