/** @file A detector file whose network stays and of which other things are said. */
import { encodeModel, type ModelProto } from '../graph/index.ts';
import { type Golden, goldenKey } from './golden.ts';
import { type DetectorMetadata, metadataKey } from './metadata.ts';

/**
 * The bytes of a detector file.
 * @param model - decoded from one; its other entries are kept
 * @param golden - in the place of the golden pictures it had; without, it has none
 */
export function detectorBytes(model: ModelProto, metadata: DetectorMetadata, golden?: Golden): Uint8Array {
  const ours = {
    [metadataKey]: JSON.stringify(metadata),
    ...(golden && { [goldenKey]: JSON.stringify(golden) }),
  };
  const others = (model.metadataProps ?? []).filter(({ key }) => key !== metadataKey && key !== goldenKey);
  const metadataProps = [...others, ...Object.entries(ours).map(([key, value]) => ({ key, value }))];
  return encodeModel({ ...model, metadataProps });
}
