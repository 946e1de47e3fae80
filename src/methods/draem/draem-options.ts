/** @file The options of DRAEM. */
import { z } from 'zod';
import { pooledScoreOptions } from '../shared/maps/pooled-score.ts';
import {
  adam,
  asCompared,
  asPublished,
  count,
  falseAlarmRate,
  features,
  heldOut,
  optimizer,
  positive,
  seed,
  share,
  stage,
  synthesis,
} from '../shared/option-groups.ts';

const width = count.max(512);

export const draemOptions = z.strictObject({
  seed,
  features: z
    .strictObject({
      inputSize: features.shape.inputSize.describe(
        'Pixels of the photograph that the networks are given: the side of a square, or width x height, each a multiple of 32.',
      ),
      layers: z
        .array(z.string())
        .min(1)
        .describe("The backbone's layers whose means tell the class; the networks see none of them."),
    })
    .describe('What is seen of a photograph.'),
  heldOut,
  synthesis: synthesis.describe(
    'Made-up defects by which colours and regions of heat maps are set; those that are learnt from are `anomalies`.',
  ),
  score: pooledScoreOptions,
  falseAlarmRate,
  optimizer,
  training: stage.extend({
    epochs: positive.nullable().describe('Passes over the good images, where `steps` is null.'),
    batch: count.min(2).describe('Images a step.'),
    schedule: z
      .enum(['constant', 'cosine', 'multistep'])
      .describe(
        '`cosine` falls to a hundredth at the last step, `multistep` to a fifth after four fifths of the steps and to a fifth of that after nine tenths.',
      ),
    warmUp: z.number().int().min(0).describe('Steps in which the learning rate grows to its own.'),
  }),
  network: z
    .strictObject({
      reconstructive: width.describe(
        "Channels at the photograph's own size of the network that gives it back without anomalies; the smallest maps have eight times as many.",
      ),
      discriminative: width.describe('The same of the network that says where anomalies are.'),
      deviation: positive
        .nullable()
        .describe(
          'Standard deviation of the first weights; null: by the rule of He et al. (2015), with which the running variances of batch norm are right from the first step on, as few steps need it.',
        ),
      gamma: z
        .number()
        .min(1)
        .max(10)
        .describe('Of the focal loss: how little counts what is told with confidence.'),
    })
    .describe('The two networks.'),
  anomalies: z
    .strictObject({
      share: share.describe('Of the images of a step, those onto which an anomaly is drawn.'),
      rotated: share.describe(
        'Of the images, those that are turned by up to 90 degrees first, mirrored at the edges.',
      ),
      betaHigh: share.describe('beta of the blend is as likely anywhere from 0, the texture alone, to this.'),
      maxScaleExponent: synthesis.shape.maxScaleExponent,
      augmentations: synthesis.shape.augmentations,
    })
    .describe('Anomalies that are drawn anew for each step, in the shape of Perlin noise, out of textures.'),
});

export type DraemOptions = z.infer<typeof draemOptions>;

const common = {
  seed: 0,
  synthesis: asPublished.synthesis,
  falseAlarmRate: asPublished.falseAlarmRate,
  optimizer: adam,
  anomalies: { share: 0.5, rotated: 0.3, betaHigh: 0.8, maxScaleExponent: 5, augmentations: 3 },
} as const satisfies Partial<DraemOptions>;

export const draemPresets: Readonly<Record<'fast' | 'paper', DraemOptions>> = {
  fast: {
    ...common,
    features: { inputSize: 128, layers: ['layer3'] },
    heldOut: asCompared.heldOut,
    // As much of a photograph as the published 21 pixels of 256.
    score: { blurSigma: 0, topShare: 0, pooled: 11 },
    training: { steps: 3600, epochs: null, batch: 8, learningRate: 1e-3, schedule: 'cosine', warmUp: 50 },
    network: { reconstructive: 16, discriminative: 16, deviation: 0.02, gamma: 2 },
  },
  paper: {
    ...common,
    features: { inputSize: 256, layers: ['layer3'] },
    heldOut: asPublished.heldOut,
    score: { blurSigma: 0, topShare: 0, pooled: 21 },
    training: { steps: null, epochs: 700, batch: 8, learningRate: 1e-4, schedule: 'multistep', warmUp: 0 },
    network: { reconstructive: 128, discriminative: 64, deviation: 0.02, gamma: 2 },
  },
};
