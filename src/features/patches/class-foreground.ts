/**
 * @file Which classes keep their synthetic anomalies to the part: decided before training from a few of each class's
 * images, at the size they will be synthesised at. See `synthesis/foreground`.
 */
import type { ProgressListener } from '../../core/progress.ts';
import { mapConcurrently } from '../../data/concurrency.ts';
import { byClass, type Sample } from '../../data/dataset.ts';
import type { ImageAccess } from '../../data/image-access.ts';
import type { Geometry } from '../../image/geometry.ts';
import type { SampleBits } from '../../image/samples.ts';
import { type ForegroundDecision, foregroundIsStable } from '../../synthesis/foreground.ts';
import { inputImage } from './input-image.ts';
import { partOnImage } from './part-on-image.ts';

/** How the decision is made. */
export interface ClassForegroundOptions {
  /**
   * Images looked at in each class, evenly chosen over its list.
   * @default 24
   */
  readonly imagesPerClass?: number;
  /** How 16-bit photographs are read. */
  readonly bits?: SampleBits;
  readonly onProgress?: ProgressListener;
}

/** Decisions by class name. */
export type ClassForegrounds = Readonly<Record<string, ForegroundDecision>>;

/**
 * Decides for every class that has training samples.
 * @param samples - of any split; only training samples are looked at
 * @throws CladError `FILE_UNREADABLE` or `IMAGE_INVALID`
 */
export async function classForegrounds(
  samples: readonly Sample[],
  geometry: Geometry,
  images: Pick<ImageAccess, 'decode' | 'atOnce' | 'remembered'>,
  options: ClassForegroundOptions = {},
): Promise<ClassForegrounds> {
  const chosen = someTraining(samples, options.imagesPerClass ?? 24);
  let done = 0;
  const estimates = await mapConcurrently(chosen, images.atOnce, async ({ path, className }) => {
    const { bits } = options;
    const photograph = await images.decode(path, { bits });
    const input = () => inputImage(photograph, geometry);
    const { mask: _, ...statistics } = partOnImage(images, { path, bits, geometry }, input);
    done++;
    options.onProgress?.({ task: 'foregrounds', done, total: chosen.length, unit: 'images' });
    return { className, statistics };
  });
  return Object.fromEntries(
    [...byClass(estimates)].map(([className, of]) => [
      className,
      foregroundIsStable(of.map(({ statistics }) => statistics)),
    ]),
  );
}

/** `perClass` of each class's training samples, evenly chosen over its list. */
export function someTraining(samples: readonly Sample[], perClass: number): Sample[] {
  const training = samples.filter(({ split }) => split === 'train');
  return [...byClass(training).values()].flatMap((of) => evenly(of, perClass));
}

/** `count` elements at even distances over a list, the first among them; all where there are no more. */
export function evenly<T>(items: readonly T[], count: number): T[] {
  const taken = Math.min(count, items.length);
  return Array.from({ length: taken }, (_, index) => items[Math.floor((index * items.length) / taken)]!);
}
