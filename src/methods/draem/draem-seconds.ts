/** @file About how long the tasks of DRAEM take and what memory a step takes, from options and counts alone. */
import type { ExpectedTask } from '../../core/expected-task.ts';
import { sizeOf } from '../../image/size-option.ts';
import { stepsOf } from '../../training/stage.ts';
import type { TaskCounts } from '../contract.ts';
import { featureSeconds, onCores } from '../shared/task-seconds.ts';
import type { DraemOptions } from './draem-options.ts';
import { draemShape, productsOf, valuesIn } from './networks.ts';

/** Multiplications and additions a second on two cores: of a step, forth and back, and of a prediction. */
const [stepRate, predictRate] = [36e9, 60e9];
/** Seconds to draw an image of a step, for each of its pixels. */
const drawnSeconds = 0.4e-6;
/** Bytes that a step keeps for each value that a layer gives: the value itself, what batch norm and ReLU make of it, and gradients on their way back. */
const bytesOfValue = 24;

function pixelsOf({ inputSize }: DraemOptions['features']): number {
  const { width, height } = sizeOf(inputSize);
  return width * height;
}

/** Multiplications and additions of both networks for an image. */
function productsOfImage({ features, network }: DraemOptions): number {
  const { reconstructive, discriminative } = draemShape(network);
  return pixelsOf(features) * (productsOf(reconstructive) + productsOf(discriminative));
}

export function draemTasks(options: DraemOptions, { training: images, cores }: TaskCounts): ExpectedTask[] {
  const { training, features } = options;
  const steps = stepsOf(training, Math.max(1, Math.round(images / training.batch)));
  const image = (3 * productsOfImage(options)) / stepRate + drawnSeconds * pixelsOf(features);
  return onCores(cores, [
    { task: 'feature maps', seconds: images * featureSeconds(features), kind: 'images' },
    { task: 'training', seconds: steps * training.batch * image, kind: 'products' },
  ]);
}

/** Of one image, by its stored pixels. */
export function draemStoredSeconds(options: DraemOptions, { cores }: TaskCounts): number {
  return (2 * productsOfImage(options)) / (cores * predictRate);
}

/** Of one image, beside its resize. */
export function draemImageSeconds(options: DraemOptions, counts: TaskCounts): number {
  return (2 * featureSeconds(options.features)) / counts.cores + draemStoredSeconds(options, counts);
}

/** Bytes that a step keeps of an image until it has its gradients; measured at two sizes and three widths. */
export function draemImageBytes({ features, network }: DraemOptions): number {
  const { reconstructive, discriminative } = draemShape(network);
  return bytesOfValue * pixelsOf(features) * (valuesIn(reconstructive) + valuesIn(discriminative));
}
