/** @file The options of reverse distillation. */
import { z } from 'zod';
import { sizeOf } from '../../image/size-option.ts';
import {
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
  stage,
  synthesis,
} from '../shared/option-groups.ts';

const blocks = z.number().int().min(1).max(12);

export const rdOptions = z.strictObject({
  seed,
  features: z
    .strictObject({
      inputSize: features.shape.inputSize,
      layers: z
        .array(z.string())
        .min(2)
        .describe(
          "The teacher: the backbone's layers, shallow to deep, each of half the side of the one before.",
        ),
    })
    .describe('Feature maps of the frozen backbone.'),
  heldOut,
  synthesis,
  score,
  falseAlarmRate,
  optimizer,
  training: stage.extend({
    epochs: positive.nullable().describe('Passes over the good images, where `steps` is null.'),
    batch: count.min(2).describe('Images a step.'),
    warmUp: z.number().int().min(0).describe('Steps in which the learning rate grows to its own.'),
  }),
  student: z
    .strictObject({
      channels: positive
        .max(1)
        .describe(
          "Channels of bottleneck and decoder as a share of the teacher's; below 1 a convolution of single places brings each level to the teacher's.",
        ),
      width: positive
        .max(1)
        .describe(
          'Channels inside a residual block as a share of those it gives: 0.5 as in wide_resnet50_2, 0.25 as in ResNet-50.',
        ),
      embeddingBlocks: blocks.describe('Residual blocks of the bottleneck, behind the fused levels.'),
      decoderBlocks: z
        .array(blocks)
        .min(1)
        .describe(
          'Residual blocks of each level of the decoder, deepest first; the last number is for all that follow.',
        ),
    })
    .describe(
      'What is trained: multi-scale fusion, one-class bottleneck, and the decoder that mirrors the teacher.',
    ),
  cosine: z
    .enum(['whole', 'places'])
    .describe(
      "What the loss compares of each level: the maps of an image as one vector, as the publication's code does, or the vectors of each place, as its equations say.",
    ),
});

export type RdOptions = z.infer<typeof rdOptions>;

const common = {
  seed: 0,
  features: { inputSize: 256, layers: ['layer1', 'layer2', 'layer3'] },
  synthesis: asPublished.synthesis,
  score: asPublished.score,
  falseAlarmRate: asPublished.falseAlarmRate,
  optimizer: { beta1: 0.5, beta2: 0.999, epsilon: 1e-8, weightDecay: 0, averageDecay: 0 },
  cosine: 'whole',
} as const satisfies Partial<RdOptions>;

export const rdPresets: Readonly<Record<'fast' | 'paper', RdOptions>> = {
  fast: {
    ...common,
    features: { ...common.features, layers: [...common.features.layers] },
    heldOut: asCompared.heldOut,
    training: { steps: 1200, epochs: null, batch: 8, learningRate: 0.005, schedule: 'cosine', warmUp: 50 },
    student: { channels: 0.25, width: 0.5, embeddingBlocks: 1, decoderBlocks: [2] },
  },
  paper: {
    ...common,
    features: { ...common.features, layers: [...common.features.layers] },
    heldOut: asPublished.heldOut,
    training: { steps: null, epochs: 200, batch: 16, learningRate: 0.005, schedule: 'constant', warmUp: 0 },
    student: { channels: 1, width: 0.5, embeddingBlocks: 3, decoderBlocks: [3, 4, 6] },
  },
};

/** Pixels of the input, in units of 256 x 256. */
export function inputShare({ inputSize }: Pick<RdOptions['features'], 'inputSize'>): number {
  const { width, height } = sizeOf(inputSize);
  return (width * height) / 256 ** 2;
}
