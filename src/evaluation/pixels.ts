/**
 * @file The pixels of one class's anomaly maps, gathered image by image and then measured all at once.
 *
 * Memory: 4 bytes a normal pixel and 12 a pixel of a region while gathering; measuring takes up to 12 bytes a normal
 * pixel (160 MB for 200 maps of 256 x 256). The maps themselves are not kept.
 */
import { joined } from '../core/arrays.ts';
import { CladError } from '../core/errors.ts';
import { regionsOf } from '../core/regions.ts';
import type { Mask } from '../image/rgb.ts';
import { aupro, dilatedScore } from './aupro.ts';
import { metricsOfRanked, type RankedScores, type RankingMetrics } from './ranking.ts';
import { type SortedKeys, scoreKeys, sortKeys, sortKeysWith } from './sort.ts';

/** Metrics over pixels; null where there are no anomalous or no normal pixels. */
export interface PixelMetrics extends RankingMetrics {
  /** Exact, undilated, 8-connected regions, false positive rate up to 0.3. */
  readonly aupro: number | null;
  /** The same with the prediction dilated by 5x5 for the overlap only. */
  readonly auproDilated: number | null;
}

/** The pixels of one image, as keys of their scores (sort.ts), in no order. */
export interface ImagePixels {
  readonly normal: Uint32Array;
  /** Of all regions; empty where the image has none. */
  readonly region: Uint32Array;
  /** What the same pixels have in the dilated prediction. */
  readonly regionDilated: Uint32Array;
  /** How many pixels the region of each has. */
  readonly regionSizes: Uint32Array;
}

const none = new Uint32Array(0);

/** Gathers maps with their masks; measured once. */
export class PixelScores {
  #images: ImagePixels[] = [];

  /**
   * @param map - scores, row by row
   * @param mask - of the map's size; null for a good image: every pixel is normal
   * @param what - names the image in errors
   * @param inside - of the map's size, 0 where pixels are not measured; all are where absent
   * @throws CladError METRIC_INPUT where a shape does not fit or a score is not a number
   */
  add(map: Float32Array, mask: Mask | null, what = 'a map', inside?: Uint8Array): void {
    const { width, height, data } = mask ?? { width: map.length, height: 1, data: map };
    if (map.length !== width * height || data.length !== map.length) {
      throw new CladError('METRIC_INPUT', {
        what,
        reason: `its mask is of ${width} x ${height} pixels and has ${data.length} values, its map has ${map.length}`,
      });
    }
    if (inside && inside.length !== map.length) {
      const reason = `its region of interest has ${inside.length} pixels, its map ${map.length}`;
      throw new CladError('METRIC_INPUT', { what, reason });
    }
    const keys = scoreKeys(map, what);
    // A defect that reaches out of the region counts by what is inside.
    const truth = mask && inside ? mask.data.map((value, pixel) => (inside[pixel] === 0 ? 0 : value)) : data;
    const { labels, sizes } = mask
      ? regionsOf(truth as Uint8Array, width, height)
      : { labels: null, sizes: [] };
    if (!labels || sizes.length === 0) {
      const normal = inside ? keys.filter((_, pixel) => inside[pixel] !== 0) : keys;
      this.#images.push({ normal, region: none, regionDilated: none, regionSizes: none });
      return;
    }
    const anomalous = sizes.reduce((sum, size) => sum + size, 0);
    const outside = inside ? inside.reduce((sum, value) => sum + (value === 0 ? 1 : 0), 0) : 0;
    const normal = new Uint32Array(keys.length - anomalous - outside);
    const region = new Uint32Array(anomalous);
    const regionDilated = new Uint32Array(anomalous);
    const regionSizes = new Uint32Array(anomalous);
    let next = 0;
    let normals = 0;
    for (let pixel = 0; pixel < keys.length; pixel++) {
      const label = labels[pixel] as number;
      if (label === 0) {
        if (inside?.[pixel] !== 0) normal[normals++] = keys[pixel] as number;
        continue;
      }
      region[next] = keys[pixel] as number;
      regionDilated[next] = dilatedScore(keys, width, height, pixel);
      regionSizes[next] = sizes[label - 1] as number;
      next++;
    }
    this.#images.push({ normal, region, regionDilated, regionSizes });
  }

  /** The pixels of both, which are shared and not copied. */
  with(others: PixelScores): PixelScores {
    const both = new PixelScores();
    both.#images = [...this.#images, ...others.#images];
    return both;
  }

  /** Measures all pixels and lets go of them; `ranked` and `regions` (see `aupro`) are for curves, `images` for resampling. */
  measure(): {
    metrics: PixelMetrics;
    ranked: RankedScores;
    regions: SortedKeys;
    images: readonly ImagePixels[];
  } {
    const images = this.#images;
    this.#images = [];
    const all = (of: keyof ImagePixels) =>
      joined(
        Uint32Array,
        images.map((image) => image[of]),
      );
    const normal = sortKeys(all('normal'));
    const exact = sortKeysWith(all('region'), all('regionSizes'));
    const dilated = sortKeysWith(all('regionDilated'), all('regionSizes'));
    const ranked = { positives: exact.keys, negatives: normal };
    const metrics = {
      ...metricsOfRanked(ranked),
      aupro: aupro(exact, normal),
      auproDilated: aupro(dilated, normal),
    };
    return { metrics, ranked, regions: exact, images };
  }
}
