/** @file Runs, their detectors and what these saw: the part of api.ts that is about results. */
import type { Geometry } from '../image/geometry.ts';
import type { EvaluationDocument } from '../jobs/evaluate/evaluate.ts';

export interface RunBrief {
  readonly name: string;
  /** Whether the detector file is there. */
  readonly finished: boolean;
  readonly dataset: string | null;
  readonly method: string | null;
  readonly preset: string | null;
  /** ISO 8601. */
  readonly created: string;
  /** Mean image AUROC of its own test images; null where it was not evaluated or cannot be said. */
  readonly imageAuroc: number | null;
}

/** Losses of a training by step, from the run's log. */
export interface LogView {
  readonly stages: readonly {
    readonly stage: number;
    readonly steps: readonly number[];
    /** By name, one for each step. */
    readonly losses: Readonly<Record<string, readonly (number | null)[]>>;
  }[];
}

/** A detector file with the run's networks and other thresholds. */
export interface VersionView {
  /** File in `detectors/`; null for the run's own `model.onnx`. */
  readonly file: string | null;
  readonly created: string;
  readonly thresholds: Readonly<Record<string, number>>;
  /** Of the file. */
  readonly bytes: number;
}

/** The detector file that a change by `clad update` replaced, as far as its results are kept. */
export interface EarlierView {
  readonly key: string;
  /** The training's is 1. */
  readonly version: number;
  /** ISO 8601: when it was replaced. */
  readonly until: string;
}

export interface RunView extends RunBrief {
  /** Of its detector file; null where there is none yet. */
  readonly key: string | null;
  readonly classes: readonly string[];
  /** Of its detector file; the training's is 1, and each change by `clad update` makes the next. */
  readonly version: number;
  /** The newest last. */
  readonly earlier: readonly EarlierView[];
  /** The newest last. */
  readonly versions: readonly VersionView[];
  readonly evaluation: EvaluationDocument | null;
  readonly hasReport: boolean;
  /** Pictures in the run's folder by name. */
  readonly samples: readonly string[];
  readonly standingOut: readonly string[];
  readonly results: ResultsView | null;
  /** Commands that do the same. */
  readonly commands: Readonly<Record<'evaluate' | 'tradeoff' | 'predict' | 'serve' | 'update', string>>;
}

/** A test image and what the detector said of it. */
export interface ResultImage {
  /** Below the data set. */
  readonly path: string;
  readonly product: string;
  readonly kind: string;
  readonly anomalous: boolean;
  /** Its threshold is the one that acts. */
  readonly recognisedAs: string;
  readonly score: number;
  readonly verdict: 'normal' | 'anomalous' | 'unknown' | null;
  /** Whether there is a picture of its ground truth. */
  readonly truth: boolean;
}

/** What an evaluation saw; pictures of the heat are asked for by an image's place in the list. */
export interface ResultsView {
  /** Of the detector file that was evaluated. */
  readonly key: string;
  /** When, ISO 8601; empty where that was not noted yet. Pictures of another evaluation are others, of the same file too. */
  readonly created: string;
  /** Of the workspace; null where the run's data lie elsewhere, so that there are no pictures of them. */
  readonly dataset: string | null;
  readonly geometry: Geometry;
  /** Of the detector file, by product. */
  readonly thresholds: Readonly<Record<string, number>>;
  readonly images: readonly ResultImage[];
}
