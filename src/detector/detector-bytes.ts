/** @file The one place where a detector file's bytes are made: the network, what is said of it, the checksum. */
import { encodeModel, type ModelProto } from '../graph/index.ts';
import { checksumKey, withChecksum } from './file-checksum.ts';
import { type DetectorMetadata, metadataKey, metadataText } from './metadata.ts';
import { type Golden, goldenKey } from './self-test/golden.ts';

/**
 * The bytes of a detector file, with its checksum.
 * @param model - a new network, or one decoded from a detector file, whose other entries are kept
 * @param golden - in the place of the golden images it had; without, it has none
 */
export function detectorBytes(model: ModelProto, metadata: DetectorMetadata, golden?: Golden): Uint8Array {
  const ours = {
    [metadataKey]: metadataText({ ...metadata, checksum: 'crc32' }),
    ...(golden && { [goldenKey]: JSON.stringify(golden) }),
  };
  const made: readonly string[] = [metadataKey, goldenKey, checksumKey];
  const others = (model.metadataProps ?? []).filter(({ key }) => !made.includes(key));
  const metadataProps = [...others, ...Object.entries(ours).map(([key, value]) => ({ key, value }))];
  return withChecksum(encodeModel({ ...model, metadataProps }));
}
