/** @file The options of GLASS. */
import { z } from 'zod';
import type { Ablation } from '../contract.ts';
import { noise, scorerPresets, scorerShape } from '../shared/feature-scorer.ts';
import { ascent, batch, checked, positive, publishedAscent, share } from '../shared/option-groups.ts';

export const glassOptions = checked(
  z.strictObject({
    ...scorerShape,
    batch,
    globalAnomalies: z
      .strictObject({ noise, ...ascent })
      .describe('Its gradient ascent synthesis; lengths are multiples of the expected length of the noise.'),
    focal: z
      .strictObject({
        hardest: positive.max(1).describe('Share of the rows under the focal loss that count: the hardest.'),
        gamma: z.number().min(0).describe('Of the focal loss (Lin et al., ICCV 2017).'),
        smoothing: share.describe('Of its labels.'),
      })
      .describe('The loss on local anomalies.'),
  }),
);

export type GlassOptions = z.infer<typeof glassOptions>;

const common = {
  batch: { local: 1 / 3, global: 1 / 3 },
  globalAnomalies: { ...publishedAscent, noise: 0.4, ascentSteps: 20 },
  // gamma is the default of the focal loss that it shares with DRAEM.
  focal: { hardest: 0.5, gamma: 2, smoothing: 1e-5 },
};

export const glassPresets: Readonly<Record<'fast' | 'published', GlassOptions>> = scorerPresets(
  common,
  // Two thirds of the rows that CLAD's default sees: each step climbs twenty times.
  { steps: 600, epochs: null, batch: 2048 },
  // Whole images of 288 pixels, 8 a batch; 640 epochs that end after 400 images.
  { inputSize: 288, resizeTo: 288, steps: 32_000, epochs: null, batch: 31_104 },
);

export const glassAblation: Ablation<GlassOptions> = {
  parts: [
    { name: 'no local anomalies', set: () => ['batch.local=0'], source: 'GLASS' },
    { name: 'no ascent', set: () => ['globalAnomalies.ascentSteps=0'], source: 'GLASS' },
    { name: 'all rows', set: () => ['focal.hardest=1'], source: 'GLASS' },
  ],
  sweeps: {
    noise: ({ globalAnomalies: { noise: of } }) =>
      [of / 3, of, of * 3].map((value) => `globalAnomalies.noise=${Number(value.toPrecision(3))}`),
  },
};
