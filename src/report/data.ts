/**
 * @file What a report is made of, as plain data with its images already encoded: the sections read nothing else, so a page
 * can be made again, or tested, without a detector.
 */
import type { DetectorMetadata } from '../detector/metadata.ts';
import type { NamedResult } from '../detector/roi/named-results.ts';
import type { ClassCurves } from '../evaluation/evaluator.ts';
import type { KeptAssessment } from '../jobs/assess/document.ts';
import type { Embedding } from '../jobs/evaluate/embedding.ts';
import type { EvaluationDocument } from '../jobs/evaluate/evaluate.ts';
import type { ClassTradeOff } from '../jobs/trade-off/class-trade-off.ts';
import type { TrainingLogEntry } from '../training/trainer.ts';

/** An image inside the page. */
export interface EmbeddedImage {
  /** `data:image/webp;base64,...` */
  readonly source: string;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
}

/** Why a test image is shown. */
export type ExampleKind = 'hit' | 'miss' | 'falseAlarm';

/** One test image as photograph, ground truth and heat map. */
export interface Example {
  readonly kind: ExampleKind;
  /** Path below the data set's root. */
  readonly path: string;
  readonly defect: string;
  readonly score: number;
  /** The threshold it was compared with. */
  readonly threshold: number | null;
  /** The class it was taken for, where that is another one. */
  readonly takenFor: string | null;
  /** Named regions that fail, the furthest above its threshold first; absent where the class has none. */
  readonly failedRegions?: readonly NamedResult[];
  readonly photograph: EmbeddedImage;
  /** Null for a good image, and where an anomalous one has no mask. */
  readonly truth: EmbeddedImage | null;
  readonly heat: EmbeddedImage;
}

/** What test images added to a report. */
export interface TestResults {
  readonly document: EvaluationDocument;
  readonly curves: Readonly<Record<string, ClassCurves>>;
  /** `confusion[actual][taken for]`, numbers of images. */
  readonly confusion: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly examples: Readonly<Record<string, readonly Example[]>>;
  /** Null where it could not be made. */
  readonly embedding: Embedding | null;
}

/** What a training left behind. */
export interface TrainingFacts {
  readonly log: readonly TrainingLogEntry[];
  /** What enters the networks (`input.kind`). */
  readonly input: 'feature' | 'residual';
  /** Every option, resolved, as YAML. */
  readonly options: string;
  /** Images of synthetic anomalies by class. */
  readonly synthesis: Readonly<Record<string, EmbeddedImage>>;
  /** Images by class of what a region of interest that follows the part chose. */
  readonly regions: Readonly<Record<string, EmbeddedImage>>;
  /** Good images unlike the others of their class, the furthest first: name, and photograph beside heat map. */
  readonly standingOut: readonly (readonly [name: string, image: EmbeddedImage])[];
}

export interface ReportData {
  /** Name of the run's folder. */
  readonly name: string;
  /** ISO 8601. */
  readonly written: string;
  readonly metadata: DetectorMetadata;
  readonly training: TrainingFacts;
  /** What thresholds cost, class by class: on test images, and where there are none on the training's own. */
  readonly tradeOffs: readonly ClassTradeOff[];
  /** The way from the report's folder to the run, with slashes; undefined where there is none, as from one drive to another. */
  readonly runFromPage: string | undefined;
  /** Null where the data set has no test images. */
  readonly test: TestResults | null;
  /** What `clad assess` said, where it was run. */
  readonly assessment?: KeptAssessment | undefined;
}
