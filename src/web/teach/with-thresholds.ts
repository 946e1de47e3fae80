/** @file Thresholds that a person moves in a page, written into the detector's file. */
import { type Kind, requireArgument } from '../../core/arguments.ts';
import { type DetectorSource, fetchedBytes } from '../fetch-detector.ts';
import { inTeachWorker } from './in-teach-worker.ts';

const numbers: Kind = {
  expected: 'an object with a number for each product whose threshold is set',
  holds: (value) =>
    typeof value === 'object' &&
    value !== null &&
    Object.values(value).every((each) => Number.isFinite(each)),
};

/**
 * A detector file with other thresholds, as `clad calibrate --threshold` writes it; all else in it stays.
 * @param thresholds - by product; others keep theirs. A verdict is anomalous where the score is above
 * @throws FETCH_FAILED, DETECTOR_INVALID, CLASS_GIVEN_UNKNOWN, ARGUMENT_INVALID
 * @example const moved = await withThresholds(model, { bolt: 4.2 });
 */
export async function withThresholds(
  source: DetectorSource,
  thresholds: Readonly<Record<string, number>>,
): Promise<Blob> {
  requireArgument('withThresholds', 'thresholds', thresholds, numbers);
  const { bytes: file, name } = await fetchedBytes(source, undefined, undefined, 'withThresholds');
  const moved = await inTeachWorker('move', { file, name, thresholds });
  return new Blob([moved as Uint8Array<ArrayBuffer>], { type: 'application/octet-stream' });
}
