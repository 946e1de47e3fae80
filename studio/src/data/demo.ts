/** @file What the button of the empty page asks for. */
import type { JobRequest } from '../../../src/studio/api.ts';

/** Small enough for a minute, large enough for results that say something. */
export const demo = {
  kind: 'demo' as const,
  dataset: 'demo',
  classes: ['washer', 'woven_cloth', 'circuit_board', 'bottle_cap'],
  size: 320,
  train: 24,
  testGood: 10,
  testAnomalous: 10,
} satisfies JobRequest;
