/** @file About how long the tasks of reverse distillation take and what memory a step takes, from options and counts alone; times are of a ResNet-50 on two cores. */
import type { ExpectedTask } from '../../core/expected-task.ts';
import type { MapLevel } from '../../features/store/extract-maps.ts';
import { stepsOf } from '../../training/stage.ts';
import type { TaskCounts } from '../contract.ts';
import { featureSeconds, onCores } from '../shared/task-seconds.ts';
import { inputShare, type RdOptions } from './rd-options.ts';
import { type StudentShape, studentShape } from './student.ts';

/** Of a ResNet-50 at 256 pixels. */
const levels: readonly TeacherLevel[] = [
  { channels: 256, places: 64 * 64 },
  { channels: 512, places: 32 * 32 },
  { channels: 1024, places: 16 * 16 },
];

interface TeacherLevel {
  readonly channels: number;
  readonly places: number;
}

/** Multiplications and additions a second: of a step, forth and back, and of a prediction. */
const [stepRate, predictRate] = [40e9, 80e9];

/** Places of a level, or of the embedding, which is half as wide as the deepest. */
const placesIn = (teacher: readonly TeacherLevel[]) => (level: number) =>
  teacher[level]?.places ?? (teacher.at(-1)?.places ?? 0) / 4;

/** Multiplications and additions of the student for an image of 256 pixels. */
function productsOf({ fusion, embedding, decoder, heads }: StudentShape): number {
  const placesAt = placesIn(levels);
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
    ...embedding.map((block) => inBlock(block, placesAt(levels.length))),
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

/**
 * Bytes that a step keeps of an image until it has its gradients, by a count of what its layers give. Measured between 2 images and
 * more, with a ResNet-50 at 256 pixels: 112 MB in `fast` where this says 114, 375 MB in `paper` where it says 383.
 * @param teacher - its levels, shallow to deep
 */
export function rdImageBytes(teacher: readonly MapLevel[], student: RdOptions['student']): number {
  const sizes = teacher.map(({ channels, rows, columns }) => ({ channels, places: rows * columns }));
  const placesAt = placesIn(sizes);
  const { fusion, embedding, decoder, heads } = studentShape(sizes, student);
  const inBlock = ({ shape: { width, outputs, size } }: (typeof embedding)[number], places: number) => {
    const before = { kept: 1, halved: 4, doubled: 0.25 }[size] * places;
    return before * width + places * (width + (size === 'kept' ? 1 : 2) * outputs);
  };
  const normalised = [
    ...fusion.flatMap((steps, level) => steps.map(({ outputs }, at) => outputs * placesAt(level + at + 1))),
    ...embedding.map((block) => inBlock(block, placesAt(sizes.length))),
    ...decoder.flatMap((blocks, level) => blocks.map((block) => inBlock(block, placesAt(level)))),
  ].reduce((sum, each) => sum + each, 0);
  const given = sizes.reduce((sum, { channels, places }) => sum + channels * places, 0);
  const made = heads.reduce((sum, head, level) => sum + (head ? head.outputs * placesAt(level) : 0), 0);
  return 4 * (4 * normalised + 5 * (given + made));
}
