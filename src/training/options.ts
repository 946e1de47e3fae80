/**
 * @file Every constant of a training, with its range and its meaning, and the presets that give them values. A YAML file and the
 * command line's flags change single ones; the resolved options are written into the run.
 *
 * `paper` holds to the paper wherever it speaks, but for the choice of networks (by held-out images, not by the test images), and to the
 * choices listed in docs/how-it-works.md where it is silent. `fast` is the default:
 * the networks see whitened residuals to the nearest normal features, and the distance is heard as a second opinion
 * (docs/decisions/0002-residuals.md). `accurate` spends more time and memory on the same.
 */
import { z } from 'zod';

const positive = z.number().positive();
const count = z.number().int().positive();
const share = z.number().min(0).max(1);

/** One of the two stages. */
const stage = z.strictObject({
  /** Gradient steps; 0 leaves the stage out. Given by `epochs` when null. */
  steps: z.number().int().min(0).nullable(),
  /** Passes over the normal patches, where `steps` is null. */
  epochs: positive.nullable(),
  /** Patches a step, of all three kinds. */
  batch: z.number().int().min(8),
  learningRate: positive,
  /** `cosine` falls to a hundredth at the last step. */
  schedule: z.enum(['constant', 'cosine']),
});

/** Every option with its own range. */
const separately = z.strictObject({
  seed: z.number().int().min(0),
  features: z.strictObject({
    /** Side of the network's input, pixels. */
    inputSize: z.number().int().min(32).max(2048),
    /** null: the whole image stays in view. Else it is resized to a square of this side and the centre is cut out. */
    resizeTo: z.number().int().positive().nullable(),
    /** Backbone layers, shallow to deep. */
    layers: z.array(z.string()).min(1),
    /** Shallower layers, averaged onto the grid of the first of `layers`; one that the backbone has not is left out. */
    fineLayers: z.array(z.string()),
    /** What the values of `fineLayers` are multiplied by: distances hear them the less. */
    fineWeight: positive.max(10),
    /** Section 3.2. `pooled`: with C_d = width, as PatchCore's and GLASS's codes. `concatenated`: all channels, 3 x 3 averaged. */
    aggregation: z.enum(['pooled', 'concatenated']),
    /** C_d, where pooled. */
    width: count,
  }),
  /** Share of each class's good images kept from the networks, for selection and to correct thresholds; at least one image. */
  heldOut: z.number().min(0.02).max(0.5),
  synthesis: z.strictObject({
    /** Synthetic anomalies made of each training image. */
    perImage: z.number().int().min(0).max(16),
    /** Eq. 2: probability of each of the first two ways to combine masks. */
    alpha: z.number().min(0).max(0.5),
    /** Eq. 3 and 4: beta ~ N(mean, deviation^2), kept in [low, high]. */
    betaMean: share,
    betaDeviation: z.number().min(0),
    betaLow: share,
    betaHigh: share,
    /** Blend the texture with the photograph (Eq. 3); otherwise it is laid on opaque. */
    blend: z.boolean(),
    /** Perlin cells along an axis are at most 2 to the power of this. */
    maxScaleExponent: z.number().int().min(0).max(10),
    /** Keep anomalies on the part, where the class has a stable foreground. */
    foreground: z.boolean(),
    /** How many of the nine texture augmentations are drawn. */
    augmentations: z.number().int().min(0).max(9),
    /** Smallest share of a patch that the mask covers for the patch to count as anomalous; 0: any touch (as the paper). */
    minCoverage: share,
  }),
  /** What enters the adaptor. */
  input: z.strictObject({
    /** `feature`: the patch feature itself (the paper). `residual`: its whitened difference to the nearest normal ones. */
    kind: z.enum(['feature', 'residual']),
    /** Principal components kept (residual). */
    components: count,
    /** Members of the memory bank (residual). */
    members: count,
    /** Members as a share of the normal patches, at most `members`; 0: `members` (residual). */
    memberShare: share,
    /** Patches the members are chosen from (residual). */
    candidates: count,
    /** Nearest members averaged (residual). */
    neighbours: count,
    /** Added to every component's variance before whitening, as a share of their mean (residual). */
    whiteningFloor: positive,
  }),
  /** Output widths of the adaptor's three layers; the last is d. */
  adaptor: z.tuple([count, count, count]),
  /** Output widths of the discriminator's two hidden layers. */
  discriminator: z.tuple([count, count]),
  /** Shares of a batch; anomalies of both kinds are labelled as class N. 0 leaves a kind out. */
  batch: z.strictObject({ local: z.number().min(0).max(0.9), global: z.number().min(0).max(0.9) }),
  /** Eq. 4: draw local anomalies towards the normal feature of the same place. */
  fusion: z.boolean(),
  /** Eq. 5-7. */
  globalAnomalies: z.strictObject({
    /**
     * Length of the noise: for residuals as a multiple of the normal patches' mean distance to the mean of their nearest members, for
     * features as a multiple of each dimension's standard deviation.
     */
    noise: positive,
    /** Noise is drawn with lengths between `noise / spread` and `noise * spread`, log-uniform (1: all the same), before Eq. 7 sets bounds. */
    noiseSpread: z.number().min(1),
    ascentSteps: z.number().int().min(0).max(100),
    /** eta, as a multiple of the noise's expected length; GLASS's 0.001 is 0.0017. */
    stepLength: z.number().min(0),
    projectEvery: count,
    /** r1 and r2 likewise; GLASS's 0.5 and 1 are 0.85 and 1.7. */
    innerRadius: z.number().min(0),
    outerRadius: positive,
  }),
  losses: z.strictObject({
    /** Weights in stage 1; 0 switches a loss off. Stage 2 has the last two alone (Eq. 24). */
    contrast: z.number().min(0),
    variance: z.number().min(0),
    classification: z.number().min(0),
    score: z.number().min(0),
    /** Eq. 12: M. */
    margin: positive,
    /** Eq. 13-14: alpha and gamma. */
    alpha: positive,
    gamma: z.number().min(-3).max(10),
    epsilon: z.number().min(1e-9).max(0.1),
    stopWeightGradient: z.boolean(),
    /** Eq. 11: whether anomalies, of one label all, are drawn together; false: "is_normal" of the sentence before it. */
    attractAnomalies: z.boolean(),
    /** `hinge`: Eq. 21-23. */
    scoreLoss: z.enum(['hinge', 'bce']),
    /** Eq. 21-23: delta. */
    delta: positive,
  }),
  stage1: stage,
  stage2: stage,
  optimizer: z.strictObject({
    beta1: z.number().min(0).max(0.9999),
    beta2: z.number().min(0).max(0.99999),
    epsilon: positive,
    weightDecay: z.number().min(0),
    /** Share kept of the running average of all weights a step, at most (1 + steps) / (10 + steps); 0: no averaging. */
    averageDecay: z.number().min(0).max(0.9999),
  }),
  /** How often a stage is judged for selection. */
  evaluations: count,
  /** `synthetic`: held-out good images with synthetic anomalies. `test`: pixel AUROC on the test images (the paper; it leaks). `last`: none. */
  selection: z.enum(['synthetic', 'test', 'last']),
  score: z.strictObject({
    /** What the networks' score weighs beside the distance to the nearest members (residual); null: the networks alone. */
    networkWeight: z.number().min(0).nullable(),
    /** Gaussian over the map, pixels; 0: none. */
    blurSigma: z.number().min(0),
    /** Image score: mean of this share of the map's highest pixels; 0: the maximum (the paper). */
    topShare: z.number().min(0).max(1),
  }),
  /** Wanted share of good parts judged anomalous. */
  falseAlarmRate: z.number().min(1e-6).max(0.5),
});

/** The whole of it, with what one option asks of another. */
export const trainingOptionsSchema = separately.superRefine((options, context) => {
  const { features, synthesis, globalAnomalies } = options;
  const refuse = (path: string, message: string, input: number | null) =>
    context.addIssue({ code: 'custom', path: path.split('.'), message, input });
  if (features.resizeTo !== null && features.resizeTo < features.inputSize) {
    const least = `at least features.inputSize, ${features.inputSize}, or null`;
    refuse('features.resizeTo', least, features.resizeTo);
  }
  if (synthesis.betaLow > synthesis.betaHigh) {
    refuse('synthesis.betaLow', `at most synthesis.betaHigh, ${synthesis.betaHigh}`, synthesis.betaLow);
  }
  if (globalAnomalies.innerRadius > globalAnomalies.outerRadius) {
    const most = `at most globalAnomalies.outerRadius, ${globalAnomalies.outerRadius}`;
    refuse('globalAnomalies.innerRadius', most, globalAnomalies.innerRadius);
  }
});

/** All options of a training, resolved. */
export type TrainingOptions = z.infer<typeof trainingOptionsSchema>;

export const presetNames = ['fast', 'paper', 'accurate'] as const;
export type PresetName = (typeof presetNames)[number];

const paper: TrainingOptions = {
  seed: 0,
  features: {
    inputSize: 224,
    resizeTo: 256,
    layers: ['layer2', 'layer3'],
    fineLayers: [],
    fineWeight: 1,
    aggregation: 'pooled',
    width: 1536,
  },
  heldOut: 0.1,
  synthesis: {
    perImage: 1,
    alpha: 1 / 3,
    betaMean: 0.5,
    betaDeviation: 0.1,
    betaLow: 0.2,
    betaHigh: 0.8,
    blend: true,
    maxScaleExponent: 5,
    foreground: true,
    augmentations: 3,
    minCoverage: 0,
  },
  input: {
    kind: 'feature',
    components: 512,
    members: 8192,
    memberShare: 0,
    candidates: 655_360,
    neighbours: 3,
    whiteningFloor: 0.1,
  },
  adaptor: [1024, 768, 512],
  discriminator: [512, 256],
  batch: { local: 0.25, global: 0.25 },
  fusion: true,
  globalAnomalies: {
    noise: 0.1,
    noiseSpread: 1,
    ascentSteps: 1,
    stepLength: 0.0017,
    projectEvery: 5,
    innerRadius: 0.85,
    outerRadius: 1.7,
  },
  losses: {
    contrast: 1,
    variance: 1,
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
  optimizer: { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01, averageDecay: 0 },
  evaluations: 10,
  selection: 'synthetic',
  score: { networkWeight: null, blurSigma: 4, topShare: 0 },
  falseAlarmRate: 0.02,
};

const fast: TrainingOptions = {
  ...paper,
  features: {
    ...paper.features,
    inputSize: 256,
    resizeTo: null,
    fineLayers: ['layer1'],
    fineWeight: 0.5,
    aggregation: 'concatenated',
  },
  heldOut: 0.15,
  input: { ...paper.input, kind: 'residual', components: 128, members: 32_768 },
  adaptor: [256, 128, 64],
  discriminator: [128, 64],
  globalAnomalies: { ...paper.globalAnomalies, noise: 0.85, noiseSpread: 2 },
  losses: { ...paper.losses, scoreLoss: 'bce' },
  stage1: { steps: 600, epochs: null, batch: 1536, learningRate: 2e-4, schedule: 'constant' },
  stage2: { steps: 300, epochs: null, batch: 3072, learningRate: 2e-4, schedule: 'cosine' },
  score: { networkWeight: 0.5, blurSigma: 5, topShare: 0.005 },
};

const accurate: TrainingOptions = {
  ...fast,
  synthesis: { ...fast.synthesis, perImage: 2 },
  input: { ...fast.input, components: 256, members: 65_536, candidates: 1_048_576 },
  adaptor: [384, 256, 128],
};

/** The values a preset gives. */
export const presets: Readonly<Record<PresetName, TrainingOptions>> = { fast, paper, accurate };
