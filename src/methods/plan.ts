/**
 * @file What a training will cost, before it is begun: disk, memory and time. Times are measured here and now on a few pictures and a few
 * small steps, and scaled; sizes follow from the options.
 */
import { CladError } from '../core/errors.ts';
import type { LeftOutSummary } from '../data/left-out.ts';
import { Extractor, featureWidthOf, gridSideOf } from '../features/extractor.ts';
import { mostWindowBytes } from '../training/batches.ts';
import { memberCount, selectionWidth } from '../training/choose-members.ts';
import type { TrainingOptions } from '../training/options.ts';
import { batchRows } from '../training/step.ts';
import { imagesToJudge } from './good-images.ts';
import { madePerProduct } from './made-per-product.ts';
import { extractionSeconds, metricSeconds, productRate, stepSeconds } from './plan-timing.ts';
import { requireRequest } from './request-fields.ts';
import { judgedRows } from './selection.ts';
import { readAll, type TrainRequest } from './train-work.ts';

/** What is expected of a training. */
export interface TrainingPlan {
  readonly images: number;
  /** Test images that choose the networks; 0 where `selection` is not `test`. */
  readonly testImages: number;
  readonly classes: number;
  readonly heldOut: number;
  /** Normal patches that are trained on. */
  readonly patches: number;
  readonly steps: { readonly stage1: number; readonly stage2: number };
  /** Bytes; with `--cache` they stay. */
  readonly disk: { readonly features: number; readonly inputs: number };
  /** Bytes at the highest. */
  readonly memory: number;
  /** Seconds. */
  readonly time: {
    readonly features: number;
    readonly matching: number;
    readonly stage1: number;
    readonly stage2: number;
    /** What chooses the networks, in both stages. */
    readonly selection: number;
    readonly thresholds: number;
  };
  /** What is passed over in the folders of data set and textures. */
  readonly leftOut: LeftOutSummary;
}

/** Synthetic anomalies keep only the patches they cover: so much of a picture, measured on four products. */
const coveredShare = 0.1;
/** Bytes of a step for every float of the widths a row passes through; measured at 100 000 rows. */
const bytesPerActivation = 35;
/** Similarities of a block of rows, or of a picture's, to a member. */
const matchingBytes = (perImage: number) => Math.max(512, perImage) * 4;
/** Of the program, the engine, the backbone and the networks, bytes; four products take 1.73 GB with `fast`, 1.77 GB with `accurate`. */
const base = 1e9;

/** @throws what reading and checking the data, the backbone and the options throw */
export async function planTraining(request: TrainRequest): Promise<TrainingPlan> {
  requireRequest('planTraining', 'train', request);
  if (request.method !== 'clad') {
    throw new CladError('OPTION_INVALID', {
      option: '--plan',
      expected: 'asked of method clad',
      actual: `--method ${request.method}`,
    });
  }
  const { engine, backbone, features, split, training, dataset, leftOut } = await readAll(request);
  const { options } = request;
  const width = featureWidthOf(backbone, features);
  const perImage = gridSideOf(features) ** 2;
  const images = training.length;
  const testImages =
    options.selection === 'test' ? dataset.samples.filter((sample) => sample.split === 'test').length : 0;
  const rows =
    Math.round(images * perImage * (1 + options.synthesis.perImage * coveredShare)) + testImages * perImage;
  const residual = options.input.kind === 'residual';
  const inputWidth = residual ? Math.min(options.input.components, width) : width;
  const disk = { features: rows * width * 2, inputs: residual ? rows * inputWidth * 2 : 0 };
  const patches = split.fit.size * perImage;
  const steps = { stage1: stepsOf(options, 1, patches), stage2: stepsOf(options, 2, patches) };
  const classes = dataset.classes.length;
  const seconds = (stage: 1 | 2) =>
    steps[`stage${stage}`] === 0 ? 0 : stepSeconds(engine, options, stage, inputWidth, classes);
  const [first, second] = [await seconds(1), await seconds(2)];
  // Judging is a step's way forward, about a third of it, and for test images all their metrics.
  const judgedSeconds = Math.max(first / options.stage1.batch, second / options.stage2.batch) / 3;
  const judgement = {
    last: 0,
    synthetic: judgedRows * judgedSeconds,
    test: testImages * (perImage * judgedSeconds + metricSeconds(features.geometry.size)),
  }[options.selection];
  const judgements = options.evaluations * [first, second].filter((each) => each > 0).length;
  const extractor = await Extractor.create(engine, backbone, features);
  const pictureSeconds = await extractionSeconds(extractor, features.geometry.size);
  await extractor.release();
  const members = memberCount(options.input, images * perImage);
  const secondsPerPatch = residual ? (2 * members * inputWidth) / (await productRate(engine)) : 0;
  const judged = [...imagesToJudge(training, split, options.seed).values()].flat();
  const made = options.synthesis.perImage > 0 ? madePerProduct * classes : 0;
  return {
    images,
    testImages,
    classes,
    heldOut: split.heldOut.size,
    patches,
    steps,
    disk,
    memory: memoryOf(options, inputWidth, disk, perImage),
    time: {
      features: (images * (1 + options.synthesis.perImage) + testImages) * pictureSeconds,
      matching: rows * secondsPerPatch,
      stage1: steps.stage1 * first,
      stage2: steps.stage2 * second,
      selection: judgements * judgement,
      // A made defect takes half as long again as a good image.
      thresholds: (judged.length + 1.5 * made) * (pictureSeconds + perImage * secondsPerPatch),
    },
    leftOut,
  };
}

function stepsOf(options: TrainingOptions, stage: 1 | 2, patches: number): number {
  const { steps, epochs, batch } = options[`stage${stage}`];
  const { normal } = batchRows(batch, options.batch, options.synthesis.perImage > 0);
  return steps ?? Math.round((epochs ?? 0) * Math.max(1, Math.floor(patches / normal)));
}

function memoryOf(
  { input, adaptor, discriminator, ...options }: TrainingOptions,
  width: number,
  disk: TrainingPlan['disk'],
  perImage: number,
) {
  const floats = [width, ...adaptor, ...discriminator].reduce((sum, each) => sum + each, 0);
  const batch = Math.max(
    ...([1, 2] as const).map((stage) =>
      options[`stage${stage}`].steps === 0 ? 0 : options[`stage${stage}`].batch,
    ),
  );
  const bank =
    input.kind === 'residual'
      ? input.candidates * selectionWidth * 4 + input.members * (width * 4 * 2 + matchingBytes(perImage))
      : 0;
  return (
    base +
    bank +
    Math.min(mostWindowBytes, disk.inputs || disk.features) +
    batch * floats * bytesPerActivation
  );
}
