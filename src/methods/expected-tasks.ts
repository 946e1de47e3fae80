/**
 * @file The tasks of a training and about how long each takes, from its options and the numbers of images alone: nothing is measured, which
 * `clad train --plan` does and takes seconds for. Constants are of two cores, ResNet-50 and 256 pixels; what is left of a training is scaled by what
 * this machine has taken so far (cli/whole-work.ts).
 */
import { availableParallelism } from 'node:os';
import type { ExpectedTask } from '../core/expected-task.ts';
import { byClass, type Dataset } from '../data/dataset.ts';
import { batchRows } from '../training/step.ts';
import { imagesToJudge } from './good-images.ts';
import { madePerProduct } from './made-per-product.ts';
import type { TrainRequest } from './train-work.ts';

/** Seconds of one picture of 256 x 256 pixels in the backbone, decoded and synthesised beside it. */
const pictureSeconds = 0.044;
/** Multiplications and additions a second, of large products, and in a step of the networks. */
const [matchingRate, stepRate] = [190e9, 80e9];
/** Of 655 360 candidates and 32 768 members. */
const bankSeconds = 31;
/** Test images shown in the report's embedding, at most. */
const embedded = 600;

/** In the order in which they come. Some may be left out, where an earlier try has done them. */
export function expectedTasks(request: TrainRequest, { samples, classes }: Dataset): ExpectedTask[] {
  const { options } = request;
  const { features, synthesis, input } = options;
  const training = samples.filter(({ split }) => split === 'train');
  const tests = samples.length - training.length;
  const reported = request.evaluated ? tests : 0;
  const chosenByTest = options.selection === 'test' ? tests : 0;
  const slower = 2 / availableParallelism();
  const perImage = (features.inputSize / 8) ** 2;
  const picture = pictureSeconds * slower * (features.inputSize / 256) ** 2;
  const residual = input.kind === 'residual';
  const members = Math.min(input.members, training.length * perImage);
  const match = residual ? (slower * 2 * perImage * members * input.components) / matchingRate : 0;
  const judged = judgedImages(request, training);
  const made = synthesis.perImage > 0 ? madePerProduct * classes.length : 0;
  const candidates = Math.min(input.candidates, training.length * perImage) / 655_360;
  const tasks: readonly (readonly [string, number, ExpectedTask['kind']])[] = [
    ['checking images', (training.length + Math.max(reported, chosenByTest)) * 0.004, 'pictures'],
    ['checking textures', request.textures === undefined || made === 0 ? 0 : 2, 'pictures'],
    ['reading images', training.length * 0.001, 'pictures'],
    ['foregrounds', made === 0 ? 0 : classes.length * 0.5, 'pictures'],
    ['patch features', (training.length * (1 + synthesis.perImage) + chosenByTest) * picture, 'pictures'],
    ['candidates for the memory bank', residual ? 6 * candidates * slower : 0, 'products'],
    ['memory bank', residual ? (bankSeconds * candidates * members * slower) / 32_768 : 0, 'products'],
    ['matching to the memory bank', training.length * match, 'products'],
    ['stage 1', stageSeconds(request, 1, training.length * perImage) * slower, 'products'],
    ['stage 2', stageSeconds(request, 2, training.length * perImage) * slower, 'products'],
    ['thresholds', judged * (picture + match), 'pictures'],
    ['regions', made * 1.5 * (picture + match), 'pictures'],
    ['evaluating', reported * (picture + match + 0.02), 'pictures'],
    ['embedding', Math.min(embedded, reported) * picture, 'pictures'],
  ];
  return tasks.filter(([, seconds]) => seconds > 0).map(([task, seconds, kind]) => ({ task, seconds, kind }));
}

function judgedImages({ options }: TrainRequest, training: Dataset['samples']): number {
  const count = Math.max(1, Math.round(1 / Math.max(options.heldOut, 1e-3)));
  const heldOut = new Set<number>();
  // Which are held out does not matter here, only about how many of each product.
  for (const of of byClass(training.map(({ className }, id) => ({ className, id }))).values())
    of.forEach(({ id }, index) => {
      if (index % count === 0) heldOut.add(id);
    });
  const split = { heldOut, fit: new Set<number>() };
  const judged = imagesToJudge(training, split, options.seed);
  return [...judged.values()].reduce((sum, ids) => sum + ids.length, 0);
}

/** @param patches - of all training images */
function stageSeconds({ options }: TrainRequest, stage: 1 | 2, patches: number): number {
  const { steps, epochs, batch } = options[`stage${stage}`];
  const { normal } = batchRows(batch, options.batch, options.synthesis.perImage > 0);
  const count = steps ?? Math.round((epochs ?? 0) * Math.max(1, Math.floor(patches / normal)));
  const width = options.input.kind === 'residual' ? options.input.components : options.features.width;
  const widths = [width, ...options.adaptor, ...options.discriminator];
  const weights = widths.slice(1).reduce((sum, each, at) => sum + each * (widths[at] as number), 0);
  const contrasted =
    stage === 1 && options.losses.contrast > 0 ? batch * (options.adaptor.at(-1) ?? width) : 0;
  return (count * 6 * batch * (weights + contrasted)) / stepRate;
}
