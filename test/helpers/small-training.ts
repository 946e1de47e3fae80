/** @file A detector on the made-up parts and the tiny backbone, trained by the built command in seconds. */
import { join } from 'node:path';
import { clad, type Ended } from './clad.ts';
import { writeTinyBackbone } from './tiny-backbone.ts';

/** Settings that make a training take a second or two. */
export const tinySettings: readonly string[] = [
  'features.inputSize=64',
  'memoryBank.components=16',
  'memoryBank.coresetSize=256',
  'adaptor=[32,24,16]',
  'discriminator=[16,8]',
  'stage1.batch=64',
  'stage2.batch=96',
  'evaluations=2',
];

/** Enough for a detector that tells a blot from a good part. */
const steps = ['stage1.steps=30', 'stage2.steps=10'];

/**
 * Trains in a folder of a test.
 * @param data - a data set
 * @param run - name of the run within the folder
 * @param more - further settings
 * @throws what the command says, where it fails
 */
export async function trainSmall(
  folder: string,
  data: string,
  run: string,
  ...more: readonly string[]
): Promise<Ended> {
  const ended = await clad(...(await smallTraining(folder, data, run, ...more)));
  if (ended.status !== 0 || /clad: .*a defect of clad/.test(ended.stderr)) throw new Error(ended.stderr);
  return ended;
}

/** The arguments of such a training. */
export async function smallTraining(
  folder: string,
  data: string,
  run: string,
  ...more: readonly string[]
): Promise<string[]> {
  return [
    'train',
    data,
    '--out',
    join(folder, run),
    '--backbone',
    await writeTinyBackbone(folder),
    '--no-report',
    ...[...tinySettings, ...steps, ...more].flatMap((text) => ['--set', text]),
  ];
}
