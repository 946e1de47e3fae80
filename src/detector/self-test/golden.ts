/**
 * @file Golden images: a few small images inside the detector file with what the file said of them where it was made, so that any
 * machine can be asked whether it says the same. One JSON text in the ONNX file's metadata under `clad.golden`.
 */
import { z } from 'zod';
import { CladError, reasonOf } from '../../core/errors.ts';
import type { ImageSize } from '../../image/limits.ts';
import type { DetectorMetadata } from '../metadata.ts';
import { type PredictionWithMap, sharesInOrder } from '../prediction.ts';

/** Key of the entry in the ONNX file's metadata. */
export const goldenKey = 'clad.golden';

/** Cells along each side of the map's summary. */
const cellsAcross = 8;

const summarySchema = z.object({
  low: z.number(),
  mean: z.number(),
  high: z.number(),
  /** Means of 8 x 8 parts of the map, row by row. */
  cells: z.array(z.number()).length(cellsAcross ** 2),
});

/** What is kept of an anomaly map. */
export type MapSummary = z.infer<typeof summarySchema>;

const goldenSchema = z.object({
  /** Raised when a reader of the old one would go wrong. */
  format: z.literal(3),
  /** Where the numbers were computed. */
  device: z.string(),
  /** Largest difference that still counts as the same, as a share of the map's span (`high - low`). */
  tolerance: z.number().positive(),
  images: z
    .array(
      z.object({
        name: z.string(),
        /** A PNG file, base64. */
        png: z.string(),
        class: z.string(),
        score: z.number(),
        /** In the order of the detector's classes. */
        classShares: z.array(z.number()),
        /** Scores of the class's named regions; absent where it has none. */
        regionScores: z.array(z.number()).optional(),
        map: summarySchema,
      }),
    )
    .min(1),
});

/** The entry. */
export type Golden = z.infer<typeof goldenSchema>;
/** One image with what was said of it. */
export type GoldenImage = Golden['images'][number];

/**
 * Reads the entry.
 * @param entries - the ONNX file's metadata
 * @param path - names the file in errors
 * @throws GOLDEN_MISSING when the file has none, DETECTOR_INVALID when it is not as expected
 */
export function parseGolden(entries: Readonly<Record<string, string>>, path: string): Golden {
  const text = entries[goldenKey];
  if (text === undefined) throw new CladError('GOLDEN_MISSING', { path });
  const refuse = (reason: string, cause?: unknown) =>
    new CladError('DETECTOR_INVALID', { path, reason: `its golden images ${reason}` }, { cause });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw refuse(`are no JSON: ${reasonOf(error)}`, error);
  }
  const result = goldenSchema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw refuse(`are not as expected: ${issue?.path.join('.')}: ${issue?.message}`);
}

type Told = Pick<DetectorMetadata, 'classes' | 'geometry'>;

/**
 * An image with what is said of it, as the file keeps it.
 * @param png - the PNG file, base64
 * @param told - the detector's metadata
 */
export function goldenImage(
  name: string,
  png: string,
  prediction: PredictionWithMap,
  { classes, geometry }: Told,
): GoldenImage {
  return {
    name,
    png,
    class: prediction.class,
    score: prediction.score,
    classShares: sharesInOrder(prediction, classes),
    ...(prediction.namedRegions && { regionScores: prediction.namedRegions.map(({ score }) => score) }),
    map: summaryOf(prediction.map, geometry),
  };
}

/** @param map - row by row; its sides need not be multiples of the cells' number */
export function summaryOf(map: Float32Array, { width, height }: ImageSize): MapSummary {
  const sums = new Float64Array(cellsAcross ** 2);
  const counts = new Float64Array(cellsAcross ** 2);
  let low = Infinity;
  let high = -Infinity;
  for (const [pixel, value] of map.entries()) {
    const row = Math.floor((Math.floor(pixel / width) * cellsAcross) / height);
    const cell = row * cellsAcross + Math.floor(((pixel % width) * cellsAcross) / width);
    sums[cell]! += value;
    counts[cell]! += 1;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  // A cell of a map smaller than the cells' number is empty.
  const cells = Array.from(sums, (sum, cell) => shortened(sum / Math.max(1, counts[cell] as number)));
  const mean = shortened(sums.reduce((total, sum) => total + sum, 0) / map.length);
  return { low: shortened(low), mean, high: shortened(high), cells };
}

/** Seven digits are all that a float32 has. */
function shortened(value: number): number {
  return Number(value.toPrecision(7));
}

/** How far what is said now is from what the file keeps. */
export interface GoldenDifference {
  /** Of the scores, those of named regions among them, as a share of the kept map's span. */
  readonly score: number;
  /** Largest of the maps' summaries, as a share of that span. */
  readonly map: number;
  /** Largest of the classes' shares, 0..1. */
  readonly shares: number;
  /** Whether all three are within the tolerance. */
  readonly within: boolean;
}

/**
 * Compares. A class is compared by its share, not its name: on a drawn image two classes may be nearly equally near.
 * @param tolerance - share of the span; shares of classes may differ by ten times as much, since a patch between two classes gives its
 *   whole vote to one of them
 * @param told - the detector's metadata
 */
export function compareGolden(
  kept: GoldenImage,
  now: Pick<PredictionWithMap, 'score' | 'map' | 'classShares' | 'namedRegions' | 'class'>,
  tolerance: number,
  { classes, geometry }: Told,
): GoldenDifference {
  const span = Math.max(kept.map.high - kept.map.low, Math.abs(kept.map.high) * 1e-6, 1e-9);
  const summary = summaryOf(now.map, geometry);
  const values = ({ low, mean, high, cells }: MapSummary) => [low, mean, high, ...cells];
  // What is taken for another class now has other regions; the shares say that.
  const regions = now.class === kept.class ? (now.namedRegions ?? []).map((each) => each.score) : undefined;
  const scores = largestDifference(
    [now.score, ...(regions ?? [])],
    [kept.score, ...((regions && kept.regionScores) ?? [])],
  );
  const score = scores / span;
  const map = largestDifference(values(summary), values(kept.map)) / span;
  const shares = largestDifference(sharesInOrder(now, classes), kept.classShares);
  // Written so that a number that is not one fails.
  const within = score <= tolerance && map <= tolerance && shares <= 10 * tolerance;
  return { score, map, shares, within };
}

function largestDifference(now: readonly number[], kept: readonly number[]): number {
  if (now.length !== kept.length) return Infinity;
  return now.reduce((most, value, at) => {
    const difference = Math.abs(value - (kept[at] as number));
    return Number.isNaN(difference) ? Infinity : Math.max(most, difference);
  }, 0);
}
