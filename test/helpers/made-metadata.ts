/** @file What a made-up detector says of itself, for tests of files rather than of numbers. */
import type { DetectorMetadata } from '../../src/detector/metadata.ts';

export const madeMetadata: DetectorMetadata = {
  format: 3,
  cladVersion: '0.1.0',
  created: '2026-01-02T03:04:05.000Z',
  method: 'clad',
  classes: ['bolt', 'Münze'],
  geometry: { width: 224, height: 224 },
  grid: { rows: 28, columns: 28 },
  thresholds: { bolt: { threshold: 1.25, achievableRate: 0.05, requestedRate: 0.01, count: 19 } },
  display: { bolt: { low: 0.5, high: 2 } },
  provenance: {
    data: { name: 'parts', layout: 'plain', fingerprint: 'f', trainingImages: {}, heldOutImages: {} },
    backbone: { name: 'tiny', sha256: 'a', licence: 'MIT', source: '' },
    textures: '',
    preset: 'fast',
    changes: {},
    seed: 7,
    selection: 'synthetic',
    device: 'cpu',
  },
};
