/** @file The configuration of a made-up run, for tests of a run's files. */
import type { RunConfig } from '../../src/jobs/run-folder.ts';
import { cladPresets as presets } from '../../src/methods/clad/clad-options.ts';

export const madeRun: RunConfig = {
  cladVersion: '0.1.0',
  method: 'clad',
  methodFile: null,
  methodSha256: null,
  preset: 'fast',
  data: { root: '/Größe/parts', layout: 'plain', fingerprint: 'f' },
  backbone: { path: '/tiny.onnx', name: 'tiny', sha256: 'a' },
  textures: null,
  device: 'cpu',
  skipBroken: false,
  bits: 16,
  options: presets.fast,
};
