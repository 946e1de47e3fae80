/** @file What is noted of a photograph: a row of the journal, a line of `--json`, a message to a place outside. */
import type { Seen } from '../../image/seen.ts';

/** A file as it was found: another content comes with another size or time. */
export interface FileState {
  /** Below the watched folder, with forward slashes. */
  readonly path: string;
  readonly bytes: number;
  /** Time of its last change, milliseconds since 1970, whole. */
  readonly modified: number;
}

/** What was said of a photograph. */
export interface Judgement extends FileState {
  /** Of the content, in hexadecimal; empty where the file could not be read at all. */
  readonly sha256: string;
  /** ISO 8601. */
  readonly judgedAt: string;
  /** Of the detector file, in hexadecimal. */
  readonly modelSha256: string;
  /** Of the detector, counted from 1 by its history. */
  readonly modelVersion: number;
  /** The next are null where the photograph could not be judged. */
  readonly class: string | null;
  readonly classShare: number | null;
  readonly score: number | null;
  readonly threshold: number | null;
  readonly verdict: string | null;
  readonly decision: string | null;
  /** Why it could not be judged; else null. */
  readonly error: string | null;
  /** Where it is moved to, below the folder for that; null where photographs stay. */
  readonly destination: string | null;
  /** The camera or the video, without names and passwords; null of a file in a folder, as are the next three. */
  readonly source: string | null;
  /** Its number, counted from 0 since the camera was connected to. */
  readonly frame: number | null;
  /** When it came, ISO 8601. */
  readonly frameAt: string | null;
  /** Where it is in the video or the stream, seconds; null where that is not told. */
  readonly frameSecond: number | null;
  /** Light and sharpness, null where it could not be read: mean and standard deviation of the brightness in grey values of 255. */
  readonly brightness: number | null;
  readonly contrast: number | null;
  /** Mean difference of neighbouring pixels in per cent of the contrast. */
  readonly sharpness: number | null;
  /** Shares of pixels that are black, and overexposed. */
  readonly clippedDark: number | null;
  readonly clippedBright: number | null;
  /** Red minus blue, and green minus both, grey values. */
  readonly warmth: number | null;
  readonly green: number | null;
  /** Where the heat map is, below the folder for those; null where there is none. */
  readonly map: string | null;
  /** Names of the named regions that fail, the furthest above its threshold first, with semicolons between them; null where none does, or the class has none. */
  readonly failedRegions: string | null;
}

/** Light and sharpness as a judgement has them; undefined where nobody could look. */
export function seenIn(judgement: Judgement): Seen | undefined {
  if (judgement.brightness === null) return undefined;
  const { brightness, contrast, sharpness, clippedDark, clippedBright, warmth, green } = judgement as {
    readonly [Name in keyof Judgement]: NonNullable<Judgement[Name]>;
  };
  return { mean: brightness, contrast, sharpness, clippedDark, clippedBright, warmth, green };
}

/** A judgement in the journal. */
export interface JournalRow extends Judgement {
  readonly id: number;
  /** When the photograph was moved; null where it was not. */
  readonly movedAt: string | null;
}

/** Columns of a judgement in the journal. */
export const columnOf: Readonly<Record<keyof Judgement, string>> = {
  judgedAt: 'judged_at',
  path: 'path',
  bytes: 'bytes',
  modified: 'modified',
  sha256: 'sha256',
  modelSha256: 'model_sha256',
  modelVersion: 'model_version',
  class: 'class',
  classShare: 'class_share',
  score: 'score',
  threshold: 'threshold',
  verdict: 'verdict',
  decision: 'decision',
  error: 'error',
  destination: 'destination',
  source: 'source',
  frame: 'frame',
  frameAt: 'frame_at',
  frameSecond: 'frame_second',
  brightness: 'brightness',
  contrast: 'contrast',
  sharpness: 'sharpness',
  clippedDark: 'clipped_dark',
  clippedBright: 'clipped_bright',
  warmth: 'warmth',
  green: 'green',
  map: 'map',
  failedRegions: 'failed_regions',
};
/** Of a judgement, in their order. */
export const judgementFields = Object.keys(columnOf) as readonly (keyof Judgement)[];

/** A judgement in the journal with its heat map, as far as that is still kept. */
export interface KeptRow extends JournalRow {
  /** Of the map's file; null where there is none. */
  readonly mapBytes: number | null;
  readonly mapModified: number | null;
}
