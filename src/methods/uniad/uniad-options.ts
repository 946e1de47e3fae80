/** @file The options of UniAD. */
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

const layers = z.number().int().min(1).max(24);

const network = z
  .strictObject({
    width: count
      .multipleOf(2)
      .describe('Of a token inside the transformer: even, and a multiple of `heads`.'),
    heads: count.max(64).describe('Of each attention.'),
    hidden: count.describe('Width in the middle of the perceptrons.'),
    encoderLayers: layers.describe('Layers of the encoder.'),
    decoderLayers: layers.describe('Layers of the decoder, each with a learnt query for every place.'),
    dropout: z
      .number()
      .min(0)
      .max(0.9)
      .describe('Share of values set to 0 in training: of attention weights, and of what is added.'),
    neighbours: z
      .number()
      .int()
      .min(0)
      .max(63)
      .describe(
        'Side of the square of places around it, itself included, that a place does not see in any attention: an odd number, or 0, where it sees all.',
      ),
  })
  .describe('The transformer that reconstructs features.');

export const uniadOptions = z
  .strictObject({
    seed,
    features: z
      .strictObject({
        inputSize: features.shape.inputSize,
        layers: z
          .array(z.string())
          .min(1)
          .describe("The backbone's layers, whose maps are brought to one grid and joined."),
        stride: z
          .number()
          .int()
          .min(2)
          .max(128)
          .describe('Pixels of the input from one place of the grid to the next; it divides both sides.'),
        unit: z
          .boolean()
          .describe(
            "Features are divided by their root mean square over the images to learn from: first weights and AdamW's epsilon are made for numbers of about 1, which not every backbone gives.",
          ),
      })
      .describe('Feature maps of the frozen backbone, joined on one grid.'),
    heldOut,
    synthesis,
    score: pooledScoreOptions,
    falseAlarmRate,
    optimizer,
    training: stage.extend({
      epochs: positive.nullable().describe('Passes over the good images, where `steps` is null.'),
      batch: count.describe('Images a step.'),
      schedule: z
        .enum(['constant', 'cosine', 'step'])
        .describe(
          '`cosine` falls to a hundredth at the last step, `step` to a tenth after four fifths of the steps.',
        ),
      warmUp: z.number().int().min(0).describe('Steps in which the learning rate grows to its own.'),
      longestGradient: positive
        .nullable()
        .describe(
          'All gradients of a step together are shortened to this length where they are longer; null: never.',
        ),
    }),
    network,
    jitter: z
      .strictObject({
        scale: z
          .number()
          .min(0)
          .describe(
            "Deviation of the noise in each channel, as a multiple of the token's length over its channels.",
          ),
        probability: share.describe('Of a step to have it.'),
      })
      .describe('Noise on the features that go in while training.'),
  })
  .superRefine(({ network: { width, heads, neighbours } }, context) => {
    const refuse = (name: string, message: string, input: number) =>
      context.addIssue({ code: 'custom', path: ['network', name], message, input });
    if (width % heads !== 0) refuse('width', `a multiple of network.heads, ${heads}`, width);
    if (neighbours > 0 && neighbours % 2 === 0) refuse('neighbours', 'an odd number, or 0', neighbours);
  });

export type UniadOptions = z.infer<typeof uniadOptions>;

const common = {
  seed: 0,
  synthesis: asPublished.synthesis,
  score: { blurSigma: 0, topShare: 0, pooled: 16 },
  falseAlarmRate: asPublished.falseAlarmRate,
  optimizer: { ...adam, weightDecay: 1e-4 },
  jitter: { scale: 20, probability: 1 },
} as const satisfies Partial<UniadOptions>;

const featuresOf = (unit: boolean): UniadOptions['features'] => ({
  inputSize: 224,
  layers: ['layer1', 'layer2', 'layer3'],
  stride: 16,
  unit,
});

export const uniadPresets: Readonly<Record<'fast' | 'paper', UniadOptions>> = {
  fast: {
    ...common,
    features: featuresOf(true),
    heldOut: asCompared.heldOut,
    training: {
      steps: 8000,
      epochs: null,
      batch: 8,
      learningRate: 1e-3,
      schedule: 'cosine',
      warmUp: 50,
      longestGradient: 0.1,
    },
    network: {
      width: 128,
      heads: 4,
      hidden: 512,
      encoderLayers: 2,
      decoderLayers: 2,
      dropout: 0,
      neighbours: 7,
    },
  },
  paper: {
    ...common,
    features: featuresOf(false),
    heldOut: asPublished.heldOut,
    training: {
      steps: null,
      epochs: 1000,
      batch: 64,
      learningRate: 1e-4,
      schedule: 'step',
      warmUp: 0,
      longestGradient: 0.1,
    },
    network: {
      width: 256,
      heads: 8,
      hidden: 1024,
      encoderLayers: 4,
      decoderLayers: 4,
      dropout: 0.1,
      neighbours: 7,
    },
  },
};
