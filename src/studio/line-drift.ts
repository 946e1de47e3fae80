/** @file Drift as the line page shows it: of the class of the last image. */
import { leastImages } from '../jobs/drift/compare.ts';
import type { LiveDrift } from '../jobs/drift/live-drift.ts';
import type { LineDrift } from './line-api.ts';

/** @param name - the class */
export function driftOf(live: LiveDrift, name: string): LineDrift {
  return {
    images: live.counts.get(name) ?? 0,
    least: leastImages,
    findings: live.findings.flatMap(({ sentence }) => sentence ?? []),
  };
}
