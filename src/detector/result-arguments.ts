/** @file What functions that show or tell of a result are given: a detector's metadata, its answer, and the image. */

import { having, type Kind, number, optional, requireArgument, text } from '../core/arguments.ts';
import type { ImageSize } from '../image/limits.ts';

const metadata = having('what a detector file says of itself', {
  geometry: having('', { width: number, height: number }),
  display: having('', {}),
});
const detector = having('an open detector, or an object with its metadata', { metadata });

/** A map has as many values as the detector's maps have. */
const mapOf = ({ width, height }: ImageSize): Kind => ({
  expected: `an anomaly map of ${width} x ${height} values, as a Float32Array`,
  holds: (value) => value instanceof Float32Array && value.length === width * height,
});

interface Sized {
  readonly geometry: ImageSize;
}

export function requireDetector(of: string, value: { readonly metadata: Sized }): void {
  requireArgument(of, 'detector', value, detector);
}

/**
 * @param sized - the metadata of the detector whose answer it should be
 * @throws ARGUMENT_INVALID
 */
export function requireAnswer(
  of: string,
  argument: string,
  value: { readonly map: Float32Array; readonly threshold?: number | null },
  { geometry }: Sized,
): void {
  requireArgument(of, argument, value, having('what predict() gave', { class: text }));
  requireArgument(of, `${argument}.map`, value.map, mapOf(geometry));
  requireArgument(of, `${argument}.threshold`, value.threshold ?? undefined, optional(number));
}
