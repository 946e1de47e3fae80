/**
 * @file About how long the tasks of a method on patch features take, from options and counts alone: nothing is measured. Constants are of two cores,
 * ResNet-50 and 256 pixels; what is left of a training is scaled by what this machine has taken so far (core/whole-work.ts).
 */
import type { ExpectedTask } from '../../core/expected-task.ts';
import { entryCount } from '../../features/memory-bank/choose-entries.ts';
import type { ImageSize } from '../../image/limits.ts';
import { sizeOf } from '../../image/size-option.ts';
import { stepsOf } from '../../training/stage.ts';
import type { TaskCounts } from '../contract.ts';
import { batchRows } from './batch-rows.ts';
import type { PatchOptions, StageOptions } from './option-groups.ts';
import { taskOf } from './train-networks.ts';
import { type AnomalyShare, anomaliesOfEvery } from './training-features.ts';

/** Multiplications and additions a second, of large products, and in a step of the networks. */
const [matchingRate, stepRate] = [190e9, 80e9];
/** Of 655 360 candidates and 32 768 entries. */
const bankSeconds = 62;

/** The tasks with as many cores. */
export function onCores(cores: number, tasks: readonly ExpectedTask[]): ExpectedTask[] {
  return tasks.map((task) => ({ ...task, seconds: (task.seconds * 2) / cores }));
}

/** What is seen of an image. */
type Seen = Pick<PatchOptions['features'], 'inputSize'> &
  Partial<Pick<PatchOptions['features'], 'tile' | 'tileWhole'>>;

/** Pixels of an image that the backbone is given: the input, and the whole made as small as a tile, where it is seen beside. */
function pixelsOf({ inputSize, tile, tileWhole }: Seen): number {
  const area = ({ width, height }: ImageSize) => width * height;
  return area(sizeOf(inputSize)) + (tileWhole && tile ? area(sizeOf(tile)) : 0);
}

/** Patches of an image, with a stride of 8 pixels. */
export function patchesOf(features: Seen): number {
  return pixelsOf(features) / 8 ** 2;
}

/** Of one image in the backbone, decoded and synthesised beside it. */
export function featureSeconds(features: Seen): number {
  return (0.044 * pixelsOf(features)) / 256 ** 2;
}

/** Of one image's patch features, read from a store, to its anomaly map. */
export function mapSeconds(features: Seen): number {
  return (0.008 * pixelsOf(features)) / 256 ** 2;
}

/** Making patch features of all images. */
export function extractionTasks(
  { features, synthesis }: PatchOptions,
  { training, selection, classes }: TaskCounts,
  anomalies: AnomalyShare,
): ExpectedTask[] {
  const made = (training * synthesis.perImage) / anomaliesOfEvery(anomalies, training);
  const images = training + made + selection;
  return [
    { task: 'foregrounds', seconds: synthesis.perImage === 0 ? 0 : classes * 0.5, kind: 'images' },
    { task: 'patch features', seconds: images * featureSeconds(features), kind: 'images' },
  ];
}

interface Bank {
  readonly coresetSize: number;
  readonly coresetShare: number;
  readonly candidates: number;
}

/** Choosing the entries of memory banks. @param patches - of one bank @param banks - how many there are */
export function coresetTasks(bank: Bank, patches: number, banks = 1): ExpectedTask[] {
  const candidates = Math.min(bank.candidates, patches) / 655_360;
  const entries = entryCount(bank, patches);
  return [
    { task: 'candidates for the memory bank', seconds: 6 * candidates * banks, kind: 'products' },
    {
      task: 'memory bank',
      seconds: (bankSeconds * candidates * entries * banks) / 32_768,
      kind: 'products',
    },
  ];
}

/** Matching an image's patches to all entries of a bank. @param width - of what is compared @param images - that the bank is of */
export function matchSeconds(bank: Bank, width: number, perImage: number, images: number): number {
  return (2 * perImage * entryCount(bank, images * perImage) * width) / matchingRate;
}

/**
 * One stage of networks.
 * @param patches - of all training images
 * @param layers - the networks' widths, from input to output
 * @param contrasted - width in which all rows of a batch are compared with each other; 0: nowhere
 */
export function stageTask(
  name: string,
  { batch, ...schedule }: StageOptions,
  shares: { readonly local: number; readonly global: number },
  layers: readonly number[],
  patches: number,
  contrasted = 0,
): ExpectedTask {
  const { normal } = batchRows(batch, shares, shares.local > 0);
  const count = stepsOf(schedule, Math.max(1, Math.floor(patches / normal)));
  const weights = layers.slice(1).reduce((sum, each, at) => sum + each * (layers[at] ?? 0), 0);
  const seconds = (count * 6 * batch * (weights + batch * contrasted)) / stepRate;
  return { task: taskOf(name), seconds, kind: 'products' };
}
