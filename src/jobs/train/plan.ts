/** @file What a training will cost, before it is begun: what the method says of itself, and what is around it. */
import { CladError } from '../../core/errors.ts';
import type { LeftOutSummary } from '../../data/left-out.ts';
import type { FitPlan } from '../../methods/contract.ts';
import { requireRequest } from '../request-fields.ts';
import { madeCost, madeCount } from './made-defects.ts';
import { readAll } from './prepare.ts';
import { type TrainRequest, trainFields } from './train-request.ts';

/** What is expected of a training. */
export interface TrainingPlan extends Omit<FitPlan, 'imageSeconds' | 'regionSeconds' | 'storedSeconds'> {
  readonly images: number;
  /** Test images that choose the checkpoint; 0 where `selection` is not `test`. */
  readonly testImages: number;
  readonly classes: number;
  readonly heldOut: number;
  /** Seconds that the detector will take for an image, and how many of them for its region of interest; absent where no class has one. */
  readonly image?: { readonly seconds: number; readonly region: number };
  /** What is passed over in the folders of data set and textures. */
  readonly leftOut: LeftOutSummary;
}

/**
 * Measures what a training will cost; writes nothing.
 * @throws what reading and checking the data, the backbone and the options throw; OPTION_INVALID where the method does not say
 */
export async function planTraining(request: TrainRequest): Promise<TrainingPlan> {
  requireRequest('planTraining', trainFields, request);
  const work = await readAll(request, { outside: { '--out': request.out } });
  const { method, options, split, training, dataset, leftOut, regions } = work;
  if (!method.plan) {
    throw new CladError('OPTION_INVALID', {
      option: 'method',
      expected: 'clad, or one that has a function plan: others do not say what a training will cost',
      actual: method.name,
    });
  }
  const { imageSeconds, storedSeconds = imageSeconds, regionSeconds = 0, ...plan } = await method.plan(work);
  const region = regions ? regionSeconds : 0;
  const seconds = imageSeconds + region;
  const classes = dataset.classes.length;
  const made = madeCost * madeCount(options, classes);
  const tests = dataset.samples.filter((sample) => sample.split === 'test');
  return {
    ...plan,
    images: training.length,
    testImages: method.usesTestImages?.(options) ? tests.length : 0,
    classes,
    heldOut: split.heldOut.size,
    time: { ...plan.time, thresholds: training.length * storedSeconds + made * seconds },
    ...(region > 0 && { image: { seconds, region } }),
    leftOut,
  };
}
