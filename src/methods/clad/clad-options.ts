/**
 * @file Every constant of CLAD, with its meaning and its range, and the presets that give them values.
 *
 * `paper` holds to the paper wherever it speaks, but for the choice of networks (by held-out images, not by the test images), and to the
 * choices listed in docs/how-it-works.md where it is silent. In `fast` the networks see whitened residuals to the nearest normal features, and their
 * score is fused with the distance (docs/decisions/0002-residuals.md); `accurate` spends more time and memory on the same. `instant`, the default, is
 * that distance alone: no networks are trained (docs/decisions/0041-no-networks-by-default.md).
 */
import { z } from 'zod';
import { changesFrom } from '../../core/options.ts';
import {
  asCompared,
  ascent,
  asPublished,
  batch,
  blurSigma,
  checked,
  classCoresetShape,
  count,
  networkShape,
  positive,
  publishedAscent,
  share,
  stage,
  topShare,
} from '../shared/option-groups.ts';

export const cladOptions = checked(
  z.strictObject({
    ...networkShape,
    input: z
      .enum(['feature', 'residual'])
      .describe(
        'What enters the adaptor: `feature` (the patch feature itself, as in the paper), or `residual` (its whitened difference to the nearest normal ones).',
      ),
    networks: z
      .boolean()
      .describe(
        'Whether adaptor and discriminator are trained; false: the score is the distance to the nearest entries alone (residual input).',
      ),
    memoryBank: z
      .strictObject({
        components: count.describe('Principal components kept.'),
        ...classCoresetShape,
        neighbours: count.describe('Nearest entries averaged.'),
        searchWidth: count
          .nullable()
          .describe(
            'Components along which all entries of a class are compared in 8 bits, at most `components`; null: an exact search along all.',
          ),
        shortlist: count.describe(
          'Entries nearest by that whose distance is worked out, at least `neighbours`.',
        ),
        whiteningFloor: positive.describe(
          "Added to every component's variance before whitening, as a share of their mean.",
        ),
      })
      .describe('Of residual input.'),
    adaptor: z
      .tuple([count, count, count])
      .describe("Output widths of the adaptor's three layers; the last is d."),
    discriminator: z
      .tuple([count, count])
      .describe("Output widths of the discriminator's two hidden layers."),
    batch: batch.describe(
      'Shares of a batch; anomalies of both kinds are labelled as class N. 0 leaves a kind out.',
    ),
    fusion: z.boolean().describe('Eq. 4: draw local anomalies towards the normal feature of the same place.'),
    unfused: share.describe(
      'Section 3.3 ("also"): share of the local anomalies that Eq. 4 leaves as they are, beside the fused ones; 0: all are fused.',
    ),
    globalAnomalies: z
      .strictObject({
        noise: positive.describe(
          "Length of the noise (the root of its mean square), in multiples of what `noiseUnit` says; of residuals, of the normal patches' mean distance to the mean of their nearest entries.",
        ),
        noiseUnit: z
          .enum(['neighbour', 'deviation'])
          .describe(
            "Of feature input: `neighbour` (the normal patches' mean distance to the nearest patch of another image of their class), or `deviation` (the root of the dimensions' summed variances).",
          ),
        noiseShape: z
          .enum(['isotropic', 'dimensionwise'])
          .describe(
            "Of feature input: `isotropic` (one sigma for all dimensions, as Eq. 5 has it), or `dimensionwise` (in proportion to each dimension's own deviation).",
          ),
        noiseSpread: z
          .number()
          .min(1)
          .describe(
            'Noise is drawn with lengths between `noise / spread` and `noise * spread`, log-uniform (1: all the same), before Eq. 7 sets bounds.',
          ),
        ...ascent,
      })
      .describe('Eq. 5-7.'),
    losses: z.strictObject({
      contrast: z
        .number()
        .min(0)
        .describe(
          'Weights in stage 1; 0 switches a loss off. Stage 2 has the last two of the four alone (Eq. 24), or see `varianceInStage2`.',
        ),
      variance: z.number().min(0).describe('See `contrast`.'),
      varianceOver: z
        .enum(['sum', 'mean'])
        .describe(
          'Eq. 18, the square of a vector: `sum` (its squared length), or `mean` (the mean over its d dimensions, which weighs a d-th).',
        ),
      compactAnomalies: z
        .boolean()
        .describe(
          'Eq. 19: whether anomalies are a class whose variance counts; false: of the N classes alone.',
        ),
      varianceInStage2: z
        .boolean()
        .describe(
          'Section 3.5: whether the variance stays in stage 2 ("retaining the other losses"); false: Eq. 24, which has it not.',
        ),
      classification: z.number().min(0).describe('See `contrast`.'),
      score: z.number().min(0).describe('See `contrast`.'),
      margin: positive.describe('Eq. 12: M.'),
      alpha: positive.describe('Eq. 13-14: alpha and gamma.'),
      gamma: z.number().min(-3).max(10).describe('See `alpha`.'),
      epsilon: z.number().min(1e-9).max(0.1).describe('Keeps roots and negative powers of distances finite.'),
      stopWeightGradient: z.boolean().describe('Eq. 13-14: treat w as a constant weight in the derivative.'),
      attractAnomalies: z
        .boolean()
        .describe(
          'Eq. 11: whether anomalies, of one label all, are drawn together; false: "is_normal" of the sentence before it.',
        ),
      scoreLoss: z.enum(['hinge', 'bce']).describe('`hinge`: Eq. 21-23.'),
      delta: positive.describe('Eq. 21-23: delta.'),
    }),
    stage1: stage.describe('The first of the two stages (section 3.5): all losses.'),
    stage2: stage.describe('The second: classification and score alone, with large batches.'),
    score: z
      .strictObject({
        networkWeight: z
          .number()
          .min(0)
          .nullable()
          .describe(
            "Score fusion: what the networks' score weighs beside the distance to the nearest entries (residual input); null: the networks alone.",
          ),
        blurSigma,
        topShare,
      })
      .describe('Anomaly map and image score.'),
  }),
  ({ networks }) => !networks,
).superRefine(({ networks, input, score, globalAnomalies: { noiseUnit, noiseShape } }, context) => {
  const needed = [
    input === 'feature' && 'input=feature',
    score.networkWeight === null && 'score.networkWeight=null',
  ].find(Boolean);
  if (!networks && needed)
    context.addIssue({
      code: 'custom',
      path: ['networks'],
      message: `true, or without ${needed}: there is no distance to score by`,
      input: networks,
    });
  const onlyResidual = { noiseUnit: 'neighbour', noiseShape: 'isotropic' } as const;
  for (const [name, value] of Object.entries({ noiseUnit, noiseShape }))
    if (input === 'residual' && value !== onlyResidual[name as keyof typeof onlyResidual])
      context.addIssue({
        code: 'custom',
        path: ['globalAnomalies', name],
        message: `${onlyResidual[name as keyof typeof onlyResidual]} with input=residual, whose noise has no other`,
        input: value,
      });
});

/** All options of CLAD, resolved. */
export type CladOptions = z.infer<typeof cladOptions>;

const paper: CladOptions = {
  ...asPublished,
  input: 'feature',
  networks: true,
  memoryBank: {
    components: 512,
    coresetSize: 8192,
    coresetShare: 0,
    candidates: 327_680,
    neighbours: 3,
    searchWidth: 112,
    shortlist: 8,
    whiteningFloor: 0.1,
  },
  adaptor: [1024, 768, 512],
  discriminator: [512, 256],
  batch: { local: 0.25, global: 0.25 },
  fusion: true,
  unfused: 0,
  globalAnomalies: {
    noise: 1,
    noiseUnit: 'neighbour',
    noiseShape: 'isotropic',
    noiseSpread: 1,
    ascentSteps: 1,
    ...publishedAscent,
  },
  losses: {
    contrast: 1,
    variance: 1,
    varianceOver: 'sum',
    compactAnomalies: true,
    varianceInStage2: false,
    classification: 1,
    score: 1,
    margin: 3,
    alpha: 0.5,
    gamma: -0.8,
    epsilon: 1e-6,
    stopWeightGradient: false,
    attractAnomalies: true,
    scoreLoss: 'hinge',
    delta: 0.5,
  },
  stage1: { steps: null, epochs: 200, batch: 8000, learningRate: 2e-4, schedule: 'constant' },
  stage2: { steps: null, epochs: 2000, batch: 100_000, learningRate: 2e-4, schedule: 'constant' },
  score: { networkWeight: null, blurSigma: 4, topShare: 0 },
};

const fast: CladOptions = {
  ...paper,
  ...asCompared,
  input: 'residual',
  memoryBank: { ...paper.memoryBank, components: 128, coresetSize: 16_384 },
  adaptor: [256, 128, 64],
  discriminator: [128, 64],
  globalAnomalies: { ...paper.globalAnomalies, noise: 0.85, noiseSpread: 2 },
  losses: { ...paper.losses, scoreLoss: 'bce' },
  stage1: { steps: 600, epochs: null, batch: 1536, learningRate: 2e-4, schedule: 'constant' },
  stage2: { steps: 300, epochs: null, batch: 3072, learningRate: 2e-4, schedule: 'cosine' },
  score: { networkWeight: 0.5, blurSigma: 5, topShare: 0.005 },
};

const accurate: CladOptions = {
  ...fast,
  synthesis: { ...fast.synthesis, perImage: 2 },
  memoryBank: {
    ...fast.memoryBank,
    components: 256,
    coresetSize: 32_768,
    shortlist: 16,
  },
  adaptor: [384, 256, 128],
};

const instant: CladOptions = { ...fast, networks: false };

/** Of networks, and of their training. */
const ofNetworks = [
  'optimizer',
  'evaluations',
  'selection',
  'adaptor',
  'discriminator',
  'batch',
  'fusion',
  'unfused',
  'globalAnomalies',
  'losses',
  'stage1',
  'stage2',
];

/** What was set of networks where none are trained. */
export function withoutNetworks(options: CladOptions): string[] {
  if (options.networks) return [];
  const changed = Object.keys(changesFrom(instant, options));
  return changed.filter((name) => name === 'score.networkWeight' || ofNetworks.includes(name.split('.')[0]!));
}

/** The values a preset gives. */
export const cladPresets = { instant, fast, paper, accurate } as const;
