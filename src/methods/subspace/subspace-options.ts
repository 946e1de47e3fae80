/** @file The options of SubspaceAD. */
import { z } from 'zod';
import {
  asComparedUntrained,
  asPublishedUntrained,
  checked,
  count,
  patchShape,
} from '../shared/option-groups.ts';

export const subspaceOptions = checked(
  z.strictObject({
    ...patchShape,
    subspace: z
      .strictObject({
        explained: z
          .number()
          .gt(0)
          .max(1)
          .describe("tau: the components hold at least this share of the class's variance."),
        components: count
          .nullable()
          .describe('Principal components of a class, at most; null: as many as `explained` asks for.'),
      })
      .describe('Subspace of what is normal, one for each class.'),
  }),
);

export type SubspaceOptions = z.infer<typeof subspaceOptions>;

/** Mean of the map's highest hundredth. */
const topShare = 0.01;

export const subspacePresets: Readonly<Record<'fast' | 'published', SubspaceOptions>> = {
  fast: {
    ...asComparedUntrained,
    score: { ...asComparedUntrained.score, topShare },
    subspace: { explained: 0.99, components: 256 },
  },
  published: {
    ...asPublishedUntrained,
    features: { ...asPublishedUntrained.features, inputSize: 672, resizeTo: null, aggregation: 'mean' },
    // Its code blurs by 3 x 3 weights that are nearly the same: a deviation of 0.8 pixels.
    score: { blurSigma: 0.8, topShare },
    subspace: { explained: 0.99, components: null },
  },
};

/** Published layers by the number of a transformer's blocks; those of 40 are the giant's, the others are of the ablation over backbones. */
const publishedBlocks: Readonly<Record<number, readonly number[]>> = {
  12: [8, 9],
  24: [14, 15, 16, 17, 18],
  40: [23, 24, 25, 26, 27, 28, 29],
};

/** Blocks whose tokens are averaged, counted from 1: those from 55 to 75 % of the depth. */
export function middleBlocks(depth: number): readonly number[] {
  const known = publishedBlocks[depth];
  if (known) return known;
  const first = Math.max(1, Math.ceil(0.575 * depth));
  const last = Math.max(first, Math.floor(0.75 * depth));
  return Array.from({ length: last - first + 1 }, (_, at) => first + at);
}
