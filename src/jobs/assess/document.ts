/** @file What an assessment says: the document of `clad assess --json`, which is also `assessment.json` in the run's folder. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { HalfMissed, PooledShare } from '../../evaluation/graded-misses.ts';
import type { CountedShare } from '../../evaluation/intervals.ts';
import type { ImageSize } from '../../image/limits.ts';
import type { RunFolder } from '../run-folder.ts';
import type { DataState } from './data-state.ts';

/** Whether more images would change misses of drawn defects: by five percentage points and more, by one and more, by less. */
export type Worth = 'much' | 'little' | 'not';

/** What is missed of drawn defects. */
export interface GradedMisses {
  /** Over all sizes at the strongest contrast: what is expected, and what products are sorted by. */
  readonly expected: PooledShare;
  /** Over all sizes and contrasts. */
  readonly all: PooledShare;
  /** `[size][contrast]`, counted in images; null where nothing was drawn. */
  readonly table: readonly (readonly (CountedShare | null)[])[];
  /** By contrast: the diameter of which half is missed, as a share of the shorter side of what the detector sees. */
  readonly half: readonly HalfMissed[];
}

/** What more images would change. */
export interface Learning {
  /** Expected misses with the memory of so many images, the fewest first; the last one has all there are. */
  readonly points: readonly { readonly images: number; readonly missRate: number }[];
  /** What so many more images would probably bring. */
  readonly more: { readonly images: number; readonly missRate: number; readonly worth: Worth };
  /** The same of twice as many as there are. */
  readonly twice: { readonly images: number; readonly missRate: number };
}

/** A photograph of the product, pixels. */
export interface Photograph extends ImageSize {
  /** What the shorter side of what the detector sees spans: sizes as shares times this are pixels. */
  readonly side: number;
}

export interface ClassAssessment {
  readonly class: string;
  readonly threshold: number | null;
  /** Null where none is left. */
  readonly photograph: Photograph | null;
  /** Null where no photograph is left to draw on. */
  readonly misses: GradedMisses | null;
  /** Null where the method has no memory bank of single images, or the product few images. */
  readonly learning: Learning | null;
  readonly data: DataState;
  /** Whether it is a weak one (`withWeak`). */
  readonly weak: boolean;
}

export interface AssessmentDocument {
  readonly format: 1;
  readonly run: string;
  /** SHA-256 of the detector file. */
  readonly detector: string;
  /** ISO 8601. */
  readonly created: string;
  readonly seed: number;
  /** Of the limits. */
  readonly confidence: number;
  /** Diameters of the disc of the same area, as shares of the shorter side of what the detector sees. */
  readonly sizes: readonly number[];
  /** Root mean square differences, grey values of 255. */
  readonly contrasts: readonly number[];
  readonly textures: string;
  /** The worst first. */
  readonly classes: readonly ClassAssessment[];
}

/** What is told of a run's assessment. */
export interface KeptAssessment {
  readonly document: AssessmentDocument;
  /** Whether the detector is the one that was assessed. */
  readonly current: boolean;
}

/**
 * The assessment that is kept in a run's folder.
 * @param detector - SHA-256 of the detector file of now
 * @returns undefined where there is none, or of another version of the program
 */
export async function readAssessment(
  { assessment }: Pick<RunFolder, 'assessment'>,
  detector: string,
): Promise<KeptAssessment | undefined> {
  if (!existsSync(assessment)) return undefined;
  try {
    const document = JSON.parse(await readFile(assessment, 'utf8')) as AssessmentDocument;
    if (document.format !== 1 || !Array.isArray(document.classes)) return undefined;
    return { document, current: document.detector === detector };
  } catch {
    // Not whole: `clad assess` makes it again.
    return undefined;
  }
}
