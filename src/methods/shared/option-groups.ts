/**
 * @file Options that several methods have, in groups: a schema with a meaning and a range for each, and usual values. A method puts its own schema
 * together from them (methods/clad/clad-options.ts); meanings are shown by `clad options METHOD` and stand in docs/options.md.
 */
import { z } from 'zod';
import { type SizeOption, sizeFromWords, sizeOf, sizeOption } from '../../image/size-option.ts';

export const positive = z.number().positive();
export const count = z.number().int().positive();
export const share = z.number().min(0).max(1);

export const seed = z.number().int().min(0).describe('Of all random numbers. Also `--seed`.');
export const heldOut = z
  .number()
  .min(0.02)
  .max(0.5)
  .describe(
    "Share of each class's good images kept from the networks, for checkpoint selection and to correct thresholds; without networks they only say how distances vary. At least one image.",
  );
export const falseAlarmRate = z
  .number()
  .min(1e-6)
  .max(0.5)
  .describe('Wanted share of good parts called anomalous.');

export const synthesis = z
  .strictObject({
    perImage: z.number().int().min(0).max(16).describe('Synthetic anomalies made of each training image.'),
    alpha: z
      .number()
      .min(0)
      .max(0.5)
      .describe('Eq. 2: probability of each of the first two ways to combine masks.'),
    betaMean: share.describe('Eq. 3 and 4: beta ~ N(mean, deviation^2), kept in [low, high].'),
    betaDeviation: z.number().min(0).describe('See `betaMean`.'),
    betaLow: share.describe('See `betaMean`.'),
    betaHigh: share.describe('See `betaMean`.'),
    blend: z
      .boolean()
      .describe('Blend the texture with the photograph (Eq. 3); otherwise it is laid on opaque.'),
    maxScaleExponent: z
      .number()
      .int()
      .min(0)
      .max(10)
      .describe('Perlin cells along an axis are at most 2 to the power of this.'),
    foreground: z.boolean().describe('Keep anomalies on the part, where the class has a stable foreground.'),
    augmentations: z
      .number()
      .int()
      .min(0)
      .max(9)
      .describe('How many of the nine texture augmentations are drawn.'),
    minCoverage: share.describe(
      'Smallest share of a patch that the mask covers for the patch to count as anomalous; 0: any touch (as the paper).',
    ),
  })
  .describe('Local anomalies in photographs (section 3.2).');

/** Pixels of both sides, or of each. */
const sizeBetween = (least: number, most: number) => {
  const side = z.number().int().min(least).max(most);
  const fits = (text: string) => {
    const size = sizeFromWords(text);
    return side.safeParse(size?.width).success && side.safeParse(size?.height).success;
  };
  const both = z.string().refine(fits).describe('width x height, as 320x240');
  return z.union([side, both.transform((text) => sizeOption(sizeOf(text)))], {
    error: `${least} to ${most} pixels, e.g. 256, or width x height, e.g. 320x240`,
  });
};

/** Most pixels along a side of the network's input. */
export const mostInputSide = 8192;

/** Size of the network's input. */
export const inputSize = sizeBetween(32, mostInputSide).describe(
  "Pixels of the network's input: the side of a square, or width x height.",
);

export const features = z
  .strictObject({
    inputSize,
    tile: sizeBetween(32, 2048)
      .nullable()
      .describe(
        'null: the backbone is given the input as a whole. Else tile by tile, written as `inputSize`: the input may be large, and memory is that of a tile. Also `--tiles`.',
      ),
    tileOverlap: z
      .number()
      .int()
      .min(0)
      .max(1024)
      .describe('Pixels that two neighbouring tiles have in common, at least.'),
    tileWhole: z
      .boolean()
      .describe(
        'Whether the whole input, made as small as a tile, is seen beside the tiles: what is too large for a tile is told by it. By method `clad` without networks alone. Also `--tiles-whole`.',
      ),
    resizeTo: sizeBetween(1, 65_535)
      .nullable()
      .describe(
        'null: the whole image stays in view. Else it is resized to this size, written as `inputSize`, and the centre is cut out.',
      ),
    layers: z.array(z.string()).min(1).describe('Backbone layers, shallow to deep.'),
    fineLayers: z
      .array(z.string())
      .describe(
        'Shallower layers, averaged onto the grid of the first of `layers`; one that the backbone has not is left out.',
      ),
    fineWeight: positive
      .max(10)
      .describe('What the values of `fineLayers` are multiplied by: below 1 they count less in distances.'),
    aggregation: z
      .enum(['pooled', 'concatenated', 'plain', 'mean'])
      .describe(
        "How layers are joined (section 3.2): `pooled` to C_d = width, as PatchCore's and GLASS's codes do, or `concatenated` with all channels, 3 x 3 averaged. For transformers: `plain`, all channels of each place alone, or `mean`, the mean of layers that have as many channels each.",
      ),
    width: count.describe('C_d, where pooled.'),
  })
  .describe('Patch features of the frozen backbone (section 3.2).');

/** A memory bank of normal patch features. */
export const coresetShape = {
  coresetSize: count.describe('Entries of the memory bank, at most.'),
  coresetShare: share.describe(
    'Entries as a share of the normal patches, at most `coresetSize`; 0: `coresetSize`.',
  ),
  candidates: count.describe('Patches that the coreset is chosen from.'),
};

/** A memory bank of normal patch features for each class. */
export const classCoresetShape = {
  coresetSize: count.describe('Entries of each class, at most.'),
  coresetShare: share.describe(
    "Entries as a share of the class's normal patches, at most `coresetSize`; 0: `coresetSize`.",
  ),
  candidates: count.describe('Patches of each class that its entries are chosen from.'),
};

/** One stage of a training. */
export const stage = z.strictObject({
  steps: z
    .number()
    .int()
    .min(0)
    .nullable()
    .describe('Gradient steps; 0 leaves the stage out. Given by `epochs` when null.'),
  epochs: positive.nullable().describe('Passes over the normal patches, where `steps` is null.'),
  batch: z.number().int().min(8).describe('Patches a step, of all kinds.'),
  learningRate: positive.describe('Step size of AdamW at the first step.'),
  schedule: z.enum(['constant', 'cosine']).describe('`cosine` falls to a hundredth at the last step.'),
});

export const localShare = z.number().min(0).max(0.9).describe('Synthetic local anomalies.');
export const globalShare = z
  .number()
  .min(0)
  .max(0.9)
  .describe('Global anomalies, made of as many of the normal rows.');
export const batch = z
  .strictObject({ local: localShare, global: globalShare })
  .describe('Shares of a batch. 0 leaves a kind out.');

/** The climb of global anomalies, in units of the noise's expected length. */
export const ascent = {
  ascentSteps: z
    .number()
    .int()
    .min(0)
    .max(100)
    .describe('Gradient steps (Eq. 5); 0 leaves the noise as drawn, without the projection.'),
  stepLength: z
    .number()
    .min(0)
    .describe("eta, as a multiple of the noise's expected length; GLASS's 0.001 is 0.0017."),
  projectEvery: count.describe('Steps between projections (Eq. 7); the last step is always projected.'),
  innerRadius: z.number().min(0).describe("r1 and r2 likewise; GLASS's 0.5 and 1 are 0.85 and 1.7."),
  outerRadius: positive.describe('See `innerRadius`.'),
};

export const optimizer = z
  .strictObject({
    beta1: z.number().min(0).max(0.9999).describe('Decay of the first moment.'),
    beta2: z.number().min(0).max(0.99999).describe('Decay of the second moment.'),
    epsilon: positive.describe('Added to the root of the second moment.'),
    weightDecay: z.number().min(0).describe('Decoupled weight decay.'),
    averageDecay: z
      .number()
      .min(0)
      .max(0.9999)
      .describe(
        'EMA of all weights: share kept a step, with a warm-up of at most (1 + steps) / (10 + steps); 0: no averaging.',
      ),
  })
  .describe('AdamW.');

export const evaluations = count.describe('How often a stage is validated for checkpoint selection.');
export const selection = z
  .enum(['synthetic', 'test', 'last'])
  .describe(
    'What the checkpoint is selected by: `synthetic` (held-out good images with synthetic anomalies), `test` (pixel AUROC on the test images, as in the paper; it leaks), or `last` (no selection).',
  );

export const blurSigma = z.number().min(0).describe('Gaussian over the map, pixels; 0: none.');
export const topShare = share.describe(
  "Image score: mean of this share of the map's highest pixels; 0: the maximum (the paper).",
);
export const score = z.strictObject({ blurSigma, topShare }).describe('Anomaly map and image score.');

/** What every method on patch features has. */
export const patchShape = { seed, features, heldOut, synthesis, score, falseAlarmRate };
/** What every method with networks on them has beside. */
export const networkShape = { ...patchShape, optimizer, evaluations, selection };

export type SynthesisOptions = z.infer<typeof synthesis>;
export type PatchOptions = z.infer<z.ZodObject<typeof patchShape>>;
export type NetworkOptions = z.infer<z.ZodObject<typeof networkShape>>;

/** Whether the test images choose the checkpoint. */
export function selectsByTest({ selection }: Pick<NetworkOptions, 'selection'>): boolean {
  return selection === 'test';
}
export type StageOptions = z.infer<typeof stage>;

/** Options that ask something of each other. */
type CheckedOptions = Pick<PatchOptions, 'synthesis'> & {
  readonly features: Pick<PatchOptions['features'], 'inputSize' | 'resizeTo'> &
    Partial<Pick<PatchOptions['features'], 'tile' | 'tileWhole'>>;
};

/** Of `features.tileWhole`, where the method's scores are not measured in units that tiles and the whole have alike. */
export const wholeExpected =
  'false: only the memory of method clad without networks (preset instant) sees the whole beside its tiles (--tiles-whole)';

/**
 * What one option asks of another.
 * @param seesWhole - whether the method takes the whole beside its tiles with these options
 */
export function checked<S extends z.ZodType<CheckedOptions>>(
  schema: S,
  seesWhole: (options: z.output<S>) => boolean = () => false,
): S {
  return schema.superRefine((options: z.output<S>, context) => {
    const refuse = (path: string, message: string, input: SizeOption | null) =>
      context.addIssue({ code: 'custom', path: path.split('.'), message, input });
    const { features: of, synthesis: made } = options;
    const [input, resized] = [sizeOf(of.inputSize), sizeOf(of.resizeTo ?? of.inputSize)];
    if (resized.width < input.width || resized.height < input.height)
      refuse('features.resizeTo', `at least features.inputSize, ${of.inputSize}, or null`, of.resizeTo);
    const cannotSeeWhole = !seesWhole(options);
    if (of.tileWhole && (cannotSeeWhole || of.tile === null))
      context.addIssue({
        code: 'custom',
        path: ['features', 'tileWhole'],
        message: cannotSeeWhole ? wholeExpected : 'false, or features.tile (--tiles) as well',
        input: of.tileWhole,
      });
    if (made.betaLow > made.betaHigh)
      refuse('synthesis.betaLow', `at most synthesis.betaHigh, ${made.betaHigh}`, made.betaLow);
    const { globalAnomalies } = options as {
      globalAnomalies?: { innerRadius?: number; outerRadius?: number };
    };
    const { innerRadius = 0, outerRadius = Number.POSITIVE_INFINITY } = globalAnomalies ?? {};
    if (innerRadius > outerRadius) {
      const most = `at most globalAnomalies.outerRadius, ${outerRadius}`;
      refuse('globalAnomalies.innerRadius', most, innerRadius);
    }
  }) as S;
}

/** Adam as it was published, without decay. */
export const adam = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0, averageDecay: 0 } as const;

/** As the paper has it, or leaves it open (docs/how-it-works.md). */
export const asPublished: NetworkOptions = {
  seed: 0,
  features: {
    inputSize: 224,
    tile: null,
    tileOverlap: 64,
    tileWhole: false,
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
  optimizer: { ...adam, weightDecay: 0.01 },
  evaluations: 10,
  selection: 'synthetic',
  score: { blurSigma: 4, topShare: 0 },
  falseAlarmRate: 0.02,
};

/** As the methods are compared: the whole image in view, finer layers beside, channels joined. */
export const asCompared: NetworkOptions = {
  ...asPublished,
  features: {
    ...asPublished.features,
    inputSize: 320,
    resizeTo: null,
    fineLayers: ['layer1'],
    fineWeight: 0.5,
    aggregation: 'concatenated',
  },
  heldOut: 0.15,
};

/** The same for methods that train no networks. */
export const [asComparedUntrained, asPublishedUntrained] = [asCompared, asPublished].map(
  ({ seed, features, heldOut, synthesis, score, falseAlarmRate }): PatchOptions => ({
    seed,
    features,
    heldOut,
    synthesis,
    score,
    falseAlarmRate,
  }),
) as [PatchOptions, PatchOptions];

/** The ascent's published lengths, as multiples of the noise's expected length. */
export const publishedAscent = {
  stepLength: 0.0017,
  projectEvery: 5,
  innerRadius: 0.85,
  outerRadius: 1.7,
} as const;
