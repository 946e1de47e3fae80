/** @file Each class's mean photograph in feature space: what tells classes apart where a method itself does not. */
import { imageFeatures } from '../../features/store/image-features.ts';
import type { FitSource } from '../../features/store/sample-rows.ts';
import { patchCount } from '../../image/geometry.ts';

/** Means over the images of each class. */
export interface ClassMaps {
  /** Mean feature of every place, [classes, patches, C]. */
  readonly maps: Float32Array;
  /** Mean feature, [classes, C]. */
  readonly centres: Float32Array;
  /** Mean distance of an image's mean feature to its class's centre. */
  readonly spread: number;
  readonly classes: number;
  readonly patches: number;
  readonly width: number;
}

/** Reads the whole store once. */
export async function fitClassMaps(source: FitSource): Promise<ClassMaps> {
  const { index } = source;
  const { width } = index;
  const patches = patchCount(index.grid);
  const classes = index.classes.length;
  const size = patches * width;
  const maps = new Float32Array(classes * size);
  const counts = new Array<number>(classes).fill(0);
  const means: { classIndex: number; mean: Float32Array }[] = [];
  for await (const { classIndex, features: rows } of imageFeatures(source)) {
    const map = maps.subarray(classIndex * size, (classIndex + 1) * size);
    const mean = new Float32Array(width);
    for (let at = 0; at < size; at++) {
      map[at]! += rows[at]!;
      mean[at % width]! += rows[at]! / patches;
    }
    counts[classIndex]! += 1;
    means.push({ classIndex, mean });
  }
  for (let at = 0; at < maps.length; at++) maps[at]! /= Math.max(1, counts[Math.floor(at / size)]!);
  const centres = new Float32Array(classes * width);
  for (let at = 0; at < maps.length; at++)
    centres[Math.floor(at / size) * width + (at % width)]! += maps[at]! / patches;
  const distances = means.map(({ classIndex, mean }) =>
    Math.hypot(...mean.map((value, axis) => value - centres[classIndex * width + axis]!)),
  );
  const spread = distances.reduce((sum, each) => sum + each, 0) / Math.max(1, distances.length);
  return { maps, centres, spread: Math.max(spread, 1e-6), classes, patches, width };
}
