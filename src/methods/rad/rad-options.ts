/** @file The options of RAD. */
import { z } from 'zod';
import {
  asComparedUntrained,
  asPublishedUntrained,
  checked,
  count,
  patchShape,
} from '../shared/option-groups.ts';

export const radOptions = checked(
  z.strictObject({
    ...patchShape,
    memory: z
      .strictObject({
        neighbours: count.describe(
          'K: images of the class, the nearest by their descriptors, whose patches a photograph is compared with; all where there are fewer.',
        ),
        radius: z
          .number()
          .int()
          .min(0)
          .max(64)
          .nullable()
          .describe(
            'Patches are compared with those at most so many places up, down, left and right of their own; null: with all places.',
          ),
        components: count
          .nullable()
          .describe(
            'Values kept of a patch and layer, along principal components of the layer; null: all of them, as published.',
          ),
      })
      .describe('Memory of the patches of all good images.'),
  }),
);

export type RadOptions = z.infer<typeof radOptions>;

/** Mean of the map's highest hundredth. */
const topShare = 0.01;

export const radPresets: Readonly<Record<'fast' | 'published', RadOptions>> = {
  fast: {
    ...asComparedUntrained,
    score: { ...asComparedUntrained.score, topShare },
    memory: { neighbours: 150, radius: 1, components: 64 },
  },
  published: {
    ...asPublishedUntrained,
    features: { ...asPublishedUntrained.features, inputSize: 448, resizeTo: 512, aggregation: 'plain' },
    // A deviation of 1 pixel on maps of 256 pixels.
    score: { blurSigma: 1.75, topShare },
    // Those of MVTec AD; 900 images for VisA and Real-IAD, 48 for 3D-ADAM, radius 2 for VisA and 0 for Real-IAD.
    memory: { neighbours: 150, radius: 1, components: null },
  },
};

/** Published blocks, counted from 1: a third, seven and ten twelfths of the depth, and the last. */
export function spreadBlocks(depth: number): readonly number[] {
  const blocks = [4 / 12, 7 / 12, 10 / 12, 1].map((part) => Math.max(1, Math.round(part * depth)));
  return [...new Set(blocks)];
}

/** The layer that has the class token at every place. */
export const classToken = 'class';
