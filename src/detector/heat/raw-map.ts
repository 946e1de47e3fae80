/** @file A detector's map in full, as a file for programs: the values themselves (.npy), or 16-bit steps of them (.tif) with the scale stated. */
import { mapped } from '../../core/arrays.ts';
import { npyFloat32 } from '../../core/npy.ts';
import { greyTiff } from '../../image/grey-tiff.ts';
import type { ImageSize } from '../../image/limits.ts';

export const rawMapFormats = ['npy', 'tiff'] as const;
export type RawMapFormat = (typeof rawMapFormats)[number];

/** The value of the map at a sample s is `offset + step * s`. */
export interface RawMapScale {
  readonly offset: number;
  readonly step: number;
}

/** The largest sample of 16 bits. */
const most = 65535;

/** The ending of the files. */
export function rawMapEnding(format: RawMapFormat): string {
  return format === 'npy' ? '.npy' : '.tif';
}

/**
 * The file of a map.
 * @param size - of the map
 * @returns its bytes; of 16 bits also the scale, from the map's lowest value to its highest, which the file states in its ImageDescription too
 */
export function rawMapFile(
  map: Float32Array,
  { width, height }: ImageSize,
  format: RawMapFormat,
): { readonly bytes: Uint8Array; readonly scale: RawMapScale } {
  if (format === 'npy') return { bytes: npyFloat32(map, [height, width]), scale: { offset: 0, step: 1 } };
  let low = Infinity;
  let high = -Infinity;
  for (const value of map) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  const step = (high - low) / most;
  // A flat map has no steps.
  const samples = mapped(Uint16Array, map, (value) => (step === 0 ? 0 : Math.round((value - low) / step)));
  const description = `clad anomaly map; value = ${low} + ${step} * sample`;
  return { bytes: greyTiff(samples, width, height, description), scale: { offset: low, step } };
}
