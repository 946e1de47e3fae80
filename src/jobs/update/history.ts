/** @file `clad history` as a function: what has become of a detector since its training, from its own file. */
import { path as pathKind, requireArgument } from '../../core/arguments.ts';
import { readBytes } from '../../core/files.ts';
import { readDetector } from '../../detector/file-checksum.ts';
import type { DetectorChange, DetectorMetadata } from '../../detector/metadata.ts';
import { modelPathOf } from '../run-folder.ts';

/** What was done with one class. Numbers that the file does not know are null. */
export interface ChangedClass {
  readonly class: string;
  /** Good images that joined; below 0 those that left. */
  readonly images: number;
  /** Entries of the memory bank, likewise. */
  readonly entries: number | null;
  readonly thresholdBefore: number | null;
  readonly thresholdAfter: number | null;
}

/** One version of a detector. */
export interface DetectorVersion {
  /** The training's is 1; null for what was done before there were versions, and for what `clad calibrate` did. */
  readonly version: number | null;
  /** ISO 8601. */
  readonly created: string;
  readonly action: DetectorChange['action'] | 'train' | 'calibrate';
  readonly classes: readonly ChangedClass[];
  /** SHA-256 of the file it was made from; null for the training. */
  readonly source: string | null;
  /** The first 16 hexadecimal digits of the hashes of the images that joined. */
  readonly hashes: readonly string[];
}

/** The document of `clad history --json`. */
export interface HistoryDocument {
  readonly model: string;
  /** In the order of their making. */
  readonly versions: readonly DetectorVersion[];
  /** What there is now, by class. */
  readonly classes: readonly {
    readonly class: string;
    readonly images: number;
    readonly threshold: number | null;
  }[];
}

/**
 * Reads the history of a detector.
 * @param run - run folder or detector file
 * @throws RUN_NOT_FOUND, RUN_UNFINISHED, FILE_NOT_FOUND, DETECTOR_INVALID
 */
export async function detectorHistory(run: string): Promise<HistoryDocument> {
  requireArgument('detectorHistory', 'run', run, pathKind);
  const model = await modelPathOf(run);
  const { metadata } = readDetector(await readBytes(model), model);
  const { classes, thresholds } = metadata;
  const later = [...changes(metadata), ...calibrations(metadata)].sort((a, b) =>
    a.created < b.created ? -1 : 1,
  );
  return {
    model,
    versions: [training(metadata), ...later],
    classes: classes.map((name) => ({
      class: name,
      images: imagesNow(metadata, name),
      threshold: thresholds[name]?.threshold ?? null,
    })),
  };
}

function imagesNow({ provenance: { data } }: DetectorMetadata, name: string): number {
  return (data.trainingImages[name] ?? 0) + (data.heldOutImages[name] ?? 0);
}

function changes({ history = [], provenance }: DetectorMetadata): DetectorVersion[] {
  const said = history.map(({ version, created, action, classes, source, remembered: hashes }) => ({
    version,
    created,
    action,
    classes: Object.entries(classes).map(([name, each]) => ({ class: name, ...each })),
    source,
    hashes: hashesOf(hashes?.pixels ?? ''),
  }));
  const sources = new Set(history.map(({ source }) => source));
  // Of versions that kept no history.
  const older = (provenance.exclusions ?? []).filter(({ source }) => !sources.has(source));
  return [
    ...older.map(
      ({ created, source, images }): DetectorVersion => ({
        version: null,
        created,
        action: 'exclude',
        classes: Object.entries(images).map(([name, count]) => changedClass(name, -count)),
        source,
        hashes: [],
      }),
    ),
    ...said,
  ];
}

function changedClass(name: string, images: number): ChangedClass {
  return { class: name, images, entries: null, thresholdBefore: null, thresholdAfter: null };
}

function calibrations({ calibrated }: DetectorMetadata): DetectorVersion[] {
  if (!calibrated) return [];
  const { created, source, images, remembered: hashes } = calibrated;
  const classes = Object.entries(images).map(([name, count]) => changedClass(name, count));
  return [
    {
      version: null,
      created,
      action: 'calibrate',
      classes,
      source,
      hashes: hashesOf(hashes?.pixels ?? ''),
    },
  ];
}

/** What the training began with: what there is now, less what joined, and what left. */
function training(metadata: DetectorMetadata): DetectorVersion {
  const changed = changes(metadata);
  const classes = new Set([
    ...metadata.classes,
    ...changed.flatMap((each) => each.classes.map((one) => one.class)),
  ]);
  const counts = [...classes].map((name) => {
    const own = changed.flatMap((each) => each.classes.filter((one) => one.class === name));
    const joined = own.reduce((sum, { images }) => sum + images, 0);
    const first = own.find(({ entries }) => entries !== null);
    const threshold = first ? first.thresholdBefore : (metadata.thresholds[name]?.threshold ?? null);
    return { ...changedClass(name, imagesNow(metadata, name) - joined), thresholdAfter: threshold };
  });
  return {
    version: 1,
    created: metadata.created,
    action: 'train',
    classes: counts.filter(({ images }) => images > 0),
    source: null,
    hashes: [],
  };
}

function hashesOf(pixels: string): string[] {
  return Buffer.from(pixels, 'base64').toString('hex').match(/.{16}/g) ?? [];
}
