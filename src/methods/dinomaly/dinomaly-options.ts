/** @file The options of Dinomaly. */
import { z } from 'zod';
import { usualNames } from '../../features/backbones/usual-layers.ts';
import {
  asCompared,
  asPublished,
  checked,
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

export const dinomalyOptions = checked(
  z.strictObject({
    seed,
    features: z
      .strictObject({
        inputSize: features.shape.inputSize,
        resizeTo: features.shape.resizeTo,
        layers: z
          .array(z.string())
          .min(1)
          .describe("The backbone's layers, shallow to deep, brought to the grid of the last one."),
        groups: count
          .max(24)
          .describe(
            'Into how many groups layers are parted, shallow to deep; each is averaged, or joined where its layers have other numbers of channels each.',
          ),
        recentre: z
          .boolean()
          .describe(
            "What is to be reconstructed is each place's difference to the image's class token (Dinomaly2), or to its mean where the backbone has none such; then its channels have mean 0 and deviation 1.",
          ),
        unit: z
          .boolean()
          .describe(
            'What goes in is divided by the root mean square of the features over the images to learn from: first weights are made for numbers of about 1.',
          ),
      })
      .describe('Feature maps of the frozen backbone, in groups of layers.'),
    heldOut,
    synthesis,
    score,
    falseAlarmRate,
    optimizer: optimizer
      .extend({
        clipUpdates: z
          .boolean()
          .describe(
            "StableAdamW: a weight's step is made smaller where its gradient is larger than its second moment says.",
          ),
        amsgrad: z.boolean().describe('AMSGrad: the largest second moment so far is the one that counts.'),
      })
      .describe('AdamW, or StableAdamW.'),
    training: stage.extend({
      epochs: positive.nullable().describe('Passes over the good images, where `steps` is null.'),
      batch: count.describe('Images a step.'),
      schedule: z.enum(['constant', 'cosine']).describe('`cosine` falls to `lastShare` at the last step.'),
      warmUp: z.number().int().min(0).describe('Steps in which the learning rate grows to its own.'),
      lastShare: share.describe('What `cosine` leaves of the learning rate.'),
      narrowRate: positive
        .max(1)
        .describe('What the learning rate is multiplied by for the layer `network.narrow`.'),
      longestGradient: positive
        .nullable()
        .describe(
          'All gradients of a step together are shortened to this length where they are longer; null: never.',
        ),
    }),
    network: z
      .strictObject({
        width: count
          .nullable()
          .describe(
            "Of a token inside; where it is not the features' own, linear layers bring tokens there and back. null: the features' own.",
          ),
        headWidth: count.describe('Of each head of an attention; it divides the width.'),
        expansion: count.max(16).describe('Widths in the middle of perceptrons, as a multiple of the width.'),
        layers: count.max(24).describe('Blocks of the decoder, at least as many as `features.groups`.'),
        attention: z
          .enum(['linear', 'softmax'])
          .describe('Of the decoder: `linear` cannot look at single places, and so not copy them.'),
        narrow: count
          .nullable()
          .describe(
            'Width of a linear layer in front of the bottleneck, as Dinomaly2 has it; null: there is none.',
          ),
        dropout: z
          .number()
          .min(0)
          .max(0.9)
          .describe('Share of values set to 0 in the bottleneck, in training.'),
      })
      .describe('The noisy bottleneck, and the decoder that reconstructs features.'),
    mining: z
      .strictObject({
        easy: z
          .number()
          .min(0)
          .max(0.99)
          .describe(
            'Share of the places of a batch, those that are reconstructed best, whose gradients are damped.',
          ),
        damping: share.describe('What is left of their gradients.'),
        warmUp: z.number().int().min(0).describe('Steps in which that share grows from 0 to its own.'),
      })
      .describe('Hard places count more.'),
  }),
);

export type DinomalyOptions = z.infer<typeof dinomalyOptions>;

const common = {
  seed: 0,
  synthesis: asPublished.synthesis,
  falseAlarmRate: asPublished.falseAlarmRate,
} as const satisfies Partial<DinomalyOptions>;

/** Its code blurs maps of 256 pixels by 5 x 5 weights of a wider Gaussian: a deviation of 1.38 pixels. */
const blurOf = (side: number) => Math.round((1.38 * side * 10) / 256) / 10;

/** Mean of the map's highest hundredth. */
const topShare = 0.01;

const usualOptimizer = {
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-10,
  weightDecay: 1e-4,
  averageDecay: 0,
  clipUpdates: true,
  amsgrad: false,
};

const fast: DinomalyOptions = {
  ...common,
  features: {
    inputSize: 336,
    resizeTo: null,
    layers: [...usualNames],
    groups: 2,
    recentre: false,
    unit: true,
  },
  heldOut: asCompared.heldOut,
  score: { blurSigma: blurOf(336), topShare },
  optimizer: usualOptimizer,
  training: {
    steps: 1500,
    epochs: null,
    batch: 8,
    learningRate: 2e-3,
    schedule: 'cosine',
    warmUp: 50,
    lastShare: 0.1,
    narrowRate: 0.1,
    longestGradient: 0.1,
  },
  network: {
    width: 256,
    headWidth: 64,
    expansion: 4,
    layers: 4,
    attention: 'linear',
    narrow: null,
    dropout: 0.2,
  },
  mining: { easy: 0.9, damping: 0.1, warmUp: 150 },
};

/** As the code of the first publication has it for MVTec AD. */
const paper: DinomalyOptions = {
  ...fast,
  features: { ...fast.features, inputSize: 392, resizeTo: 448, unit: false },
  heldOut: asPublished.heldOut,
  score: { blurSigma: blurOf(392), topShare },
  optimizer: { ...usualOptimizer, amsgrad: true },
  training: { ...fast.training, steps: 10_000, batch: 16, warmUp: 100 },
  network: { ...fast.network, width: null, layers: 8 },
  mining: { ...fast.mining, warmUp: 1000 },
};

/** As the preview of Dinomaly2's code has it for two-dimensional images. */
const paper2: DinomalyOptions = {
  ...paper,
  features: { ...paper.features, recentre: true },
  optimizer: usualOptimizer,
  training: { ...paper.training, steps: 40_000, schedule: 'constant' },
  network: { ...paper.network, narrow: 256, dropout: 0.4 },
};

export const dinomalyPresets: Readonly<Record<'fast' | 'paper' | 'paper2', DinomalyOptions>> = {
  fast,
  paper,
  paper2,
};

/** Blocks that are taken, counted from 1: eight, from a quarter of the depth to five sixths; of 24 those of its code. */
export function middleEight(depth: number): readonly number[] {
  if (depth === 24) return [5, 7, 9, 11, 13, 15, 17, 19];
  const blocks = Array.from({ length: 8 }, (_, at) => Math.max(1, Math.round((depth * (3 + at)) / 12)));
  return [...new Set(blocks)];
}

/** Numbers 0 to `count` - 1 in so many parts, one behind another, as even as can be. */
export function evenParts(count: number, parts: number): number[][] {
  const start = (part: number) => Math.round((part * count) / parts);
  return Array.from({ length: parts }, (_, part) =>
    Array.from({ length: start(part + 1) - start(part) }, (_, at) => start(part) + at),
  );
}
