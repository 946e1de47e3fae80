/** @file The options of PatchCore. */
import { z } from 'zod';
import type { Ablation } from '../contract.ts';
import {
  asComparedUntrained,
  asPublishedUntrained,
  checked,
  coresetShape,
  count,
  patchShape,
} from '../shared/option-groups.ts';

export const patchcoreOptions = checked(
  z.strictObject({
    ...patchShape,
    memoryBank: z.strictObject({
      ...coresetShape,
      neighbours: count.describe(
        'b of its Eq. 7: entries around the nearest one; 1 leaves the score as it is.',
      ),
    }),
  }),
);

export type PatchcoreOptions = z.infer<typeof patchcoreOptions>;

export const patchcorePresets: Readonly<Record<'fast' | 'published', PatchcoreOptions>> = {
  fast: {
    ...asComparedUntrained,
    memoryBank: { coresetSize: 16_384, coresetShare: 0, candidates: 655_360, neighbours: 9 },
  },
  published: {
    ...asPublishedUntrained,
    features: { ...asPublishedUntrained.features, width: 1024 },
    memoryBank: { coresetSize: 1_000_000, coresetShare: 0.1, candidates: 100_000_000, neighbours: 9 },
  },
};

export const patchcoreAblation: Ablation<PatchcoreOptions> = {
  parts: [
    {
      name: 'no re-weighting',
      set: ({ memoryBank }) => (memoryBank.neighbours === 1 ? [] : ['memoryBank.neighbours=1']),
      source: 'PatchCore, Eq. 7',
    },
    {
      name: 'no fine layers',
      set: ({ features }) => (features.fineLayers.length === 0 ? [] : ['features.fineLayers=[]']),
      source: 'decision 0010',
    },
  ],
  sweeps: {
    coreset: ({ memoryBank: { coresetSize } }) =>
      [coresetSize / 4, coresetSize / 2, coresetSize].map(
        (value) => `memoryBank.coresetSize=${Math.max(1, Math.round(value))}`,
      ),
  },
};
