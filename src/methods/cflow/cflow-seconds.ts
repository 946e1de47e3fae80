/** @file About how long the tasks of CFLOW-AD take, from options and counts alone, for a ResNet-50 on two cores. */
import type { ExpectedTask } from '../../core/expected-task.ts';
import { sizeOf } from '../../image/size-option.ts';
import { coupledHalves } from '../../nn/coupling.ts';
import type { TaskCounts } from '../contract.ts';
import { featureSeconds, onCores } from '../shared/task-seconds.ts';
import type { CflowOptions } from './cflow-options.ts';
import { scheduleOf, stepsOfPass, taskOfLevel } from './cflow-schedule.ts';

/** Channels and stride of a ResNet-50's layers. */
const resnet: Readonly<Record<string, { readonly channels: number; readonly stride: number }>> = {
  layer1: { channels: 256, stride: 4 },
  layer2: { channels: 512, stride: 8 },
  layer3: { channels: 1024, stride: 16 },
  layer4: { channels: 2048, stride: 32 },
};
/** Multiplications and additions a second: of a step, forth and back, and of a prediction. */
const [stepRate, predictRate] = [40e9, 80e9];
/** Seconds that the optimiser takes for a weight. */
const weightSeconds = 2e-9;

interface LevelCost {
  readonly places: number;
  /** Of the flow, those that are trained. */
  readonly weights: number;
  /** Multiplications and additions for a patch, forth alone. */
  readonly products: number;
}

/** What a level costs; a layer of another backbone counts as that of a ResNet-50 in its place. */
function levelCosts({ features, flow: { blocks, hidden, mixing, positions } }: CflowOptions): LevelCost[] {
  const { width, height } = sizeOf(features.inputSize);
  const all = Object.values(resnet);
  return features.layers.map((name, at) => {
    const { channels, stride } = resnet[name] ?? all[Math.min(at, all.length - 1)]!;
    const { kept, moved } = coupledHalves(channels);
    const inside = hidden * (kept + positions);
    const weights = blocks * inside * (kept + positions + 2 * moved);
    const mixed = mixing === 'soft' ? blocks * channels ** 2 : 0;
    return {
      places: Math.ceil(height / stride) * Math.ceil(width / stride),
      weights,
      products: weights + mixed,
    };
  });
}

/** Of one image's maps through all flows, on two cores. */
function likelihoodSeconds(options: CflowOptions): number {
  const products = levelCosts(options).reduce((sum, level) => sum + level.places * level.products, 0);
  return products / predictRate;
}

export function cflowTasks(options: CflowOptions, { training: images, cores }: TaskCounts): ExpectedTask[] {
  const { training, features, heldOut } = options;
  const learnt = Math.max(1, Math.round(images * (1 - heldOut)));
  const levels = levelCosts(options).map(({ places, weights, products }, at): ExpectedTask => {
    const { steps } = scheduleOf(training, at, stepsOfPass(learnt, places, training).perPass);
    const each = (3 * training.batch * products) / stepRate + weights * weightSeconds;
    return { task: taskOfLevel(at), seconds: steps * each, kind: 'products' };
  });
  return onCores(cores, [
    { task: 'feature maps', seconds: images * featureSeconds(features), kind: 'images' },
    ...levels,
    { task: 'likelihoods', seconds: learnt * likelihoodSeconds(options), kind: 'products' },
  ]);
}

/** Of one image, by its stored maps. */
export function cflowStoredSeconds(options: CflowOptions, { cores }: TaskCounts): number {
  return (2 * likelihoodSeconds(options)) / cores;
}

/** Of one image, beside its resize. */
export function cflowImageSeconds(options: CflowOptions, counts: TaskCounts): number {
  return (2 * featureSeconds(options.features)) / counts.cores + cflowStoredSeconds(options, counts);
}
