/** @file About how long the tasks of UniAD take and what memory a step takes, from options and counts alone. */
import type { ExpectedTask } from '../../core/expected-task.ts';
import { sizeOf } from '../../image/size-option.ts';
import { stepsOf } from '../../training/stage.ts';
import type { TaskCounts } from '../contract.ts';
import { featureSeconds, onCores } from '../shared/task-seconds.ts';
import type { UniadOptions } from './uniad-options.ts';

/** Channels of the three layers of a ResNet-50; times are of two cores. */
const channels = 256 + 512 + 1024;
/** Multiplications and additions a second: of a step, forth and back, and of a prediction. */
const [stepRate, predictRate] = [30e9, 80e9];
/** Seconds of a step for each number that is drawn: of the noise, and of dropout's masks. */
const drawnSeconds = 20e-9;

function placesOf({ inputSize, stride }: UniadOptions['features']): number {
  const { width, height } = sizeOf(inputSize);
  return (width / stride) * (height / stride);
}

/** Multiplications and additions of the transformer for an image. */
function productsOf({ features, network }: UniadOptions): number {
  const { width, hidden, encoderLayers, decoderLayers } = network;
  const places = placesOf(features);
  const attention = 4 * width ** 2 + 2 * places * width;
  const perceptron = 2 * width * hidden;
  const layers = encoderLayers * (attention + perceptron) + decoderLayers * (2 * attention + perceptron);
  return places * (2 * channels * width + layers);
}

/** Numbers that are drawn for an image of a step. */
function drawnOf({ features, network, jitter }: UniadOptions): number {
  const { width, hidden, heads, encoderLayers, decoderLayers, dropout } = network;
  const places = placesOf(features);
  const attention = heads * places + width;
  const perLayers =
    encoderLayers * (attention + hidden + width) + decoderLayers * (2 * attention + hidden + width);
  return places * ((jitter.scale > 0 ? channels : 0) + (dropout > 0 ? perLayers : 0));
}

export function uniadTasks(options: UniadOptions, { training: images, cores }: TaskCounts): ExpectedTask[] {
  const { training, features } = options;
  const steps = stepsOf(training, Math.max(1, Math.round(images / training.batch)));
  const step = training.batch * ((3 * productsOf(options)) / stepRate + drawnOf(options) * drawnSeconds);
  return onCores(cores, [
    { task: 'feature maps', seconds: images * featureSeconds(features), kind: 'images' },
    { task: 'training', seconds: steps * step, kind: 'products' },
  ]);
}

/** Of one image, by its stored maps. */
export function uniadStoredSeconds(options: UniadOptions, { cores }: TaskCounts): number {
  return (2 * productsOf(options)) / (cores * predictRate);
}

/** Of one image, beside its resize. */
export function uniadImageSeconds(options: UniadOptions, counts: TaskCounts): number {
  return (2 * featureSeconds(options.features)) / counts.cores + uniadStoredSeconds(options, counts);
}

/** Bytes that a step keeps of an image until it has its gradients; measured at 2 and 8 images, to a tenth. @param channels - of the features */
export function uniadImageBytes({ features, network }: UniadOptions, channels: number): number {
  const { width, hidden, heads, encoderLayers, decoderLayers, dropout } = network;
  const places = placesOf(features);
  const inLayers = encoderLayers * (10 * width + 2 * hidden) + decoderLayers * (18 * width + 2 * hidden);
  const pairs = (encoderLayers + 2 * decoderLayers) * heads * places;
  const masks = dropout > 0 ? inLayers + 4 * pairs : 0;
  return 4 * places * (12 * channels + inLayers + 5 * pairs + masks);
}
