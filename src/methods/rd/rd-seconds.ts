/** @file About how long the tasks of reverse distillation take, from options and counts alone, for a ResNet-50 on two cores. */
import type { ExpectedTask } from '../../core/expected-task.ts';
import { stepsOf } from '../../training/stage.ts';
import type { TaskCounts } from '../contract.ts';
import { featureSeconds, onCores } from '../shared/task-seconds.ts';
import { inputShare, type RdOptions } from './rd-options.ts';
import { type StudentShape, studentShape } from './student.ts';

/** Levels of a ResNet-50, and places of them at 256 pixels. */
const levels = [
  { channels: 256, places: 64 * 64 },
  { channels: 512, places: 32 * 32 },
  { channels: 1024, places: 16 * 16 },
];
/** Multiplications and additions a second: of a step, forth and back, and of a prediction. */
const [stepRate, predictRate] = [40e9, 80e9];

/** Multiplications and additions of the student for an image of 256 pixels. */
function productsOf({ fusion, embedding, decoder, heads }: StudentShape): number {
  const placesAt = (level: number) => levels[level]?.places ?? 64;
  const fused = fusion.flatMap((steps, level) =>
    steps.map(({ inputs, outputs }, at) => 9 * inputs * outputs * placesAt(level + at + 1)),
  );
  const inBlock = (
    { shape: { inputs, width, outputs, size } }: (typeof embedding)[number],
    places: number,
  ) => {
    const across = size === 'doubled' ? 4 : 9;
    const past = size === 'kept' ? 0 : inputs * outputs;
    return places * (inputs * width + across * width * width + width * outputs + past);
  };
  const blocks = [
    ...embedding.map((block) => inBlock(block, 64)),
    ...decoder.flatMap((stage, level) => stage.map((block) => inBlock(block, placesAt(level)))),
  ];
  const brought = heads.map((head, level) => (head ? head.inputs * head.outputs * placesAt(level) : 0));
  return [...fused, ...blocks, ...brought].reduce((sum, each) => sum + each, 0);
}

export function rdTasks(options: RdOptions, { training: images, cores }: TaskCounts): ExpectedTask[] {
  const { training, features, student } = options;
  const steps = stepsOf(training, Math.max(1, Math.round(images / training.batch)));
  const products = 3 * productsOf(studentShape(levels, student)) * inputShare(features);
  return onCores(cores, [
    { task: 'feature maps', seconds: images * featureSeconds(features), kind: 'images' },
    { task: 'training', seconds: (steps * training.batch * products) / stepRate, kind: 'products' },
  ]);
}

/** Of one image, by its stored maps. */
export function rdStoredSeconds({ features, student }: RdOptions, { cores }: TaskCounts): number {
  const products = productsOf(studentShape(levels, student)) * inputShare(features);
  return (2 * products) / (cores * predictRate);
}

/** Of one image, beside its resize. */
export function rdImageSeconds(options: RdOptions, counts: TaskCounts): number {
  return (2 * featureSeconds(options.features)) / counts.cores + rdStoredSeconds(options, counts);
}
