import type { RgbImage } from '../src/image/rgb.ts';

export interface FittedPixels {
  readonly mean: Float64Array;
  readonly deviation: Float64Array;
}

export function fitPixels(images: readonly RgbImage[]): FittedPixels;
export function scorePixels(fitted: FittedPixels, image: RgbImage): { map: Float32Array; score: number };
