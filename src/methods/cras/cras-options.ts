/** @file The options of CRAS. */
import { z } from 'zod';
import type { Ablation } from '../contract.ts';
import { noise, scorerPresets, scorerShape } from '../shared/feature-scorer.ts';
import { asPublished, checked } from '../shared/option-groups.ts';

export const crasOptions = checked(
  z.strictObject({
    ...scorerShape,
    noise,
    guidance: z
      .number()
      .min(0)
      .max(1)
      .describe("k: how much the distance to the centre moves the noise's scale; 0: not at all."),
  }),
);

export type CrasOptions = z.infer<typeof crasOptions>;

/** Half of a batch is the other half with noise. */
export const crasShares = { local: 0, global: 0.5 } as const;

/** Its noise is a multiple of the features' deviation (`isotropicNoise`). */
const common = {
  noise: 0.4,
  guidance: 0.3,
  optimizer: { ...asPublished.optimizer, weightDecay: 1e-5 },
};

export const crasPresets: Readonly<Record<'fast' | 'published', CrasOptions>> = scorerPresets(
  common,
  // As many rows as CLAD's default sees.
  { steps: 900, epochs: null, batch: 2048 },
  // 100 epochs, 32 images a batch, of 288 pixels.
  { inputSize: 288, resizeTo: 329, steps: null, epochs: 100, batch: 82_944 },
);

export const crasAblation: Ablation<CrasOptions> = {
  parts: [{ name: 'no guidance', set: () => ['guidance=0'], source: 'CRAS' }],
  sweeps: { guidance: () => [0.1, 0.3, 0.6].map((value) => `guidance=${value}`) },
};
