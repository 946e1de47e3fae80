/**
 * @file Thresholds and colours for another precision. Rounding moves the scores of a class a little in one direction, and its
 * threshold goes with them.
 *
 * They are not set anew: the file's memory bank has entries of every good image and cannot be asked without them, as the training could. What
 * rounding does to a score does not depend on that.
 */
import { median } from '../../core/arrays.ts';
import type { ProgressListener } from '../../core/progress.ts';
import { mapAhead } from '../../data/concurrency.ts';
import { byClass, type Sample } from '../../data/dataset.ts';
import { bitsOf } from '../../detector/camera/camera.ts';
import type { Detector } from '../../detector/detector.ts';
import type { DetectorMetadata } from '../../detector/metadata.ts';
import { decodeImage } from '../../image/decode.ts';

/**
 * How much higher the second detector scores good images, by class: the median.
 * @param samples - good images
 */
export async function medianShifts(
  before: Pick<Detector, 'predict'> & { readonly metadata: Pick<DetectorMetadata, 'camera'> },
  after: Pick<Detector, 'predict'>,
  samples: readonly Sample[],
  onProgress?: ProgressListener,
): Promise<ReadonlyMap<string, number>> {
  const shifts: { readonly className: string; readonly shift: number }[] = [];
  const decode = ({ path }: Sample) => decodeImage(path, { bits: bitsOf(before.metadata) });
  for await (const [{ className }, image] of mapAhead(samples, 2, decode)) {
    const [old, now] = [await before.predict(image), await after.predict(image)];
    shifts.push({ className, shift: now.score - old.score });
    onProgress?.({ task: 'thresholds', done: shifts.length, total: samples.length, unit: 'images' });
  }
  return new Map([...byClass(shifts)].map(([name, each]) => [name, median(each.map(({ shift }) => shift))]));
}

/** Thresholds and colours moved by the shift of their class; those of a class without one stay. */
export function moved(
  { thresholds, display }: Pick<DetectorMetadata, 'thresholds' | 'display'>,
  shifts: ReadonlyMap<string, number>,
): Pick<DetectorMetadata, 'thresholds' | 'display'> {
  const by = (name: string) => shifts.get(name) ?? 0;
  return {
    thresholds: Object.fromEntries(
      Object.entries(thresholds).map(([name, each]) => [
        name,
        {
          ...each,
          threshold: each.threshold + by(name),
          ...(each.unknownAbove !== undefined && { unknownAbove: each.unknownAbove + by(name) }),
          ...(each.checkAbove !== undefined && { checkAbove: each.checkAbove + by(name) }),
        },
      ]),
    ),
    display: Object.fromEntries(
      Object.entries(display).map(([name, { low, high, top }]) => [
        name,
        {
          low: low + by(name),
          high: high + by(name),
          ...(top !== undefined && { top: top + by(name) }),
        },
      ]),
    ),
  };
}
