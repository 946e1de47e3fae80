/** @file What functions that show or tell of a result are given: a detector's metadata, its answer, and the picture. */
import { having, type Kind, number, optional, requireArgument, text, wholeFrom } from '../core/arguments.ts';

const metadata = having('what a detector file says of itself', {
  geometry: having('', { size: number }),
  display: having('', {}),
});
const detector = having('an open detector, or an object with its metadata', { metadata });

/** A map has as many values as the detector's maps have. */
const mapOf = (size: number): Kind => ({
  expected: `an anomaly map of ${size} x ${size} values, as a Float32Array`,
  holds: (value) => value instanceof Float32Array && value.length === size * size,
});

interface Sized {
  readonly geometry: { readonly size: number };
}

export function requireMetadata(of: string, argument: string, value: Sized): void {
  requireArgument(of, argument, value, metadata);
}

export function requireDetector(of: string, value: { readonly metadata: Sized }): void {
  requireArgument(of, 'detector', value, detector);
}

/**
 * @param named - how the product is called in it
 * @param sized - the metadata of the detector whose answer it should be
 * @throws ARGUMENT_INVALID
 */
export function requireAnswer(
  of: string,
  argument: string,
  value: { readonly map: Float32Array; readonly threshold?: number | null | undefined },
  named: 'className' | 'class',
  { geometry }: Sized,
): void {
  requireArgument(of, argument, value, having('what predict() gave', { [named]: text }));
  requireArgument(of, `${argument}.map`, value.map, mapOf(geometry.size));
  requireArgument(of, `${argument}.threshold`, value.threshold ?? undefined, optional(number));
}

/** A picture's size. @throws ARGUMENT_INVALID */
export function requireSize(of: string, argument: string, value: unknown): void {
  requireArgument(
    of,
    argument,
    value,
    having('a picture, or its width and height', { width: wholeFrom(1), height: wholeFrom(1) }),
  );
}
