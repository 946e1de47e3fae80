/** @file What is found out of a data set, by class, and what is wrong with it. */

/** The smallest and largest of something, in pixels. */
export interface SizeRange {
  readonly min: number;
  readonly max: number;
}

/** One class's counts, of all its files, broken ones too. */
export interface ClassSummary {
  readonly train: number;
  readonly testGood: number;
  readonly testAnomalous: number;
  /** Test images by kind of defect, `good` among them. */
  readonly defects: Readonly<Record<string, number>>;
  /** Anomalous test images that have a mask. */
  readonly masks: number;
  /** Of the images that decode; null when none does. */
  readonly width: SizeRange | null;
  readonly height: SizeRange | null;
  /** Paths of good images that are almost the same image, in groups; exact copies count as one image. */
  readonly nearDuplicates: readonly (readonly string[])[];
}

/** Something that stops training or evaluation (`error`) or weakens it (`warning`). */
export interface Problem {
  readonly severity: 'error' | 'warning';
  readonly class: string;
  /** The file meant, where it is one. */
  readonly path: string | null;
  readonly message: string;
}
