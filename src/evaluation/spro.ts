/**
 * @file AU-sPRO, the area under the saturated per-region overlap (Bergmann et al., "Beyond Dents and Scratches: Logical Constraints in Unsupervised Anomaly
 * Detection and Localization", IJCV 2022), exact. A logical defect, as a part that is missing, has no one place: people mark all the places where it may be seen,
 * and say how much of them is enough. So a defect of n pixels that score t or more counts as min(n / s, 1), where s is its saturation, and the mean over defects
 * stands in the place of AUPRO's overlap.
 *
 * A defect is what was annotated by itself, however many pieces it has, and defects may overlap. Normal is what lies in none.
 */
import { counted, joined } from '../core/arrays.ts';
import { CladError } from '../core/errors.ts';
import type { Mask } from '../image/rgb.ts';
import { overlapArea } from './aupro.ts';
import { rankingMetrics } from './ranking.ts';
import { scoreKeys, sortKeys, sortKeysWith } from './sort.ts';

/** The customary limit of the false positive rate on MVTec LOCO. */
export const saturatedLimit = 0.05;

/** A defect of an image. */
export interface AnnotatedDefect {
  /** Of the map's size, 0 outside. */
  readonly mask: Mask;
  /** How much of it has to be found: pixels of the map above 0, of which it may have fewer. */
  readonly saturation: number;
}

/** The pixels of one defect. */
export interface DefectPixels {
  /** Keys of their scores (sort.ts), in no order. */
  readonly keys: Uint32Array;
  /** Pixels, above 0. */
  readonly saturation: number;
}

/**
 * @param defects - with at least a pixel each
 * @param normalPixels - keys of the scores of all pixels outside defects, ascending
 * @param limit - highest false positive rate, in (0, 1]
 * @returns 0..1, or null where there are no defects or no normal pixels
 */
export function auSpro(
  defects: readonly DefectPixels[],
  normalPixels: Uint32Array,
  limit = saturatedLimit,
): number | null {
  if (defects.length === 0 || normalPixels.length === 0) return null;
  const pixels = defects.reduce((sum, { keys }) => sum + keys.length, 0);
  const keys = new Uint32Array(pixels);
  /** What each pixel adds to the sum over defects. */
  const gains = new Float64Array(pixels);
  let start = 0;
  for (const defect of defects) {
    keys.set(sortKeys(defect.keys.slice()), start);
    const enough = Math.min(defect.saturation, defect.keys.length);
    const reached = (count: number) => Math.min(count / enough, 1);
    // The highest first; nothing once it is saturated.
    for (let at = 0; at < defect.keys.length; at++) gains[start + at] = reached(at + 1) - reached(at);
    start += defect.keys.length;
  }
  // Each carries its place among all, by which its gain is found again.
  const all = sortKeysWith(keys, counted(pixels));
  const ranked = { positives: all.keys, negatives: normalPixels };
  const area = overlapArea(ranked, (index) => gains[all.payload[index]!]!, limit);
  return area / limit / defects.length;
}

/** Of one kind of defect, against all good images of the class; null where a metric cannot be computed. */
export interface SaturatedRecord {
  /** With such defects. */
  readonly images: number;
  /** Defects in them that have a pixel in the map. */
  readonly defects: number;
  readonly imageAuroc: number | null;
  readonly auSpro: number | null;
}

/** An image as it is added. */
export interface SaturatedImage {
  readonly score: number;
  /** Anomaly map, row by row. */
  readonly map: Float32Array;
  /** None of a good image; null where they are not known: its score counts, its pixels do not. */
  readonly defects: readonly AnnotatedDefect[] | null;
  /** Of the map's size, 0 where pixels are not measured; all are where absent. */
  readonly inside?: Uint8Array | undefined;
  /** Names the image in errors. */
  readonly path: string;
}

interface Gathered {
  readonly scores: number[];
  /** Of each image. */
  readonly normal: Uint32Array[];
  readonly defects: DefectPixels[];
}

/** Takes images of one class in any order. Memory: 4 bytes a pixel of the maps, and 12 while a kind is measured. */
export class SaturatedOverlaps {
  readonly #good: Gathered = { scores: [], normal: [], defects: [] };
  readonly #kinds = new Map<string, Gathered>();

  /**
   * @param kind - of defects; null for a good image
   * @throws CladError METRIC_INPUT where a score is not a number, or a mask has another size than its map
   */
  add({ score, map, defects, inside, path }: SaturatedImage, kind: string | null): void {
    const gathered =
      kind === null ? this.#good : (this.#kinds.get(kind) ?? { scores: [], normal: [], defects: [] });
    if (kind !== null) this.#kinds.set(kind, gathered);
    gathered.scores.push(score);
    if (!defects) return;
    const keys = scoreKeys(map, path);
    const isNormal = inside?.slice() ?? new Uint8Array(map.length).fill(1);
    for (const { mask, saturation } of defects) {
      if (mask.data.length !== map.length) {
        const reason = `a mask has ${mask.data.length} pixels, its map ${map.length}`;
        throw new CladError('METRIC_INPUT', { what: path, reason });
      }
      // A defect that reaches out of the region counts by what is inside.
      const own = keysWhere(keys, (pixel) => mask.data[pixel] !== 0 && inside?.[pixel] !== 0);
      if (own.length > 0) gathered.defects.push({ keys: own, saturation });
      for (let pixel = 0; pixel < isNormal.length; pixel++) if (mask.data[pixel] !== 0) isNormal[pixel] = 0;
    }
    gathered.normal.push(keysWhere(keys, (pixel) => isNormal[pixel] !== 0));
  }

  /** By kind of defect, in the order in which they first appeared. */
  records(): Readonly<Record<string, SaturatedRecord>> {
    const { scores: good, normal: ofGood } = this.#good;
    const entries = [...this.#kinds].map(([kind, { scores, normal, defects }]) => {
      const labels = [...scores.map(() => 1), ...good.map(() => 0)];
      const record: SaturatedRecord = {
        images: scores.length,
        defects: defects.length,
        imageAuroc: rankingMetrics([...scores, ...good], labels).auroc,
        auSpro: auSpro(defects, sortKeys(joined(Uint32Array, [...normal, ...ofGood]))),
      };
      return [kind, record] as const;
    });
    return Object.fromEntries(entries);
  }
}

function keysWhere(keys: Uint32Array, isWanted: (pixel: number) => boolean): Uint32Array {
  const wanted = new Uint32Array(keys.length);
  let count = 0;
  for (let pixel = 0; pixel < keys.length; pixel++) if (isWanted(pixel)) wanted[count++] = keys[pixel]!;
  return wanted.slice(0, count);
}
