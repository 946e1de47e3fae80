/**
 * @file Training images as a finished detector sees them, by what its method has stored of them: neither decoding nor a backbone is needed
 * (docs/decisions/0038-thresholds-from-stored-features.md).
 */
import { CladError } from '../../core/errors.ts';
import { loadByClass } from '../../detector/class-input.ts';
import { storedGraph } from '../../detector/detector-graph.ts';
import { cellsInput } from '../../detector/roi/found-names.ts';
import { graphBytes } from '../../detector/roi/roi-graph.ts';
import type { ImageSize } from '../../image/limits.ts';
import { cellGrid } from '../../image/roi/part-model.ts';
import type { Regions } from '../../image/roi/region-of-interest.ts';
import type { StoredImages } from '../../methods/contract.ts';
import { type Engine, int64, type TensorValue } from '../../runtime/engine.ts';
import { type LeaveOneOutDetector, saidBy } from './good-images.ts';

/** A detector that is asked about training images by what is stored of them, each without what its memory bank holds of it. */
export interface StoredDetector {
  /** What is stored of an image; undefined where it is not there any more, or is damaged. */
  read(id: number): Promise<TensorValue | undefined>;
  /** What `LeaveOneOutDetector` says of the image. @param of - from `read` @param ofClass - as there */
  predict(id: number, of: TensorValue, ofClass?: number): ReturnType<LeaveOneOutDetector['predict']>;
  release(): Promise<void>;
}

/**
 * The detector of what a method has stored.
 * @param classes - of the detector, in its order
 * @param size - of its anomaly map
 * @param note - told once where something stored cannot be used
 */
export async function storedDetector(
  engine: Engine,
  stored: StoredImages,
  { classes, size, regions, note }: StoredDetectorOptions,
): Promise<StoredDetector> {
  const bytes = graphBytes(storedGraph(stored, classes, size), regions?.ofClasses);
  const { session, classFeed } = await loadByClass(engine, bytes);
  let told = false;
  return {
    async read(id) {
      try {
        return await stored.read(id);
      } catch (error) {
        if (!(error instanceof CladError)) throw error;
        if (!told)
          note?.(`${error.message} This training goes on without it: its images are decoded for thresholds.`);
        told = true;
        return undefined;
      }
    },
    predict: (id, of, ofClass) =>
      saidBy(session, {
        stored: of,
        training_image: int64([id], [1]),
        ...classFeed(ofClass),
        ...cellsOf(regions, id, size),
      }),
    release: () => session.release(),
  };
}

/** Where the part was found in an image's pixels, which are not stored. */
function cellsOf(regions: Regions | undefined, id: number, size: ImageSize): Record<string, TensorValue> {
  if (!regions?.cellsOf) return {};
  const { rows, columns } = cellGrid(size);
  const data = regions.cellsOf(id) ?? new Uint8Array(rows * columns).fill(1);
  return { [cellsInput]: { dtype: 'uint8', shape: [1, rows, columns], data } };
}

export interface StoredDetectorOptions {
  readonly classes: readonly string[];
  readonly size: ImageSize;
  /** Of interest, of each class; absent where none has one. */
  readonly regions?: Regions | undefined;
  readonly note?: ((text: string) => void) | undefined;
}
