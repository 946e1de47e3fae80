import type { RgbImage } from '../src/image/rgb.ts';

export interface FittedPixels {
  readonly mean: Float64Array;
  readonly deviation: Float64Array;
}

export function fitPixels(pictures: readonly RgbImage[]): FittedPixels;
export function scorePixels(fitted: FittedPixels, picture: RgbImage): { map: Float32Array; score: number };
