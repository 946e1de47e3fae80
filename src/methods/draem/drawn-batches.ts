/**
 * @file Batches of good photographs and of the same with anomalies drawn onto some of them: a foreign texture in the shape of Perlin noise, blended. Everything
 * about an image follows from the seed and its place among all images of the training, so a training that is resumed sees what another would have.
 */
import { halvesToFloats } from '../../core/half.ts';
import { Random } from '../../core/random.ts';
import { middleGrey } from '../../features/store/extract-maps.ts';
import type { TextureSource } from '../../features/store/texture-source.ts';
import type { Geometry } from '../../image/geometry.ts';
import type { Mask, RgbImage } from '../../image/rgb.ts';
import type { TensorValue } from '../../runtime/engine.ts';
import { rotate } from '../../synthesis/augment.ts';
import { synthesizeLocalAnomaly } from '../../synthesis/local-anomaly.ts';
import type { BatchSpec } from '../../training/program.ts';
import type { Batches } from '../../training/stage.ts';
import type { ImagePasses } from '../shared/maps/image-passes.ts';
import type { DraemOptions } from './draem-options.ts';
import { stepSpec } from './draem-step.ts';

/** The most that a photograph is turned, degrees. */
const mostTurned = 90;

/** A photograph, and the same with an anomaly or as it is. */
export interface DrawnPair {
  readonly good: RgbImage;
  readonly drawn: RgbImage;
  /** 1 where the anomaly is. */
  readonly mask: Mask;
}

/** The same arguments and state of `random` give the same pixels. @param photograph - a good one, at the networks' size */
export async function drawPair(
  photograph: RgbImage,
  textures: Pick<TextureSource, 'texture'>,
  { share, rotated, betaHigh, maxScaleExponent, augmentations }: DraemOptions['anomalies'],
  random: Random,
): Promise<DrawnPair> {
  const turned = random.uniform() < rotated;
  const good = turned ? rotate(photograph, random.uniform(-mostTurned, mostTurned)) : photograph;
  const { width, height } = good;
  if (random.uniform() >= share)
    return { good, drawn: good, mask: { width, height, data: new Uint8Array(width * height) } };
  const beta = random.uniform(0, betaHigh);
  const texture = await textures.texture(random, good);
  const { image: drawn, mask } = synthesizeLocalAnomaly(good, texture, undefined, random, {
    // One Perlin mask, which may be anywhere, and a blend that is drawn already.
    alpha: 0,
    grid: { rows: 1, columns: 1 },
    betaMean: beta,
    betaDeviation: 0,
    betaLow: beta,
    betaHigh: beta,
    maxScaleExponent,
    augmentations,
  });
  return { good, drawn, mask };
}

/** What batches are drawn from. */
export interface DrawnFrom {
  /** Of rows of which the last values are a photograph's, [3, height, width], 0 to 255 less `middleGrey`. */
  readonly passes: Pick<ImagePasses, 'images' | 'imageAt'>;
  readonly textures: Pick<TextureSource, 'texture'>;
  readonly geometry: Geometry;
}

export class DrawnBatches implements Batches {
  readonly spec: BatchSpec;
  readonly stepsPerEpoch: number;
  readonly #from: DrawnFrom;
  readonly #options: Pick<DraemOptions, 'seed' | 'anomalies'> & { readonly batch: number };

  /** @param options.batch - images a step */
  constructor(
    from: DrawnFrom,
    options: Pick<DraemOptions, 'seed' | 'anomalies'> & { readonly batch: number },
  ) {
    this.#from = from;
    this.#options = options;
    this.spec = stepSpec(options.batch, from.geometry);
    this.stepsPerEpoch = Math.max(1, Math.round(from.passes.images / options.batch));
  }

  async batches(from: number, steps: number): Promise<Record<string, TensorValue>> {
    const { geometry, textures, passes } = this.#from;
    const { batch, seed, anomalies } = this.#options;
    const { width, height } = geometry;
    const pixels = width * height;
    const count = steps * batch;
    const [good, drawn] = [new Uint8Array(3 * count * pixels), new Uint8Array(3 * count * pixels)];
    const mask = new Uint8Array(count * pixels);
    for (let at = 0; at < count; at++) {
      const place = from * batch + at;
      const photograph = photographOf(await passes.imageAt(place), geometry);
      const pair = await drawPair(photograph, textures, anomalies, new Random(seed, 'drawn anomaly', place));
      good.set(pair.good.data, 3 * at * pixels);
      drawn.set(pair.drawn.data, 3 * at * pixels);
      mask.set(pair.mask.data, at * pixels);
    }
    const bytes = (data: Uint8Array, ...last: number[]): TensorValue => ({
      dtype: 'uint8',
      shape: [steps, batch, height, width, ...last],
      data,
    });
    return { good: bytes(good, 3), drawn: bytes(drawn, 3), mask: bytes(mask) };
  }
}

/** The photograph at the end of a stored row. */
export function photographOf(row: Uint16Array, { width, height }: Geometry): RgbImage {
  const pixels = width * height;
  const planes = halvesToFloats(row.subarray(row.length - 3 * pixels));
  const data = new Uint8Array(3 * pixels);
  for (let channel = 0; channel < 3; channel++)
    for (let pixel = 0; pixel < pixels; pixel++)
      data[3 * pixel + channel] = planes[channel * pixels + pixel]! + middleGrey + 0.5;
  return { width, height, data };
}
