/** @file What the service tells of a detector. Paths of this machine are not in it. */
import type { DetectorMetadata } from '../detector/metadata.ts';
import { thresholdOfRegion } from '../detector/roi/named-results.ts';
import type { HostedDetector } from './hosted-detector.ts';

/** One version of a detector, as `GET /v1/detectors` has it. */
export function describeDetector({ source: { name, version }, current }: HostedDetector): object {
  if (!current) return { name, version, ready: false };
  const { metadata, loadedAt } = current;
  const { classes, thresholds, geometry, grid, display, camera, provenance, method, cladVersion, created } =
    metadata;
  const { regionsOfInterest } = metadata;
  return {
    name,
    version,
    ready: true,
    loadedAt,
    classes,
    thresholds,
    geometry,
    grid,
    display,
    ...(regionsOfInterest && { regionsOfInterest: sharesOf(regionsOfInterest, thresholds) }),
    camera,
    method,
    cladVersion,
    created,
    provenance,
  };
}

/** Which classes have one, and the share of their images that is inside; what is inside stands in the file. */
function sharesOf(
  regions: NonNullable<DetectorMetadata['regionsOfInterest']>,
  thresholds: DetectorMetadata['thresholds'],
): Record<string, object> {
  return Object.fromEntries(
    Object.entries(regions).map(([name, { share, follows, named }]) => {
      const threshold = thresholds[name]?.threshold;
      const parts = named?.map((each) => ({
        name: each.name,
        share: each.share,
        threshold: threshold === undefined ? null : thresholdOfRegion(threshold, each),
      }));
      return [name, { share, ...(follows && { followsPart: true }), ...(parts && { named: parts }) }];
    }),
  );
}
