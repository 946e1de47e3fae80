/** @file What the line page is told of a frame of its camera: the part of api.ts that is about judging as it goes. */
import { z } from 'zod';
import type { Prediction } from '../detector/prediction.ts';
import type { Geometry } from '../image/geometry.ts';
import { name } from './fields.ts';

/** Which detector judges. */
export const lineQuery = z.strictObject({
  run: name,
  /** File in `detectors/`; the run's own where absent. */
  version: name.optional(),
});

export type LineQuery = z.infer<typeof lineQuery>;

/** Whether what the camera shows is still what the detector was made with, as `clad drift` says it. */
export interface LineDrift {
  /** Newest images of the class of the last one that are compared; below `least` nothing can be said. */
  readonly images: number;
  readonly least: number;
  /** Sentences: what is another than before, and what to do. */
  readonly findings: readonly string[];
}

/** What a detector says of a frame, as `clad predict` does of the same file. */
export interface LineJudgement
  extends Pick<Prediction, 'class' | 'score' | 'threshold' | 'verdict' | 'decision'> {
  /** Sentences on what makes the verdict doubtful. */
  readonly warnings: readonly string[];
  /** Of the frame that the map is of. */
  readonly geometry: Geometry;
  /** The heat as a picture (a `data:` address), clear where there is none. */
  readonly heat: string;
  /** Null where nothing is known to compare with: of a version with other thresholds, and while the run's images are read. */
  readonly drift: LineDrift | null;
}
