/**
 * @file `clad export` as a function: a detector file as it is or in another precision, as one file or as a Triton model, with what the
 * precision costs measured on the spot.
 */

import { createHash } from 'node:crypto';
import { basename, dirname, join, resolve } from 'node:path';
import { oneOf, optional, path, wholeFrom } from '../../core/arguments.ts';
import { CladError } from '../../core/errors.ts';
import { readBytes, requireWritable, writeFileAtomic } from '../../core/files.ts';
import { lockOfFile, withLock } from '../../core/lock.ts';
import type { ProgressListener } from '../../core/progress.ts';
import { fileImages } from '../../data/file-images.ts';
import { bitsOf } from '../../detector/camera/camera.ts';
import { Detector } from '../../detector/detector.ts';
import { detectorBytes } from '../../detector/detector-bytes.ts';
import { readDetector } from '../../detector/file-checksum.ts';
import { type DetectorMetadata, type Precision, precisionOf } from '../../detector/metadata.ts';
import { goldenKey, parseGolden } from '../../detector/self-test/golden.ts';
import { makeGolden } from '../../detector/self-test/make-golden.ts';
import { decodeMetadata, decodeModel } from '../../graph/index.ts';
import type { Device, Engine } from '../../runtime/engine.ts';
import { nodeEngine } from '../../runtime/node.ts';
import { compareDetectors, type DetectorComparison } from '../compare/compare-detectors.ts';
import { withNewDetectorFile } from '../new-detector-file.ts';
import { type Fields, machine, requireRequest, talk } from '../request-fields.ts';
import { modelPathOf, RunFolder } from '../run-folder.ts';
import { type ExportImages, exportImages } from './export-images.ts';
import { medianShifts, moved } from './moved-thresholds.ts';
import { inPrecision } from './precision.ts';
import type { TritonOptions } from './triton-config.ts';
import { tritonPlace, writeTriton } from './triton-repository.ts';

/** Good images that ranges of 8-bit values are measured on; as many others move the thresholds. */
const goodImages = 48;
/** More of them, where there are so many classes that each would have fewer. */
const goodImagesByClass = 4;

export interface ExportRequest {
  /** Run folder or detector file. */
  readonly run: string;
  readonly precision: Precision;
  /** `onnx`: the file to write; `triton`: the folder of models. */
  readonly out: string;
  readonly to: 'onnx' | 'triton';
  /** Of a Triton model; `name` is the run's where absent. */
  readonly triton: Omit<TritonOptions, 'name'> & {
    readonly name?: string | undefined;
    readonly version?: number | undefined;
  };
  /** Data set to measure with; the run's own where absent. */
  readonly data?: string | undefined;
  /** At most so many images are predicted with both files; 0: none. */
  readonly images: number;
  readonly device?: Device | undefined;
  readonly threads?: number | undefined;
  readonly onProgress?: ProgressListener | undefined;
  readonly note?: ((text: string) => void) | undefined;
}

/** What it may hold, for programs that pass it without types. */
const fields: Fields<ExportRequest> = {
  run: path,
  precision: oneOf(['fp32', 'fp16', 'int8']),
  out: path,
  to: oneOf(['onnx', 'triton']),
  triton: {
    expected: 'an object with maxBatch, queueDelay, instances and kind',
    holds: (value) => typeof value === 'object' && value !== null,
  },
  data: optional(path),
  images: wholeFrom(0),
  ...machine,
  ...talk,
};

/** The document of `clad export --json`. */
export interface ExportDocument {
  readonly model: string;
  readonly precision: Precision;
  /** Version of a Triton model; null for a single file. */
  readonly version: number | null;
  readonly thresholds: 'kept' | 'moved';
  readonly bytes: { readonly before: number; readonly after: number };
  /** Null where nothing was measured: fp32 is the same file, and there may be no images. */
  readonly comparison: (DetectorComparison & { readonly of: ExportImages['comparedAre'] }) | null;
}

/**
 * Exports a detector.
 * @throws RUN_NOT_FOUND, FILE_UNREADABLE, DETECTOR_INVALID, FILE_EXISTS, FOLDER_FOREIGN, EXPORT_VERSION_EXISTS, EXPORT_NEEDS_IMAGES, EXPORT_MADE, errors
 *   of the data readers
 */
export async function exportDetector(request: ExportRequest): Promise<ExportDocument> {
  requireRequest('exportDetector', fields, request);
  const path = await modelPathOf(request.run);
  return withTarget(request, path, async (target) => {
    const bytes = await readBytes(path);
    const engine = await nodeEngine({ device: request.device, threads: request.threads });
    const made =
      request.precision === 'fp32'
        ? await copyOf(engine, bytes, path)
        : await variantOf(engine, bytes, path, request, request.precision);
    const model = await target.write(made.bytes, made.metadata);
    return {
      model,
      precision: precisionOf(made.metadata),
      version: target.version,
      thresholds: made.metadata.exported?.thresholds ?? 'kept',
      bytes: { before: bytes.length, after: made.bytes.length },
      comparison: made.comparison,
    };
  });
}

interface Made {
  readonly bytes: Uint8Array;
  readonly metadata: DetectorMetadata;
  readonly comparison: ExportDocument['comparison'];
}

/** Where a detector is exported to. */
interface Target {
  /** Of a Triton model. */
  readonly version: number | null;
  /** @returns the path of the detector file */
  write(bytes: Uint8Array, metadata: DetectorMetadata): Promise<string>;
}

/** Gives the target to `use`: checked before any work is done, and written by no other meanwhile. */
async function withTarget<T>(
  { to, out, run, triton }: ExportRequest,
  path: string,
  use: (target: Target) => Promise<T>,
): Promise<T> {
  if (to === 'onnx') {
    return withNewDetectorFile(out, (file) =>
      use({
        version: null,
        async write(bytes) {
          await writeFileAtomic(file, bytes);
          return file;
        },
      }),
    );
  }
  const { name = modelName(run, path), version, ...options } = triton;
  if (!/^[\w.-]+$/.test(name) || name.startsWith('.')) {
    const expected = 'letters, digits, - and _, as it becomes part of an address';
    throw new CladError('OPTION_INVALID', { option: '--name', expected, actual: name });
  }
  await requireWritable(join(out, name), 'Give another folder to --out.');
  // Beside the model's folder, which a server reads.
  return withLock(lockOfFile(join(out, name)), async () => {
    const place = await tritonPlace(out, name, version);
    return use({
      version: place.version,
      write: (bytes, metadata) => writeTriton(place, bytes, metadata, { name, ...options }),
    });
  });
}

/** The run's name, or the file's; of a file called `model` its folder's. */
function modelName(run: string, path: string): string {
  const stem = basename(path, '.onnx');
  const name = run === path && stem !== 'model' ? stem : basename(dirname(resolve(path)));
  return name.replaceAll(/[^\w-]+/g, '-').replaceAll(/^-+|-+$/g, '') || 'detector';
}

/** The same bytes; golden images and checksum are added to a file that has none. */
async function copyOf(engine: Engine, bytes: Uint8Array, path: string): Promise<Made> {
  const { metadata, checked } = readDetector(bytes, path);
  const entries = decodeMetadata(bytes);
  const has = entries[goldenKey] !== undefined;
  if (has && checked) return { bytes, metadata, comparison: null };
  const golden = has
    ? parseGolden(entries, path)
    : await withDetector(engine, bytes, path, (detector) => makeGolden(detector, engine.device, fileImages));
  return { bytes: detectorBytes(decodeModel(bytes), metadata, golden), metadata, comparison: null };
}

async function variantOf(
  engine: Engine,
  bytes: Uint8Array,
  path: string,
  request: ExportRequest,
  precision: Exclude<Precision, 'fp32'>,
): Promise<Made> {
  const { onProgress, note, data } = request;
  const { metadata: before } = readDetector(bytes, path);
  const made = before.exported?.precision ?? 'fp32';
  if (made !== 'fp32') throw new CladError('EXPORT_MADE', { path, precision: made });
  const trained = before.provenance.backbone.precision;
  if (trained) {
    const expected = `left out, as ${path} was trained with its backbone in ${trained} (--backbone-precision); train without that to export in ${precision}`;
    throw new CladError('OPTION_INVALID', { option: '--precision', expected, actual: precision });
  }
  const origin = request.run === path ? undefined : await new RunFolder(request.run).originIfAny();
  const { classes } = before;
  const wanted = 2 * Math.max(goodImages, goodImagesByClass * classes.length);
  const images = await exportImages({
    origin,
    data,
    classes,
    good: wanted,
    limit: request.images,
    bits: bitsOf(before),
    onProgress,
    note,
  });
  const good = images?.training ?? [];
  const forRanges = good.filter((_, index) => index % 2 === 0);
  const forThresholds = good.length > 1 ? good.filter((_, index) => index % 2 === 1) : good;
  if (precision === 'int8' && forRanges.length === 0) {
    const reason = images ? 'the data set has no training images' : 'there is no data set';
    throw new CladError('EXPORT_NEEDS_IMAGES', { reason });
  }
  const paths = forRanges.map((sample) => sample.path);
  const model = await inPrecision(
    decodeModel(bytes),
    precision,
    paths,
    engine,
    { bits: bitsOf(before) },
    onProgress,
  );
  const source = createHash('sha256').update(bytes).digest('hex');
  const metadata: DetectorMetadata = { ...before, exported: { precision, source, thresholds: 'kept' } };
  return withDetector(engine, bytes, path, async (old) => {
    const golden = await withDetector(engine, detectorBytes(model, metadata), path, async (now) => {
      if (forThresholds.length > 0) {
        Object.assign(metadata, moved(metadata, await medianShifts(old, now, forThresholds, onProgress)));
        metadata.exported = { precision, source, thresholds: 'moved' };
      }
      return makeGolden(now, engine.device, fileImages);
    });
    const written = detectorBytes(model, metadata, golden);
    const samples = images?.compared ?? [];
    if (!images || samples.length === 0) return { bytes: written, metadata, comparison: null };
    const comparison = await withDetector(engine, written, path, (now) =>
      compareDetectors(old, now, samples, onProgress),
    );
    return { bytes: written, metadata, comparison: { ...comparison, of: images.comparedAre } };
  });
}

/** Opens a detector for a piece of work. */
async function withDetector<T>(
  engine: Engine,
  bytes: Uint8Array,
  path: string,
  work: (detector: Detector) => Promise<T>,
): Promise<T> {
  const detector = await Detector.fromBytes(engine, bytes, path);
  try {
    return await work(detector);
  } finally {
    await detector.release();
  }
}
