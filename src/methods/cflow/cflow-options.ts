/** @file The options of CFLOW-AD. */
import { z } from 'zod';
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
  score,
  seed,
  share,
  stage,
  synthesis,
} from '../shared/option-groups.ts';

export const cflowOptions = z.strictObject({
  seed,
  features: z
    .strictObject({
      inputSize: features.shape.inputSize,
      layers: z
        .array(z.string())
        .min(1)
        .describe("The backbone's layers, shallow to deep; each has a flow of its own."),
      unit: z
        .boolean()
        .describe(
          'Features of each level are divided by their root mean square over the images to learn from: first weights are made for numbers of about 1, which not every backbone gives.',
        ),
    })
    .describe('Feature maps of the frozen backbone.'),
  heldOut,
  synthesis,
  score,
  falseAlarmRate,
  optimizer,
  training: stage
    .extend({
      steps: z
        .union([count, z.array(count).min(1)])
        .nullable()
        .describe(
          'Gradient steps of each level: one number for all, or a list, shallow to deep, whose last is for all that follow. Given by `epochs` when null.',
        ),
      epochs: positive
        .nullable()
        .describe('Passes over the patches of the good images, where `steps` is null.'),
      batch: z.number().int().min(8).describe('Patches a step, all of one level.'),
      images: count.describe(
        'Images whose patches are shuffled together, before those of the next are read.',
      ),
      warmUp: share
        .max(0.9)
        .describe("Share of a level's steps in which the learning rate grows to its own."),
    })
    .describe('Of each level after the other.'),
  flow: z
    .strictObject({
      blocks: z.number().int().min(1).max(32).describe('Coupling blocks of each level.'),
      hidden: positive
        .max(8)
        .describe("Values inside a block's network, as a multiple of those that it is given."),
      clamp: positive.max(10).describe('The most that the logarithm of a scale in a block can be.'),
      mixing: z
        .enum(['soft', 'hard'])
        .describe(
          'What mixes the values between blocks, drawn once: `soft`, a rotation, as published, or `hard`, another order, which takes no time.',
        ),
      positions: z
        .number()
        .int()
        .min(4)
        .max(1024)
        .multipleOf(4)
        .describe('Sines and cosines that tell a block where a patch is; a multiple of 4.'),
    })
    .describe('The flow of each level: how likely a patch is at its place.'),
});

export type CflowOptions = z.infer<typeof cflowOptions>;

const common = {
  seed: 0,
  synthesis: asPublished.synthesis,
  falseAlarmRate: asPublished.falseAlarmRate,
  optimizer: adam,
} as const satisfies Partial<CflowOptions>;

export const cflowPresets: Readonly<Record<'fast' | 'paper', CflowOptions>> = {
  fast: {
    ...common,
    features: { inputSize: 256, layers: ['layer1', 'layer2', 'layer3'], unit: true },
    heldOut: asCompared.heldOut,
    score: asPublished.score,
    training: {
      steps: [20_000, 10_000, 8000],
      epochs: null,
      batch: 256,
      images: 32,
      learningRate: 1e-3,
      schedule: 'cosine',
      warmUp: 0.08,
    },
    flow: { blocks: 4, hidden: 1, clamp: 1.9, mixing: 'hard', positions: 128 },
  },
  paper: {
    ...common,
    features: { inputSize: 256, layers: ['layer2', 'layer3', 'layer4'], unit: false },
    heldOut: asPublished.heldOut,
    score: { blurSigma: 0, topShare: 0 },
    training: {
      steps: null,
      // 25 of 8 passes each.
      epochs: 200,
      batch: 256,
      images: 32,
      learningRate: 2e-4,
      schedule: 'cosine',
      warmUp: 0.08,
    },
    flow: { blocks: 8, hidden: 2, clamp: 1.9, mixing: 'soft', positions: 128 },
  },
};
