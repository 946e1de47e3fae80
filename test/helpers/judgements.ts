/** @file A judgement as `clad watch` notes it, for tests of what becomes of judgements. */
import type { Judgement } from '../../src/jobs/watch/journal.ts';

/** Of a photograph of the folder; `more` says what is else. */
export function judgementOf(path: string, more: Partial<Judgement> = {}): Judgement {
  return {
    path,
    bytes: 1000,
    modified: 1_764_374_400_123,
    sha256: 'ab'.repeat(32),
    judgedAt: '2026-11-29T01:02:03.004Z',
    modelSha256: 'cd'.repeat(32),
    modelVersion: 2,
    class: 'Münze',
    classShare: 0.75,
    score: 1.25,
    threshold: 0.1 + 0.2,
    verdict: 'anomalous',
    decision: 'reject',
    error: null,
    destination: null,
    ...{ source: null, frame: null, frameAt: null, frameSecond: null },
    ...{ brightness: 120.5, contrast: 40.25, sharpness: 12.5, clippedDark: 0, clippedBright: 0.125 },
    ...{ warmth: -1.5, green: 0.75, map: null, failedRegions: null },
    ...more,
  };
}
