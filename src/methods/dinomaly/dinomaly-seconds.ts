/** @file About how long the tasks of Dinomaly take and what memory a step takes, from options and counts alone. */
import type { ExpectedTask } from '../../core/expected-task.ts';
import type { MapLevel } from '../../features/store/extract-maps.ts';
import { sizeOf } from '../../image/size-option.ts';
import { stepsOf } from '../../training/stage.ts';
import type { TaskCounts } from '../contract.ts';
import { featureSeconds, onCores } from '../shared/task-seconds.ts';
import type { DecoderShape } from './decoder.ts';
import type { DinomalyOptions } from './dinomaly-options.ts';

/** Channels of the two layers of a ResNet-50, on the grid of the deeper one; times are of two cores. */
const [channels, stride] = [512 + 1024, 16];
/** Multiplications and additions a second: of a step, forth and back, and of a prediction. */
const [stepRate, predictRate] = [30e9, 80e9];

/** Multiplications and additions of bottleneck and decoder for an image. */
function productsOf({ features, network }: DinomalyOptions): number {
  const { width, height } = sizeOf(features.inputSize);
  const inside = network.width ?? channels;
  const past = network.width === null ? 0 : 2 * channels * inside;
  const perceptron = 2 * network.expansion * inside ** 2;
  const block = (4 + network.headWidth / inside) * inside ** 2 + perceptron;
  return (width / stride) * (height / stride) * (past + perceptron + network.layers * block);
}

export function dinomalyTasks(
  options: DinomalyOptions,
  { training: images, cores }: TaskCounts,
): ExpectedTask[] {
  const { training, features } = options;
  const steps = stepsOf(training, Math.max(1, Math.round(images / training.batch)));
  const step = (training.batch * 3 * productsOf(options)) / stepRate;
  return onCores(cores, [
    { task: 'feature maps', seconds: images * featureSeconds(features), kind: 'images' },
    { task: 'training', seconds: steps * step, kind: 'products' },
  ]);
}

/** Of one image, by its stored maps. */
export function dinomalyStoredSeconds(options: DinomalyOptions, { cores }: TaskCounts): number {
  return (2 * productsOf(options)) / (cores * predictRate);
}

/** Of one image, beside its resize. */
export function dinomalyImageSeconds(options: DinomalyOptions, counts: TaskCounts): number {
  return (2 * featureSeconds(options.features)) / counts.cores + dinomalyStoredSeconds(options, counts);
}

/** Bytes that a step keeps of an image until it has its gradients, by a count. With 8 images of a ResNet-50 in `fast` 2.0 GB were resident where a plan says 1.9. */
export function dinomalyImageBytes({ groups, inputs, layers, width, hidden }: DecoderShape): number {
  const { rows, columns } = groups[0] as MapLevel;
  const outputs = groups.reduce((sum, group) => sum + group.channels, 0);
  const inside = layers * (20 * width + 8 * hidden) + 10 * hidden + 4 * width;
  return 4 * rows * columns * (4 * inputs + 10 * outputs + inside);
}
