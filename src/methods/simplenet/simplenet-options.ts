/** @file The options of SimpleNet. */
import { z } from 'zod';
import { noise, scorerPresets, scorerShape } from '../shared/feature-scorer.ts';
import { asPublished, checked, positive } from '../shared/option-groups.ts';

export const simplenetOptions = checked(
  z.strictObject({
    ...scorerShape,
    noise,
    margin: positive.describe('Of the truncated L1 loss.'),
  }),
);

export type SimplenetOptions = z.infer<typeof simplenetOptions>;

/** Half of a batch is the other half with noise. */
export const simplenetShares = { local: 0, global: 0.5 } as const;

/** What the publication fixes; its noise is absolute, ours a multiple of the features' deviation (`isotropicNoise`). */
const common = { noise: 0.4, margin: 0.5, optimizer: { ...asPublished.optimizer, weightDecay: 1e-5 } };

export const simplenetPresets: Readonly<Record<'fast' | 'published', SimplenetOptions>> = scorerPresets(
  common,
  // As many rows as CLAD's default sees.
  { steps: 900, epochs: null, batch: 2048 },
  // As its code runs, whose input is larger than the publication's: 288 of 329 pixels, 8 images a batch, 40 meta epochs of 4 epochs.
  { inputSize: 288, resizeTo: 329, steps: null, epochs: 160, batch: 20_736 },
);
