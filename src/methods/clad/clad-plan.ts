/**
 * @file What a training of CLAD will cost: disk, memory and time. Times are measured here and now on a few images and a few small steps, and
 * scaled; sizes follow from the options.
 */
import { entryCount, mostCandidates } from '../../features/memory-bank/choose-entries.ts';
import { selectionWidth } from '../../features/memory-bank/selection-space.ts';
import { featureWidthOf } from '../../features/patches/extractor.ts';
import { patchCount } from '../../image/geometry.ts';
import { stepsOf } from '../../training/stage.ts';
import type { FitPlan, PlanContext } from '../contract.ts';
import { batchRows } from '../shared/batch-rows.ts';
import { validatedRows } from '../shared/checkpoint-selection.ts';
import { extractionSeconds, productRate } from '../shared/measured-times.ts';
import { mostWindowBytes } from '../shared/patch-batches.ts';
import type { PatchView } from '../shared/patch-view.ts';
import { coresetTasks, mapSeconds } from '../shared/task-seconds.ts';
import { anomaliesOfEvery } from '../shared/training-features.ts';
import type { CladOptions } from './clad-options.ts';
import { metricSeconds, stepSeconds } from './plan-timing.ts';
import { plannedFileBytes } from './planned-file.ts';

/** Synthetic anomalies keep only the patches they cover: so much of an image, measured on four classes. */
const coveredShare = 0.1;
/** Bytes of a step for every float of the widths a row passes through; measured at 100 000 rows. */
const bytesPerActivation = 35;
/** Similarities of a block of rows, or of an image's, to an entry. */
const matchingBytes = (perImage: number) => Math.max(512, perImage) * 4;
/** Of the program, the engine, the backbone and networks, bytes; with networks four classes take 1.73 GB with `fast`, 1.77 GB with `accurate`. */
const base = 1e9;

/** @throws what running the backbone and the networks once throws */
export async function planClad({
  options: asked,
  view,
  engine,
  backbone,
  dataset,
  training,
  split,
}: PlanContext<CladOptions, PatchView>): Promise<FitPlan> {
  const options = asked.networks ? asked : withoutTraining(asked);
  const { features } = view;
  const { memoryBank } = options;
  const width = featureWidthOf(backbone, features);
  const perImage = patchCount(view.grid);
  const images = training.length;
  const testImages =
    options.selection === 'test' ? dataset.samples.filter((sample) => sample.split === 'test').length : 0;
  const made = options.synthesis.perImage / anomaliesOfEvery(options.networks ? 'all' : 'some', images);
  const rows = Math.round(images * perImage * (1 + made * coveredShare)) + testImages * perImage;
  const residual = options.input === 'residual';
  const inputWidth = residual ? Math.min(memoryBank.components, width) : width;
  const disk = {
    features: rows * width * 2,
    inputs: residual && options.networks ? rows * inputWidth * 2 : 0,
  };
  const patches = split.fit.size * perImage;
  const steps = { stage1: stageSteps(options, 1, patches), stage2: stageSteps(options, 2, patches) };
  const classes = dataset.classes.length;
  const seconds = (stage: 1 | 2) =>
    steps[`stage${stage}`] === 0 ? 0 : stepSeconds(engine, options, stage, inputWidth, classes);
  const [first, second] = [await seconds(1), await seconds(2)];
  // A validation is a step's way forward, about a third of it, and for test images all their metrics.
  const rowSeconds = Math.max(first / options.stage1.batch, second / options.stage2.batch) / 3;
  const validation = {
    last: 0,
    synthetic: validatedRows * rowSeconds,
    test: testImages * (perImage * rowSeconds + metricSeconds(view.geometry)),
  }[options.selection];
  const validations = options.evaluations * [first, second].filter((each) => each > 0).length;
  const featureSeconds = await extractionSeconds(engine, backbone, features);
  const imagesOf = dataset.classes.map(
    (name) => training.filter(({ className }) => className === name).length,
  );
  const entriesOf = imagesOf.map((count) => entryCount(memoryBank, count * perImage));
  // An image is matched to the entries of its own class.
  const entries = imagesOf.reduce((sum, count, index) => sum + count * entriesOf[index]!, 0) / images;
  const secondsPerPatch = residual
    ? (2 * entries * Math.min(comparedWidth(memoryBank), inputWidth)) / (await productRate(engine))
    : 0;
  // As clad.ts has it: with tiles every good image is measured.
  const tiled = features.tiling !== undefined && !options.networks;
  const measured = options.score.networkWeight === null ? 0 : tiled ? images : split.heldOut.size;
  return {
    learntFrom: { name: 'patches', count: patches },
    steps: options.networks ? steps : {},
    disk,
    memory: memoryOf(options, inputWidth, disk, perImage, entriesOf),
    file: plannedFileBytes(
      { options, view, backbone, classes: dataset.classes },
      { feature: width, input: inputWidth },
      entriesOf,
    ),
    time: {
      features: (images * (1 + made) + testImages) * featureSeconds,
      ...(residual && { entries: entrySeconds(memoryBank, imagesOf, perImage) }),
      ...(options.networks && {
        matching: rows * secondsPerPatch,
        stage1: steps.stage1 * first,
        stage2: steps.stage2 * second,
        selection: validations * validation,
      }),
      ...(residual && { distances: measured * perImage * secondsPerPatch }),
    },
    imageSeconds: featureSeconds + perImage * secondsPerPatch,
    // Features are worked out again of what is inside; the search is done once more for the scores.
    regionSeconds: featureSeconds + perImage * secondsPerPatch,
    storedSeconds: mapSeconds(options.features) + perImage * secondsPerPatch,
  };
}

/** Of choosing the entries of all classes, on two cores: the one time here that is by experience, as it hangs on memory rather than on products. */
function entrySeconds(
  memoryBank: CladOptions['memoryBank'],
  imagesOf: readonly number[],
  perImage: number,
): number {
  const tasks = imagesOf.flatMap((count) => coresetTasks(memoryBank, count * perImage));
  return tasks.reduce((sum, { seconds }) => sum + seconds, 0);
}

/** What is left of the options where no networks are trained. */
function withoutTraining(options: CladOptions): CladOptions {
  const { stage1, stage2 } = options;
  return {
    ...options,
    stage1: { ...stage1, steps: 0 },
    stage2: { ...stage2, steps: 0 },
    selection: 'last',
  };
}

/** Components in float32 whose comparison takes as long as that of the entries of a class: of codes a processor multiplies about four at once. */
export function comparedWidth({
  components,
  searchWidth,
}: Pick<CladOptions['memoryBank'], 'components' | 'searchWidth'>): number {
  return searchWidth === null ? components : searchWidth / 4;
}

function stageSteps(options: CladOptions, stage: 1 | 2, patches: number): number {
  const schedule = options[`stage${stage}`];
  const { normal } = batchRows(schedule.batch, options.batch, options.synthesis.perImage > 0);
  return stepsOf(schedule, Math.max(1, Math.floor(patches / normal)));
}

function memoryOf(
  { input, networks, memoryBank, adaptor, discriminator, ...options }: CladOptions,
  width: number,
  disk: { readonly features: number; readonly inputs: number },
  perImage: number,
  entriesOf: readonly number[],
) {
  const floats = [width, ...adaptor, ...discriminator].reduce((sum, each) => sum + each, 0);
  const batch = Math.max(
    ...([1, 2] as const).map((stage) =>
      options[`stage${stage}`].steps === 0 ? 0 : options[`stage${stage}`].batch,
    ),
  );
  const bank =
    input === 'residual'
      ? Math.max(memoryBank.candidates, mostCandidates) * selectionWidth * 4 +
        entriesOf.reduce((sum, each) => sum + each, 0) * width * 4 * 2 +
        Math.max(...entriesOf) * matchingBytes(perImage)
      : 0;
  return (
    base +
    bank +
    (networks ? Math.min(mostWindowBytes, disk.inputs || disk.features) : 0) +
    batch * floats * bytesPerActivation
  );
}
