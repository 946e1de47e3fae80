/** @file A detector file with thresholds that a person has set: what `clad calibrate --threshold` writes, without photographs. */
import { CladError } from '../../core/errors.ts';
import { sha256 } from '../../core/sha256.ts';
import { detectorBytes } from '../../detector/detector-bytes.ts';
import { readDetector } from '../../detector/file-checksum.ts';
import { goldenKey, parseGolden } from '../../detector/self-test/golden.ts';
import { withSetThresholds } from '../../detector/thresholds/set-thresholds.ts';
import { decodeMetadata, decodeModel } from '../../graph/index.ts';
import type { MoveOrder } from './teach-messages.ts';

/** @throws DETECTOR_INVALID, CLASS_GIVEN_UNKNOWN */
export async function movedThresholds({ file, name, thresholds }: MoveOrder): Promise<Uint8Array> {
  const { metadata } = readDetector(file, name);
  const { classes } = metadata;
  const values = new Map(Object.entries(thresholds));
  for (const product of values.keys())
    if (!classes.includes(product))
      throw new CladError('CLASS_GIVEN_UNKNOWN', { name: product, known: classes.join(', ') });
  const entries = decodeMetadata(file);
  const golden = entries[goldenKey] === undefined ? undefined : parseGolden(entries, name);
  const calibrated = {
    ...metadata.calibrated,
    created: new Date().toISOString(),
    source: await sha256(file),
    images: {
      ...metadata.calibrated?.images,
      ...Object.fromEntries([...values.keys()].map((each) => [each, 0])),
    },
  };
  const after = { ...metadata, ...withSetThresholds(metadata, { thresholds: values }), calibrated };
  return detectorBytes(decodeModel(file), after, golden);
}
